CREATE TABLE identity (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- State and storage tries of all blocks, and contracts' codes, by keccak-256. Only ever added to.
CREATE TABLE nodes (hash BLOB PRIMARY KEY, node BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE blocks (
    number INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    header BLOB NOT NULL,
    size INTEGER NOT NULL
) STRICT;

CREATE TABLE transactions (
    hash BLOB NOT NULL UNIQUE,
    number INTEGER NOT NULL REFERENCES blocks (number),
    position INTEGER NOT NULL,
    raw BLOB NOT NULL,
    sender BLOB NOT NULL,
    contract BLOB,
    status INTEGER NOT NULL,
    gas_used INTEGER NOT NULL,
    cumulative_gas_used INTEGER NOT NULL,
    revert BLOB NOT NULL,
    UNIQUE (number, position)
) STRICT;

CREATE TABLE logs (
    number INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    position INTEGER NOT NULL,
    address BLOB NOT NULL,
    topic0 BLOB,
    topic1 BLOB,
    topic2 BLOB,
    topic3 BLOB,
    data BLOB NOT NULL,
    PRIMARY KEY (number, log_index)
) STRICT, WITHOUT ROWID;

CREATE INDEX logs_by_address ON logs (address, number, log_index);

-- Acknowledged and not yet in a block. A row leaves in the transaction that stores its block.
CREATE TABLE pending (
    arrival INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    sender BLOB NOT NULL,
    nonce INTEGER NOT NULL,
    raw BLOB NOT NULL,
    UNIQUE (sender, nonce)
) STRICT;
