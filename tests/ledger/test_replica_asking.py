"""What a replica makes of slow, hanging and lying sources that it asks at once, and of answers that come late."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Set
from concurrent import futures
from typing import Any

import pytest

from ledger import FollowFailed, NodeUnavailable, Progress, Replica, Rpc
from ledger import rpc as rpc_module
from ledger.errors import JournalMismatch
from ledger.replica import asking
from ledger.replica.node_source import NodeSource
from ledger.replica.update import Known
from tests.ledger.door import Door
from tests.ledger.forged import Branch, clique, grow, qbft, sign_in_turn
from tests.ledger.light_client.recorded import KEYS
from tests.ledger.replica_samples import HISTORY
from tests.waiting import until

FOUR = KEYS[:4]
HANGING_SECONDS = 60
Serve = Callable[[Branch], Door]
Open = Callable[..., Replica]


@pytest.fixture(autouse=True)
def _long_exchanges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is slow or hangs is left by whoever asks it, and not by its connection."""
    monkeypatch.setitem(Rpc.__init__.__kwdefaults__, "timeout_seconds", 2.0 * HANGING_SECONDS)
    monkeypatch.setattr(rpc_module, "MAX_ANSWER_SECONDS", 2.0 * HANGING_SECONDS)
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 2.0 * HANGING_SECONDS)


def with_history(count: int = len(HISTORY)) -> Branch:
    """A network with so many logs of the sample history in its first block."""
    branch = qbft(FOUR)
    grow(branch, FOUR, *HISTORY[:count])
    return branch


def dropping_a_log(door: Door) -> Door:
    door.lie = lambda method, params, result: result[:-1] if method == "eth_getLogs" else result
    return door


def down(door: Door) -> Door:
    door.close()
    return door


def proving_nothing(door: Door, branch: Branch) -> Door:
    door.instead = lambda method, params: None if method == "eth_getProof" else branch.answer(method, params)
    return door


def waiting(door: Door, method: str) -> threading.Event:
    """Holds the door's answers to a method back until the event is set."""
    go = threading.Event()
    door.before = lambda asked, params: asked == method and go.wait(HANGING_SECONDS) and None
    return go


def impatient_with(monkeypatch: pytest.MonkeyPatch, replica: Replica, *hanging: Door) -> None:
    """Patience is at an end soon after all but these have answered, and not before, however slow they are."""

    def wait(left: Set[Any], timeout: float, return_when: str) -> Any:
        held = {replica._asking._open.get(door.url) for door in hanging} & left
        if held == left:
            return futures.wait(left, min(timeout, 0.3), return_when)
        done, slow = futures.wait(left - held, timeout, return_when)
        return done, slow | held

    monkeypatch.setattr(asking, "wait", wait)


def has_answered(replica: Replica, door: Door) -> bool:
    """Whether its answer, to a question of whichever round, is there and nobody has looked at it yet."""
    return replica._asking._open[door.url].done()


def followed(replica: Replica) -> Progress:
    """The first round that gets on."""
    made: list[Progress] = []

    def gets_on() -> bool:
        try:
            made.append(replica.follow_once())
        except FollowFailed:
            return False
        return True

    until(gets_on, "a round that gets on")
    return made[0]


def test_who_lies_at_once_leaves_the_others_no_less_time(
    serve: Serve, replica_of: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "GRACE_SECONDS", 0.1)
    branch = with_history()
    liar, slow = dropping_a_log(serve(branch)), serve(branch)
    replica = replica_of(branch.network, liar, slow, down(serve(branch)))

    def outlasting(method: str, params: list[Any]) -> None:
        if method == "eth_chainId":
            until(lambda: has_answered(replica, liar))
            time.sleep(1)

    slow.before = outlasting
    progress = replica.follow_once()
    assert (progress.source, progress.new_events) == (slow.url, len(HISTORY))
    assert JournalMismatch in [type(each.error) for each in progress.failures if each.source == liar.url]


def test_an_offer_that_comes_late_is_taken_for_no_history(
    serve: Serve, replica_of: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes while others are asked for the history of a block whose prover lies about that."""
    branch = with_history()
    liar, slow, other = dropping_a_log(serve(branch)), serve(branch), proving_nothing(serve(branch), branch)
    go = waiting(slow, "eth_chainId")
    replica = replica_of(branch.network, liar, slow, other)
    impatient_with(monkeypatch, replica, slow)

    def outlasting(method: str, params: list[Any]) -> None:
        if method == "eth_getLogs":
            go.set()
            until(lambda: has_answered(replica, slow))

    other.before = outlasting
    dropping_a_log(other)
    with pytest.raises(FollowFailed):
        replica.follow_once()
    progress = followed(replica)
    assert (progress.source, progress.new_events) == (slow.url, len(HISTORY))
    assert slow.calls.count("eth_chainId") == 1


def test_a_history_that_comes_late_is_an_offer_of_the_block_that_it_leads_to(
    serve: Serve, replica_of: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch = with_history(5)
    liar, archive = dropping_a_log(serve(branch)), proving_nothing(serve(branch), branch)
    go = waiting(archive, "eth_getLogs")
    other = dropping_a_log(proving_nothing(serve(branch), branch))
    replica = replica_of(branch.network, liar, archive, other)
    impatient_with(monkeypatch, replica, archive)
    with pytest.raises(FollowFailed):
        replica.follow_once()
    grow(branch, FOUR, *HISTORY[5:])
    with pytest.raises(FollowFailed):
        replica.follow_once()
    go.set()
    first = followed(replica)
    assert (first.source, first.block, first.new_events) == (archive.url, 1, 5)
    assert archive.calls.count("eth_getLogs") == 1
    second = followed(replica)
    assert (second.source, second.block, second.new_events) == (archive.url, 2, len(HISTORY) - 5)


@pytest.mark.parametrize("is_alone", [True, False], ids=["one other", "two others"])
def test_a_source_with_an_open_question_is_asked_no_other(
    serve: Serve, replica_of: Open, monkeypatch: pytest.MonkeyPatch, is_alone: bool
) -> None:
    """Not for its history, either: who hangs holds up no round, and is not asked from two threads at once."""
    branch = with_history()
    liar, hanging = dropping_a_log(serve(branch)), serve(branch)
    go = waiting(hanging, "eth_chainId")
    replica = replica_of(branch.network, liar, hanging, *([] if is_alone else [down(serve(branch))]))
    impatient_with(monkeypatch, replica, hanging)
    for _ in range(2):
        with pytest.raises(FollowFailed) as failed:
            replica.follow_once()
        reasons = {each.source: type(each.error) for each in failed.value.failures}
        assert (reasons[liar.url], reasons[hanging.url]) == (JournalMismatch, NodeUnavailable)
    until(lambda: hanging.calls != [])
    assert hanging.calls == ["eth_chainId"]
    go.set()
    assert followed(replica).source == hanging.url


def test_a_false_history_is_not_even_handed_to_the_store(
    serve: Serve, replica_of: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each write takes the file's lock, and up to 256 MiB of a disk that has perhaps no room for them."""
    branch = with_history()
    liar, honest = dropping_a_log(serve(branch)), serve(branch)
    replica = replica_of(branch.network, liar, honest)
    accept, taken = replica._store.accept, []
    monkeypatch.setattr(replica._store, "accept", lambda *given: taken.append(given) or accept(*given))
    progress = replica.follow_once()
    assert (progress.source, len(taken)) == (honest.url, 1)
    assert [(each.source, type(each.error)) for each in progress.failures] == [(liar.url, JournalMismatch)]


def test_the_history_may_come_from_another_source_than_the_header(serve: Serve, replica_of: Open) -> None:
    branch = with_history()
    poor, rich = serve(branch), serve(branch)
    poor.instead = lambda method, params: [] if method == "eth_getLogs" else branch.answer(method, params)
    replica = replica_of(branch.network, poor, rich)
    progress = replica.follow_once()
    assert (progress.source, progress.new_events) == (rich.url, len(HISTORY))
    assert [(each.source, type(each.error)) for each in progress.failures] == [(poor.url, JournalMismatch)]


def test_an_answer_that_comes_late_is_taken_in_a_later_round(
    serve: Serve, replica_of: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The only source that works is slower than there is patience: it is not asked again, and gets there."""
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 0.5)  # nobody has to meet it
    branch = with_history()
    slow = serve(branch)
    slow.before = lambda method, params: method == "eth_getLogs" and slow.closing.wait(1.5) and None
    progress = followed(replica_of(branch.network, slow, down(serve(branch))))
    assert progress.new_events == len(HISTORY)
    assert slow.calls.count("eth_getLogs") == 1


def test_a_late_answer_to_what_is_past_is_not_taken_for_a_reorganisation(
    serve: Serve, replica_of: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch = clique(FOUR)
    sign_in_turn(branch, FOUR, 8)
    slow, quick = serve(branch.fork(8)), serve(branch)
    go = waiting(slow, "eth_getLogs")
    replica = replica_of(branch.network, slow, quick)
    impatient_with(monkeypatch, replica, slow)
    assert replica.follow_once().block == 2
    sign_in_turn(branch, FOUR, 4)
    assert replica.follow_once().block == 6
    go.set()
    until(lambda: has_answered(replica, slow))
    go = waiting(quick, "eth_chainId")
    impatient_with(monkeypatch, replica, quick)
    with pytest.raises(FollowFailed):
        replica.follow_once()
    go.set()
    assert followed(replica).block == 6
    assert replica.rewinds() == ()


def test_a_source_that_breaks_in_a_way_of_its_own_is_only_left(
    serve: Serve, replica_of: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch = with_history()
    broken, good = serve(branch), serve(branch)
    replica = replica_of(branch.network, broken, good)
    prove = NodeSource.prove

    def breaking(self: NodeSource, known: Known, now: int) -> object:
        if self.name == broken.url:
            raise UnicodeEncodeError("ascii", "é", 0, 1, "nobody thought of it")
        return prove(self, known, now)

    monkeypatch.setattr(NodeSource, "prove", breaking)
    progress = replica.follow_once()
    assert (progress.source, [each.source for each in progress.failures]) == (good.url, [broken.url])


def test_a_source_that_hangs_holds_up_nobody(serve: Serve, replica_of: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "GRACE_SECONDS", 1.0)
    branch = with_history()
    hanging, quick = serve(branch), serve(branch)
    hanging.before = lambda method, params: hanging.closing.wait(HANGING_SECONDS) and None
    replica = replica_of(branch.network, hanging, quick)
    started = time.monotonic()
    first = replica.follow_once()
    grow(branch, FOUR)
    second = replica.follow_once()
    assert time.monotonic() - started < HANGING_SECONDS
    assert (first.source, second.block) == (quick.url, 2)
    assert [type(each.error) for each in (*first.failures, *second.failures)] == [NodeUnavailable] * 2
    hanging.closing.set()


def test_a_source_that_hangs_with_its_logs_alone_holds_up_nobody(
    serve: Serve, replica_of: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "GRACE_SECONDS", 1.0)
    branch = with_history()
    hanging, quick = serve(branch), serve(branch)
    hanging.before = lambda method, params: method == "eth_getLogs" and hanging.closing.wait(HANGING_SECONDS) and None
    replica = replica_of(branch.network, hanging, quick)
    started = time.monotonic()
    progress = replica.follow_once()
    assert time.monotonic() - started < HANGING_SECONDS
    assert (progress.source, progress.new_events) == (quick.url, len(HISTORY))
    hanging.closing.set()


def test_who_can_prove_nothing_may_still_have_the_history(serve: Serve, replica_of: Open) -> None:
    branch = with_history()
    headers, archive = serve(branch), serve(branch)
    headers.instead = lambda method, params: [] if method == "eth_getLogs" else branch.answer(method, params)
    archive.instead = lambda method, params: None if method == "eth_getProof" else branch.answer(method, params)
    replica = replica_of(branch.network, headers, archive)
    progress = replica.follow_once()
    assert (progress.source, progress.new_events) == (archive.url, len(HISTORY))
    assert {each.source for each in progress.failures} == {headers.url, archive.url}
