"""A pack into a replica's file and out of one again: whole or not at all, killed at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench.invented import Invented, invent, keys_of
from bench.mutations import altered
from ledger import load_catalogue, load_pack, serialise_network_file
from ledger.errors import JournalMismatch, PackGap, PackNotWritten, PackProblem, PackStale, UnsupportedPack
from ledger.pack import Mark, export_pack, exporting, open_pack
from ledger.pack.sections import Tag
from ledger.replica import Replica
from tests.ledger.mirror.mirrors import learn, replica_of
from tests.ledger.pack.packs import DIGEST, METADATA, NOW, WORLD, history, make

ROOT = Path(__file__).resolve().parents[3]
LAST = len(WORLD.logs)


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Replica]:
    with replica_of(WORLD, tmp_path / "window.db") as made:
        yield made


def written(folder: Path, octets: bytes, name: str = "a.pack") -> Path:
    path = folder / name
    path.write_bytes(octets)
    return path


def test_a_pack_is_taken_over(tmp_path: Path, window: Replica) -> None:
    heard: list[tuple[int, int]] = []
    loaded = load_pack(window, written(tmp_path, make()), NOW, lambda *progress: heard.append(progress))
    assert (loaded.from_event, loaded.events, loaded.new_events, loaded.already_known) == (0, LAST, LAST, False)
    assert (loaded.block, loaded.as_of) == (1_000, window.as_of)
    assert heard[-1] == (LAST, LAST)
    again = load_pack(window, written(tmp_path, make()), NOW)
    assert (again.new_events, again.already_known, again.block) == (0, True, 1_000)


def test_packs_that_continue_one_another(tmp_path: Path, window: Replica) -> None:
    load_pack(window, written(tmp_path, make(end=60, number=500)), NOW)
    later = written(tmp_path, make(start=90), "later.pack")
    with pytest.raises(PackGap):
        load_pack(window, later, NOW)
    assert load_pack(window, written(tmp_path, make(start=40, end=95, number=700)), NOW).new_events == 35
    assert load_pack(window, later, NOW).new_events == LAST - 95
    with pytest.raises(PackStale):
        load_pack(window, written(tmp_path, make(end=60, number=500)), NOW)


def test_what_does_not_hold_leaves_the_replica_as_it_was(tmp_path: Path, window: Replica) -> None:
    load_pack(window, written(tmp_path, make(end=60, number=500)), NOW)
    before = window.known()
    broken = altered(make(), Tag.EVENTS, lambda octets: octets[:-1] + bytes([octets[-1] ^ 1]))
    with pytest.raises((PackProblem, JournalMismatch)):
        load_pack(window, written(tmp_path, broken), NOW)
    assert window.known() == before
    assert load_pack(window, written(tmp_path, make()), NOW).new_events == LAST - 60


def test_a_file_that_cannot_be_read_is_an_error_of_the_package(tmp_path: Path, window: Replica) -> None:
    with pytest.raises(PackProblem, match="cannot read"):
        load_pack(window, tmp_path / "nowhere.pack", NOW)


def test_what_was_loaded_can_be_exported_octet_for_octet(tmp_path: Path, window: Replica) -> None:
    load_pack(window, written(tmp_path, make()), NOW)
    out = tmp_path / "out.pack"
    draft = export_pack(window, out, {})
    assert out.read_bytes() == make()
    assert (draft.written.types, draft.block, draft.span.end.events) == (1, 1_000, LAST)
    assert [path.name for path in tmp_path.glob(".draft*")] == []


def test_an_export_continues_an_earlier_pack(tmp_path: Path, window: Replica) -> None:
    load_pack(window, written(tmp_path, make()), NOW)
    heads = WORLD.heads
    assert export_pack(window, tmp_path / "b.pack", {}, since=70).span.start == Mark(70, heads[70])
    assert (tmp_path / "b.pack").read_bytes() == make(start=70)
    assert export_pack(window, tmp_path / "c.pack", {}, since=Mark(LAST, heads[LAST])).span.events == 0
    with pytest.raises(JournalMismatch, match="earlier pack"):
        export_pack(window, tmp_path / "d.pack", {}, since=Mark(70, heads[71]))
    with pytest.raises(PackNotWritten, match="was to begin at"):
        export_pack(window, tmp_path / "d.pack", {}, since=LAST + 1)
    assert not (tmp_path / "d.pack").exists()


def test_nothing_proven_is_nothing_to_export(tmp_path: Path, window: Replica) -> None:
    with pytest.raises(PackNotWritten, match="follow a source first"):
        export_pack(window, tmp_path / "a.pack", {})


def test_a_folder_that_is_not_there_is_an_error_of_the_package(tmp_path: Path, window: Replica) -> None:
    load_pack(window, written(tmp_path, make()), NOW)
    with pytest.raises(PackNotWritten, match="cannot write"):
        export_pack(window, tmp_path / "nowhere" / "a.pack", {})


def test_there_is_no_pack_of_a_clique_network(tmp_path: Path) -> None:
    clique = invent(WORLD.logs, keys_of(4), engine="clique")
    with replica_of(clique, tmp_path / "c.db") as replica, pytest.raises(UnsupportedPack), exporting(replica):
        pass


def test_types_that_came_with_packs_travel_on(tmp_path: Path, window: Replica) -> None:
    load_pack(window, written(tmp_path, make()), NOW)
    with window.reading() as (connection, _):
        assert connection.execute("SELECT digest, octets FROM metadata").fetchall() == [(DIGEST, METADATA)]
    export_pack(window, tmp_path / "b.pack", {})
    with open_pack(tmp_path / "b.pack") as pack:
        assert pack.metadata == (METADATA,)


def test_replicas_of_the_whole_and_of_the_parts_are_the_same(tmp_path: Path, window: Replica) -> None:
    load_pack(window, written(tmp_path, make()), NOW)
    with replica_of(WORLD, tmp_path / "followed.db") as followed:
        learn(followed, WORLD, 50, 400)
        load_pack(followed, written(tmp_path, make()), NOW)
        assert dump(followed) == dump(window)


def dump(replica: Replica) -> dict[str, list[tuple[object, ...]]]:
    from ledger.replica.schema import FACT_TABLES

    with replica.reading() as (connection, _):
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in (*FACT_TABLES, "logs")}


LARGER = invent(history(10, 200, 2_700), keys_of(4))
KILLED = """
import os, signal, sys
from pathlib import Path
from ledger import load_catalogue, load_pack, read_network_file
from ledger.replica import Replica

folder, after = Path(sys.argv[1]), int(sys.argv[2])
def dying(*_):
    global after
    after -= 1
    if after < 0:
        os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[3] == "logs":
    import ledger.replica.store as store
    inner = store.fold
    store.fold = lambda head, logs: (dying(), inner(head, logs))[1]
else:
    import ledger.replica.apply as apply
    inner = apply._apply_event
    apply._apply_event = lambda connection, event: (dying(), inner(connection, event))[1]
with Replica(folder / "window.db", read_network_file(folder / "network.json"), load_catalogue(), ()) as replica:
    load_pack(replica, folder / "a.pack", int(sys.argv[4]))
"""


@pytest.mark.parametrize(("phase", "after"), [("logs", 0), ("logs", 1), ("facts", 10), ("facts", 2_000)])
def test_killed_half_way_it_is_as_before_and_loads_again(tmp_path: Path, phase: str, after: int) -> None:
    (tmp_path / "network.json").write_bytes(serialise_network_file(LARGER.network))
    first = written(tmp_path, make(LARGER, end=500, number=500), "first.pack")
    path = written(tmp_path, make(LARGER))
    with replica_of(LARGER, tmp_path / "window.db") as window:
        load_pack(window, first, NOW)
    process = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), str(after), phase, str(NOW)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert process.returncode == -signal.SIGKILL
    with replica_of(LARGER, tmp_path / "window.db") as window:
        assert window.accepted is not None
        assert window.accepted.events == 500
        assert load_pack(window, path, NOW).new_events == len(LARGER.logs) - 500


def with_network(world: Invented, **changes: object) -> Invented:
    return replace(world, network=replace(world.network, **changes))  # type: ignore[arg-type]


def test_a_network_file_that_was_altered_makes_another_network(tmp_path: Path) -> None:
    """The fingerprint tells them apart; what decides is the journal's first head and the proof."""
    journal = replace(WORLD.network.journal, code_hash=bytes(32))
    other = with_network(WORLD, journal=journal)
    catalogue = load_catalogue()
    with Replica(tmp_path / "w.db", other.network, catalogue, ()) as replica, pytest.raises(Exception, match="code"):
        load_pack(replica, written(tmp_path, make()), NOW)
