// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Journaled} from "./Journaled.sol";
import {IJournal} from "./interfaces/IJournal.sol";
import {IRecognitionRegistry} from "./interfaces/IRecognitionRegistry.sol";
import {ITrustRegistry} from "./interfaces/ITrustRegistry.sol";

/// @title Which regions recognise which regions' certificates of which types
/// @notice Owns the agreements' members and their standing. Types and period are in the proposal's event alone, for no act
/// here depends on them.
contract RecognitionRegistry is IRecognitionRegistry, Journaled {
    uint256 private constant _MIN_MEMBERS = 2;
    uint256 private constant _MAX_MEMBERS = 64;
    uint256 private constant _MAX_TYPES = 64;

    ITrustRegistry private immutable _TRUST_REGISTRY;
    uint32 private _agreementCount;
    mapping(uint32 agreement => bytes32) private _documentDigests;
    mapping(uint32 agreement => mapping(uint32 region => Membership)) private _memberships;

    constructor(IJournal journal_, ITrustRegistry trustRegistry_) Journaled(journal_) {
        _TRUST_REGISTRY = trustRegistry_;
    }

    modifier onlyAdministratorOf(uint32 region) {
        if (_TRUST_REGISTRY.administratorOf(region) != msg.sender) {
            revert NotTheAdministrator(region, msg.sender);
        }
        _;
    }

    /// @inheritdoc IRecognitionRegistry
    function propose(
        uint32 proposer,
        bytes32 documentDigest,
        uint32[] calldata certificateTypes,
        uint64 starts,
        uint64 ends,
        Member[] calldata members
    ) external onlyAdministratorOf(proposer) returns (uint32 agreement) {
        if (documentDigest == 0) revert NoDocument();
        if (ends != 0 && ends <= starts) revert EmptyPeriod(starts, ends);
        _checkTypes(certificateTypes);
        agreement = ++_agreementCount;
        _documentDigests[agreement] = documentDigest;
        _addMembers(agreement, members);
        _memberOf(agreement, proposer);
        _record(
            AgreementProposed.selector,
            abi.encode(_now(), agreement, proposer, documentDigest, certificateTypes, starts, ends, members)
        );
    }

    /// @inheritdoc IRecognitionRegistry
    function ratify(uint32 agreement, uint32 region) external onlyAdministratorOf(region) {
        Membership storage member = _memberOf(agreement, region);
        if (member.ratifiedAt != 0) revert AlreadyRatified(agreement, region);
        member.ratifiedAt = _now();
        _record(AgreementRatified.selector, abi.encode(_now(), agreement, region));
    }

    /// @inheritdoc IRecognitionRegistry
    function suspend(uint32 agreement, uint32 region) external onlyAdministratorOf(region) {
        Membership storage member = _partyTo(agreement, region);
        if (member.suspended) revert AlreadySuspended(agreement, region);
        member.suspended = true;
        _record(AgreementSuspended.selector, abi.encode(_now(), agreement, region));
    }

    /// @inheritdoc IRecognitionRegistry
    function resume(uint32 agreement, uint32 region) external onlyAdministratorOf(region) {
        Membership storage member = _partyTo(agreement, region);
        if (!member.suspended) revert NotSuspended(agreement, region);
        member.suspended = false;
        _record(AgreementResumed.selector, abi.encode(_now(), agreement, region));
    }

    /// @inheritdoc IRecognitionRegistry
    function withdraw(uint32 agreement, uint32 region) external onlyAdministratorOf(region) {
        Membership storage member = _partyTo(agreement, region);
        member.withdrawnAt = _now();
        _record(AgreementWithdrawn.selector, abi.encode(_now(), agreement, region));
    }

    /// @inheritdoc IRecognitionRegistry
    function membershipOf(uint32 agreement, uint32 region) external view returns (Membership memory) {
        return _memberships[agreement][region];
    }

    /// @inheritdoc IRecognitionRegistry
    function documentDigestOf(uint32 agreement) external view returns (bytes32) {
        return _documentDigests[agreement];
    }

    /// @inheritdoc IRecognitionRegistry
    function agreementCount() external view returns (uint32) {
        return _agreementCount;
    }

    /// @inheritdoc IRecognitionRegistry
    function trustRegistry() external view returns (ITrustRegistry) {
        return _TRUST_REGISTRY;
    }

    function _checkTypes(uint32[] calldata certificateTypes) private view {
        uint256 length = certificateTypes.length;
        if (length == 0) revert NoTypes();
        if (length > _MAX_TYPES) revert TooManyTypes(length);
        for (uint256 i = 0; i < length; ++i) {
            uint32 certificateType = certificateTypes[i];
            for (uint256 j = 0; j < i; ++j) {
                if (certificateTypes[j] == certificateType) revert TypeTwice(certificateType);
            }
            bool isRegistered = bytes(_TRUST_REGISTRY.typeCodeOf(certificateType)).length != 0;
            if (!isRegistered) revert UnknownType(certificateType);
        }
    }

    function _addMembers(uint32 agreement, Member[] calldata members) private {
        uint256 length = members.length;
        if (length < _MIN_MEMBERS) revert TooFewMembers(length);
        if (length > _MAX_MEMBERS) revert TooManyMembers(length);
        for (uint256 i = 0; i < length; ++i) {
            _addMember(agreement, members[i]);
        }
    }

    function _addMember(uint32 agreement, Member calldata member) private {
        uint32 region = member.region;
        if (!member.issues && !member.recognises) revert MemberWithoutPart(region);
        if (_isMember(agreement, region)) revert MemberTwice(region);
        if (_TRUST_REGISTRY.administratorOf(region) == address(0)) revert UnknownRegion(region);
        _memberships[agreement][region].issues = member.issues;
        _memberships[agreement][region].recognises = member.recognises;
    }

    function _isMember(uint32 agreement, uint32 region) private view returns (bool) {
        Membership storage member = _memberships[agreement][region];
        return member.issues || member.recognises;
    }

    function _memberOf(uint32 agreement, uint32 region) private view returns (Membership storage) {
        if (agreement == 0 || agreement > _agreementCount) revert UnknownAgreement(agreement);
        if (!_isMember(agreement, region)) revert NotAMember(agreement, region);
        return _memberships[agreement][region];
    }

    /// @dev A member that has ratified and not withdrawn.
    function _partyTo(uint32 agreement, uint32 region) private view returns (Membership storage member) {
        member = _memberOf(agreement, region);
        if (member.ratifiedAt == 0) revert NotRatified(agreement, region);
        if (member.withdrawnAt != 0) revert Withdrawn(agreement, region);
    }
}
