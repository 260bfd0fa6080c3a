"""What a replica's file holds, all of it, to compare one file with another."""

from __future__ import annotations

from typing import Any

from ledger import Replica
from ledger.replica.schema import FACT_TABLES
from ledger.replica.store import Store


def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    with store.reading() as connection:
        return connection.execute(query).fetchall()


def all_facts(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows(store, f"SELECT * FROM {table}") for table in FACT_TABLES}


def contents(replica: Replica) -> dict[str, list[Any]]:
    """Every raw event and every fact."""
    with replica.reading() as (connection, _):
        tables = ("logs", *FACT_TABLES)
        return {table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in tables}
