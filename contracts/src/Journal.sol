// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {StorageSlot} from "@openzeppelin/contracts/utils/StorageSlot.sol";

import {Journaled} from "./Journaled.sol";
import {IJournal} from "./interfaces/IJournal.sol";

/// @title The running hash of every event of the registries
/// @notice Owns the head and the list of writers; the journal is a writer of its own two events. No length is stored: the
/// head is the only slot that an append writes.
contract Journal is IJournal, Journaled, AccessManaged {
    using StorageSlot for bytes32;

    bytes32 private constant _HEAD_SLOT = keccak256("yinxin/journal/1/head");

    bytes32 private immutable _NETWORK_ID;
    mapping(address account => bool) private _writers;

    constructor(address accessManager, bytes32 networkId_)
        Journaled(IJournal(address(this)))
        AccessManaged(accessManager)
    {
        _NETWORK_ID = networkId_;
        bytes memory origin = abi.encodePacked("yinxin/journal/1", block.chainid, address(this), networkId_);
        _HEAD_SLOT.getBytes32Slot().value = keccak256(origin);
    }

    /// @inheritdoc IJournal
    function append(bytes32 entry) external {
        if (!isWriter(msg.sender)) revert NotAWriter(msg.sender);
        StorageSlot.Bytes32Slot storage slot = _HEAD_SLOT.getBytes32Slot();
        slot.value = keccak256(abi.encodePacked(slot.value, entry));
    }

    /// @inheritdoc IJournal
    function addWriter(address writer) external restricted {
        if (isWriter(writer)) revert AlreadyAWriter(writer);
        _writers[writer] = true;
        _record(WriterAdded.selector, abi.encode(_now(), writer));
    }

    /// @inheritdoc IJournal
    function retireWriter(address writer) external restricted {
        if (!_writers[writer]) revert NotAWriter(writer);
        _writers[writer] = false;
        _record(WriterRetired.selector, abi.encode(_now(), writer));
    }

    /// @inheritdoc IJournal
    function head() external view returns (bytes32) {
        return _HEAD_SLOT.getBytes32Slot().value;
    }

    /// @inheritdoc IJournal
    function headSlot() external pure returns (bytes32) {
        return _HEAD_SLOT;
    }

    /// @inheritdoc IJournal
    function networkId() external view returns (bytes32) {
        return _NETWORK_ID;
    }

    /// @inheritdoc IJournal
    function isWriter(address account) public view returns (bool) {
        return _writers[account] || account == address(this);
    }
}
