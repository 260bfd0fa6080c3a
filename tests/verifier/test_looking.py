"""Looks at the sources: one at a time, and no source keeps the window's web side or its end waiting."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest

from tests.verifier.window_samples import Bench, StillReplica
from tests.waiting import until
from verifier import following
from verifier.following import Follower
from verifier.routes import standing
from verifier.store import Store

HANGS_SECONDS = 300


class Hanging:
    """Rounds that end only when they are let go: much later than anybody who waits for one in vain."""

    def __init__(self) -> None:
        self.under_way, self.at_most, self.rounds = 0, 0, 0
        self.over = threading.Event()
        self._lock = threading.Lock()

    def follow_once(self) -> object:
        with self._lock:
            self.rounds += 1
            self.under_way += 1
            self.at_most = max(self.at_most, self.under_way)
        self.over.wait(HANGS_SECONDS)
        with self._lock:
            self.under_way -= 1
        raise RuntimeError("no news")


@pytest.fixture
def hanging(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    """The window's one source never ends its answer."""
    made = Hanging()
    monkeypatch.setattr(bench.replica, "follow_once", made.follow_once)
    yield made
    made.over.set()
    until(lambda: made.under_way == 0)


def test_forty_looks_at_a_source_that_hangs_do_not_stop_the_web_side(
    bench: Bench, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them waits for the look; the others get the state as it is."""
    monkeypatch.setattr(standing, "LOOK_SECONDS", HANGS_SECONDS)
    with ThreadPoolExecutor(45) as pool:
        answers = [pool.submit(bench.client.post, "/updates", timeout=HANGS_SECONDS) for _ in range(45)]
        try:
            until(lambda: sum(answer.done() for answer in answers) == 44, "all but one are answered")
            assert bench.client.get("/health").status_code == 200
            until(lambda: hanging.under_way == 1)
            assert sum(answer.done() for answer in answers) == 44
            assert (hanging.rounds, hanging.at_most) == (1, 1)
        finally:
            hanging.over.set()
    assert [answer.result().status_code for answer in answers] == [200] * 45


def test_who_asks_for_a_look_is_answered_while_it_hangs(
    bench: Bench, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "LOOK_SECONDS", 0.3)
    started = monotonic()
    assert bench.client.post("/updates").status_code == 200
    assert monotonic() - started > 0.2, "it was waited for"
    until(lambda: hanging.under_way == 1)


def test_a_look_beside_the_follower_s_own_is_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made, store = Hanging(), Store(tmp_path / "window.sqlite", 100)
    with StillReplica(tmp_path / "replica.sqlite") as replica:
        replica.follow_once = made.follow_once
        follower = Follower(replica, store, ("http://node",), 0.01, lambda: 1000)
        follower.start()
        until(lambda: made.under_way == 1)
        started = monotonic()
        follower.look_now(0.3)
        assert monotonic() - started > 0.2
        assert (made.rounds, made.at_most, made.under_way) == (1, 1, 1)
        threading.Timer(0.3, made.over.set).start()
        follower.look_now()
        assert follower.state.trouble == "RuntimeError", "the follower's own look was waited for"
        follower.stop()
    store.close()


def test_stopping_waits_for_a_while_and_says_what_it_leaves(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "STOP_SECONDS", 0.3)
    made, store = Hanging(), Store(tmp_path / "window.sqlite", 100)
    with StillReplica(tmp_path / "replica.sqlite") as replica:
        replica.follow_once = made.follow_once
        follower = Follower(replica, store, ("http://node",), 0.01, lambda: 1000)
        follower.start()
        until(lambda: made.under_way == 1)
        started = monotonic()
        follower.stop()
        assert monotonic() - started > 0.2
        assert made.under_way == 1
        assert re.search("without waiting any longer for: (tidying, )?following", caplog.text)
        assert all(thread.daemon for thread in threading.enumerate() if thread.name in ("following", "tidying"))
        made.over.set()
        monkeypatch.undo()
        follower.stop()
        assert made.under_way == 0
    store.close()


def test_a_lone_surrogate_in_what_a_source_says_does_not_stop_health(bench: Bench) -> None:
    from ledger import FollowFailed, SourceFailure
    from ledger.errors import NodeRefused

    follower = bench.follower
    follower._state = following.FollowingState(following.not_asked(("http://node",)), None, None)
    failure = SourceFailure("http://node", NodeRefused("eth_getProof", -32000, "no \ud800 proof\n"))
    follower._failed(FollowFailed((failure,)))
    answer = bench.client.get("/health")
    assert answer.status_code == 200
    assert "no \N{REPLACEMENT CHARACTER} proof" in answer.json()["sources"][0]["reason"]["detail"]
    assert bench.client.get("/", headers={"accept": "text/html"}).status_code == 200
