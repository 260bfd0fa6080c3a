"""Gets a mirror's files, from a folder or over HTTP, within limits of size and time. Believes nothing of them."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol

import httpx

from ledger.errors import MalformedPack, NodeUnavailable, PackTooLarge
from ledger.exchange import WHOLE_SECONDS, open_client
from ledger.mirror.manifest import MAX_OCTETS, NAME, Listed
from ledger.printable import printable

TIMEOUT_SECONDS = 10.0
MAX_FILE_SECONDS = 300.0
"""How long a whole file may take, from the connection on; each wait has the shorter time limit."""
_CHUNK = 64 * 1024
_ETAG = re.compile(r"[\x21-\x7e]{1,256}")
"""What of a mirror's entity tags is sent back to it."""


class Fetching(Protocol):
    """Raises NodeUnavailable, PackTooLarge, MalformedPack."""

    def manifest(self) -> bytes: ...

    def pack(self, listed: Listed) -> BinaryIO:
        """The file, as large as it is listed, with the digest that is its name; to be closed by the caller."""

    def close(self) -> None: ...


class FolderFetching:
    """From a folder on this machine: a disk, a stick, a network share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def manifest(self) -> bytes:
        with self._open(NAME) as file, _reading(NAME):
            return file.read(MAX_OCTETS + 1)

    def pack(self, listed: Listed) -> BinaryIO:
        file = self._open(listed.file)
        try:
            require_listed(file, listed)
        except BaseException:
            file.close()
            raise
        return file

    def close(self) -> None:
        """Nothing is held open."""

    def _open(self, name: str) -> BinaryIO:
        return open_file(self._folder / name)


class HttpFetching:
    """From a web server, of which nothing is asked but files. The manifest is sent again only where it has changed."""

    def __init__(self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._url = url if url.endswith("/") else url + "/"
        self._http = open_client(timeout_seconds=timeout_seconds, headers={"accept-encoding": "identity"})
        self._etag, self._manifest = "", b""

    def manifest(self) -> bytes:
        headers = {"if-none-match": self._etag} if self._etag else {}
        file = BytesIO()
        etag = self._get(NAME, file, MAX_OCTETS, headers)
        if etag is not None:
            self._etag, self._manifest = etag if _ETAG.fullmatch(etag) else "", file.getvalue()
        return self._manifest

    def pack(self, listed: Listed) -> BinaryIO:
        with _reading(listed.file):
            file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        try:
            self._get(listed.file, file, listed.octets, {})
            require_listed(file, listed)
        except BaseException:
            file.close()
            raise
        return file

    def close(self) -> None:
        self._http.close()

    def _get(self, name: str, file: BinaryIO, most: int, headers: dict[str, str]) -> str | None:
        """Writes the body to `file`; gives back its entity tag, None where it is as before."""
        limit = {WHOLE_SECONDS: MAX_FILE_SECONDS}
        try:
            with self._http.stream("GET", self._url + name, headers=headers, extensions=limit) as response:
                if response.status_code == httpx.codes.NOT_MODIFIED and headers:
                    return None
                if response.status_code != httpx.codes.OK:
                    raise NodeUnavailable(f"{name}: HTTP status {response.status_code}")
                _save(response, file, name, most)
                return str(response.headers.get("etag", ""))
        # ValueError: what httpx raises on a Location that is none; OSError: a full disk.
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as e:
            raise NodeUnavailable(f"{name}: {type(e).__name__}: {printable(str(e))}") from e


def open_file(path: Path) -> BinaryIO:
    with _reading(str(path)):
        return path.open("rb")


def require_listed(file: BinaryIO, listed: Listed) -> None:
    """The file is as large as it is listed, and its SHA-256 is its name."""
    with _reading(listed.file):
        size, digest = _size_and_digest(file)
    if size != listed.octets:
        raise MalformedPack(f"{listed.file} has {size} octets, it is listed with {listed.octets}")
    if digest != listed.digest:
        raise MalformedPack(f"{listed.file} does not have the digest that is its name")


def _size_and_digest(file: BinaryIO) -> tuple[int, bytes]:
    found = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(_CHUNK):
        found.update(chunk)
    return file.tell(), found.digest()


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """A stick that is pulled, a full disk, no descriptors left: that source cannot be used now."""
    try:
        yield
    except (OSError, ValueError) as e:  # ValueError: a name that is none, a file that was closed meanwhile
        raise NodeUnavailable(f"cannot read {name}: {(isinstance(e, OSError) and e.strerror) or e}") from e


def _save(response: httpx.Response, file: BinaryIO, name: str, most: int) -> None:
    received = 0
    for chunk in response.iter_raw(_CHUNK):
        received += len(chunk)
        if received > most:
            raise PackTooLarge(f"{name} has more than the {most} octets expected")
        file.write(chunk)
