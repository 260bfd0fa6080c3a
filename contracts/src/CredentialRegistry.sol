// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Journaled} from "./Journaled.sol";
import {StatusTable} from "./StatusTable.sol";
import {ICredentialRegistry} from "./interfaces/ICredentialRegistry.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {ITrustRegistry, USE_CREDENTIAL} from "./interfaces/ITrustRegistry.sol";

/// @title What was anchored, and how it stands
/// @notice Owns the batches' numbering and the statuses. A batch's root, count and kid are in its event alone: no act here
/// depends on them, so storing them would only cost gas.
contract CredentialRegistry is ICredentialRegistry, Journaled {
    uint32 private constant _MAX_COUNT = 65_536;
    uint64 private constant _LATE_RECORDING = 7 days;
    uint256 private constant _MAX_RESTORATIONS = 256;

    uint256 private constant _STATUS_BITS = 4;
    uint256 private constant _STATUS_MASK = 0xF;
    uint64 private constant _STATUSES_IN_A_WORD = 64;

    struct Totals {
        uint64 nextSeq;
        uint64 total;
    }

    ITrustRegistry private immutable _TRUST_REGISTRY;
    mapping(uint32 authority => Totals) private _totals;
    mapping(uint32 authority => mapping(uint64 word => uint256)) private _statuses;

    constructor(IJournal journal_, ITrustRegistry trustRegistry_) Journaled(journal_) {
        _TRUST_REGISTRY = trustRegistry_;
    }

    /// @inheritdoc ICredentialRegistry
    function anchor(uint32 authority, uint64 seq, bytes32 root, uint32 count, bytes32 kid)
        external
        returns (uint64 first)
    {
        if (_isDissolved(authority)) revert AuthorityIsDissolved(authority);
        _checkOperator(authority);
        _checkKey(authority, kid);
        if (count == 0 || count > _MAX_COUNT) revert CountOutOfRange(count);
        Totals memory totals = _totals[authority];
        if (seq != totals.nextSeq) revert NotTheNextSequence(totals.nextSeq, seq);
        first = totals.total;
        _totals[authority] = Totals({nextSeq: seq + 1, total: first + count});
        _record(BatchAnchored.selector, abi.encode(_now(), authority, seq, first, count, root, kid, msg.sender));
    }

    /// @inheritdoc ICredentialRegistry
    function setStatus(
        uint32 authority,
        uint64 position,
        uint8 from,
        uint8 to,
        uint8 reason,
        uint64 effective,
        uint64 successor
    ) external {
        _checkActor(authority);
        uint8 found = statusOf(authority, position);
        if (found != from) revert StatusIsNot(from, found);
        if (!StatusTable.allows(from, to, reason)) revert TransitionNotAllowed(from, to, reason);
        _checkEffective(reason, effective);
        _checkSuccessor(authority, position, to, successor);
        _store(authority, position, to);
        _record(
            StatusChanged.selector,
            abi.encode(_now(), authority, position, from, to, reason, effective, successor, msg.sender)
        );
    }

    /// @inheritdoc ICredentialRegistry
    function restoreStatuses(uint32 authority, address operator, Restoration[] calldata restorations) external {
        _checkAdministrator(authority);
        _checkFenced(authority, operator);
        uint256 count = restorations.length;
        if (count == 0 || count > _MAX_RESTORATIONS) revert RestorationCountOutOfRange(count);
        for (uint256 i = 0; i < count; ++i) {
            _restore(authority, operator, restorations[i]);
        }
    }

    /// @inheritdoc ICredentialRegistry
    function totalsOf(uint32 authority) external view returns (uint64 nextSeq, uint64 total) {
        Totals memory totals = _totals[authority];
        return (totals.nextSeq, totals.total);
    }

    /// @inheritdoc ICredentialRegistry
    function statusOf(uint32 authority, uint64 position) public view returns (uint8) {
        uint64 total = _totals[authority].total;
        if (position >= total) revert UnknownPosition(position, total);
        uint256 word = _statuses[authority][position / _STATUSES_IN_A_WORD];
        // Four bits fit.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint8((word >> _shiftOf(position)) & _STATUS_MASK);
    }

    /// @inheritdoc ICredentialRegistry
    function statusWord(uint32 authority, uint64 word) external view returns (uint256) {
        return _statuses[authority][word];
    }

    /// @inheritdoc ICredentialRegistry
    function trustRegistry() external view returns (ITrustRegistry) {
        return _TRUST_REGISTRY;
    }

    function _restore(uint32 authority, address operator, Restoration calldata one) private {
        (uint64 position, uint8 from, uint8 to) = (one.position, one.from, one.to);
        uint8 found = statusOf(authority, position);
        if (found != from) revert StatusIsNot(from, found);
        if (to == from || !StatusTable.isAssigned(to)) revert RestorationNotAllowed(position, from, to);
        _store(authority, position, to);
        _record(StatusRestored.selector, abi.encode(_now(), authority, position, from, to, operator, msg.sender));
    }

    function _store(uint32 authority, uint64 position, uint8 state) private {
        uint256 shift = _shiftOf(position);
        uint64 index = position / _STATUSES_IN_A_WORD;
        uint256 others = _statuses[authority][index] & ~(_STATUS_MASK << shift);
        _statuses[authority][index] = others | (uint256(state) << shift);
    }

    function _shiftOf(uint64 position) private pure returns (uint256) {
        return (position % _STATUSES_IN_A_WORD) * _STATUS_BITS;
    }

    /// @dev Statuses are the operators' while the authority stands, and its region's administrator's afterwards.
    function _checkActor(uint32 authority) private view {
        if (!_isDissolved(authority)) {
            _checkOperator(authority);
            return;
        }
        (uint32 region,,) = _TRUST_REGISTRY.lifeOf(authority);
        if (_TRUST_REGISTRY.administratorOf(region) != msg.sender) revert AuthorityIsDissolved(authority);
    }

    function _checkAdministrator(uint32 authority) private view {
        (uint32 region,,) = _TRUST_REGISTRY.lifeOf(authority);
        if (_TRUST_REGISTRY.administratorOf(region) != msg.sender) revert NotTheAdministrator(region, msg.sender);
    }

    /// @dev Before its fence an operator acts, and nothing that it did falls.
    function _checkFenced(uint32 authority, address account) private view {
        ITrustRegistry.Operator memory operator = _TRUST_REGISTRY.operatorOf(authority, account);
        if (operator.addedAt == 0) revert NotAnOperator(authority, account);
        if (!_isFenced(operator)) revert OperatorIsNotFenced(authority, account, operator.revokedFrom);
    }

    function _isDissolved(uint32 authority) private view returns (bool) {
        (,, uint64 dissolvedAt) = _TRUST_REGISTRY.lifeOf(authority);
        return dissolvedAt != 0;
    }

    function _checkOperator(uint32 authority) private view {
        ITrustRegistry.Operator memory operator = _TRUST_REGISTRY.operatorOf(authority, msg.sender);
        if (operator.addedAt == 0) revert NotAnOperator(authority, msg.sender);
        if (_isFenced(operator)) revert OperatorIsRevoked(authority, msg.sender, operator.revokedFrom);
    }

    function _isFenced(ITrustRegistry.Operator memory operator) private view returns (bool) {
        return operator.revokedFrom != 0 && _now() >= operator.revokedFrom;
    }

    /// @dev Whether the key is in force is the verifier's rule, for its fence can still move.
    function _checkKey(uint32 authority, bytes32 kid) private view {
        ITrustRegistry.Key memory key = _TRUST_REGISTRY.keyOf(kid);
        if (key.authority != authority) revert KeyOfAnotherAuthority(kid, authority);
        if (key.use != USE_CREDENTIAL) revert KeyForAnotherUse(kid, key.use);
    }

    /// @dev An act that waited while the node was down is still recorded with its own date.
    function _checkEffective(uint8 reason, uint64 effective) private view {
        uint64 latest = _now();
        bool hasNoEarliest = StatusTable.reachesBack(reason) || latest < _LATE_RECORDING;
        uint64 earliest = hasNoEarliest ? 0 : latest - _LATE_RECORDING;
        if (effective < earliest || effective > latest) {
            revert EffectiveOutOfRange(effective, earliest, latest);
        }
    }

    function _checkSuccessor(uint32 authority, uint64 position, uint8 to, uint64 successor) private view {
        bool fits = to == StatusTable.SUPERSEDED
            ? successor != position && successor < _totals[authority].total
            : successor == 0;
        if (!fits) revert SuccessorOutOfRange(successor);
    }
}
