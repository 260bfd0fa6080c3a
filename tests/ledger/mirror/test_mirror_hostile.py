"""Mirrors, sticks and disks that fail a window in every way: it names the source, keeps nothing open, and goes on."""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest

from bench.invented import keys_of
from ledger.errors import JournalMismatch, LedgerError, NodeUnavailable, PackProblem, PackTooLarge, TooFewTrusted
from ledger.mirror import MirrorSource, fetching, source
from ledger.mirror.manifest import NAME, Listed
from ledger.replica.update import Known
from tests.ledger.pack.packs import NOW, OTHER, WORLD, make, with_garbage
from tests.servers import WebServer, bare_server

LAST = len(WORLD.logs)
HEAD = "0x" + WORLD.network.first_head.hex()
Headers = dict[str, str]


def entry(octets: bytes, start: int, end: int) -> dict[str, Any]:
    file = Listed.name_of(hashlib.sha256(octets).digest())
    return {"file": file, "octets": len(octets), "start": start, "end": end, "block": 1_000, "as_of": 1}


def manifest_of(*packs: dict[str, Any]) -> bytes:
    return json.dumps({"format": "yinxin-mirror/1", "network": HEAD, "packs": packs}).encode()


class Mirror:
    """A web server with these files. Remembers what it was asked for, and with which headers."""

    def __init__(self, files: dict[str, bytes], headers: Headers) -> None:
        self.files, self.headers, self.status = files, headers, 200
        self.asked: list[tuple[str, Headers]] = []
        self.url = ""

    def names(self) -> list[str]:
        return [name for name, _ in self.asked]


@contextmanager
def serving(files: dict[str, bytes], **headers: str) -> Iterator[Mirror]:
    mirror = Mirror(files, {name.replace("_", "-"): value for name, value in headers.items()})

    def answer(request: BaseHTTPRequestHandler) -> None:
        name = request.path.removeprefix("/")
        mirror.asked.append((name, {key.lower(): value for key, value in request.headers.items()}))
        etag = mirror.headers.get("etag")
        is_same = etag is not None and request.headers.get("if-none-match") == etag
        request.send_response(304 if is_same else mirror.status if name in mirror.files else 404)
        for key, value in mirror.headers.items():
            request.send_header(key, value)
        request.end_headers()
        if not is_same:
            request.wfile.write(mirror.files.get(name, b""))

    with WebServer(answer, "GET") as server:
        mirror.url = f"mirror+{server.url}/"
        yield mirror


@contextmanager
def opened(address: str) -> Iterator[MirrorSource]:
    made = MirrorSource(address, WORLD.network)
    try:
        yield made
    finally:
        made.close()


def mirrored(*packs: tuple[bytes, int, int]) -> dict[str, bytes]:
    """The files of a mirror of these packs."""
    entries = [entry(*pack) for pack in packs]
    files = {each["file"]: octets for each, (octets, _, _) in zip(entries, packs, strict=True)}
    return {NAME: manifest_of(*entries), **files}


WHOLE = mirrored((make(), 0, LAST))


def learned(made: MirrorSource) -> int:
    """How many events the source gives to a window that knows nothing."""
    proven = made.prove(Known(), NOW)
    assert proven is not None
    return len(tuple(made.history(Known(), proven)))


def asked_again(mirror: Mirror) -> list[str | None]:
    """The entity tags that the mirror was asked with."""
    return [headers.get("if-none-match") for name, headers in mirror.asked if name == NAME]


@pytest.mark.parametrize("etag", ["\xfc", '"\x7f"', '"a b"', '"' + "x" * 300 + '"'])
def test_an_entity_tag_that_cannot_be_sent_back_is_not_kept(etag: str) -> None:
    with serving(WHOLE, etag=etag) as mirror, opened(mirror.url) as made:
        assert learned(made) == LAST
        assert learned(made) == LAST
        assert set(asked_again(mirror)) == {None}


def test_an_entity_tag_spares_the_manifest() -> None:
    with serving(WHOLE, etag='W/"1"') as mirror, opened(mirror.url) as made:
        assert learned(made) == LAST
        mirror.files = {}
        assert learned(made) == LAST
        assert asked_again(mirror)[-1] == 'W/"1"'


def test_cookies_are_neither_kept_nor_sent() -> None:
    with serving(WHOLE, set_cookie="a=" + "b" * 3_000) as mirror, opened(mirror.url) as made:
        for _ in range(3):
            learned(made)
        assert not [headers for _, headers in mirror.asked if "cookie" in headers]


@pytest.mark.parametrize("location", ["http://[", "http://\xff\xfe", "//x:99999999/", "https://xn--a/", ""])
def test_a_mirror_that_sends_elsewhere_is_unavailable(location: str) -> None:
    with serving(WHOLE, location=location) as mirror, opened(mirror.url) as made:
        mirror.status = 302
        with pytest.raises(NodeUnavailable):
            made.prove(Known(), NOW)


@contextmanager
def dripping(drip: bytes) -> Iterator[str]:
    """A mirror that reads a question and then sends this again and again."""

    def treat(connection: socket.socket, over: Event) -> None:
        connection.recv(65_536)
        while not over.is_set():
            connection.sendall(drip)
            sleep(0.05)

    with bare_server(treat) as url:
        yield f"mirror+{url}/"


@pytest.mark.parametrize("drip", [b"x", b"x: y\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n"])
def test_a_mirror_that_never_ends_its_headers_is_left(monkeypatch: pytest.MonkeyPatch, drip: bytes) -> None:
    monkeypatch.setattr(fetching, "MAX_FILE_SECONDS", 0.3)
    began = monotonic()
    with dripping(drip) as url, opened(url) as made:
        with pytest.raises(NodeUnavailable):
            made.prove(Known(), NOW)
        assert monotonic() - began < 20


def chained(count: int, octets: int = 100) -> bytes:
    """A manifest of invented packs, one leading to the other."""
    return manifest_of(
        *(
            {"file": f"packs/{at:064x}.pack", "octets": octets, "start": at, "end": at + 1, "block": 1, "as_of": 1}
            for at in range(count)
        )
    )


@pytest.mark.parametrize("manifest", [chained(source.MAX_CHOSEN + 1), chained(1_024), chained(3, 100 * 1024 * 1024)])
def test_a_manifest_that_asks_for_too_much_brings_no_pack(manifest: bytes) -> None:
    with serving({NAME: manifest}) as mirror, opened(mirror.url) as made:
        with pytest.raises(PackTooLarge, match="more than 64 packs"):
            made.prove(Known(), NOW)
        assert mirror.names() == [NAME]


FORGED = make(WORLD.signed_by(keys_of(8)[4:]), start=LAST - 5)
MIDDLE = LAST // 2


def test_the_last_pack_is_proven_before_another_is_fetched() -> None:
    files = mirrored((make(end=LAST - 5), 0, LAST - 5), (FORGED, LAST - 5, LAST))
    with serving(files) as mirror, opened(mirror.url) as made:
        with pytest.raises(TooFewTrusted):
            made.prove(Known(), NOW)
        assert len(mirror.asked) == 2
        assert made._open == {}


def test_nothing_stays_open_where_one_of_the_packs_is_missing() -> None:
    files = mirrored((make(end=MIDDLE), 0, MIDDLE), (make(start=MIDDLE), MIDDLE, LAST))
    del files[next(name for name in files if name != NAME)]
    with serving(files) as mirror, opened(mirror.url) as made:
        with pytest.raises(NodeUnavailable, match="404"):
            made.prove(Known(), NOW)
        assert made._open == {}


def test_nothing_stays_open_of_a_history_that_does_not_lead_there() -> None:
    """The last pack holds; the one before it has the events of another network."""
    files = mirrored((make(OTHER, end=MIDDLE), 0, MIDDLE), (make(start=MIDDLE), MIDDLE, LAST))
    with serving(files) as mirror, opened(mirror.url) as made:
        with pytest.raises(LedgerError):
            learned(made)
        assert made._open == {}


def test_garbage_under_a_genuine_proof_is_refused_before_its_first_event() -> None:
    file = with_garbage()._file
    file.seek(0)
    with serving(mirrored((file.read(), 0, LAST))) as mirror, opened(mirror.url) as made:
        proven = made.prove(Known(), NOW)
        assert proven is not None
        with pytest.raises(JournalMismatch):
            made.history(Known(), proven)
        assert made._open == {}


class Failing(BytesIO):
    """A file on a disk that goes."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(116, "Stale file handle")

    def write(self, octets: Any, /) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_or_no_descriptors_are_that_sources_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left() -> BytesIO:
        raise OSError(24, "Too many open files")

    with serving(WHOLE) as mirror, opened(mirror.url) as made:
        monkeypatch.setattr("tempfile.TemporaryFile", none_left)
        with pytest.raises(NodeUnavailable, match="Too many open files"):
            made.prove(Known(), NOW)
        monkeypatch.setattr("tempfile.TemporaryFile", Failing)
        with pytest.raises(NodeUnavailable, match="No space left"):
            made.prove(Known(), NOW)
        monkeypatch.setattr("tempfile.TemporaryFile", BytesIO)
        assert learned(made) == LAST


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    for name, octets in WHOLE.items():
        path = tmp_path / "stick" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)
    return tmp_path / "stick"


@pytest.mark.parametrize("name", [NAME, "packs"])
def test_a_stick_that_cannot_be_read_is_that_sources_failure(
    monkeypatch: pytest.MonkeyPatch, stick: Path, name: str
) -> None:
    whole = Path.open
    with opened(stick.as_uri()) as made:
        with monkeypatch.context() as patch:
            patch.setattr(Path, "open", lambda path, mode: Failing() if name in str(path) else whole(path, mode))
            with pytest.raises((NodeUnavailable, PackProblem), match="Stale file handle"):
                made.prove(Known(), NOW)
        assert learned(made) == LAST


def test_a_stick_whose_pack_goes_while_it_is_read_is_opened_again(stick: Path) -> None:
    with opened(stick.as_uri()) as made:
        assert learned(made) == LAST
        for file, _ in made._open.values():
            file.close()
        with pytest.raises(PackProblem, match="closed file"):
            made.prove(Known(), NOW)
        assert learned(made) == LAST


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error")])
def test_a_folder_that_cannot_be_looked_at_is_that_sources_failure(
    monkeypatch: pytest.MonkeyPatch, stick: Path, error: OSError
) -> None:
    def refuse(path: Path) -> bool:
        raise error

    monkeypatch.setattr(Path, "is_dir", refuse)
    with opened(stick.as_uri()) as made, pytest.raises(NodeUnavailable, match="cannot read"):
        made.prove(Known(), NOW)


def test_a_single_pack_that_cannot_be_opened_or_read_is_that_sources_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "a.pack"
    path.write_bytes(make())
    with opened(path.as_uri()) as made, opened("file:///a%00b") as nowhere:
        monkeypatch.setattr(Path, "open", lambda path, mode: Failing())
        with pytest.raises(PackProblem):
            made.prove(Known(), NOW)
        monkeypatch.undo()
        assert learned(made) == LAST
        with pytest.raises(NodeUnavailable, match="cannot read"):
            nowhere.prove(Known(), NOW)
