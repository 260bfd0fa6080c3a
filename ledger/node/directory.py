"""The data directory: its exclusive lock, the validator's key and the sealed-height mark.

The mark is the number and hash of the highest block this key has sealed, kept outside the database. It is made durable
after a block is stored and before anyone can see it, so a database that was put back to an older state, or swapped, is
noticed at the next start instead of a second block of one number being sealed.
"""

from __future__ import annotations

import fcntl
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledger.durable import draft_beside, put_in_place, write_over
from ledger.node.errors import StartRefused


@dataclass(frozen=True, slots=True)
class Mark:
    number: int
    hash: bytes


class DataDirectory:
    """Open while its lock is held; `close` lets another node in."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self._lock = (path / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            self._lock.close()
            raise StartRefused("another node is running on this data directory") from e

    @property
    def database(self) -> Path:
        return self.path / "chain.sqlite3"

    @property
    def _mark_path(self) -> Path:
        return self.path / "sealed-height"

    def validator_key(self, *, create: bool) -> bytes:
        """The validator's secp256k1 key, 32 octets, made at the first start. Refuses a file that others may read."""
        path = self.path / "validator.key"
        if create and not path.exists():
            write_over(path, f"{secrets.token_bytes(32).hex()}\n".encode())
        try:
            mode, text = path.stat().st_mode, path.read_text("ascii")
        except FileNotFoundError as e:
            raise StartRefused("validator.key is missing, and without it this chain cannot be continued") from e
        if stat.S_IMODE(mode) & 0o077:
            raise StartRefused(f"validator.key has mode {stat.S_IMODE(mode):04o}, must be 0600")
        return _key_octets(text)

    def mark(self) -> Mark | None:
        try:
            text = self._mark_path.read_text("ascii")
        except FileNotFoundError:
            return None
        try:
            number, block_hash = text.split()
            return Mark(int(number), bytes.fromhex(block_hash))
        except ValueError as e:
            raise StartRefused("sealed-height does not hold a block number and a hash") from e

    def draft_mark(self, mark: Mark) -> Callable[[], None]:
        """Takes the space that the mark needs; when what is returned has been called, the mark survives a crash.

        In two steps, because a full disk must be noticed before the block is stored.
        """
        draft = draft_beside(self._mark_path, f"{mark.number} {mark.hash.hex()}\n".encode())
        return lambda: put_in_place(draft, self._mark_path)

    def set_mark(self, mark: Mark) -> None:
        """When this returns, the mark survives a crash."""
        self.draft_mark(mark)()

    def close(self) -> None:
        self._lock.close()


def _key_octets(text: str) -> bytes:
    try:
        octets = bytes.fromhex(text)
    except ValueError:
        octets = b""
    if len(octets) != 32:
        raise StartRefused("validator.key does not hold 64 hexadecimal digits")
    return octets
