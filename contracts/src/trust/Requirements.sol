// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ITrustRegistry} from "../interfaces/ITrustRegistry.sol";

/// @title What every argument of the trust registry has to be, whatever it is for
library Requirements {
    function text(string calldata value, string memory field) internal pure {
        if (bytes(value).length == 0) revert ITrustRegistry.Empty(field);
    }

    function account(address value) internal pure {
        if (value == address(0)) revert ITrustRegistry.ZeroAddress();
    }

    function period(uint64 starts, uint64 ends) internal pure {
        if (ends != 0 && ends <= starts) revert ITrustRegistry.EmptyPeriod(starts, ends);
    }

    /// @dev A time of 0 stands for "none", so it is neither earlier nor a time to set.
    function earlier(uint64 current, uint64 proposed) internal pure {
        bool isEarlier = current == 0 || proposed < current;
        if (proposed == 0 || !isEarlier) revert ITrustRegistry.MovesOnlyEarlier(current, proposed);
    }
}
