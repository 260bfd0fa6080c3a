"""From the replica's tables to the facts about one presentation. What they mean is for the rules to say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from credential import (
    AgreementFact,
    AuthorityFact,
    BatchFact,
    Catalogue,
    CertificateType,
    ContradictionFact,
    Facts,
    KeyFact,
    MalformedType,
    MemberFact,
    Payload,
    Period,
    Presentation,
    Reason,
    RegionFact,
    State,
    StatusChange,
    Unreadable,
    parse_certificate_type,
)
from ledger.network_file import NetworkFile
from ledger.replica.store import evidence_after
from ledger.replica.update import Accepted

_REASONS = {int(reason): reason for reason in Reason}


def facts_for(
    connection: sqlite3.Connection,
    network: NetworkFile,
    accepted: Accepted | None,
    catalogue: Catalogue,
    shown: Presentation | Unreadable,
) -> Facts:
    """The facts about `shown`, all of the one proven block `accepted`."""
    contradiction = _contradiction(connection, network)
    if isinstance(shown, Unreadable):
        return nothing_known(network.fingerprint, accepted, contradiction)
    payload = shown.payload
    number, digest = _registered_type(connection, payload)
    authority = _authority(connection, payload.issuer)
    issuer = authority.number if authority else None
    return Facts(
        fingerprint=network.fingerprint,
        as_of=accepted.time if accepted else 0,
        block=accepted.number if accepted else 0,
        type_is_registered=number is not None,
        certificate_type=_metadata(connection, catalogue, payload, number, digest),
        authority=authority,
        key=_key(connection, shown.header.kid),
        accreditations=_accreditations(connection, issuer, number),
        anchored_total=_anchored_total(connection, issuer),
        batch=_batch(connection, issuer, payload.position),
        status_changes=_status_changes(connection, issuer, payload.position),
        agreements=_agreements(connection, number),
        block_hash=accepted.hash if accepted else b"",
        contradiction=contradiction,
    )


def nothing_known(fingerprint: str, accepted: Accepted | None, contradiction: ContradictionFact | None = None) -> Facts:
    """The facts about what cannot be read: only of when they are. Before the first proven block `as_of` is 0."""
    return Facts(
        fingerprint=fingerprint,
        as_of=accepted.time if accepted else 0,
        block=accepted.number if accepted else 0,
        type_is_registered=False,
        certificate_type=None,
        authority=None,
        key=None,
        accreditations=(),
        anchored_total=0,
        batch=None,
        status_changes=(),
        agreements=(),
        block_hash=accepted.hash if accepted else b"",
        contradiction=contradiction,
    )


def _contradiction(connection: sqlite3.Connection, network: NetworkFile) -> ContradictionFact | None:
    """A network file with a checkpoint after the contradiction says which side the council takes: it is settled."""
    found = evidence_after(connection, network.checkpoint.number)
    return None if found is None else ContradictionFact(found.number, found.first_hash, found.second_hash)


def _registered_type(connection: sqlite3.Connection, payload: Payload) -> tuple[int | None, bytes | None]:
    query = "SELECT certificate_type, metadata_digest FROM types WHERE code = ? AND version = ?"
    row = connection.execute(query, (payload.type_code, payload.type_version)).fetchone()
    return row or (None, None)


def _metadata(
    connection: sqlite3.Connection,
    catalogue: Catalogue,
    payload: Payload,
    number: int | None,
    digest: bytes | None,
) -> CertificateType | None:
    """The type's metadata, where a file is at hand that the ledger has the digest of: installed, or from a pack."""
    if number is None:
        return None
    found = catalogue.types.get((number, payload.type_version))
    if found is None or found.digest != digest:
        found = _metadata_from_packs(connection, digest)
    fits = found is not None and (found.number, found.version, found.code) == (
        number,
        payload.type_version,
        payload.type_code,
    )
    return found if fits else None


def with_proven_metadata(connection: sqlite3.Connection, installed: Catalogue) -> Catalogue:
    """The installed types, and those of packs whose digest the ledger has and that are not installed."""
    found = dict(installed.types)
    for number, version, digest in connection.execute("SELECT certificate_type, version, metadata_digest FROM types"):
        read = _metadata_from_packs(connection, digest)
        if read is not None and (read.number, read.version) == (number, version):
            found.setdefault((number, version), read)
    return Catalogue(found, installed.dictionaries)


def _metadata_from_packs(connection: sqlite3.Connection, digest: bytes | None) -> CertificateType | None:
    row = connection.execute("SELECT octets FROM metadata WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        return None
    try:
        return parse_certificate_type(row[0])
    except MalformedType:  # of a later version of this format, perhaps
        return None


def _authority(connection: sqlite3.Connection, url: str) -> AuthorityFact | None:
    query = (
        "SELECT a.authority, a.region, r.name, a.credit_code, a.name, a.dissolved_at"
        " FROM authority_urls u JOIN authorities a USING (authority) JOIN regions r USING (region) WHERE u.url = ?"
    )
    row = connection.execute(query, (url,)).fetchone()
    if row is None:
        return None
    number, region, region_name, credit_code, name, dissolved_at = row
    urls = connection.execute("SELECT url FROM authority_urls WHERE authority = ? ORDER BY position", (number,))
    return AuthorityFact(
        number=number,
        region=RegionFact(region, region_name),
        credit_code=credit_code,
        name=name,
        urls=tuple(each for (each,) in urls),
        dissolved_at=dissolved_at,
    )


def _key(connection: sqlite3.Connection, kid: bytes) -> KeyFact | None:
    query = "SELECT authority, use, suite, public_key, starts, ends, revoked_from FROM keys WHERE kid = ?"
    row = connection.execute(query, (kid,)).fetchone()
    if row is None:
        return None
    authority, use, suite, public_key, starts, ends, revoked_from = row
    return KeyFact(kid, authority, use, suite, public_key, Period(starts, ends), revoked_from)


def _accreditations(connection: sqlite3.Connection, authority: int | None, number: int | None) -> tuple[Period, ...]:
    query = (
        "SELECT starts, ends FROM accreditations WHERE authority = ? AND certificate_type = ? ORDER BY accreditation"
    )
    return tuple(Period(*row) for row in connection.execute(query, (authority, number)))


def _anchored_total(connection: sqlite3.Connection, authority: int | None) -> int:
    query = "SELECT first + count FROM batches WHERE authority = ? ORDER BY first DESC LIMIT 1"
    row = connection.execute(query, (authority,)).fetchone()
    return int(row[0]) if row else 0


def _batch(connection: sqlite3.Connection, authority: int | None, position: int) -> BatchFact | None:
    query = (
        "SELECT b.seq, b.first, b.count, b.root, b.kid, b.anchored_at, o.revoked_from"
        " FROM batches b LEFT JOIN operators o USING (authority, operator)"
        " WHERE b.authority = ? AND b.first <= ? ORDER BY b.first DESC LIMIT 1"
    )
    row = connection.execute(query, (authority, position)).fetchone()
    if row is None or authority is None:
        return None
    batch = BatchFact(authority, *row)
    return batch if position < batch.first + batch.count else None


def _status_changes(connection: sqlite3.Connection, authority: int | None, position: int) -> tuple[StatusChange, ...]:
    query = (
        "SELECT s.recorded_at, s.origin, s.state, s.reason, s.effective, s.successor, o.revoked_from"
        " FROM status_changes s LEFT JOIN operators o ON o.authority = s.authority AND o.operator = s.actor"
        " WHERE s.authority = ? AND s.position = ? ORDER BY s.change"
    )
    rows = connection.execute(query, (authority, position))
    return tuple(_status_change(*row) for row in rows)


def _status_change(
    recorded_at: int, origin: int, to: int, reason: int, effective: int, successor: int, revoked_from: int | None
) -> StatusChange:
    return StatusChange(
        recorded_at=recorded_at,
        origin=origin,
        to=to,
        reason=_REASONS.get(reason),
        effective=effective,
        successor=successor if to == State.SUPERSEDED else None,
        actor_revoked_from=revoked_from,
    )


def _agreements(connection: sqlite3.Connection, certificate_type: int | None) -> tuple[AgreementFact, ...]:
    query = (
        "SELECT a.agreement, a.document_digest, a.starts, a.ends"
        " FROM agreement_types t JOIN agreements a USING (agreement) WHERE t.certificate_type = ? ORDER BY agreement"
    )
    rows = connection.execute(query, (certificate_type,)).fetchall()
    return tuple(_agreement(connection, *row) for row in rows)


def _agreement(
    connection: sqlite3.Connection, number: int, digest: bytes, starts: int, ends: int | None
) -> AgreementFact:
    types = connection.execute(
        "SELECT certificate_type FROM agreement_types WHERE agreement = ? ORDER BY certificate_type", (number,)
    )
    return AgreementFact(
        number=number,
        document_digest=digest,
        certificate_types=tuple(each for (each,) in types),
        period=Period(starts, ends),
        members=tuple(_members(connection, number)),
    )


def _members(connection: sqlite3.Connection, agreement: int) -> Iterable[MemberFact]:
    suspended: dict[int, list[Period]] = {}
    query = "SELECT region, starts, ends FROM suspensions WHERE agreement = ? ORDER BY suspension"
    for region, starts, ends in connection.execute(query, (agreement,)):
        suspended.setdefault(region, []).append(Period(starts, ends))
    query = (
        "SELECT region, issues, recognises, ratified_at, withdrawn_at FROM members WHERE agreement = ? ORDER BY region"
    )
    for region, issues, recognises, ratified_at, withdrawn_at in connection.execute(query, (agreement,)).fetchall():
        suspensions = tuple(suspended.get(region, ()))
        yield MemberFact(region, bool(issues), bool(recognises), ratified_at, withdrawn_at, suspensions)
