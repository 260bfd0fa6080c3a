"""Sources: three forms, nothing secret shown, and each says whether it answers or is left, since when and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import FollowFailed, Progress, SourceFailure, errors, shown_address
from tests.verifier.window_samples import StillReplica
from verifier.errors import NoSource
from verifier.following import Follower
from verifier.settings import load_settings
from verifier.sources import FORMS, REASONS, after_round, not_asked, require_source
from verifier.store import Store

NODE, MIRROR, STICK = "http://node:8545", "mirror+https://cdn.example.cn/yinxin/", "file:///media/stick/window.pack"
DOWN = SourceFailure(NODE, errors.NodeUnavailable("connection refused"))


@pytest.mark.parametrize(
    "address",
    [
        NODE,
        "https://node.example.cn/rpc?key=1",
        "http://[::1]:8545",
        MIRROR,
        "mirror+http://10.0.0.7:8080/",
        STICK,
        "file:///srv/mirror/",
    ],
)
def test_a_source_has_one_of_three_forms(address: str) -> None:
    assert require_source(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "node:8545",
        "ftp://node/",
        "http://",
        "http://:8545",
        "http://node:port",
        "mirror+https://cdn.example.cn/yinxin",
        "mirror+file:///x/",
        "file://media/stick",
        "file:///",
        "/media/stick",
        "mirror://x/",
    ],
)
def test_anything_else_is_refused_and_the_forms_are_named(tmp_path: Path, address: str) -> None:
    (tmp_path / "window.toml").write_text(f'region = 440000\nnetwork_file = "n"\nsources = ["{address}"]\n', "utf-8")
    with pytest.raises(NoSource) as refused:
        load_settings(tmp_path / "window.toml")
    for form in FORMS:
        assert form in refused.value.text_zh
        assert form in refused.value.text_en
    assert "sources" in refused.value.text_zh


def test_names_and_passwords_in_an_address_are_never_shown() -> None:
    assert shown_address("https://ming:geheim@node/rpc@x") == "https://node/rpc@x"
    assert shown_address("mirror+https://a:b@cdn/x/") == "mirror+https://cdn/x/"
    assert [shown_address(each) for each in (NODE, MIRROR, STICK)] == [NODE, MIRROR, STICK]
    with pytest.raises(NoSource) as refused:
        require_source("ftp://ming:geheim@node/")
    assert "geheim" not in str(refused.value)
    (state,) = not_asked(["http://ming:geheim@node/"])
    assert "geheim" not in repr(state)


def test_a_source_is_left_since_its_reason_began_and_used_since_it_answers() -> None:
    states = not_asked([NODE, MIRROR])
    assert [each.standing for each in states] == ["not_asked", "not_asked"]
    for now in (10, 20):
        states = after_round(states, [DOWN], now)
        assert [(each.standing, each.since) for each in states] == [("left", 10), ("answers", 10)]
    garbled = SourceFailure(NODE, errors.MalformedAnswer("not JSON"))
    states = after_round(states, [garbled], 30)
    assert states[0].reason is not None
    assert (states[0].reason.code, states[0].since) == ("MalformedAnswer", 30)
    states = after_round(states, [], 40)
    assert [(each.standing, each.since) for each in states] == [("answers", 40), ("answers", 10)]


def test_what_a_source_says_is_cut_short() -> None:
    (state,) = after_round(not_asked([NODE]), [SourceFailure(NODE, errors.MalformedAnswer("x" * 9999))], 1)
    assert state.reason is not None
    assert len(state.reason.detail) == 300


def family(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for each in kind.__subclasses__():
        yield from family(each)


def test_every_reason_has_words_in_both_languages() -> None:
    roots = {errors.SourceError, errors.NotProven, errors.PackProblem}
    kinds = {*family(errors.SourceError), *family(errors.NotProven), errors.CheckpointTooOld} - roots
    assert {each.__name__ for each in kinds if each.__module__ == "ledger.errors"} <= REASONS.keys()
    for zh, en in REASONS.values():
        assert re.search("[一-鿿]", zh)
        assert not re.search("[一-鿿]", en)


def test_an_error_of_a_later_program_has_the_words_of_its_family() -> None:
    class SlowerThanEver(errors.NodeUnavailable):
        pass

    (state,) = after_round(not_asked([NODE]), [SourceFailure(NODE, SlowerThanEver("…"))], 1)
    assert state.reason is not None
    assert (state.reason.code, state.reason.text) == ("SlowerThanEver", REASONS["NodeUnavailable"])
    (state,) = after_round(not_asked([NODE]), [SourceFailure(NODE, errors.LedgerError("…"))], 1)
    assert state.reason is not None
    assert state.reason.text[1] == "it cannot be used now"


@pytest.fixture
def follower(tmp_path: Path) -> Iterator[Follower]:
    store = Store(tmp_path / "window.sqlite", 100)
    with StillReplica(tmp_path / "replica.sqlite") as replica:
        yield Follower(replica, store, (NODE, MIRROR), 1.0, lambda: 1000)
    store.close()


def test_the_follower_names_what_is_used_and_what_is_left(follower: Follower) -> None:
    follower._progressed(Progress(MIRROR, 7, 900, 3, (DOWN,)))
    assert [(each.name, each.standing) for each in follower.state.sources] == [(NODE, "left"), (MIRROR, "answers")]
    assert (follower.state.since, follower.state.trouble) == (1000, None)
    follower._failed(FollowFailed((DOWN, SourceFailure(MIRROR, errors.OtherNetwork("another")))))
    assert [each.standing for each in follower.state.sources] == ["left", "left"]
    assert follower.state.trouble == "FollowFailed"
    follower._failed(RuntimeError("unforeseen"))
    assert [each.standing for each in follower.state.sources] == ["left", "left"]
