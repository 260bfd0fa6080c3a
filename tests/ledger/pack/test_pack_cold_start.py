"""A window that begins with a pack: it goes on from there, with a node or a mirror, and knows what all others know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.invented import invent, keys_of
from ledger import Replica, load_catalogue, load_pack
from ledger.mirror.manifest import NAME, parse_manifest
from ledger.pack import export_pack
from ledger.replica.schema import FACT_TABLES
from tests.ledger.door import Door
from tests.ledger.forged import START, grow, qbft
from tests.ledger.light_client.recorded import KEYS
from tests.ledger.mirror.mirrors import learn, replica_of, served, write_mirror
from tests.ledger.pack.packs import NOW, history
from tests.ledger.replica_samples import HISTORY

FOUR = KEYS[:4]


class Node:
    """A node with a chain of its own, and the blocks whose logs it was asked for: from and to."""

    def __init__(self) -> None:
        self.branch = qbft(FOUR)
        self.asked: list[tuple[int, int]] = []
        self.door = Door("http://127.0.0.1:9")
        self.door.instead = self._answer

    def _answer(self, method: str, params: list[Any]) -> Any:
        if method == "eth_getLogs":
            self.asked.append((int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16)))
        return self.branch.answer(method, params)

    def grow(self, first: int, last: int) -> None:
        """A block for each of these events, and an empty one after each."""
        for log in HISTORY[first:last]:
            grow(self.branch, FOUR, log)
            grow(self.branch, FOUR)

    def followed_by(self, path: Path) -> Replica:
        return self._replica(path, self.door.url)

    def away_from(self, path: Path) -> Replica:
        return self._replica(path)

    def _replica(self, path: Path, *sources: str) -> Replica:
        return Replica(path, self.branch.network, load_catalogue(), sources, clock=lambda: START + 1_000)


@pytest.fixture
def node() -> Iterator[Node]:
    made = Node()
    yield made
    made.door.close()


def contents(replica: Replica) -> list[object]:
    """All that the file knows of the ledger: the accepted block, the events, the facts."""
    with replica.reading() as (connection, accepted):
        tables = [connection.execute(f"SELECT * FROM {name}").fetchall() for name in ("logs", *FACT_TABLES)]
        return [accepted, *tables]


def test_from_a_pack_a_node_is_followed_from_the_block_after_it(tmp_path: Path, node: Node) -> None:
    node.grow(0, 6)
    with node.followed_by(tmp_path / "maker.db") as maker:
        maker.follow_once()
        export_pack(maker, tmp_path / "a.pack", {})
    with node.away_from(tmp_path / "window.db") as window:
        loaded = load_pack(window, tmp_path / "a.pack", START + 1_000)
        assert (loaded.block, loaded.new_events) == (12, 6)

    node.grow(6, 10)
    node.asked.clear()
    with node.followed_by(tmp_path / "window.db") as window:
        assert window.follow_once().new_events == 4
        assert span_of(node.asked) == (13, 20)

    node.grow(10, len(HISTORY))
    node.asked.clear()
    with node.followed_by(tmp_path / "window.db") as window:
        assert window.follow_once().new_events == len(HISTORY) - 10
        assert span_of(node.asked) == (21, 2 * len(HISTORY))
        with node.followed_by(tmp_path / "without.db") as without:
            without.follow_once()
            assert contents(window) == contents(without)


def span_of(asked: list[tuple[int, int]]) -> tuple[int, int]:
    """The first and the last block, of requests that have every block between them once."""
    assert [first for first, _ in asked[1:]] == [last + 1 for _, last in asked[:-1]]
    return asked[0][0], asked[-1][1]


WORLD = invent(history(10, 200, 2_700), keys_of(4))


def write(folder: Path, maker: Replica, *events: int) -> None:
    """Rounds of writing, after so many events each; every hundredth block."""
    for end in events:
        learn(maker, WORLD, end, (maker.accepted.number if maker.accepted else 0) + 100)
        assert write_mirror(folder, maker) is not None


def fetched(folder: Path, asked: list[str]) -> list[range]:
    """The events in the packs that were fetched, of those that the mirror now lists."""
    listed = {
        f"/{pack.file}": range(pack.start, pack.end) for pack in parse_manifest((folder / NAME).read_bytes()).packs
    }
    return [listed[path] for path in asked if path != f"/{NAME}"]


def test_from_a_pack_a_mirror_is_followed_from_where_the_pack_ends(tmp_path: Path) -> None:
    folder, path, asked, last = tmp_path / "mirror", tmp_path / "window.db", list[str](), len(WORLD.logs)
    with replica_of(WORLD, tmp_path / "maker.db") as maker:
        write(folder, maker, 300, 600, 1_500)
        export_pack(maker, tmp_path / "a.pack", {})
        with replica_of(WORLD, path) as window:
            assert load_pack(window, tmp_path / "a.pack", NOW).new_events == 1_500

        with served(folder, asked) as url:
            write(folder, maker, 1_600, 1_900)
            with replica_of(WORLD, path, f"mirror+{url}") as window:
                assert window.follow_once().new_events == 400
                assert fetched(folder, asked) == [range(1_500, 1_900)]

            write(folder, maker, 2_000, 2_100, last)
            asked.clear()
            with replica_of(WORLD, path, f"mirror+{url}") as window:
                assert window.follow_once().new_events == last - 1_900
                assert fetched(folder, asked) == [range(1_900, last)]
                with replica_of(WORLD, tmp_path / "without.db", f"mirror+{url}") as without:
                    without.follow_once()
                    assert contents(window) == contents(without) == contents(maker)
