"""Which checks are withdrawn: those by facts of a block that a reorganisation took back. In the caller's transaction.

Marks go by the block's hash, never by its number: the same number has another block now, and what was judged by that
one stands. What nobody can recognise any more, because it was no credential and its digest is erased, is not counted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

# A withdrawn check was made again where a later one that stands asks about the same time and shows the very same text,
# or the same credential: signed by its issuer, for anybody can write down an issuer and a position. What an index
# finds comes first, what reads reports last.
_STANDS = "NOT EXISTS (SELECT 1 FROM removed_blocks WHERE hash = later.block_hash)"
_SIGNED = (
    "EXISTS (SELECT 1 FROM json_each(later.report, '$.rows') WHERE json_extract(value, '$.number') = 4"
    " AND json_extract(value, '$.outcome') = 'passes')"
)
_ASKED = "NULLIF(json_extract({0}.report, '$.at'), json_extract({0}.report, '$.now'))"
_LATER = f"""
SELECT MIN(later.rowid) FROM checks later
WHERE {{same}} AND later.rowid > c.rowid
    AND CASE WHEN {{counts}} THEN {_ASKED.format("later")} IS {_ASKED.format("c")} END
"""  # noqa: S608 - fixed text
_BY_TEXT = _LATER.format(same="later.presented_digest = c.presented_digest", counts=_STANDS)
_BY_CREDENTIAL = _LATER.format(
    same="json_extract(later.report, '$.claimed.issuer') = json_extract(c.report, '$.claimed.issuer')"
    " AND json_extract(later.report, '$.claimed.position') = json_extract(c.report, '$.claimed.position')",
    counts=f"{_STANDS} AND {_SIGNED}",
)
_MADE_AGAIN = f"SELECT id FROM checks WHERE rowid IN (({_BY_TEXT}), ({_BY_CREDENTIAL})) ORDER BY rowid LIMIT 1"  # noqa: S608
_LISTED = f"""
SELECT c.rowid, c.id, c.made_at, c.window, c.block, r.noted_at, ({_MADE_AGAIN}) AS made_again,
    json_extract(c.report, '$.verdict'), json_extract(c.report, '$.claimed.issuer'),
    json_extract(c.report, '$.claimed.certificate_type'), json_extract(c.report, '$.claimed.position'),
    json_extract(c.personal, '$.certificate_identifier')
FROM removed_blocks r CROSS JOIN checks c ON c.block_hash = r.hash -- in this order: few blocks, many checks
WHERE c.presented_digest != x''
"""  # noqa: S608 - fixed text


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """One withdrawn check. `made_again` is the id of the check that took its place.

    Issuer, type, position and identifier are what was claimed, unproven; the last is personal, None when it is erased.
    """

    row: int
    id: str
    made_at: int
    window: str
    block: int
    noted_at: int
    made_again: str | None
    verdict: str
    issuer: str | None
    certificate_type: str | None
    position: int | None
    certificate_identifier: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Count:
    """How many checks are withdrawn, and how many of them nobody has made again yet."""

    withdrawn: int
    open: int


def note(db: sqlite3.Connection, hashes: Iterable[bytes], noted_at: int) -> int:
    """Marks the checks by facts of these blocks; how many were not marked before. What is known already stays."""
    marked = 0
    for each in hashes:
        new = db.execute("INSERT OR IGNORE INTO removed_blocks VALUES (?, ?)", (each, noted_at)).rowcount
        if new:
            marked += db.execute("SELECT COUNT(*) FROM checks WHERE block_hash = ?", (each,)).fetchone()[0]
    return marked


def count(db: sqlite3.Connection) -> Count:
    query = f"SELECT COUNT(*), COUNT(*) - COUNT(made_again) FROM ({_LISTED})"  # noqa: S608 - fixed text
    return Count(*db.execute(query).fetchone())


def listed(db: sqlite3.Connection, *, before: int | None, only_open: bool, limit: int) -> tuple[Withdrawn, ...]:
    """The newest first, from the one before row `before` on; only those that nobody has made again yet, or all."""
    query = (
        f"SELECT * FROM ({_LISTED}) WHERE (? IS NULL OR rowid < ?) AND (made_again IS NULL OR NOT ?)"  # noqa: S608
        " ORDER BY rowid DESC LIMIT ?"
    )
    return tuple(Withdrawn(*row) for row in db.execute(query, (before, before, only_open, limit)))
