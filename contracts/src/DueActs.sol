// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

/// @dev What this needs of a Safe 1.4.1 (ModuleManager.sol); `operation` 0 is a call, never a delegatecall.
interface ISafe {
    function enableModule(address module) external;
    function execTransactionFromModuleReturnData(address to, uint256 value, bytes memory data, uint8 operation)
        external
        returns (bool success, bytes memory returnData);
}

/// @title Executes what the council scheduled, once it is due, for whoever asks
/// @notice A module of the council's Safe, so that members sign an act once: when it is scheduled. It can make the Safe do one
/// thing only: call the manager's `execute` for an act that the Safe itself scheduled, that is due, and that was neither
/// cancelled nor has expired. What needs no delay is never scheduled, so it cannot be done through this.
contract DueActs {
    uint8 private constant _CALL = 0;

    address private immutable _SELF = address(this);
    ISafe private immutable _SAFE;
    IAccessManager private immutable _MANAGER;

    /// @dev Never, or cancelled, executed or expired since.
    error NotScheduled(bytes32 operation);

    constructor(ISafe safe_, IAccessManager manager_) {
        _SAFE = safe_;
        _MANAGER = manager_;
    }

    /// @notice Makes this a module of the Safe that is being set up. Only for `Safe.setup`, by delegatecall: called in any
    /// other way it reverts, because the caller's own code is not a Safe's.
    function enable() external {
        ISafe(address(this)).enableModule(_SELF);
    }

    /// @notice Executes a due act. Before that the manager reverts with AccessManagerNotReady, and where the act itself
    /// reverts, it is with the act's own error.
    function execute(address target, bytes calldata data) external {
        bytes32 operation = _MANAGER.hashOperation(address(_SAFE), target, data);
        if (_MANAGER.getSchedule(operation) == 0) revert NotScheduled(operation);
        bytes memory call = abi.encodeCall(IAccessManager.execute, (target, data));
        (bool success, bytes memory answer) =
            _SAFE.execTransactionFromModuleReturnData(address(_MANAGER), 0, call, _CALL);
        if (!success) _revertWith(answer);
    }

    /// @notice The Safe whose acts these are.
    function safe() external view returns (ISafe) {
        return _SAFE;
    }

    /// @notice The manager that schedules them.
    function manager() external view returns (IAccessManager) {
        return _MANAGER;
    }

    function _revertWith(bytes memory answer) private pure {
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
