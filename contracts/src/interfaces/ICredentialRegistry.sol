// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ITrustRegistry} from "./ITrustRegistry.sol";

/// @title What was anchored, and how it stands: batches and statuses
/// @notice A credential is named for ever by (authority, position); position = first + leaf index.
/// Statuses are four bits each, 64 to a word, with the values of the IETF Token Status List; `spec/status.md` has the table
/// of transitions that this contract enforces.
interface ICredentialRegistry {
    /// @param from what the position holds
    /// @param to what it is to hold
    struct Restoration {
        uint64 position;
        uint8 from;
        uint8 to;
    }

    event BatchAnchored(
        uint64 at, uint32 authority, uint64 seq, uint64 first, uint32 count, bytes32 root, bytes32 kid, address operator
    );

    /// @param effective the legal date of the act, Unix seconds
    /// @param successor the successor's position where `to` is superseded, else 0
    /// @param actor the operator, or the region's administrator once the authority is dissolved
    event StatusChanged(
        uint64 at,
        uint32 authority,
        uint64 position,
        uint8 from,
        uint8 to,
        uint8 reason,
        uint64 effective,
        uint64 successor,
        address actor
    );

    /// @notice Says nothing of how the credential stands: whoever reads the journal finds that by leaving out what the
    /// fenced operator changed. It only brings the registry's own bits to where they find it.
    /// @param operator the fenced operator whose changes made it necessary
    /// @param actor the region's administrator
    event StatusRestored(
        uint64 at, uint32 authority, uint64 position, uint8 from, uint8 to, address operator, address actor
    );

    error NotAnOperator(uint32 authority, address account);
    error OperatorIsRevoked(uint32 authority, address account, uint64 revokedFrom);
    error AuthorityIsDissolved(uint32 authority);
    error NotTheNextSequence(uint64 expected, uint64 given);
    error CountOutOfRange(uint32 count);
    error KeyOfAnotherAuthority(bytes32 kid, uint32 authority);
    error KeyForAnotherUse(bytes32 kid, uint8 use);
    error UnknownPosition(uint64 position, uint64 total);
    error StatusIsNot(uint8 expected, uint8 found);
    error TransitionNotAllowed(uint8 from, uint8 to, uint8 reason);
    error EffectiveOutOfRange(uint64 effective, uint64 earliest, uint64 latest);
    error SuccessorOutOfRange(uint64 successor);
    error NotTheAdministrator(uint32 region, address account);
    error OperatorIsNotFenced(uint32 authority, address account, uint64 revokedFrom);
    error RestorationCountOutOfRange(uint256 count);
    error RestorationNotAllowed(uint64 position, uint8 from, uint8 to);

    /// @notice Anchors a batch; `seq` must be the authority's next (the first is 0), so a resent batch cannot anchor twice.
    /// Gas is the same for any size. Only an operator of the authority before its fence.
    /// @param root RFC 9162 tree hash over the batch's leaves
    /// @param count number of leaves, 1 to 65,536
    /// @param kid the one key the whole batch is signed with
    /// @return first the sum of the authority's earlier counts
    function anchor(uint32 authority, uint64 seq, bytes32 root, uint32 count, bytes32 kid)
        external
        returns (uint64 first);

    /// @notice Changes a status. Reverts where the state is not `from`, so a resent act cannot undo a later one.
    /// Only an operator of the authority before its fence, or the region's administrator once it is dissolved.
    function setStatus(
        uint32 authority,
        uint64 position,
        uint8 from,
        uint8 to,
        uint8 reason,
        uint64 effective,
        uint64 successor
    ) external;

    /// @notice Brings statuses that a stolen operator account changed back to where they stand without it, so that the
    /// authority can go on from there. Any state may become any other: it is the one act that ends a final state, and no
    /// verdict depends on it. Reverts as a whole where one position does not hold its `from`.
    /// Only the authority's region's administrator, and only once the named operator's fence is reached.
    /// @param operator an operator of the authority whose fence has come
    /// @param restorations 1 to 256
    function restoreStatuses(uint32 authority, address operator, Restoration[] calldata restorations) external;

    /// @notice The authority's next sequence number and the number of positions it has anchored.
    function totalsOf(uint32 authority) external view returns (uint64 nextSeq, uint64 total);

    /// @notice The four bits as last set; reverts for a position that was never anchored.
    function statusOf(uint32 authority, uint64 position) external view returns (uint8);

    /// @notice The 64 statuses of positions 64·word to 64·word + 63, lowest position in the lowest bits.
    function statusWord(uint32 authority, uint64 word) external view returns (uint256);
    function trustRegistry() external view returns (ITrustRegistry);
}
