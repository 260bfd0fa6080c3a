"""The tables of the record, and how a file of an earlier version is brought up. What they mean is for store.py to say.

`removed_blocks` are blocks that a reorganisation took back; a check whose `block_hash` is among them is withdrawn.
"""

from __future__ import annotations

import sqlite3

from verifier.errors import StoreOfNewerProgram

VERSION = 3
"""In SQLite's `user_version`. Version 1 did not say so: it is a file with a table `checks` that says 0."""

_VERSION_1 = (
    """
CREATE TABLE IF NOT EXISTS checks (
    id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL UNIQUE,
    presented_digest BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    window TEXT NOT NULL,
    report TEXT NOT NULL,
    personal TEXT
) STRICT
""",
    "CREATE INDEX IF NOT EXISTS checks_with_personal ON checks (made_at) WHERE personal IS NOT NULL",
    """
CREATE TABLE IF NOT EXISTS used_codes (
    holder BLOB NOT NULL,
    nonce TEXT NOT NULL,
    check_id TEXT NOT NULL REFERENCES checks (id),
    used_at INTEGER NOT NULL,
    PRIMARY KEY (holder, nonce)
) STRICT
""",
    "CREATE INDEX IF NOT EXISTS used_codes_by_age ON used_codes (used_at)",
)

ISSUER = "json_extract(report, '$.claimed.issuer')"
POSITION = "json_extract(report, '$.claimed.position')"

# Checks of version 1 have no block: they were made on networks that never take a block back.
_VERSION_2 = (
    "ALTER TABLE checks ADD COLUMN block INTEGER",
    "ALTER TABLE checks ADD COLUMN block_hash BLOB",
    "CREATE TABLE removed_blocks (hash BLOB PRIMARY KEY, noted_at INTEGER NOT NULL) STRICT",
    "CREATE INDEX checks_by_block ON checks (block_hash)",
    "CREATE INDEX checks_by_digest ON checks (presented_digest)",
    f"CREATE INDEX checks_by_credential ON checks ({ISSUER}, {POSITION})",
)

UNREADABLE = "json_type(report, '$.claimed.issuer') = 'null'"
"""What was shown was no credential: its digest has no salts, and is erased (to no octets) with what is personal."""

_VERSION_3 = (f"UPDATE checks SET presented_digest = x'' WHERE personal IS NULL AND {UNREADABLE}",)  # noqa: S608 - fixed text

_STEPS = {1: _VERSION_1, 2: _VERSION_2, 3: _VERSION_3}


def prepare(db: sqlite3.Connection) -> None:
    """Makes the tables, or brings them up; all of it or nothing. Raises StoreOfNewerProgram and changes nothing."""
    if _version(db) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        found = _version(db)  # again: another window may have been first
        if found > VERSION:
            raise StoreOfNewerProgram(found=found, known=VERSION)
        for version in range(found + 1, VERSION + 1):
            for statement in _STEPS[version]:
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
