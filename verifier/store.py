"""The record of checks and the live codes accepted, in one SQLite file that several windows may share.

A check and the use of its live code are one transaction: a code is used up when an acceptance of it is on record.
Claims lie in a column of their own, so that they can be erased while rows, verdict and digest stay (docs/verifier.md);
the digest of what was no credential can be guessed, and is erased with them.
Each check names the block that its facts were of; where a reorganisation takes that block back, the check is withdrawn.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from verifier import withdrawals
from verifier.errors import NoSuchCheck, RequestIdReused, StoreUnusable
from verifier.schema import UNREADABLE, prepare
from verifier.withdrawals import Count, Withdrawn

_CHECKS = """
SELECT id, request_id, presented_digest, made_at, window, report, personal, block, block_hash, noted_at
FROM checks LEFT JOIN removed_blocks ON hash = block_hash
"""
_ERASE = f"""
UPDATE checks SET personal = NULL, presented_digest = CASE WHEN {UNREADABLE} THEN x'' ELSE presented_digest END
WHERE personal IS NOT NULL AND made_at <= ?
"""  # noqa: S608 - fixed text
_CODES_KEPT_SECONDS = 7 * 86400
"""A live code is stale within two minutes; a week outlives any clock that was set wrong over a weekend."""


@dataclass(frozen=True, slots=True)
class LiveCode:
    """One live code: whose key signed it and its nonce. Never the signature: (r, n - s) verifies too."""

    holder: bytes
    nonce: str


@dataclass(frozen=True, slots=True)
class Check:
    """One check as recorded: `report` is the report's JSON without what is `personal`, which is erased in time.

    `presented_digest` is None once it is erased.
    `block` and `block_hash` name the block of its facts, None where there were none or an earlier version recorded it.
    `withdrawn_at` is when the window learnt that a reorganisation took that block back; None while the check stands.
    """

    id: str
    request_id: str
    presented_digest: bytes | None
    made_at: int
    window: str
    report: Mapping[str, object]
    personal: Mapping[str, object] | None = field(repr=False)
    block: int | None = None
    block_hash: bytes | None = None
    withdrawn_at: int | None = None


class Store:
    """When `keep` returns, the check and the use of its code survive a crash. Raises StoreUnusable.

    A file of an earlier version is brought up when it is opened. Raises StoreOfNewerProgram for one of a later.
    """

    def __init__(self, path: Path, claims_kept_seconds: int) -> None:
        self._claims_kept_seconds = claims_kept_seconds
        self._lock = threading.Lock()
        try:
            path.touch(0o600)  # what was shown is nobody else's; a file that is there keeps who may read it
            self._db = sqlite3.connect(path, timeout=20, isolation_level=None, check_same_thread=False)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
                self._db.execute(f"PRAGMA {pragma}")
            prepare(self._db)
        except (OSError, sqlite3.Error) as e:
            raise StoreUnusable from e

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def find(self, request_id: str, presented_digest: bytes) -> Check | None:
        """The check already made for this request id; raises RequestIdReused unless it surely showed the same."""
        with self._reading() as db:
            row = db.execute(f"{_CHECKS} WHERE request_id = ?", (request_id,)).fetchone()
        return _same(row, presented_digest) if row else None

    def get(self, check_id: str) -> Check:
        with self._reading() as db:
            row = db.execute(f"{_CHECKS} WHERE id = ?", (check_id,)).fetchone()
        if row is None:
            raise NoSuchCheck
        return _check(row)

    def is_used(self, code: LiveCode) -> bool:
        """Whether this code has been accepted for any request."""
        with self._reading() as db:
            found = db.execute("SELECT 1 FROM used_codes WHERE holder = ? AND nonce = ?", (code.holder, code.nonce))
            return found.fetchone() is not None

    def keep(self, check: Check, uses: LiveCode | None) -> Check | None:
        """Records the check and uses up its code, both or neither.

        Returns the check on record for the request id, which is the earlier one where two arrived together. Returns
        None, and records nothing, where the code was used up for another request in the meantime.
        """
        with self._writing() as db:
            earlier = db.execute(f"{_CHECKS} WHERE request_id = ?", (check.request_id,)).fetchone()
            if earlier:
                return _same(earlier, check.presented_digest)
            if (
                uses
                and db.execute(
                    "SELECT 1 FROM used_codes WHERE holder = ? AND nonce = ?", (uses.holder, uses.nonce)
                ).fetchone()
            ):
                return None
            db.execute("INSERT INTO checks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(check))
            if uses:
                used = (uses.holder, uses.nonce, check.id, check.made_at)
                db.execute("INSERT INTO used_codes VALUES (?, ?, ?, ?)", used)
            # Read back: while it was judged its block may have been taken back, and then it is withdrawn already.
            return _check(db.execute(f"{_CHECKS} WHERE id = ?", (check.id,)).fetchone())

    def note_removed(self, hashes: Iterable[bytes], noted_at: int) -> int:
        """These blocks were taken back: withdraws the checks by their facts. How many were not withdrawn before."""
        with self._writing() as db:
            return withdrawals.note(db, hashes, noted_at)

    def count_withdrawn(self) -> Count:
        with self._reading() as db:
            return withdrawals.count(db)

    def withdrawn(self, *, before: int | None = None, only_open: bool = True, limit: int = 50) -> tuple[Withdrawn, ...]:
        """The withdrawn checks, newest first, before row `before`; those that nobody has made again yet, or all."""
        with self._reading() as db:
            return withdrawals.listed(db, before=before, only_open=only_open, limit=limit)

    def erase_personal(self, now: int) -> int:
        """Erases what is personal in checks older than the setting, and old codes; returns how many it erased."""
        with self._writing() as db:
            db.execute("DELETE FROM used_codes WHERE used_at < ?", (now - _CODES_KEPT_SECONDS,))
            old = now - self._claims_kept_seconds
            erased = db.execute(_ERASE, (old,)).rowcount
        if erased:
            with self._reading() as db:  # out of the write-ahead log, too
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return erased

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as e:
                raise StoreUnusable from e

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")


def _same(row: tuple[object, ...], presented_digest: bytes | None) -> Check:
    check = _check(row)
    if check.presented_digest != presented_digest:
        raise RequestIdReused
    return check


def _row(check: Check) -> tuple[object, ...]:
    report, personal = _json(check.report), None if check.personal is None else _json(check.personal)
    start = (check.id, check.request_id, check.presented_digest, check.made_at, check.window, report, personal)
    return *start, check.block, check.block_hash


def _check(row: tuple[object, ...]) -> Check:
    check_id, request_id, digest, made_at, window, report, personal, block, block_hash, withdrawn_at = row
    assert isinstance(check_id, str)
    assert isinstance(request_id, str)
    assert isinstance(digest, bytes)
    assert isinstance(made_at, int)
    assert isinstance(window, str)
    assert isinstance(report, str)
    assert isinstance(block, int | None)
    assert isinstance(block_hash, bytes | None)
    assert isinstance(withdrawn_at, int | None)
    opened = json.loads(personal) if isinstance(personal, str) else None
    stored = json.loads(report)
    return Check(check_id, request_id, digest or None, made_at, window, stored, opened, block, block_hash, withdrawn_at)


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
