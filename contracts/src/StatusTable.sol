// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title The states of a credential, the reasons for a change and the table of transitions (spec/status.md)
/// @notice `spec/vectors/status-transitions.json` holds the same table for every implementation.
library StatusTable {
    uint8 internal constant VALID = 0x0;
    uint8 internal constant INVALID = 0x1;
    uint8 internal constant SUSPENDED = 0x2;
    uint8 internal constant LAPSED = 0x3;
    uint8 internal constant TRANSFERRED_OUT = 0xC;
    uint8 internal constant FROZEN = 0xD;
    uint8 internal constant SUPERSEDED = 0xE;

    // A value that is no state: it neither begins nor ends a transition.
    uint8 private constant _NONE = 0xFF;

    uint8 internal constant RESCINDED = 1;
    uint8 private constant _TRANSFER_COMPLETED = 5;

    /// @notice Whether the table has a change from `from` to `to` for `reason`.
    function allows(uint8 from, uint8 to, uint8 reason) internal pure returns (bool) {
        uint8 gravityBefore = _gravity(from);
        uint8 gravityAfter = _gravity(to);
        if (gravityBefore == _NONE || gravityAfter == _NONE) return false;
        if (isFinal(from) || from == to) return false;
        if (gravityAfter < gravityBefore) return _endedBy(reason) == from;
        if (reason == _TRANSFER_COMPLETED && from != TRANSFERRED_OUT) return false;
        return _ledToBy(reason) == to;
    }

    /// @notice Whether the value is one of the states.
    function isAssigned(uint8 state) internal pure returns (bool) {
        return _gravity(state) != _NONE;
    }

    function isFinal(uint8 state) internal pure returns (bool) {
        return state == INVALID || state == SUPERSEDED;
    }

    /// @notice Whether the act may take effect before it was recorded, without limit (撤销).
    function reachesBack(uint8 reason) internal pure returns (bool) {
        return reason == RESCINDED;
    }

    function _gravity(uint8 state) private pure returns (uint8) {
        if (state == VALID) return 0;
        if (state == FROZEN) return 1;
        if (state == LAPSED) return 2;
        if (state == SUSPENDED) return 3;
        if (state == TRANSFERRED_OUT) return 4;
        if (state == SUPERSEDED) return 5;
        if (state == INVALID) return 6;
        return _NONE;
    }

    function _ledToBy(uint8 reason) private pure returns (uint8) {
        if (reason >= RESCINDED && reason <= _TRANSFER_COMPLETED) return INVALID;
        if (reason == 16) return SUSPENDED;
        if (reason == 17) return LAPSED;
        if (reason == 18) return TRANSFERRED_OUT;
        if (reason == 19) return FROZEN;
        if (reason >= 20 && reason <= 22) return SUPERSEDED; // reissued, altered, renewed
        return _NONE;
    }

    function _endedBy(uint8 reason) private pure returns (uint8) {
        if (reason == 32) return SUSPENDED;
        if (reason == 33) return LAPSED;
        if (reason == 34) return TRANSFERRED_OUT;
        if (reason == 35) return FROZEN;
        return _NONE;
    }
}
