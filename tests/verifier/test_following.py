"""Following: it goes on whatever happens, says how it goes, and erases what is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import Progress, Replica, ReplicaDamaged
from ledger.replica.update import Rewind
from tests.verifier.window_samples import NETWORK, StillReplica
from tests.waiting import until
from verifier import following
from verifier.following import Follower
from verifier.store import Check, Store


class Moody(StillReplica):
    """A replica the first round of which breaks in a way nobody foresaw."""

    rounds = 0

    def follow_once(self) -> object:
        self.rounds += 1
        if self.rounds == 1:
            raise RuntimeError("unforeseen")
        return Replica.follow_once(self)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_following_goes_on_after_an_unforeseen_error(tmp_path: Path) -> None:
    store = Store(tmp_path / "window.sqlite", 100)
    with Moody(tmp_path / "replica.sqlite") as replica:
        follower = Follower(replica, store, ("http://node",), 0.01, lambda: 1000)
        follower.start()
        until(lambda: replica.rounds > 3)
        assert follower.state.trouble == "FollowFailed"
        assert follower.state.since is None
        follower.stop()
    store.close()


def test_a_window_without_sources_only_erases(tmp_path: Path) -> None:
    store = Store(tmp_path / "window.sqlite", 100)
    store.keep(Check("c", "r", b"d", 1000, "w", {"verdict": "accepted"}, {"claims": {}}), None)
    with StillReplica(tmp_path / "replica.sqlite") as replica:
        assert replica.network is NETWORK
        follower = Follower(replica, store, (), 0.01, lambda: 2000)
        follower.start()
        until(lambda: store.get("c").personal is None)
        follower.stop()
        assert follower.state.trouble is None
    store.close()


class Damaged(StillReplica):
    """A replica whose file is damaged. `looks` counts how often that was met."""

    looks = 0

    def rewinds(self, after: int = 0) -> tuple[Rewind, ...]:
        self.looks += 1
        raise ReplicaDamaged("the file is damaged")


def test_a_damaged_replica_keeps_nobodys_personal_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_TIDY_EVERY_SECONDS", 0.01)
    store = Store(tmp_path / "window.sqlite", 100)
    store.keep(Check("c", "r", b"d", 1000, "w", {"verdict": "accepted"}, {"claims": {}}), None)
    with Damaged(tmp_path / "replica.sqlite") as replica:
        follower = Follower(replica, store, (), 0.01, lambda: 2000)
        follower.start()
        until(lambda: store.get("c").personal is None and replica.looks > 2)
        follower.stop()
    store.close()


def test_a_trouble_is_logged_when_it_begins_and_when_it_is_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "window.sqlite", 100)
    with StillReplica(tmp_path / "replica.sqlite") as replica:
        follower = Follower(replica, store, ("http://node",), 0.01, lambda: 1000)
        for _ in range(3):
            follower.look_now()
        follower._progressed(Progress("http://node", 1, 1000, 0, ()))
    store.close()
    told = [record.message for record in caplog.records if record.name == "verifier.following"]
    assert len(told) == 2
    assert "no newer facts for now" in told[0]
    assert told[1] == "newer facts come again"
