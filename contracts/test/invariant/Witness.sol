// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {CredentialRegistry} from "../../src/CredentialRegistry.sol";
import {Journal} from "../../src/Journal.sol";
import {RecognitionRegistry} from "../../src/RecognitionRegistry.sol";
import {StatusTable} from "../../src/StatusTable.sol";
import {TrustRegistry} from "../../src/TrustRegistry.sol";
import {Replay} from "../Replay.sol";
import {vm} from "../Vm.sol";

/// @title What is seen of the ledger from outside while others act on it
/// @notice Remembers what it saw after the act before, and counts every breach: a ledger in order has none of any kind.
abstract contract Witness {
    struct Ledger {
        Journal journal;
        TrustRegistry trust;
        CredentialRegistry credentials;
        RecognitionRegistry recognition;
    }

    struct Batch {
        uint64 first;
        uint32 count;
    }

    struct Place {
        uint32 authority;
        uint64 position;
    }

    Ledger internal ledger;

    bytes32 public replayedHead;
    uint256 public finalStatesChanged;
    uint256 public changesNotOfTheTable;
    uint256 public changesNobodyMade;
    uint256 public sequencesUsedTwice;
    uint256 public batchesThatOverlap;
    uint256 public fencesMovedLater;

    mapping(uint32 authority => Batch[]) private _batches;
    mapping(uint32 authority => mapping(uint64 seq => bool)) private _isUsed;
    Place[] private _places;
    mapping(uint32 authority => mapping(uint64 position => bool)) private _isKnown;
    mapping(uint32 authority => mapping(uint64 position => uint8)) private _seen;
    mapping(bytes32 fenced => uint64) private _fences;

    /// @dev Forgets logs of what the handler did not do, or of an act that reverted.
    function startListening() internal {
        vm.recordLogs();
    }

    /// @dev Folds the logs of an act that went through.
    function listen() internal {
        replayedHead = Replay.fold(replayedHead, vm.getRecordedLogs());
    }

    function seeBatch(uint32 authority, uint64 seq, uint64 first, uint32 count) internal {
        if (_isUsed[authority][seq]) ++sequencesUsedTwice;
        _isUsed[authority][seq] = true;
        Batch[] storage earlier = _batches[authority];
        for (uint256 i = 0; i < earlier.length; ++i) {
            bool isApart = first >= earlier[i].first + earlier[i].count || first + count <= earlier[i].first;
            if (!isApart) ++batchesThatOverlap;
        }
        earlier.push(Batch({first: first, count: count}));
    }

    /// @dev One act may have changed this one position, for this reason, and no other.
    function seeStatuses(Place memory acted, uint8 reason, bool wentThrough) internal {
        know(acted);
        for (uint256 i = 0; i < _places.length; ++i) {
            Place memory place = _places[i];
            uint8 before = _seen[place.authority][place.position];
            uint8 found = ledger.credentials.statusOf(place.authority, place.position);
            if (found == before) continue;
            if (before == StatusTable.INVALID || before == StatusTable.SUPERSEDED) ++finalStatesChanged;
            if (!StatusTable.allows(before, found, reason)) ++changesNotOfTheTable;
            bool isTheAct = place.authority == acted.authority && place.position == acted.position;
            if (!isTheAct || !wentThrough) ++changesNobodyMade;
            _seen[place.authority][place.position] = found;
        }
    }

    /// @dev One restoration may have brought this one position to this state, and no other.
    function seeRestoration(Place memory restored, uint8 to, bool wentThrough) internal {
        know(restored);
        for (uint256 i = 0; i < _places.length; ++i) {
            Place memory place = _places[i];
            uint8 found = ledger.credentials.statusOf(place.authority, place.position);
            if (found == _seen[place.authority][place.position]) continue;
            bool isTheAct = place.authority == restored.authority && place.position == restored.position;
            if (!isTheAct || !wentThrough || found != to) ++changesNobodyMade;
            _seen[place.authority][place.position] = found;
        }
    }

    function seeFence(bytes32 fenced, uint64 found) internal {
        uint64 before = _fences[fenced];
        if (before != 0 && (found == 0 || found > before)) ++fencesMovedLater;
        _fences[fenced] = found;
    }

    function know(Place memory place) private {
        if (_isKnown[place.authority][place.position]) return;
        _isKnown[place.authority][place.position] = true;
        _places.push(place);
    }
}
