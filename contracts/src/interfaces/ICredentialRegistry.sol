// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ITrustRegistry} from "./ITrustRegistry.sol";

/// @title What was anchored, and how it stands: batches and statuses
/// @notice A credential is named for ever by (authority, position); position = first + leaf index.
/// Statuses are four bits each, 64 to a word, with the values of the IETF Token Status List; `spec/status.md` has the table
/// of transitions that this contract enforces.
/// Times are Unix seconds; every event begins with the block's time.
interface ICredentialRegistry {
    /// @param position a credential of the authority
    /// @param from what the position holds
    /// @param to what it is to hold
    struct Restoration {
        uint64 position;
        uint8 from;
        uint8 to;
    }

    /// @notice A batch has the positions `first` to `first + count - 1` of its authority. This event alone holds its
    /// root, count and key.
    /// @param seq which batch of the authority it is; the first is 0
    /// @param first position of the leaf with index 0
    /// @param count number of leaves
    /// @param root RFC 9162 tree hash over the leaves
    /// @param kid the key that the whole batch is signed with
    /// @param operator who sent it
    event BatchAnchored(
        uint64 at, uint32 authority, uint64 seq, uint64 first, uint32 count, bytes32 root, bytes32 kid, address operator
    );

    /// @notice A credential went from one state to another; values as in spec/status.md.
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

    /// @notice The account was never an operator of this authority.
    error NotAnOperator(uint32 authority, address account);
    /// @notice The operator's fence is reached: `revokedFrom`, in Unix seconds.
    error OperatorIsRevoked(uint32 authority, address account, uint64 revokedFrom);
    /// @notice A dissolved authority anchors nothing, and its statuses are its region's administrator's.
    error AuthorityIsDissolved(uint32 authority);
    /// @notice Another batch has this number already, or one before it is missing.
    error NotTheNextSequence(uint64 expected, uint64 given);
    /// @notice A batch has 1 to 65,536 leaves.
    error CountOutOfRange(uint32 count);
    /// @notice The key is another authority's, or nobody's.
    error KeyOfAnotherAuthority(bytes32 kid, uint32 authority);
    /// @notice The key is not one for credentials (USE_CREDENTIAL).
    error KeyForAnotherUse(bytes32 kid, uint8 use);
    /// @notice The authority has anchored `total` positions, and this is none of them.
    error UnknownPosition(uint64 position, uint64 total);
    /// @notice The position holds `found`, not what the act or the restoration begins from.
    error StatusIsNot(uint8 expected, uint8 found);
    /// @notice The table in spec/status.md does not have this change for this reason.
    error TransitionNotAllowed(uint8 from, uint8 to, uint8 reason);
    /// @notice The act would take effect in the future, or lie back further than 7 days without being a rescission
    /// (撤销). Unix seconds.
    error EffectiveOutOfRange(uint64 effective, uint64 earliest, uint64 latest);
    /// @notice A superseded credential names another anchored position of its authority; any other state names 0.
    error SuccessorOutOfRange(uint64 successor);
    /// @notice Only the administrator of the authority's region restores.
    error NotTheAdministrator(uint32 region, address account);
    /// @notice The operator has no fence (0), or it is still to come: what it did has not fallen.
    error OperatorIsNotFenced(uint32 authority, address account, uint64 revokedFrom);
    /// @notice One call restores 1 to 256 positions.
    error RestorationCountOutOfRange(uint256 count);
    /// @notice `to` is no state, or what the position holds anyway.
    error RestorationNotAllowed(uint64 position, uint8 from, uint8 to);

    /// @notice Anchors a batch; `seq` must be the authority's next (the first is 0), so a resent batch cannot anchor
    /// twice. Gas is the same for any size. Only an operator of the authority before its fence, while the authority is
    /// not dissolved. Reverts for a key that is not the authority's or not for credentials; whether it is in force is
    /// the verifier's rule.
    /// @param root RFC 9162 tree hash over the batch's leaves
    /// @param count number of leaves, 1 to 65,536
    /// @param kid the one key the whole batch is signed with
    /// @return first the sum of the authority's earlier counts
    function anchor(uint32 authority, uint64 seq, bytes32 root, uint32 count, bytes32 kid)
        external
        returns (uint64 first);

    /// @notice Changes a status. Reverts where the state is not `from`, so a resent act cannot undo a later one, and
    /// where the table in `spec/status.md` does not have the change. Only an operator of the authority before its
    /// fence, or the region's administrator once it is dissolved.
    /// @param reason why, by its number in `spec/status.md`
    /// @param effective the legal date of the act, Unix seconds: not in the future, and at most 7 days back but for a
    /// rescission
    /// @param successor where `to` is superseded another anchored position of the authority, else 0
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

    /// @notice How far an authority has anchored; zeros where it is unknown.
    /// @return nextSeq the number that its next batch must have
    /// @return total how many positions it has: the next batch's first
    function totalsOf(uint32 authority) external view returns (uint64 nextSeq, uint64 total);

    /// @notice The four bits as last set; reverts for a position that was never anchored.
    function statusOf(uint32 authority, uint64 position) external view returns (uint8);

    /// @notice The 64 statuses of positions 64·word to 64·word + 63, lowest position in the lowest bits. Positions that
    /// were never anchored read as 0.
    function statusWord(uint32 authority, uint64 word) external view returns (uint256);

    /// @notice Where authorities, operators, keys and administrators are looked up; fixed at deployment.
    function trustRegistry() external view returns (ITrustRegistry);
}
