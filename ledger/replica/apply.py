"""What each proven event changes in the tables of facts. The same logs on empty tables give the same tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from credential import PublicKey
from ledger import events
from ledger.events import Event, decode
from ledger.journal import RawLog
from ledger.network_file import NetworkFile
from ledger.registries import SUITE_ES256

# Each statement's parameters are the event's fields. `ends` 0 means no end, in the tables NULL. The contracts keep URLs
# and type codes apart by their octets; those that are not UTF-8 can look alike here, and no credential can name them.
_STATEMENTS: dict[type[Event], tuple[str, ...]] = {
    events.WriterAdded: ("INSERT OR IGNORE INTO writers VALUES (:writer)",),
    # A retired writer's earlier logs are still part of the history, so its address is kept.
    events.WriterRetired: (),
    events.RegionAdmitted: ("INSERT INTO regions VALUES (:region, :name, :administrator)",),
    events.RegionAdministratorChanged: ("UPDATE regions SET administrator = :administrator WHERE region = :region",),
    events.TypeRegistered: (
        "INSERT OR IGNORE INTO types VALUES (:code, :version, :certificate_type, :metadata_digest)",
    ),
    events.AuthorityRegistered: (
        "INSERT INTO authorities VALUES (:authority, :region, :credit_code, :name, NULL)",
        "INSERT OR IGNORE INTO authority_urls VALUES (NULL, :url, :authority)",
    ),
    events.AuthorityUrlAdded: ("INSERT OR IGNORE INTO authority_urls VALUES (NULL, :url, :authority)",),
    events.AuthorityDissolved: ("UPDATE authorities SET dissolved_at = :at WHERE authority = :authority",),
    events.OperatorAdded: ("INSERT INTO operators VALUES (:authority, :operator, NULL)",),
    events.OperatorRevoked: (
        "UPDATE operators SET revoked_from = :revoked_from WHERE authority = :authority AND operator = :operator",
    ),
    events.KeyAdded: (
        "INSERT INTO keys VALUES (:kid, :authority, :use, :suite, :public_key, :starts, NULLIF(:ends, 0), NULL)",
    ),
    events.KeyRevoked: ("UPDATE keys SET revoked_from = :revoked_from WHERE kid = :kid",),
    events.Accredited: (
        "INSERT INTO accreditations VALUES (:accreditation, :authority, :certificate_type, :starts, NULLIF(:ends, 0))",
    ),
    events.AccreditationEnded: ("UPDATE accreditations SET ends = :ends WHERE accreditation = :accreditation",),
    events.BatchAnchored: (
        "INSERT INTO batches VALUES (:authority, :first, :count, :seq, :root, :kid, :at, :operator)",
    ),
    events.StatusChanged: (
        "INSERT INTO status_changes VALUES"
        " (NULL, :authority, :position, :at, :origin, :to, :reason, :effective, :successor, :actor)",
    ),
    events.StatusRestored: (
        "INSERT INTO restorations VALUES (NULL, (SELECT COALESCE(MAX(change), 0) FROM status_changes),"
        " :authority, :position, :at, :origin, :to, :operator, :actor)",
    ),
    events.AgreementProposed: (
        "INSERT INTO agreements VALUES (:agreement, :document_digest, :starts, NULLIF(:ends, 0))",
    ),
    events.AgreementRatified: (
        "UPDATE members SET ratified_at = :at WHERE agreement = :agreement AND region = :region",
    ),
    events.AgreementSuspended: ("INSERT INTO suspensions VALUES (NULL, :agreement, :region, :at, NULL)",),
    events.AgreementResumed: (
        "UPDATE suspensions SET ends = :at WHERE agreement = :agreement AND region = :region AND ends IS NULL",
    ),
    events.AgreementWithdrawn: (
        "UPDATE members SET withdrawn_at = :at WHERE agreement = :agreement AND region = :region",
    ),
}


def apply(connection: sqlite3.Connection, network: NetworkFile, logs: Iterable[RawLog]) -> None:
    """Changes the facts by `logs`, in order, within the caller's transaction. Unknown events change nothing."""
    homes = _homes(network)
    for log in logs:
        event = decode(log) if log.address in homes else None
        if event is not None and type(event).__module__ == homes[log.address]:
            _apply_event(connection, event)


def _apply_event(connection: sqlite3.Connection, event: Event) -> None:
    if isinstance(event, events.KeyAdded) and not _kid_fits(event):
        return
    values = _values(event)
    for statement in _STATEMENTS[type(event)]:
        connection.execute(statement, values)
    if isinstance(event, events.AgreementProposed):
        _add_terms(connection, event)


def _add_terms(connection: sqlite3.Connection, event: events.AgreementProposed) -> None:
    types = [(number, event.agreement) for number in event.certificate_types]
    connection.executemany("INSERT INTO agreement_types VALUES (?, ?)", types)
    members = [(event.agreement, *member) for member in event.members]
    connection.executemany("INSERT INTO members VALUES (?, ?, ?, ?, NULL, NULL)", members)


def _values(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__slots__ if name not in {"certificate_types", "members"}}


def _kid_fits(event: events.KeyAdded) -> bool:
    """Whether the kid is the key's thumbprint; if not, the key is as good as absent. Other suites are the rules'."""
    if event.suite != SUITE_ES256:
        return True
    try:
        return PublicKey(event.public_key).thumbprint == event.kid
    except ValueError:
        return False


def _homes(network: NetworkFile) -> dict[bytes, str]:
    """Each contract, and whose events count there: a later registry may log, but not speak for another."""
    return {
        network.journal.address: "ledger.events.journal",
        network.registries.trust: "ledger.events.trust",
        network.registries.credential: "ledger.events.credential",
        network.registries.recognition: "ledger.events.recognition",
    }
