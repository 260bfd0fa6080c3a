"""A mirror's folder, written round by round, and windows that live from its files alone: on disk and over HTTP."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.invented import invent, keys_of
from ledger import MalformedSource, load_catalogue, require_source
from ledger.errors import FollowFailed, JournalMismatch, OtherNetwork, PackNotWritten, UnsupportedPack
from ledger.mirror import KEEP_SECONDS, MirrorFolder
from ledger.mirror.manifest import NAME, parse_manifest
from ledger.pack import columns
from ledger.replica import Replica
from tests.ledger.mirror.mirrors import learn, replica_of, served, write_mirror
from tests.ledger.pack.packs import DIGEST, METADATA, NOW, history
from tests.servers import WebServer

WORLD = invent(history(10, 200, 2_700), keys_of(4))
LAST = len(WORLD.logs)
TYPES = {DIGEST: METADATA}


@pytest.fixture
def maker(tmp_path: Path) -> Iterator[Replica]:
    with replica_of(WORLD, tmp_path / "maker.db") as made:
        yield made


def write(folder: Path, maker: Replica, *events: int, **options: Any) -> None:
    """Rounds of writing, after so many events each; every hundredth block."""
    for end in events:
        learn(maker, WORLD, end, (maker.accepted.number if maker.accepted else 0) + 100)
        assert write_mirror(folder, maker, TYPES, **options) is not None


def files(folder: Path) -> set[str]:
    return {path.name for path in (folder / "packs").iterdir()}


def reasons(refused: pytest.ExceptionInfo[FollowFailed]) -> list[str]:
    return [type(failure.error).__name__ for failure in refused.value.failures]


def test_a_new_window_starts_from_static_files_alone(tmp_path: Path, maker: Replica) -> None:
    folder = tmp_path / "mirror"
    write(folder, maker, 500, 900, LAST)
    with served(folder) as url, replica_of(WORLD, tmp_path / "w.db", f"mirror+{url}") as window:
        progress = window.follow_once()
        assert progress.new_events == LAST
        assert window.accepted == maker.accepted
        assert window.follow_once().new_events == 0


def test_a_window_that_was_off_catches_up_from_static_files_alone(tmp_path: Path, maker: Replica) -> None:
    folder = tmp_path / "mirror"
    write(folder, maker, 500)
    with replica_of(WORLD, tmp_path / "w.db", folder.as_uri()) as window:
        assert window.follow_once().new_events == 500
        rounds = range(600, LAST, 130)
        write(folder, maker, *rounds, LAST)
        assert window.follow_once().new_events == LAST - 500
        assert window.accepted == maker.accepted


def test_time_moves_on_without_events(tmp_path: Path, maker: Replica) -> None:
    folder = tmp_path / "mirror"
    with replica_of(WORLD, tmp_path / "w.db", folder.as_uri()) as window:
        write(folder, maker, 300)
        window.follow_once()
        before = window.as_of
        write(folder, maker, 300)
        assert window.follow_once().new_events == 0
        assert window.as_of > before


def test_a_round_without_a_new_block_writes_nothing(tmp_path: Path, maker: Replica) -> None:
    folder = tmp_path / "mirror"
    write(folder, maker, 300)
    before = files(folder)
    assert write_mirror(folder, maker, TYPES) is None
    assert files(folder) == before


def test_what_is_not_named_any_more_stays_a_round_at_least(tmp_path: Path, maker: Replica) -> None:
    folder = tmp_path / "mirror"
    write(folder, maker, 100, keep_seconds=0)
    first = files(folder)
    write(folder, maker, 110, keep_seconds=0)
    assert first < files(folder)
    write(folder, maker, 120, keep_seconds=0)
    assert not first & files(folder)


def test_what_is_not_named_any_more_stays_for_its_time_however_many_rounds_come(tmp_path: Path, maker: Replica) -> None:
    """It counts from when it was named last, not from when it was made."""
    folder, start = tmp_path / "mirror", int(time.time())
    write(folder, maker, 100, clock=lambda: start)
    first = files(folder)
    for second in (5_000, 5_002, 5_004, 5_000 + KEEP_SECONDS - 1):
        write(folder, maker, 110 + second % 10, clock=lambda second=second: start + second)
        assert first < files(folder)
    write(folder, maker, 130, clock=lambda: start + 5_000 + KEEP_SECONDS)
    assert not first & files(folder)


def test_a_reader_with_an_earlier_manifest_finds_its_packs(tmp_path: Path, maker: Replica) -> None:
    """As behind a cache, which gives out a manifest some rounds longer."""
    folder = tmp_path / "mirror"
    write(folder, maker, 300)
    cached = (folder / NAME).read_bytes()
    write(folder, maker, 310, 320, 330)
    (folder / NAME).write_bytes(cached)
    with replica_of(WORLD, tmp_path / "w.db", folder.as_uri()) as window:
        assert window.follow_once().new_events == 300


def test_packs_of_a_lost_manifest_stay_for_their_time(tmp_path: Path, maker: Replica) -> None:
    folder, start = tmp_path / "mirror", int(time.time())
    write(folder, maker, 100, clock=lambda: start)
    first = files(folder)
    (folder / NAME).unlink()
    write(folder, maker, 110, clock=lambda: start + 5_000)
    write(folder, maker, 120, clock=lambda: start + 5_002)
    assert first < files(folder)


def test_one_process_writes_a_folder(tmp_path: Path, maker: Replica) -> None:
    folder = tmp_path / "mirror"
    with MirrorFolder(folder, TYPES) as mirror:
        with pytest.raises(
            PackNotWritten, match=r"another process writes the mirror in .*/mirror: one process writes a folder"
        ):
            MirrorFolder(folder, TYPES)
        learn(maker, WORLD, 100, 100)
        assert mirror.write(maker) is not None
    write(folder, maker, 110)


def test_a_folder_that_is_removed_meanwhile_is_made_again_and_held(tmp_path: Path, maker: Replica) -> None:
    folder = tmp_path / "mirror"
    with MirrorFolder(folder, TYPES) as mirror:
        learn(maker, WORLD, 100, 100)
        assert mirror.write(maker) is not None
        shutil.rmtree(folder)
        assert mirror.write(maker) is not None
        with pytest.raises(PackNotWritten, match="another process"):
            MirrorFolder(folder, TYPES)


def test_a_draft_that_a_crash_left_goes_when_it_is_old(tmp_path: Path, maker: Replica) -> None:
    folder = tmp_path / "mirror"
    write(folder, maker, 100)
    for name, age in ((".draft-old.pack", 4_000), (".draft-new.pack", 0)):
        path = folder / "packs" / name
        path.write_bytes(b"half a pack")
        os.utime(path, (path.stat().st_mtime - age,) * 2)
    write(folder, maker, 110)
    assert ".draft-old.pack" not in files(folder)
    assert ".draft-new.pack" in files(folder)


def test_a_lost_manifest_or_pack_is_made_again(tmp_path: Path, maker: Replica) -> None:
    folder = tmp_path / "mirror"
    write(folder, maker, 300, 600)
    (folder / NAME).write_bytes(b"{")
    write(folder, maker, 900)
    for path in (folder / "packs").iterdir():
        path.unlink()
    write(folder, maker, LAST)
    with replica_of(WORLD, tmp_path / "w.db", folder.as_uri()) as window:
        assert window.follow_once().new_events == LAST


def test_a_replica_that_is_behind_its_mirror_writes_nothing(tmp_path: Path, maker: Replica) -> None:
    folder = tmp_path / "mirror"
    write(folder, maker, 900)
    with replica_of(WORLD, tmp_path / "other.db") as other:
        learn(other, WORLD, 400, 50)
        with pytest.raises(PackNotWritten, match="the mirror has 900 events, the replica 400"):
            write_mirror(folder, other, TYPES)


@pytest.mark.parametrize("events", [1_000, 600], ids=["longer", "shorter than the mirror"])
def test_a_mirror_of_a_history_that_was_taken_back_is_made_anew(tmp_path: Path, maker: Replica, events: int) -> None:
    """A newer network file counts before what the replica had accepted: its mirror held the side that lost."""
    folder, other = tmp_path / "mirror", replace(WORLD, logs=(*WORLD.logs[:100], *WORLD.logs[101:]))
    write(folder, maker, 500, 900)
    maker.close()
    settled = replace(WORLD.network, checkpoint=replace(WORLD.network.checkpoint, number=200, hash=bytes(32)))
    with Replica(tmp_path / "maker.db", settled, load_catalogue(), [], clock=lambda: NOW) as again:
        learn(again, other, events, 300)
        assert write_mirror(folder, again, TYPES) is not None
        with Replica(tmp_path / "w.db", settled, load_catalogue(), [folder.as_uri()], clock=lambda: NOW) as window:
            assert window.follow_once().new_events == events
        learn(again, other, 1_300, 400)
        assert write_mirror(folder, again, TYPES) is not None


def test_a_replica_that_took_nothing_back_leaves_a_mirror_of_another_history(tmp_path: Path, maker: Replica) -> None:
    folder, other = tmp_path / "mirror", replace(WORLD, logs=(*WORLD.logs[:100], *WORLD.logs[101:]))
    write(folder, maker, 500)
    with replica_of(other, tmp_path / "other.db") as replica:
        learn(replica, other, 1_000, 300)
        with pytest.raises(JournalMismatch):
            write_mirror(folder, replica, TYPES)


def test_packs_that_would_be_too_large_as_one_stay_several(
    tmp_path: Path, maker: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A region that registers and appoints without end fills a pack's memory; mirrors go on."""
    folder = tmp_path / "mirror"
    write(folder, maker, 300)
    monkeypatch.setattr(columns, "MAX_REMEMBERED", 60)
    write(folder, maker, *range(600, 2_700, 300))
    newest = parse_manifest((folder / NAME).read_bytes())
    assert len(newest.packs) == 8
    with replica_of(WORLD, tmp_path / "w.db", folder.as_uri()) as window:
        assert window.follow_once().new_events == 2_400


def test_another_networks_folder_is_left_alone(tmp_path: Path, maker: Replica) -> None:
    folder = tmp_path / "mirror"
    write(folder, maker, 300)
    other = invent(WORLD.logs, keys_of(4), seed=2)
    with replica_of(other, tmp_path / "other.db") as replica:
        learn(replica, other, 300, 5)
        with pytest.raises(OtherNetwork):
            write_mirror(folder, replica, TYPES)
    with replica_of(other, tmp_path / "w.db", folder.as_uri()) as window, pytest.raises(FollowFailed) as refused:
        window.follow_once()
    assert reasons(refused) == ["OtherNetwork"]


def test_a_folder_that_cannot_be_written_is_an_error_of_the_package(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(PackNotWritten, match="cannot make"):
        MirrorFolder(tmp_path / "file" / "mirror", {})


@pytest.mark.parametrize("alter", ["flip", "swap", "cut"])
def test_an_altered_pack_is_refused_by_its_name(tmp_path: Path, maker: Replica, alter: str) -> None:
    folder = tmp_path / "mirror"
    write(folder, maker, 300)
    (path,) = (folder / "packs").iterdir()
    octets = path.read_bytes()
    path.write_bytes({"flip": octets[:-1] + b"\0", "swap": bytes(len(octets)), "cut": octets[:-9]}[alter])
    with replica_of(WORLD, tmp_path / "w.db", folder.as_uri()) as window, pytest.raises(FollowFailed) as refused:
        window.follow_once()
    assert reasons(refused) == ["MalformedPack"]


def test_a_mirror_rolled_back_is_stale(tmp_path: Path, maker: Replica) -> None:
    folder = tmp_path / "mirror"
    write(folder, maker, 300)
    earlier = (folder / NAME).read_bytes()
    write(folder, maker, 310)
    with replica_of(WORLD, tmp_path / "w.db", folder.as_uri()) as window:
        window.follow_once()
        (folder / NAME).write_bytes(earlier)
        with pytest.raises(FollowFailed) as refused:
            window.follow_once()
    assert reasons(refused) == ["PackStale"]


def test_one_pack_on_a_stick_is_a_source(tmp_path: Path, maker: Replica) -> None:
    write(tmp_path / "mirror", maker, 300)
    (path,) = (tmp_path / "mirror" / "packs").iterdir()
    stick = path.rename(tmp_path / "of the province 省.pack")
    with replica_of(WORLD, tmp_path / "w.db", stick.as_uri()) as window:
        assert window.follow_once().new_events == 300
        assert window.follow_once().new_events == 0
        stick.unlink()
        with pytest.raises(FollowFailed) as refused:
            window.follow_once()
    assert reasons(refused) == ["NodeUnavailable"]


def test_the_tip_may_go_while_a_window_reads(tmp_path: Path, maker: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mirror"
    write(folder, maker, 100)
    earlier = parse_manifest((folder / NAME).read_bytes())
    write(folder, maker, 110, 120, 130, keep_seconds=0)
    read = iter([earlier])
    monkeypatch.setattr(
        "ledger.mirror.source.parse_manifest", lambda octets: next(read, None) or parse_manifest(octets)
    )
    with replica_of(WORLD, tmp_path / "w.db", folder.as_uri()) as window:
        assert window.follow_once().new_events == 130


def test_history_for_a_block_that_another_source_proved(tmp_path: Path, maker: Replica) -> None:
    """A mirror that goes further gives just what leads there; one that is behind says so."""
    folder = tmp_path / "mirror"
    write(folder, maker, 300)
    with replica_of(WORLD, tmp_path / "w.db", folder.as_uri()) as window:
        from ledger.errors import PackIncomplete
        from ledger.mirror import MirrorSource

        source = MirrorSource(folder.as_uri(), WORLD.network)
        known = window.known()
        proven = source.prove(known, int(maker.as_of))
        assert proven is not None
        for events in (0, 1, 200, 300):
            asked = _at(proven, WORLD.heads[events])
            assert tuple(source.history(known, asked)) == WORLD.logs[:events]
        with pytest.raises(PackIncomplete):
            tuple(source.history(known, _at(proven, WORLD.heads[301])))
        source.close()


def _at(proven: Any, head: bytes) -> Any:
    from dataclasses import replace

    return replace(proven, head=head)


def test_served_files_say_how_long_they_are_good(tmp_path: Path, maker: Replica) -> None:
    folder = tmp_path / "mirror"
    write(folder, maker, 300)
    (path,) = (folder / "packs").iterdir()
    (folder / "packs" / ".draft-1.pack").write_bytes(b"half")
    with served(folder) as url, httpx.Client(base_url=url, trust_env=False) as client:
        manifest = client.get(NAME)
        assert manifest.headers["cache-control"] == "public, max-age=5, must-revalidate"
        assert manifest.headers["access-control-allow-origin"] == "*"
        again = client.get(NAME, headers={"if-none-match": manifest.headers["etag"]})
        assert again.status_code == 304
        pack = client.get(f"packs/{path.name}")
        assert pack.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert pack.content == path.read_bytes()
        for hidden in ("packs/.draft-1.pack", "packs/", "", "../maker.db", "packs/..%2F..%2Fmaker.db"):
            assert client.get(hidden).status_code == 404
        assert client.post(NAME).status_code == 405


@contextmanager
def answering(body: bytes, status: int = 200) -> Iterator[str]:
    """The address of a mirror that says the same to every question."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.end_headers()
        request.wfile.write(body)

    with WebServer(answer, "GET") as server:
        yield f"mirror+{server.url}/"


HEAD = "0x" + WORLD.network.first_head.hex()
ENTRY = {"file": f"packs/{'0' * 64}.pack", "octets": 100, "start": 0, "end": 1, "block": 1, "as_of": 1}


def manifest_with(**changes: Any) -> bytes:
    return json.dumps({"format": "yinxin-mirror/1", "network": HEAD, "packs": [ENTRY]} | changes).encode()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "MalformedPack"),
        (b"[]", "MalformedPack"),
        (b'"' + b"x" * (1 << 20), "PackTooLarge"),
        (manifest_with(format="yinxin-mirror/2"), "UnsupportedPack"),
        (manifest_with(format="yinxin-pack/1"), "MalformedPack"),
        (manifest_with(packs=[]), "MalformedPack"),
        (manifest_with(packs=[ENTRY] * 1_025), "MalformedPack"),
        (manifest_with(packs=[ENTRY | {"file": "../../etc/passwd"}]), "MalformedPack"),
        (manifest_with(packs=[ENTRY | {"file": 7}]), "MalformedPack"),
        (manifest_with(packs=[ENTRY | {"octets": -1}]), "MalformedPack"),
        (manifest_with(packs=[ENTRY | {"octets": 1 << 40}]), "PackTooLarge"),
        (manifest_with(packs=[ENTRY | {"end": True}]), "MalformedPack"),
        (manifest_with(packs=[ENTRY | {"more": 1}]), "MalformedPack"),
        (manifest_with(packs=["x"]), "MalformedPack"),
        (manifest_with(more=1), "MalformedPack"),
        (manifest_with(network=HEAD[:-1] + "g"), "MalformedPack"),
        (manifest_with(network="0x" + "00" * 32), "OtherNetwork"),
        (manifest_with(packs=[ENTRY | {"start": 5, "end": 6}]), "PackGap"),
        (manifest_with(), "PackTooLarge"),
    ],
)
def test_a_server_of_other_things_is_left_with_a_reason(tmp_path: Path, body: bytes, reason: str) -> None:
    with (
        answering(body) as address,
        replica_of(WORLD, tmp_path / "w.db", address) as window,
        pytest.raises(FollowFailed) as refused,
    ):
        window.follow_once()
    assert reasons(refused) == [reason]


@pytest.mark.parametrize("status", [404, 500, 301])
def test_a_server_that_refuses_is_unavailable(tmp_path: Path, status: int) -> None:
    with (
        answering(manifest_with(), status) as address,
        replica_of(WORLD, tmp_path / "w.db", address) as window,
        pytest.raises(FollowFailed) as refused,
    ):
        window.follow_once()
    assert reasons(refused) == ["NodeUnavailable"]


def test_a_pack_listed_with_other_events_is_refused(tmp_path: Path, maker: Replica) -> None:
    folder = tmp_path / "mirror"
    write(folder, maker, 300)
    manifest = json.loads((folder / NAME).read_bytes())
    manifest["packs"][0]["end"] = 301
    (folder / NAME).write_text(json.dumps(manifest))
    with replica_of(WORLD, tmp_path / "w.db", folder.as_uri()) as window, pytest.raises(FollowFailed) as refused:
        window.follow_once()
    assert reasons(refused) == ["MalformedPack"]


@pytest.mark.parametrize("address", ["mirror+http://m:geheim@cdn.example.cn", "mirror+https://cdn.example.cn/yinxin"])
def test_a_mirrors_address_without_its_last_slash_is_told_so(address: str) -> None:
    with pytest.raises(MalformedSource, match="lacks the / at its end, which a mirror's address has") as refused:
        require_source(address)
    assert "geheim" not in str(refused.value)
    assert require_source(address + "/")


def test_there_is_no_mirror_of_a_clique_network(tmp_path: Path) -> None:
    clique = invent(WORLD.logs, keys_of(4), engine="clique")
    with replica_of(clique, tmp_path / "c.db") as replica, pytest.raises(UnsupportedPack, match="Clique"):
        write_mirror(tmp_path / "mirror", replica)
