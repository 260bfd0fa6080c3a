// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ITrustRegistry} from "./ITrustRegistry.sol";

/// @title Which regions recognise which regions' certificates of which types
/// @notice Terms never change: an amendment is a new agreement. Each member ratifies, may suspend (both directions for it)
/// and resume, or withdraw for good. Whether a recognition holds at a time is the verifier's rule.
/// Times are Unix seconds; every event begins with the block's time.
interface IRecognitionRegistry {
    /// @param issues its certificates are to be recognised by the members that recognise
    /// @param recognises its windows recognise the certificates of the members that issue
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

    /// @notice An agreement has its number and its terms; no member has ratified it yet.
    /// @param documentDigest SHA-256 of the signed document
    /// @param starts first moment, Unix seconds
    /// @param ends first moment after, 0: no end
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
    /// @notice A member has bound itself.
    /// @param at the block's time: the member counts from then on
    event AgreementRatified(uint64 at, uint32 agreement, uint32 region);
    /// @notice A member's part rests, in both directions.
    event AgreementSuspended(uint64 at, uint32 agreement, uint32 region);
    /// @notice A member's part counts again.
    event AgreementResumed(uint64 at, uint32 agreement, uint32 region);
    /// @notice A member has left for good.
    event AgreementWithdrawn(uint64 at, uint32 agreement, uint32 region);

    /// @notice Only the administrator of the region acts for it; nobody is the administrator of an unknown region.
    error NotTheAdministrator(uint32 region, address account);
    /// @notice The document's digest is 0.
    error NoDocument();
    /// @notice The period ends when it starts, or before.
    error EmptyPeriod(uint64 starts, uint64 ends);
    /// @notice A member is not admitted by the council.
    error UnknownRegion(uint32 region);
    /// @notice The trust registry has no such certificate type.
    error UnknownType(uint32 certificateType);
    /// @notice No agreement has this number.
    error UnknownAgreement(uint32 agreement);
    /// @notice The region is not named in the agreement.
    error NotAMember(uint32 agreement, uint32 region);
    /// @notice A region is named twice as a member.
    error MemberTwice(uint32 region);
    /// @notice A member neither issues nor recognises.
    error MemberWithoutPart(uint32 region);
    /// @notice An agreement has at least 2 members.
    error TooFewMembers(uint256 members);
    /// @notice An agreement has at most 64 members.
    error TooManyMembers(uint256 members);
    /// @notice An agreement is about at least one certificate type.
    error NoTypes();
    /// @notice An agreement is about at most 64 certificate types.
    error TooManyTypes(uint256 certificateTypes);
    /// @notice A certificate type is named twice.
    error TypeTwice(uint32 certificateType);
    /// @notice A member ratifies once.
    error AlreadyRatified(uint32 agreement, uint32 region);
    /// @notice Only a member that has ratified can suspend, resume or withdraw.
    error NotRatified(uint32 agreement, uint32 region);
    /// @notice The member's part is suspended already.
    error AlreadySuspended(uint32 agreement, uint32 region);
    /// @notice There is no suspension to end.
    error NotSuspended(uint32 agreement, uint32 region);
    /// @notice The member has withdrawn, for good.
    error Withdrawn(uint32 agreement, uint32 region);

    /// @notice Proposes an agreement, which nobody is bound by before it ratifies: the proposer neither. Only the
    /// administrator of `proposer`, which has to be a member. Reverts as a whole where the digest is 0, the period is
    /// empty, a type or a region is unknown or named twice, a member has no part, or there are not 2 to 64 members and
    /// 1 to 64 types.
    /// @param proposer the acting region
    /// @param documentDigest SHA-256 of the signed document
    /// @param certificateTypes the types' numbers in the trust registry
    /// @param starts first moment, Unix seconds
    /// @param ends first moment after, 0: no end
    /// @param members the parties and their parts; these terms never change
    /// @return agreement its number; the first is 1
    function propose(
        uint32 proposer,
        bytes32 documentDigest,
        uint32[] calldata certificateTypes,
        uint64 starts,
        uint64 ends,
        Member[] calldata members
    ) external returns (uint32 agreement);

    /// @notice Binds a member, from the block's time on. Only the region's administrator. Reverts where it has ratified
    /// already.
    function ratify(uint32 agreement, uint32 region) external;

    /// @notice Suspends a member's part, in both directions, until it resumes. Only the region's administrator, of a
    /// member that has ratified and not withdrawn; reverts where it is suspended already.
    function suspend(uint32 agreement, uint32 region) external;

    /// @notice Ends the member's own suspension. Only the region's administrator, of a member that has ratified and not
    /// withdrawn; reverts where it is not suspended.
    function resume(uint32 agreement, uint32 region) external;

    /// @notice Withdraws a member for good, suspended or not: to come back takes a new agreement. Only the region's
    /// administrator, of a member that has ratified and not withdrawn.
    function withdraw(uint32 agreement, uint32 region) external;

    /// @notice A region's part and where it stands; zeros where the agreement or the member is unknown.
    function membershipOf(uint32 agreement, uint32 region) external view returns (Membership memory);

    /// @notice SHA-256 of the signed document; 0 where the agreement is unknown. Types and period are in
    /// AgreementProposed alone.
    function documentDigestOf(uint32 agreement) external view returns (bytes32);

    /// @notice How many were proposed: the highest number.
    function agreementCount() external view returns (uint32);

    /// @notice Where regions, administrators and types are looked up; fixed at deployment.
    function trustRegistry() external view returns (ITrustRegistry);
}
