"""What a replica has proven, for people: regions, types, authorities, who and what acts for them, agreements."""

from __future__ import annotations

import sqlite3
from typing import Any

from ledger.replica.replica import Replica

_QUERIES = {
    "regions": "SELECT region, name FROM regions ORDER BY region",
    "types": "SELECT certificate_type, version, code FROM types ORDER BY certificate_type, version",
    "authorities": (
        "SELECT authority, region, credit_code, name,"
        " (SELECT COUNT(*) FROM keys k WHERE k.authority = a.authority) AS keys,"
        " (SELECT COUNT(*) FROM batches b WHERE b.authority = a.authority) AS batches,"
        " (SELECT COALESCE(SUM(count), 0) FROM batches b WHERE b.authority = a.authority) AS positions,"
        " dissolved_at FROM authorities a ORDER BY authority"
    ),
    "operators": (
        "SELECT authority, '0x' || lower(hex(operator)) AS operator, revoked_from FROM operators ORDER BY 1, 2"
    ),
    "keys": (
        "SELECT '0x' || lower(hex(kid)) AS kid, authority, starts, ends, revoked_from FROM keys"
        " ORDER BY authority, starts, kid"
    ),
    "accreditations": (
        "SELECT accreditation, authority, certificate_type, starts, ends FROM accreditations ORDER BY accreditation"
    ),
    "agreements": (
        "SELECT agreement, starts, ends,"
        " (SELECT GROUP_CONCAT(certificate_type) FROM agreement_types t WHERE t.agreement = a.agreement) AS types,"
        " (SELECT GROUP_CONCAT(region) FROM members m"
        "  WHERE m.agreement = a.agreement AND ratified_at IS NOT NULL AND withdrawn_at IS NULL) AS ratified"
        " FROM agreements a ORDER BY agreement"
    ),
}

LISTED = tuple(_QUERIES)


def overview(replica: Replica) -> dict[str, Any]:
    """Plain values, ready for JSON; `as_of` 0 and empty lists before the first proven block."""
    with replica.reading() as (connection, accepted):
        return {
            "network": replica.network.name,
            "fingerprint": replica.network.fingerprint,
            "block": accepted.number if accepted else 0,
            "as_of": accepted.time if accepted else 0,
            "events": accepted.events if accepted else 0,
            **{name: _rows(connection, query) for name, query in _QUERIES.items()},
        }


def _rows(connection: sqlite3.Connection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
