"""The replica on forged networks: validators that change, validators that contradict themselves, Clique's branches."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from credential import Outcome, Policy, Unreadable, Verdict, verify
from ledger import FollowFailed, NotProven, Replica, load_catalogue
from ledger.errors import ContradictoryHeaders, NotAdvancing
from ledger.headers import Header
from ledger.light_client import Trusted, check_header
from ledger.network_file import Checkpoint
from ledger.pack import export_pack, load_pack
from ledger.replica import node_source
from ledger.replica.points import exported
from tests.ledger.door import Door
from tests.ledger.forged import START, Branch, clique, grow, qbft, sign, sign_in_turn
from tests.ledger.light_client.recorded import KEYS, addresses
from tests.ledger.replica_contents import all_facts
from tests.ledger.replica_samples import HISTORY

FOUR = KEYS[:4]
Serve = Callable[[Branch], Door]
Open = Callable[..., Replica]


def test_validators_may_change_altogether_while_a_window_is_off(serve: Serve, replica_of: Open) -> None:
    branch = qbft(FOUR)
    replica = replica_of(branch.network, serve(branch))
    grow(branch, FOUR, *HISTORY[:3])
    replica.follow_once()
    for number in range(1, 13):  # one leaves, one comes: nobody is left of the first four
        grow(branch, KEYS[number : number + 4])
        grow(branch, KEYS[number : number + 4])
    grow(branch, KEYS[12:16], *HISTORY[3:])
    progress = replica.follow_once()
    assert (progress.block, progress.new_events) == (26, len(HISTORY) - 3)
    assert replica.known().points[-1].validators == addresses(KEYS[12:16])


def test_what_was_proven_can_be_proven_onwards_from_the_checkpoint(serve: Serve, replica_of: Open) -> None:
    branch = qbft(FOUR)
    replica = replica_of(branch.network, serve(branch))
    for number in range(12):
        grow(branch, KEYS[number : number + 4])
        if number % 3 == 0:
            replica.follow_once()
    replica.follow_once()
    with replica.reading() as (connection, _):
        found = exported(connection, branch.network.checkpoint.number)
    assert found is not None
    trusted = Trusted.by_checkpoint(branch.network)
    for octets in (*found.proof.path, found.proof.header):
        trusted = check_header(Header.decode(octets), trusted).trusted
    assert trusted.hash == found.point.accepted.hash


def test_an_old_set_cannot_take_over_again(serve: Serve, replica_of: Open) -> None:
    branch = qbft(FOUR)
    replica = replica_of(branch.network, door := serve(branch))
    for number in range(1, 6):
        grow(branch, KEYS[number : number + 4])
        replica.follow_once()
    takeover = branch.fork(4)
    for _ in range(9):
        grow(takeover, FOUR)
    door.instead = takeover.answer
    with pytest.raises(FollowFailed):
        replica.follow_once()
    assert replica.contradiction is None


def test_two_sealed_blocks_of_one_number_make_every_row_unknown(serve: Serve, replica_of: Open) -> None:
    branch = qbft(FOUR)
    grow(branch, FOUR, *HISTORY)
    other = branch.fork(0)
    grow(other, FOUR, *HISTORY[:-1])
    replica = replica_of(branch.network, serve(branch), serve(other))
    with pytest.raises(ContradictoryHeaders):
        replica.follow_once()
    evidence = replica.contradiction
    assert evidence is not None
    assert {evidence.first_hash, evidence.second_hash} == {branch.blocks[1].header.hash, other.blocks[1].header.hash}
    assert replica.accepted is None  # neither side is taken
    assert all_unknown(replica)


def test_while_a_contradiction_is_open_nothing_is_accepted(serve: Serve, replica_of: Open) -> None:
    branch = qbft(FOUR)
    replica = replica_of(branch.network, door := serve(branch))
    other = branch.fork(0)
    grow(branch, FOUR)
    replica.follow_once()
    grow(other, FOUR, gas_used=1)
    door.instead = other.answer
    with pytest.raises(ContradictoryHeaders):
        replica.follow_once()
    grow(branch, FOUR, *HISTORY)
    door.instead = branch.answer
    with pytest.raises(ContradictoryHeaders):
        replica.follow_once()
    assert replica.accepted is not None
    assert replica.accepted.number == 1


def test_a_node_that_went_on_upon_another_block_is_found_out(serve: Serve, replica_of: Open) -> None:
    """Its newest header is of a number that nobody here has seen; the one below is not what was accepted."""
    branch = qbft(FOUR)
    replica = replica_of(branch.network, door := serve(branch))
    other = branch.fork(0)
    grow(branch, FOUR)
    replica.follow_once()
    for _ in range(3):
        grow(other, FOUR, gas_used=1)
    door.instead = other.answer
    with pytest.raises(ContradictoryHeaders):
        replica.follow_once()
    assert all_unknown(replica)


def test_validators_that_a_new_network_file_left_out_contradict_nobody(serve: Serve, replica_of: Open) -> None:
    branch = qbft(FOUR)
    old = replica_of(branch.network, serve(branch))
    grow(branch, FOUR)
    old.follow_once()
    old.close()
    others = KEYS[2:6]  # two of the four were stolen
    grow(branch, others)
    kept = branch.blocks[2].header
    checkpoint = Checkpoint(2, kept.hash, kept.timestamp, addresses(others))
    new = replica_of(replace(branch.network, checkpoint=checkpoint), door := serve(branch))
    grow(branch, others)
    new.follow_once()
    thieves = branch.fork(2)
    grow(thieves, FOUR[:2], gas_used=1)
    door.instead = thieves.answer
    with pytest.raises(FollowFailed):
        new.follow_once()
    assert new.contradiction is None


def test_a_contradiction_is_found_later_in_a_source_that_is_behind(serve: Serve, replica_of: Open) -> None:
    branch = qbft(FOUR)
    replica = replica_of(branch.network, door := serve(branch))
    other = branch.fork(0)
    for _ in range(5):
        grow(branch, FOUR)
        replica.follow_once()
    assert replica.contradiction is None
    for _ in range(3):
        grow(other, FOUR, gas_used=1)
    door.instead = other.answer
    with pytest.raises(ContradictoryHeaders):
        replica.follow_once()
    assert replica.contradiction is not None
    assert replica.contradiction.number == 3
    assert all_unknown(replica)


@pytest.mark.parametrize("was_taken", ["the side that counts", "the other"])
@pytest.mark.parametrize("later", [5, 7])
def test_a_network_file_with_a_later_checkpoint_settles_a_contradiction(
    serve: Serve, replica_of: Open, was_taken: str, later: int
) -> None:
    """Whichever side the replica was on, it begins again from the file, and no check on the other side stands."""
    right = qbft(FOUR)
    wrong = right.fork(0)
    for number in range(1, 9):
        grow(right, FOUR, *(HISTORY if number == 1 else ()))
        grow(wrong, FOUR, *(HISTORY[:-2] if number == 1 else ()))
    taken, other = (right, wrong) if was_taken == "the side that counts" else (wrong, right)
    replica = replica_of(right.network, door := serve(taken.fork(4)))
    replica.follow_once()
    door.instead = other.fork(4).answer
    with pytest.raises(ContradictoryHeaders):
        replica.follow_once()
    assert all_unknown(replica)
    replica.close()
    settled = right.blocks[later].header
    checkpoint = replace(right.network.checkpoint, number=settled.number, hash=settled.hash, time=settled.timestamp)
    again = replica_of(replace(right.network, checkpoint=checkpoint), serve(right))
    assert again.contradiction is None
    assert [each.removed for each in again.rewinds()] == [(taken.blocks[4].header.hash,)]
    assert again.follow_once().new_events == len(HISTORY)
    honest = replica_of(right.network, serve(right), name="honest.db")
    honest.follow_once()
    assert all_facts(again._store) == all_facts(honest._store)
    assert not all_unknown(again)


def test_a_checkpoint_that_contradicts_an_accepted_block_begins_again(serve: Serve, replica_of: Open) -> None:
    """Nobody here has seen the other side; the council has, and says which one counts."""
    right = qbft(FOUR)
    wrong = right.fork(0)
    for number in range(4):
        grow(right, FOUR, *(HISTORY if number == 0 else ()))
        grow(wrong, FOUR)
    replica = replica_of(right.network, door := serve(wrong.fork(2)))
    replica.follow_once()
    door.instead = wrong.answer
    replica.follow_once()
    replica.close()
    settled = right.blocks[2].header
    checkpoint = replace(right.network.checkpoint, number=2, hash=settled.hash, time=settled.timestamp)
    again = replica_of(replace(right.network, checkpoint=checkpoint), serve(right))
    assert again.accepted is None
    assert len(again.rewinds()) == 1
    assert again.follow_once().block == 4


def test_a_header_that_is_not_sealed_is_no_contradiction(serve: Serve, replica_of: Open) -> None:
    branch = qbft(FOUR)
    replica = replica_of(branch.network, door := serve(branch))
    grow(branch, FOUR)
    replica.follow_once()
    other = branch.fork(0)
    grow(other, FOUR, sealers=FOUR[:2], gas_used=1)
    door.instead = other.answer
    with pytest.raises(FollowFailed):
        replica.follow_once()
    assert replica.contradiction is None


def test_a_pack_crosses_changes_of_the_validators(serve: Serve, replica_of: Open, tmp_path: Path) -> None:
    branch = qbft(FOUR)
    for number in range(9):
        grow(branch, KEYS[number : number + 4], *(HISTORY if number == 4 else ()))
    following = replica_of(branch.network, serve(branch))
    following.follow_once()
    export_pack(following, tmp_path / "all.pack", {})
    away = replica_of(branch.network, name="away.db")
    assert load_pack(away, tmp_path / "all.pack", START + 1000).new_events == len(HISTORY)
    assert all_facts(away._store) == all_facts(following._store)
    assert away.known().points[-1].validators == addresses(KEYS[8:12])


def test_a_pack_that_contradicts_what_is_known_is_evidence(serve: Serve, replica_of: Open, tmp_path: Path) -> None:
    branch, other = qbft(FOUR), qbft(FOUR)
    grow(branch, FOUR, *HISTORY)
    grow(other, FOUR, *HISTORY[:-1])
    ours, theirs = replica_of(branch.network, serve(branch)), replica_of(other.network, serve(other), name="theirs.db")
    ours.follow_once()
    theirs.follow_once()
    export_pack(theirs, tmp_path / "theirs.pack", {})
    with pytest.raises(ContradictoryHeaders):
        load_pack(ours, tmp_path / "theirs.pack", START + 1000)
    assert all_unknown(ours)


def test_the_connections_of_threads_that_ended_are_closed(serve: Serve, replica_of: Open) -> None:
    branch = qbft(FOUR)
    grow(branch, FOUR)
    replica = replica_of(branch.network, serve(branch))
    replica.follow_once()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(30):
        thread = threading.Thread(target=replica.rewinds)
        thread.start()
        thread.join()
    assert len(os.listdir("/proc/self/fd")) < before + 5


@pytest.mark.parametrize("scheme", ["http", "mirror+http"])
def test_a_password_in_an_address_is_told_nobody(
    replica_of: Open, tmp_path: Path, scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    address = f"{scheme}://ming:geheim@127.0.0.1:9/"
    with (
        Replica(tmp_path / "away.db", qbft(FOUR).network, load_catalogue(), [address]) as replica,
        pytest.raises(FollowFailed, match=r"127\.0\.0\.1:9") as failed,
    ):
        replica.follow_once()
    assert "geheim" not in str(failed.value) + repr(failed.value.failures) + caplog.text


def test_a_history_without_end_is_left(serve: Serve, replica_of: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    branch = qbft(FOUR)
    grow(branch, FOUR, *HISTORY)
    replica = replica_of(branch.network, serve(branch))
    monkeypatch.setattr(node_source, "MAX_HISTORY_OCTETS", 1_000)
    with pytest.raises(FollowFailed, match="load a trust pack first"):
        replica.follow_once()
    monkeypatch.undo()
    monkeypatch.setattr(node_source, "MAX_HISTORY_SECONDS", -1)
    with pytest.raises(FollowFailed, match="load a trust pack first"):
        replica.follow_once()
    monkeypatch.undo()
    assert replica.follow_once().new_events == len(HISTORY)


def test_of_cliques_blocks_only_settled_ones_are_used(serve: Serve, replica_of: Open) -> None:
    branch = clique(FOUR)
    replica = replica_of(branch.network, serve(branch))
    sign(branch, FOUR, 1, *HISTORY)
    sign_in_turn(branch, FOUR, 5)
    with pytest.raises(FollowFailed, match="settled"):
        replica.follow_once()
    sign_in_turn(branch, FOUR, 1)
    assert replica.follow_once().block == 1
    assert replica.follow_once().new_events == 0


def test_a_heavier_branch_takes_the_place_of_settled_blocks(serve: Serve, replica_of: Open) -> None:
    branch = clique(FOUR)
    sign(branch, FOUR, 1, *HISTORY[:5])
    sign_in_turn(branch, FOUR, 7)
    replica = replica_of(branch.network, door := serve(branch))
    assert replica.follow_once().block == 2
    heavier = branch.fork(2)
    branch = branch.fork(2)
    for number in range(3, 12):
        sign(branch, FOUR, number % 4, *(HISTORY[5:9] if number == 3 else ()))
    door.instead = branch.answer
    assert replica.follow_once().block == 5
    for number in range(3, 16):
        sign(heavier, FOUR, number % 4, *(HISTORY[5:] if number == 4 else ()))
    door.instead = heavier.answer
    progress = replica.follow_once()
    assert progress.rewound is not None
    assert (progress.rewound.ancestor, progress.rewound.last) == (2, 5)
    assert progress.rewound.removed == (branch.blocks[5].header.hash,)
    assert replica.rewinds() == (progress.rewound,)
    honest = replica_of(heavier.network, serve(heavier), name="honest.db")
    honest.follow_once()
    assert all_facts(replica._store) == all_facts(honest._store)


def test_a_branch_that_is_not_heavier_is_passed_over(serve: Serve, replica_of: Open) -> None:
    branch = clique(FOUR)
    sign(branch, FOUR, 1, *HISTORY[:5])
    sign_in_turn(branch, FOUR, 12)
    replica = replica_of(branch.network, door := serve(branch))
    replica.follow_once()
    known = replica.known()
    lighter = clique(FOUR)
    for number in range(1, 16):  # longer, and never in turn
        sign(lighter, FOUR, (number + 2) % 4)
    door.instead = lighter.answer
    with pytest.raises(FollowFailed) as failed:
        replica.follow_once()
    assert isinstance(failed.value.failures[0].error, NotAdvancing)
    assert (replica.known(), replica.rewinds()) == (known, ())


def test_a_clique_node_of_strangers_is_refused(serve: Serve, replica_of: Open) -> None:
    branch = clique(FOUR)
    replica = replica_of(branch.network, door := serve(branch))
    sign_in_turn(branch, KEYS[4:8], 9)
    door.instead = branch.answer
    with pytest.raises(FollowFailed) as failed:
        replica.follow_once()
    assert isinstance(failed.value.failures[0].error, NotProven)


def all_unknown(replica: Replica) -> bool:
    shown = Unreadable("X", "nothing")
    report = verify(shown, replica.facts_for(shown), Policy(region=440000), None, START, START)
    return report.verdict is Verdict.UNDETERMINED and all(row.outcome is Outcome.UNKNOWN for row in report.rows)
