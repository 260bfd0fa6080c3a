"""A newer network file for a replica whose accepted block its checkpoint does not lead to, or may not lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from ledger import FollowFailed, LedgerError, Replica, load_catalogue
from ledger.errors import DoesNotFollow, JournalMismatch, NodeUnavailable, NotAdvancing
from ledger.events import WriterAdded
from ledger.hexadecimal import to_hex
from ledger.network_file import NetworkFile
from ledger.pack import export_pack, load_pack
from ledger.replica.node_source import NodeSource
from ledger.replica.update import Known, Update
from tests.ledger.door import Door, Lie
from tests.ledger.forged import START, Branch, clique, grow, qbft, sign, sign_in_turn
from tests.ledger.light_client.recorded import KEYS
from tests.ledger.replica_contents import all_facts
from tests.ledger.replica_samples import HISTORY, log

FOUR = KEYS[:4]


@dataclass
class Desk:
    """One replica's file that is opened again and again, and a node for each branch that it is given."""

    folder: Path
    doors: list[Door] = field(default_factory=list)
    opened: list[Replica] = field(default_factory=list)

    def open(self, network: NetworkFile, *branches: Branch, name: str = "r.db", pack: Path | None = None) -> Replica:
        sources = [self._serve(branch).url for branch in branches] + ([pack.as_uri()] if pack else [])
        self.opened.append(Replica(self.folder / name, network, load_catalogue(), sources, clock=lambda: START + 1000))
        return self.opened[-1]

    def facts_of(self, branch: Branch) -> object:
        """What a replica that begins with the branch knows."""
        replica = self.open(branch.network, branch, name=f"honest-{len(self.opened)}.db")
        replica.follow_once()
        return all_facts(replica._store)

    def _serve(self, branch: Branch) -> Door:
        door = Door("http://127.0.0.1:9")
        door.instead = branch.answer
        self.doors.append(door)
        return door


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    for replica in made.opened:
        replica.close()
    for door in made.doors:
        door.close()


def newer(branch: Branch, number: int) -> NetworkFile:
    """The network's file with a block of the branch as its checkpoint."""
    header = branch.blocks[number].header
    at = replace(branch.network.checkpoint, number=number, hash=header.hash, time=header.timestamp)
    return replace(branch.network, checkpoint=at)


def sign_out_of_turn(branch: Branch, count: int) -> None:
    for _ in range(count):
        sign(branch, FOUR, (len(branch.blocks) + 1) % len(FOUR))


def parted() -> tuple[Branch, Branch]:
    """Two branches of one Clique network after the same two blocks, with other events. The first is heavier."""
    won = clique(FOUR)
    sign(won, FOUR, 1, *HISTORY[:5])
    sign_in_turn(won, FOUR, 1)
    lost = won.fork(2)
    sign(won, FOUR, 3, *HISTORY[5:-1])
    sign_in_turn(won, FOUR, 20)
    sign(lost, FOUR, 0, *HISTORY[5:7])
    sign_out_of_turn(lost, 20)
    return won, lost


def why(replica: Replica) -> LedgerError:
    with pytest.raises(FollowFailed) as failed:
        replica.follow_once()
    (failure,) = failed.value.failures
    return failure.error


@pytest.mark.parametrize("checkpoint", [4, 6, 9], ids=["below", "between the accepted", "above"])
@pytest.mark.parametrize("side", ["heavier", "lighter"])
def test_cliques_accepted_block_on_the_branch_that_lost_is_taken_back(desk: Desk, checkpoint: int, side: str) -> None:
    """Which side counts is for the file to say; that it is also the heavier one is usual, and not needed."""
    won, lost = parted() if side == "heavier" else reversed(parted())
    replica = desk.open(won.network, lost.fork(8))
    assert replica.follow_once().block == 2
    replica = desk.open(won.network, lost.fork(11))
    assert replica.follow_once().block == 5
    replica = desk.open(won.network, lost.fork(13))
    assert replica.follow_once().block == 7
    replica = desk.open(newer(won, checkpoint), won)
    progress = replica.follow_once()
    assert progress.block == 17
    assert progress.rewound is not None
    assert (progress.rewound.ancestor, progress.rewound.last) == (2, 7)
    assert set(progress.rewound.removed) == {lost.blocks[number].header.hash for number in (5, 7)}
    assert all_facts(replica._store) == desk.facts_of(won)
    assert replica.follow_once().rewound is None


@pytest.mark.parametrize("checkpoint", [4, 9])
def test_a_clique_replica_without_a_common_block_begins_again(desk: Desk, checkpoint: int) -> None:
    won, lost = parted()
    desk.open(won.network, lost.fork(12)).follow_once()
    replica = desk.open(newer(won, checkpoint), won)
    progress = replica.follow_once()
    assert progress.rewound is not None
    assert progress.rewound.removed == (lost.blocks[6].header.hash,)
    assert all_facts(replica._store) == desk.facts_of(won)


@pytest.mark.parametrize("checkpoint", [4, 9])
def test_of_cliques_branch_that_lost_nothing_more_is_accepted(desk: Desk, checkpoint: int) -> None:
    won, lost = parted()
    desk.open(won.network, lost.fork(12)).follow_once()
    replica = desk.open(newer(won, checkpoint), lost)
    known, facts = replica.known(), all_facts(replica._store)
    assert isinstance(why(replica), DoesNotFollow)
    assert (replica.known(), all_facts(replica._store)) == (known, facts)


@pytest.mark.parametrize("checkpoint", [4, 9])
def test_while_no_source_answers_nothing_is_taken_back(desk: Desk, checkpoint: int) -> None:
    won, lost = parted()
    desk.open(won.network, lost.fork(12)).follow_once()
    replica = desk.open(newer(won, checkpoint), won)
    facts = all_facts(replica._store)
    desk.doors[-1].close()
    assert isinstance(why(replica), NodeUnavailable)
    assert replica.accepted is not None
    assert (all_facts(replica._store), replica.rewinds()) == (facts, ())


@pytest.mark.parametrize("checkpoint", [4, 9])
def test_a_newer_file_of_the_same_branch_takes_nothing_back(desk: Desk, checkpoint: int) -> None:
    branch, _ = parted()
    desk.open(branch.network, branch.fork(12)).follow_once()
    replica = desk.open(newer(branch, checkpoint), branch)
    assert replica.follow_once().block == 17
    assert replica.rewinds() == ()
    assert [point.accepted.number for point in replica.known().points] == [6, 17]
    assert all_facts(replica._store) == desk.facts_of(branch)


def forgetting(branch: Branch, *numbers: int) -> Lie:
    """Says of each number, the first time that it is asked for it, that its block is the branch's."""
    left = list(numbers)

    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getBlockByNumber" or int(params[0], 16) not in left:
            return result
        left.remove(int(params[0], 16))
        return branch.blocks[int(params[0], 16)].as_json()

    return lie


def test_a_clique_node_that_denies_the_accepted_block_takes_nothing_back(desk: Desk) -> None:
    """It lies when it is asked for what comes after that, and for that; then its chain has it all the same."""
    won, lost = parted()
    desk.open(won.network, won.fork(13)).follow_once()
    replica = desk.open(won.network, won)
    desk.doors[-1].lie = forgetting(lost, 8, 7)
    assert replica.follow_once().block == 17
    assert replica.rewinds() == ()
    assert desk.doors[-1].lied
    assert [point.accepted.number for point in replica.known().points] == [7, 17]


def test_nor_does_one_that_denies_it_under_a_newer_file(desk: Desk) -> None:
    won, lost = parted()
    desk.open(won.network, won.fork(13)).follow_once()
    replica = desk.open(newer(won, 4), won)
    asked: list[int] = []

    def lie(method: str, params: list[Any], result: Any) -> Any:
        asked.extend([7] if params == ["0x7", False] else [])
        return lost.blocks[7].as_json() if params == ["0x7", False] and len(asked) > 1 else result

    desk.doors[-1].lie = lie
    assert replica.follow_once().block == 17
    assert replica.rewinds() == ()


def test_a_node_that_is_behind_a_newer_files_replica_takes_nothing_back(desk: Desk) -> None:
    branch, _ = parted()
    desk.open(branch.network, branch).follow_once()
    replica = desk.open(newer(branch, 4), branch.fork(20))
    assert isinstance(why(replica), NotAdvancing)
    desk.open(newer(branch, 4), branch).follow_once()
    assert replica.rewinds() == ()


def test_weights_are_compared_from_the_newer_files_checkpoint(desk: Desk) -> None:
    """Once it has led past the accepted block, the heavier branch counts again, wherever the two part after it."""
    branch, _ = parted()
    lighter, heavier = branch.fork(5), branch.fork(5)
    sign_out_of_turn(lighter, 25)
    sign(heavier, FOUR, 6 % 4, HISTORY[-1])
    sign_in_turn(heavier, FOUR, 19)
    desk.open(branch.network, branch.fork(16)).follow_once()
    replica = desk.open(newer(branch, 4), branch)
    assert replica.follow_once().block == 17
    replica = desk.open(newer(branch, 4), lighter)
    assert isinstance(why(replica), NotAdvancing)
    replica = desk.open(newer(branch, 4), heavier)
    assert replica.follow_once().block == 19


def contradicted() -> tuple[Branch, Branch]:
    """Two sides of one QBFT network after the same block, with other events. All validators signed both."""
    right = qbft(FOUR)
    grow(right, FOUR, *HISTORY[:5])
    wrong = right.fork(1)
    grow(right, FOUR, *HISTORY[5:])
    grow(wrong, FOUR, *HISTORY[6:8])
    for _ in range(6):
        grow(right, FOUR)
        grow(wrong, FOUR, gas_used=1)
    return right, wrong


def packed(desk: Desk, branch: Branch) -> Path:
    replica = desk.open(branch.network, branch, name="maker.db")
    replica.follow_once()
    export_pack(replica, desk.folder / "all.pack", {})
    return desk.folder / "all.pack"


@pytest.mark.parametrize("source", ["node", "pack among the sources", "pack that is loaded"])
def test_a_block_before_the_checkpoint_on_the_side_that_lost_is_taken_back(desk: Desk, source: str) -> None:
    """Nobody here has seen the other side, and the checkpoint has no accepted block's number."""
    right, wrong = contradicted()
    desk.open(right.network, wrong.fork(2)).follow_once()
    desk.open(right.network, wrong.fork(4)).follow_once()
    if source == "pack that is loaded":
        replica = desk.open(newer(right, 5))
        loaded = load_pack(replica, packed(desk, right), START + 1000)
        assert (loaded.block, loaded.new_events, loaded.already_known) == (8, len(HISTORY), False)
    else:
        file = newer(right, 5)
        replica = desk.open(file, right) if source == "node" else desk.open(file, pack=packed(desk, right))
        assert replica.follow_once().new_events == len(HISTORY)
    (rewind,) = replica.rewinds()
    assert set(rewind.removed) == {wrong.blocks[number].header.hash for number in (2, 4)}
    assert replica.contradiction is None
    assert all_facts(replica._store) == desk.facts_of(right)


@pytest.mark.parametrize("accepted", [4, 7], ids=["before the checkpoint", "after it"])
def test_a_node_of_the_side_that_lost_brings_nothing_more(desk: Desk, accepted: int) -> None:
    """It says itself that its block of the checkpoint's number is another."""
    right, wrong = contradicted()
    desk.open(right.network, wrong.fork(accepted)).follow_once()
    replica = desk.open(newer(right, 5), wrong)
    known = replica.known()
    assert isinstance(why(replica), NotAdvancing)
    assert (replica.known(), replica.rewinds()) == (known, ())
    new = desk.open(newer(right, 5), wrong, name="new.db")
    assert isinstance(why(new), NotAdvancing)
    assert new.accepted is None


def test_a_node_that_has_dropped_the_checkpoints_block_is_believed(desk: Desk) -> None:
    branch, _ = contradicted()
    replica = desk.open(newer(branch, 5), branch)
    desk.doors[-1].lie = lambda method, params, result: None if params == ["0x5", False] else result
    assert replica.follow_once().block == 8


def test_another_header_of_the_accepted_number_takes_nothing_back(desk: Desk) -> None:
    """Anybody can show the one of the side that lost: the history has the accepted block's events all the same."""
    right, wrong = contradicted()
    desk.open(right.network, right.fork(3)).follow_once()
    replica = desk.open(newer(right, 5), right)
    other = wrong.blocks[3].as_json()
    desk.doors[-1].lie = lambda method, params, result: other if params == ["0x3", False] else result
    assert replica.follow_once().block == 8
    assert replica.rewinds() == ()
    assert [point.accepted.number for point in replica.known().points] == [3, 8]
    assert all_facts(replica._store) == desk.facts_of(right)


def test_a_whole_history_with_the_accepted_events_takes_nothing_back(desk: Desk) -> None:
    """Whoever hands it over, and whatever was said before."""
    branch, _ = contradicted()
    desk.open(branch.network, branch.fork(3)).follow_once()
    replica = desk.open(newer(branch, 5), branch)
    known, facts, source = replica.known(), all_facts(replica._store), NodeSource(desk.doors[-1].url, replica.network)
    proven = source.prove(Known(), START + 1000)
    assert proven is not None
    with pytest.raises(JournalMismatch, match="has the events of block 3"):
        replica.take(known, Update(proven, source.history(Known(), proven)), "a liar")
    source.close()
    assert (replica.known(), all_facts(replica._store), replica.rewinds()) == (known, facts, ())


def test_a_side_that_named_validators_of_its_own_is_taken_back(desk: Desk) -> None:
    """Nobody whom the accepted block names has sealed a block of the right side."""
    thieves = KEYS[4:7]
    right = qbft(FOUR)
    grow(right, FOUR, *HISTORY[:5])
    wrong = right.fork(1)
    for _ in range(7):
        grow(right, FOUR, *HISTORY[len(right.blocks) + 3 :][:1])
    grow(wrong, [*FOUR[:2], thieves[0]], *HISTORY[6:8])
    grow(wrong, [*thieves, FOUR[0]], sealers=[*thieves, FOUR[0]])
    grow(wrong, thieves)
    for number in (2, 3, 4):
        desk.open(right.network, wrong.fork(number)).follow_once()
    replica = desk.open(newer(right, 5), right)
    progress = replica.follow_once()
    assert progress.rewound is not None
    assert set(progress.rewound.removed) == {wrong.blocks[number].header.hash for number in (2, 3, 4)}
    assert all_facts(replica._store) == desk.facts_of(right)


def test_a_writer_of_the_side_that_lost_adds_no_logs(desk: Desk) -> None:
    """On the right side the contract never wrote the journal: what it logs there is none of it."""
    stranger = b"\x5a" * 20
    right, wrong = contradicted()
    wrong = wrong.fork(1)
    grow(wrong, FOUR, log(right.network.journal.address, WriterAdded, 9, to_hex(stranger)))
    desk.open(right.network, wrong).follow_once()
    replica = desk.open(newer(right, 5), right)
    stray = {"address": to_hex(stranger), "topics": [to_hex(HISTORY[0].topic)], "data": to_hex(HISTORY[0].data)}

    def chatty(method: str, params: list[Any], result: Any) -> Any:
        is_asked = method == "eth_getLogs" and to_hex(stranger) in params[0]["address"]
        return [*result, stray] if is_asked else result

    desk.doors[-1].lie = chatty
    assert replica.follow_once().rewound is not None
    assert all_facts(replica._store) == desk.facts_of(right)


def test_logs_that_a_node_has_not_found_yet_take_nothing_back(desk: Desk) -> None:
    """The checkpoint is beyond the accepted block and the history does not fit: that alone is no other side."""
    branch, _ = contradicted()
    desk.open(branch.network, branch.fork(1)).follow_once()
    replica = desk.open(newer(branch, 5), branch)
    desk.doors[-1].lie = lambda method, params, result: result[:-1] if method == "eth_getLogs" else result
    assert isinstance(why(replica), JournalMismatch)
    desk.doors[-1].honest()
    desk.doors[-1].instead = branch.answer
    assert replica.follow_once().new_events == len(HISTORY) - 5
    assert replica.rewinds() == ()


def test_a_pack_of_the_accepted_block_takes_nothing_back(desk: Desk) -> None:
    branch, _ = contradicted()
    desk.open(branch.network, branch.fork(1)).follow_once()
    replica = desk.open(newer(branch, 5), pack=packed(desk, branch))
    assert replica.follow_once().new_events == len(HISTORY) - 5
    assert replica.rewinds() == ()


def test_a_source_that_has_nothing_when_it_is_asked_again_has_nothing_newer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its history does not continue from the accepted block, and from the first event on it proves no block either."""
    branch, _ = contradicted()
    desk.open(branch.network, branch.fork(3)).follow_once()
    replica = desk.open(newer(branch, 5), branch)
    known = replica.known()

    def fickle(self: NodeSource, known: Known, now: int) -> None:
        if known.points:
            raise JournalMismatch("another history than the accepted block's")

    monkeypatch.setattr(NodeSource, "prove", fickle)
    progress = replica.follow_once()
    assert (progress.block, progress.new_events, replica.known()) == (3, 0, known)
