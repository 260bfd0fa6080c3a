"""The replica's tables (SQLite). What was proven is kept raw in `logs`; the facts can be made again from it.

Times are Unix seconds, addresses, kids, roots and digests are blobs, NULL stands for "no end" and "no fence".
"""

from __future__ import annotations

RAW_VERSION = 2
"""Of the tables that hold what was proven. A file with a later one is refused, one with an earlier is brought up."""

FACTS_VERSION = 2
"""Of the tables that are made from it. A file with an earlier one is made again from its raw logs."""

LOGS = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE logs (position INTEGER PRIMARY KEY, address BLOB NOT NULL, topic BLOB NOT NULL, data BLOB NOT NULL);
"""

PROVEN = """
-- Blocks that were accepted, the newest of them. The last row is the accepted block. `head` is the journal's, after the
-- first `events` rows of `logs`. `validators` are 20 octets each. `proof`, RLP, is kept for the last row alone.
CREATE TABLE points (
    number INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    time INTEGER NOT NULL,
    head BLOB NOT NULL,
    events INTEGER NOT NULL,
    validators BLOB NOT NULL,
    header BLOB,
    proof BLOB,
    weight INTEGER NOT NULL,
    tip_weight INTEGER NOT NULL
);

-- Sealed headers that lead from the checkpoint's validators to the accepted block's, where these changed.
CREATE TABLE path (number INTEGER PRIMARY KEY, header BLOB NOT NULL);

-- Files of certificate types that came with packs.
CREATE TABLE metadata (digest BLOB PRIMARY KEY, octets BLOB NOT NULL) WITHOUT ROWID;

-- Reorganisations, never deleted: blocks after `ancestor` up to `last` were taken back. `removed` are the hashes of
-- those that had been accepted, 32 octets each.
CREATE TABLE rewinds (
    rewind INTEGER PRIMARY KEY,
    ancestor INTEGER NOT NULL,
    last INTEGER NOT NULL,
    at INTEGER NOT NULL,
    removed BLOB NOT NULL
);

-- Pairs of sealed headers of one number, RLP, and their block hashes, never deleted. `settled_at` is
-- when a network file with a later checkpoint came.
CREATE TABLE evidence (
    number INTEGER PRIMARY KEY,
    first BLOB NOT NULL,
    second BLOB NOT NULL,
    first_hash BLOB NOT NULL,
    second_hash BLOB NOT NULL,
    found_at INTEGER NOT NULL,
    settled_at INTEGER
);
"""

RAW = LOGS + PROVEN

ACCEPTED_TO_POINTS = """
INSERT INTO points SELECT number, hash, time, head, events, :validators, NULL, NULL, 0, 0 FROM accepted;
DROP TABLE accepted;
"""
"""From version 1, after PROVEN."""

FACTS = """
CREATE TABLE writers (address BLOB PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE regions (region INTEGER PRIMARY KEY, name TEXT NOT NULL, administrator BLOB NOT NULL);

CREATE TABLE types (
    code TEXT NOT NULL,
    version INTEGER NOT NULL,
    certificate_type INTEGER NOT NULL,
    metadata_digest BLOB NOT NULL,
    PRIMARY KEY (code, version)
) WITHOUT ROWID;

CREATE TABLE authorities (
    authority INTEGER PRIMARY KEY,
    region INTEGER NOT NULL,
    credit_code TEXT NOT NULL,
    name TEXT NOT NULL,
    dissolved_at INTEGER
);

CREATE TABLE authority_urls (position INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, authority INTEGER NOT NULL);
CREATE INDEX urls_of_authority ON authority_urls (authority);

CREATE TABLE operators (
    authority INTEGER NOT NULL,
    operator BLOB NOT NULL,
    revoked_from INTEGER,
    PRIMARY KEY (authority, operator)
) WITHOUT ROWID;

CREATE TABLE keys (
    kid BLOB PRIMARY KEY,
    authority INTEGER NOT NULL,
    use INTEGER NOT NULL,
    suite INTEGER NOT NULL,
    public_key BLOB NOT NULL,
    starts INTEGER NOT NULL,
    ends INTEGER,
    revoked_from INTEGER
) WITHOUT ROWID;

CREATE TABLE accreditations (
    accreditation INTEGER PRIMARY KEY,
    authority INTEGER NOT NULL,
    certificate_type INTEGER NOT NULL,
    starts INTEGER NOT NULL,
    ends INTEGER
);
CREATE INDEX accreditations_of ON accreditations (authority, certificate_type);

CREATE TABLE batches (
    authority INTEGER NOT NULL,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    root BLOB NOT NULL,
    kid BLOB NOT NULL,
    anchored_at INTEGER NOT NULL,
    operator BLOB NOT NULL,
    PRIMARY KEY (authority, first)
) WITHOUT ROWID;

CREATE TABLE status_changes (
    change INTEGER PRIMARY KEY,
    authority INTEGER NOT NULL,
    position INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    origin INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    effective INTEGER NOT NULL,
    successor INTEGER NOT NULL,
    actor BLOB NOT NULL
);
CREATE INDEX status_of ON status_changes (authority, position);
CREATE INDEX status_by ON status_changes (authority, actor);

-- What a region brought back after a theft: the registry's own bits, which no verdict reads. It came after the change
-- of that number and before the next.
CREATE TABLE restorations (
    restoration INTEGER PRIMARY KEY,
    after_change INTEGER NOT NULL,
    authority INTEGER NOT NULL,
    position INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    origin INTEGER NOT NULL,
    state INTEGER NOT NULL,
    operator BLOB NOT NULL,
    actor BLOB NOT NULL
);
CREATE INDEX restorations_of ON restorations (authority, position);

CREATE TABLE agreements (
    agreement INTEGER PRIMARY KEY,
    document_digest BLOB NOT NULL,
    starts INTEGER NOT NULL,
    ends INTEGER
);

CREATE TABLE agreement_types (
    certificate_type INTEGER NOT NULL,
    agreement INTEGER NOT NULL,
    PRIMARY KEY (certificate_type, agreement)
) WITHOUT ROWID;
CREATE INDEX types_of_agreement ON agreement_types (agreement);

CREATE TABLE members (
    agreement INTEGER NOT NULL,
    region INTEGER NOT NULL,
    issues INTEGER NOT NULL,
    recognises INTEGER NOT NULL,
    ratified_at INTEGER,
    withdrawn_at INTEGER,
    PRIMARY KEY (agreement, region)
) WITHOUT ROWID;

CREATE TABLE suspensions (
    suspension INTEGER PRIMARY KEY,
    agreement INTEGER NOT NULL,
    region INTEGER NOT NULL,
    starts INTEGER NOT NULL,
    ends INTEGER
);
CREATE INDEX suspensions_of ON suspensions (agreement, region);
"""

FACT_TABLES = (
    "writers",
    "regions",
    "types",
    "authorities",
    "authority_urls",
    "operators",
    "keys",
    "accreditations",
    "batches",
    "status_changes",
    "restorations",
    "agreements",
    "agreement_types",
    "members",
    "suspensions",
)
