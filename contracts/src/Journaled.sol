// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IJournal} from "./interfaces/IJournal.sol";

/// @title The only way in which a registry emits
/// @notice `_record` logs an event and appends it to the journal, so that no event can be in one and not in the other.
/// A plain `emit` in a registry would break every replay.
abstract contract Journaled {
    IJournal private immutable _JOURNAL;

    constructor(IJournal journal_) {
        _JOURNAL = journal_;
    }

    /// @notice The journal that this contract's events are entries of.
    function journal() external view returns (IJournal) {
        return _JOURNAL;
    }

    /// @param topic the event's selector; it is the log's only topic
    /// @param data the event's values, ABI-encoded, beginning with `_now()`
    function _record(bytes32 topic, bytes memory data) internal {
        assembly ("memory-safe") {
            log1(add(data, 0x20), mload(data), topic)
        }
        _JOURNAL.append(keccak256(abi.encodePacked(address(this), topic, data)));
    }

    function _now() internal view returns (uint64) {
        return uint64(block.timestamp);
    }
}
