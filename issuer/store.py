"""The bureau's database: SQLite with a write-ahead log, synced at every commit, one writer and many readers.

When `engine.begin()` ends without an error, what it wrote survives a crash and a power cut.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, insert, select

from issuer.schema import VERSION, instance, metadata
from ledger import outbox

SECRET_OCTETS = 32
_QUIET = {"hide_parameters": True}
"""An error's text may be logged, and parameters are people's data."""


class OtherDatabase(RuntimeError):
    """The file is another program's, or another version's."""


def open_store(file: Path) -> Engine:
    """The database in `file`, made where there is none. Raises OtherDatabase."""
    file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": 60}, pool_size=8, max_overflow=64, **_QUIET)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    with engine.begin() as connection:
        metadata.create_all(connection)
        outbox.metadata.create_all(connection)
        _mark(connection, file)
    file.chmod(0o600)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment and never waits for the writer."""
    with engine.connect().execution_options(reads_only=True) as connection, connection.begin():
        yield connection


def secret_of(connection: Connection) -> bytes:
    """This installation's secret: 32 random octets, made with the database."""
    return bytes(connection.execute(select(instance.c.value).where(instance.c.name == "secret")).scalar_one())


def _mark(connection: Connection, file: Path) -> None:
    found = connection.execute(select(instance.c.value).where(instance.c.name == "schema")).scalar()
    if found is None:
        rows = {"schema": VERSION.encode(), "secret": secrets.token_bytes(SECRET_OCTETS)}
        connection.execute(insert(instance), [{"name": name, "value": value} for name, value in rows.items()])
    elif found != VERSION.encode():
        raise OtherDatabase(f"{file.name} has schema {found.decode()}, this program needs {VERSION}")


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=60000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Writers queue at BEGIN, where waiting is safe, and not in the middle, where it is a deadlock."""
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
