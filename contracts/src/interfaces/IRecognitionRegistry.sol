// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ITrustRegistry} from "./ITrustRegistry.sol";

/// @title Which regions recognise which regions' certificates of which types
/// @notice Terms never change: an amendment is a new agreement. Each member ratifies, may suspend (both directions for it)
/// and resume, or withdraw for good. Whether a recognition holds at a time is the verifier's rule.
interface IRecognitionRegistry {
    struct Member {
        uint32 region;
        bool issues;
        bool recognises;
    }

    struct Membership {
        bool issues;
        bool recognises;
        uint64 ratifiedAt; // 0: not yet
        bool suspended;
        uint64 withdrawnAt; // 0: not withdrawn
    }

    event AgreementProposed(
        uint64 at,
        uint32 agreement,
        uint32 proposer,
        bytes32 documentDigest,
        uint32[] certificateTypes,
        uint64 starts,
        uint64 ends,
        Member[] members
    );
    event AgreementRatified(uint64 at, uint32 agreement, uint32 region);
    event AgreementSuspended(uint64 at, uint32 agreement, uint32 region);
    event AgreementResumed(uint64 at, uint32 agreement, uint32 region);
    event AgreementWithdrawn(uint64 at, uint32 agreement, uint32 region);

    error NotTheAdministrator(uint32 region, address account);
    error NoDocument();
    error EmptyPeriod(uint64 starts, uint64 ends);
    error UnknownRegion(uint32 region);
    error UnknownType(uint32 certificateType);
    error UnknownAgreement(uint32 agreement);
    error NotAMember(uint32 agreement, uint32 region);
    error MemberTwice(uint32 region);
    error MemberWithoutPart(uint32 region);
    error TooFewMembers(uint256 members);
    error TooManyMembers(uint256 members);
    error NoTypes();
    error TooManyTypes(uint256 certificateTypes);
    error TypeTwice(uint32 certificateType);
    error AlreadyRatified(uint32 agreement, uint32 region);
    error NotRatified(uint32 agreement, uint32 region);
    error AlreadySuspended(uint32 agreement, uint32 region);
    error NotSuspended(uint32 agreement, uint32 region);
    error Withdrawn(uint32 agreement, uint32 region);

    /// @notice Proposes an agreement; the caller is the administrator of `proposer`, a member.
    /// @param documentDigest SHA-256 of the signed document
    function propose(
        uint32 proposer,
        bytes32 documentDigest,
        uint32[] calldata certificateTypes,
        uint64 starts,
        uint64 ends,
        Member[] calldata members
    ) external returns (uint32 agreement);
    function ratify(uint32 agreement, uint32 region) external;
    function suspend(uint32 agreement, uint32 region) external;
    function resume(uint32 agreement, uint32 region) external;
    function withdraw(uint32 agreement, uint32 region) external;

    function membershipOf(uint32 agreement, uint32 region) external view returns (Membership memory);
    function documentDigestOf(uint32 agreement) external view returns (bytes32);
    function agreementCount() external view returns (uint32);
    function trustRegistry() external view returns (ITrustRegistry);
}
