// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title The running hash of every event of the registries, in order
/// @notice Whoever replays the registries' logs from any source recomputes `head` and compares it with one storage
/// proof: completeness, order and content of the whole history in one check.
/// `head' = keccak256(head ‖ entry)`, `entry = keccak256(address ‖ topic ‖ data)` (20, 32 and the raw bytes);
/// the first head is `keccak256("yinxin/journal/1" ‖ chain id (32) ‖ journal (20) ‖ network id (32))`.
/// The journal's own two events are entries like any other: the journal is a writer from the beginning and cannot be
/// retired. No other log is an entry: OpenZeppelin's `AuthorityUpdated`, which the journal and `TrustRegistry` log when they
/// are deployed and when the council moves to another AccessManager, is for operators only and a replay passes over it.
/// Times are Unix seconds; every event begins with the block's time.
/// The council's acts revert for anyone else with OpenZeppelin's `AccessManagedUnauthorized`.
interface IJournal {
    /// @notice `writer` may append from now on.
    event WriterAdded(uint64 at, address writer);
    /// @notice `writer` may append no longer.
    event WriterRetired(uint64 at, address writer);

    /// @notice Only a writer appends, and only an added one can be retired: the journal itself never.
    error NotAWriter(address account);
    /// @notice The account appends already; the journal itself does from the beginning.
    error AlreadyAWriter(address account);

    /// @notice Folds `entry` into the head. Only a writer: reverts with NotAWriter for anyone else.
    /// @param entry keccak256(address ‖ topic ‖ data) of the log that the writer has just made
    function append(bytes32 entry) external;

    /// @notice Lets a registry append. Council only. Reverts with AlreadyAWriter for one that may.
    function addWriter(address writer) external;

    /// @notice Ends a registry's right to append; what it appended stays. Council only. Reverts with NotAWriter for an
    /// account that was not added, or is retired, or is the journal itself.
    function retireWriter(address writer) external;

    /// @notice The running hash as of the last append.
    /// @return all entries up to now, folded in order
    function head() external view returns (bytes32);

    /// @notice The storage slot of the head, for proofs: keccak256("yinxin/journal/1/head").
    function headSlot() external pure returns (bytes32);

    /// @notice What tells this network from others with the same chain id: part of the first head, fixed at deployment.
    function networkId() external view returns (bytes32);

    /// @notice Whether the account may append now; true for the journal itself.
    function isWriter(address account) external view returns (bool);
}
