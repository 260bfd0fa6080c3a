"""Gets a mirror's files, from a folder or over HTTP, within limits of size and time. Believes nothing of them."""

from __future__ import annotations

import hashlib
import tempfile
import time
from pathlib import Path
from typing import BinaryIO, Protocol

import httpx

from ledger.errors import MalformedPack, NodeUnavailable, PackTooLarge
from ledger.mirror.manifest import MAX_OCTETS, NAME, Listed

TIMEOUT_SECONDS = 10.0
MAX_FILE_SECONDS = 300.0
"""How long a whole file may take; each read has the shorter time limit."""
_CHUNK = 64 * 1024


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
        with self._open(NAME) as file:
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
        try:
            return (self._folder / name).open("rb")
        except OSError as e:
            raise NodeUnavailable(f"cannot read {self._folder / name}: {e.strerror}") from e


class HttpFetching:
    """From a web server, of which nothing is asked but files. The manifest is sent again only where it has changed."""

    def __init__(self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._url = url if url.endswith("/") else url + "/"
        self._http = httpx.Client(
            timeout=timeout_seconds, trust_env=False, follow_redirects=False, headers={"accept-encoding": "identity"}
        )
        self._etag, self._manifest = "", b""

    def manifest(self) -> bytes:
        headers = {"if-none-match": self._etag} if self._etag else {}
        with tempfile.TemporaryFile() as file:
            etag = self._get(NAME, file, MAX_OCTETS, headers)
            if etag is None:
                return self._manifest
            file.seek(0)
            self._etag, self._manifest = etag, file.read()
        return self._manifest

    def pack(self, listed: Listed) -> BinaryIO:
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
        try:
            with self._http.stream("GET", self._url + name, headers=headers) as response:
                if response.status_code == httpx.codes.NOT_MODIFIED and headers:
                    return None
                if response.status_code != httpx.codes.OK:
                    raise NodeUnavailable(f"{name}: HTTP status {response.status_code}")
                _save(response, file, name, most)
                return str(response.headers.get("etag", ""))
        except (httpx.HTTPError, httpx.InvalidURL) as e:
            raise NodeUnavailable(f"{name}: {type(e).__name__}: {e}") from e


def require_listed(file: BinaryIO, listed: Listed) -> None:
    """The file is as large as it is listed, and its SHA-256 is its name."""
    size, found = file.seek(0, 2), hashlib.sha256()
    if size != listed.octets:
        raise MalformedPack(f"{listed.file} has {size} octets, it is listed with {listed.octets}")
    file.seek(0)
    while chunk := file.read(_CHUNK):
        found.update(chunk)
    if found.digest() != listed.digest:
        raise MalformedPack(f"{listed.file} does not have the digest that is its name")
    file.seek(0)


def _save(response: httpx.Response, file: BinaryIO, name: str, most: int) -> None:
    received, started = 0, time.monotonic()
    for chunk in response.iter_raw(_CHUNK):
        received += len(chunk)
        if received > most:
            raise PackTooLarge(f"{name} has more than the {most} octets expected")
        if time.monotonic() - started > MAX_FILE_SECONDS:
            raise NodeUnavailable(f"{name} takes more than {MAX_FILE_SECONDS:g} seconds")
        file.write(chunk)
