"""Liars on networks of several signers: Clique's headers by the row, and QBFT's in between where validators changed."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger import FollowFailed, Replica, load_catalogue
from ledger.errors import LedgerError, MalformedAnswer, NotAdvancing, NotProven, ProofRefused
from tests.ledger.door import Door, Lie
from tests.ledger.forged import START, Branch, clique, grow, qbft, sign, sign_in_turn
from tests.ledger.liars import LIARS, altered, lie_about
from tests.ledger.light_client.recorded import KEYS
from tests.ledger.replica_contents import contents
from tests.ledger.replica_samples import HISTORY

FOUR = KEYS[:4]
SETTLING = 9
KNOWN = len(HISTORY) // 2
Errors = tuple[type[LedgerError], ...]


def of_another_number(branch: Branch) -> Lie:
    """A true header, but not the one that was asked for; the newest is told as it is."""

    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getBlockByNumber" or params[0] == "latest":
            return result
        return branch.answer(method, [hex(int(params[0], 16) - 1), False])

    return lie


def one_signer_alone(branch: Branch) -> Lie:
    """A longer branch that one of the four made alone, after what the window knows."""
    alone = branch.fork(SETTLING + 1)
    for _ in range(40):
        sign(alone, FOUR, 0)
    return lambda method, params, result: alone.answer(method, params)


def header_lie(change: Callable[[dict[str, Any]], Any]) -> Callable[[Branch], Lie]:
    return lambda _: lie_about("eth_getBlockByNumber", change)


def told(method: str, result: Any) -> Callable[[Branch], Lie]:
    return lambda _: lambda asked, params, true: copy.deepcopy(result) if asked == method else true


LIES: dict[str, tuple[Callable[[Branch], Lie], Errors]] = {
    "header of another number": (of_another_number, (NotProven, MalformedAnswer)),
    "header altered": (header_lie(lambda block: {**block, "stateRoot": altered(block["stateRoot"])}), (NotProven,)),
    "difficulty altered": (header_lie(lambda block: {**block, "difficulty": "0x3"}), (NotProven,)),
    "seal cut": (header_lie(lambda block: {**block, "extraData": block["extraData"][:-2]}), (NotProven,)),
    "header missing": (header_lie(lambda block: None), (MalformedAnswer,)),
    "header that is none": (header_lie(lambda block: []), (MalformedAnswer,)),
    "one signer alone": (one_signer_alone, (NotProven,)),
    "old head": (told("eth_blockNumber", "0x1"), (NotAdvancing,)),
    "head that is not there": (told("eth_blockNumber", "0xffffffff"), (MalformedAnswer,)),
    "head that is no number": (told("eth_blockNumber", "latest"), (MalformedAnswer,)),
    "no proof": (told("eth_getProof", {}), (ProofRefused,)),
}


@pytest.fixture
def branch() -> Branch:
    """A Clique network of four; a window that was here early knows half of its history."""
    made = clique(FOUR)
    sign(made, FOUR, 1, *HISTORY[:KNOWN])
    sign_in_turn(made, FOUR, SETTLING)
    return made


@pytest.fixture
def doors() -> Iterator[Callable[[Branch], Door]]:
    made: list[Door] = []

    def make(branch: Branch) -> Door:
        made.append(Door("http://127.0.0.1:9"))
        made[-1].instead = branch.answer
        return made[-1]

    yield make
    for each in made:
        each.close()


def open_replica(path: Path, branch: Branch, *sources: Door) -> Replica:
    urls = [door.url for door in sources]
    return Replica(path, branch.network, load_catalogue(), urls, clock=lambda: START + 1000)


def go_on(branch: Branch) -> None:
    sign(branch, FOUR, len(branch.blocks) % 4, *HISTORY[KNOWN:])
    sign_in_turn(branch, FOUR, SETTLING)


@pytest.mark.parametrize(("lie", "errors"), LIES.values(), ids=LIES)
def test_a_clique_liar_changes_nothing(
    branch: Branch, doors: Callable[[Branch], Door], tmp_path: Path, lie: Callable[[Branch], Lie], errors: Errors
) -> None:
    """Alone, before an honest source and behind it."""
    liar, honest, file = doors(branch), doors(branch), tmp_path / "early.db"
    with open_replica(file, branch, honest) as early:
        early.follow_once()
        accepted, known = early.accepted, contents(early)
    go_on(branch)
    liar.lie = lie(branch)
    with open_replica(file, branch, liar) as alone:
        with pytest.raises(FollowFailed) as failed:
            alone.follow_once()
        (failure,) = failed.value.failures
        assert isinstance(failure.error, errors), failure
        assert (alone.accepted, contents(alone)) == (accepted, known)
    for sources in ([liar, honest], [honest, liar]):
        shutil.copy(file, tmp_path / "r.db")
        with open_replica(tmp_path / "r.db", branch, *sources) as replica:
            progress = replica.follow_once()
            assert replica.accepted is not None
            assert replica.accepted.events == len(HISTORY)
        assert progress.source == honest.url
        (failure,) = progress.failures
        assert failure.source == liar.url
        assert isinstance(failure.error, errors), failure


@pytest.mark.parametrize("name", [name for name in LIARS if name.startswith("logs: ")])
def test_a_clique_history_that_is_none_is_passed_over(
    branch: Branch, doors: Callable[[Branch], Door], tmp_path: Path, name: str
) -> None:
    liar, honest = doors(branch), doors(branch)
    with open_replica(tmp_path / "r.db", branch, liar, honest) as replica:
        replica.follow_once()
        go_on(branch)
        LIARS[name].set_up(liar, None)  # type: ignore[arg-type]
        progress = replica.follow_once()
        assert progress.source == honest.url
        (failure,) = progress.failures
        assert failure.source == liar.url
        assert isinstance(failure.error, LIARS[name].errors)
        assert replica.accepted is not None
        assert replica.accepted.events == len(HISTORY)


def test_qbft_headers_in_between_that_are_others_are_refused(doors: Callable[[Branch], Door], tmp_path: Path) -> None:
    """All validators changed, one by one: a reader needs headers in between, and gets wrong ones."""
    branch = qbft(KEYS[:4])
    for start in range(1, 6):
        grow(branch, KEYS[start : start + 4])
    liar, honest = doors(branch), doors(branch)
    liar.lie = of_another_number(branch)
    with open_replica(tmp_path / "r.db", branch, liar) as replica, pytest.raises(FollowFailed) as failed:
        replica.follow_once()
    assert isinstance(failed.value.failures[0].error, (NotProven, MalformedAnswer)), failed.value
    with open_replica(tmp_path / "two.db", branch, liar, honest) as replica:
        progress = replica.follow_once()
        assert (progress.source, progress.block) == (honest.url, len(branch.blocks) - 1)
        assert [failure.source for failure in progress.failures] == [liar.url]
