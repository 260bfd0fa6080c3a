"""A window in Guangdong with a bureau's credentials at hand."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from credential import Policy, SigningKey
from ledger import load_catalogue
from tests.fixtures_ledger import World
from tests.verifier.office import CLAIMS
from tests.verifier.window_samples import NOW, Bench, Bureau, Packs, StillReplica, served
from verifier.app import build_app
from verifier.following import Follower
from verifier.loading import Loader
from verifier.reading import ReadingLimits
from verifier.receive import Window
from verifier.store import Store


@pytest.fixture(scope="module")
def paper(ledger_world: World) -> str:
    """A licence on paper, anchored on the session's ledger."""
    (text,) = ledger_world.issue(ledger_world.shanghai, ledger_world.type(1), [CLAIMS])
    return text


@pytest.fixture
def record_folder(tmp_path: Path) -> Path:
    """Where the window's record is; a test may put it elsewhere."""
    return tmp_path


@pytest.fixture
def bench(tmp_path: Path, record_folder: Path) -> Iterator[Bench]:
    catalogue = load_catalogue()
    replica, clock = StillReplica(tmp_path / "replica.sqlite"), [NOW]
    store = Store(record_folder / "window.sqlite", 86400)
    window = Window(
        name="广州市政务服务中心 3 号窗口",
        policy=Policy(region=440000),
        replica=replica,
        store=store,
        clock=lambda: clock[0],
        new_id=lambda: secrets.token_urlsafe(16),
    )
    follower, packs = Follower(replica, store, (), 1.0, window.clock), Packs()
    loader = Loader(packs, lambda: replica.as_of, tmp_path, 3 << 20, window.new_id)
    app = build_app(window, follower, loader, ReadingLimits(2 << 20, 4_000_000, 2, 10))
    bureau = Bureau(catalogue.types[(3, 1)])
    holder = SigningKey.from_secret(secrets.token_bytes(32))
    with served(app) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield Bench(bureau, holder, replica, window, client, clock, follower, packs)
    replica.close()
    store.close()
