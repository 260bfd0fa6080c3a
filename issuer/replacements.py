"""Replacing a certificate (换发, 变更, 延续): a new one with the next version, then the old copies superseded.

A superseded copy names its successor's position, so it is superseded once the new certificate's first copy is anchored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, select, update

from credential import Field, parse_certificate_identifier
from issuer.accounts import Officer
from issuer.act_kinds import ACT_KINDS, ActKind
from issuer.bureau import Bureau
from issuer.certificates import Certificate, make_certificates
from issuer.credentials import Credential, Progress, credentials_of, seal_certificates
from issuer.csv_file import fields_by_name
from issuer.drafts import (
    APPROVED,
    REPLACING,
    WITHDRAWN,
    NewDraft,
    digest_of_claims,
    fitting_claims,
    insert_drafts,
)
from issuer.errors import Code, Conflict, Invalid
from issuer.rows import IDENTIFIER
from issuer.schema import acts, certificates, credentials, drafts
from issuer.status_changes import Cause, show_gravest


@dataclass(frozen=True, slots=True)
class ChangedClaim:
    """What a replacement says otherwise than the certificate it replaces; None where one of them has no such claim."""

    about: Field
    old: str | None = field(repr=False)
    new: str | None = field(repr=False)


def draft_replacement(
    connection: Connection,
    bureau: Bureau,
    officer: Officer,
    kind: ActKind,
    certificate: Certificate,
    changes: Mapping[str, str],
    now: int,
) -> int:
    """The new certificate's draft: the old claims with the changes (an empty text takes a claim away), next version.

    Fields go by their names, codes or labels, as in a file. Raises Invalid where 变更 would change nothing.
    """
    authority = bureau.authority(certificate.authority)
    certificate_type = authority.type_of(certificate.type_number)
    known = fields_by_name(certificate_type)
    named = {known[name].name if name in known else name: text for name, text in changes.items()}
    if len(named) != len(changes):
        raise Invalid(Code.BAD_REQUEST, "the changes name a field twice")
    if IDENTIFIER in named:
        raise Invalid(Code.BAD_REQUEST, "the new identifier is the old one's next version")
    merged = {**certificate.claims, **named, IDENTIFIER: next_version(certificate.identifier)}
    claims = fitting_claims(merged, authority, certificate_type)
    if kind.name == "alter" and {**claims, IDENTIFIER: certificate.identifier} == certificate.claims:
        raise Invalid(Code.CHANGES_NOTHING, f"{kind.name} ({kind.zh}) changes at least one claim")
    new = [NewDraft(claims)]
    (number,) = insert_drafts(connection, officer, authority, certificate_type, new, now, state=REPLACING)
    return number


def changed_claims(connection: Connection, bureau: Bureau, certificate: Certificate, draft: int) -> list[ChangedClaim]:
    """What the replacement with this draft changes, the identifier included, in the type's order."""
    row = _draft(connection, draft)
    old, new = certificate.claims, json.loads(row.claims)
    versions = (certificate.type_version, row.type_version)
    types = [bureau.type_version(certificate.type_number, version) for version in versions]
    fields = {each.name: each for one in types for each in one.fields}
    return [
        ChangedClaim(each, old.get(name), new.get(name))
        for name, each in fields.items()
        if old.get(name) != new.get(name)
    ]


def digest_of_replacement(connection: Connection, draft: int) -> bytes:
    """What the approval of its act signs off: type, version and every claim."""
    row = _draft(connection, draft)
    return digest_of_claims(row.type_number, row.type_version, row.claims)


def next_version(identifier: str) -> str:
    """The identifier with VERSION one higher and its new check character."""
    old = parse_certificate_identifier(identifier)
    version = int(old.version) + 1
    if version > 999:
        raise Conflict(Code.WRONG_STATE, "the identifier has no version left")
    return str(replace(old, version=f"{version:03d}"))


def withdraw_replacement(connection: Connection, draft: int) -> None:
    connection.execute(update(drafts).where(drafts.c.id == draft).values(state=WITHDRAWN))


def carry_out_replacement(connection: Connection, bureau: Bureau, act: Row[tuple[object, ...]], now: int) -> bool:
    """Makes the new certificate and asks for its paper copy. Whether old copies now wait for it to be anchored."""
    draft = _draft(connection, act.replacement_id)
    connection.execute(update(drafts).where(drafts.c.id == draft.id).values(state=APPROVED))
    (number,) = make_certificates(connection, [draft], now, predecessor=act.certificate_id)
    seal_certificates(connection, draft.authority, [number], now)
    return any(_is_superseded_later(each) for each in credentials_of(connection, act.certificate_id))


def supersede_predecessors(connection: Connection, bureau: Bureau, batch: int) -> None:
    """After a batch is anchored: the old copies of whatever it replaces name their successors."""
    old = certificates.alias("old")
    query = (
        select(old.c.id.label("predecessor"), credentials.c.position)
        .select_from(credentials.join(certificates, certificates.c.id == credentials.c.certificate_id))
        .join(old, old.c.id == certificates.c.predecessor_id)
        .where(credentials.c.batch_id == batch)
    )
    for row in connection.execute(query).all():
        _supersede(connection, bureau, row.predecessor, row.position)


def _supersede(connection: Connection, bureau: Bureau, predecessor: int, successor: int) -> None:
    query = select(acts).where(acts.c.certificate_id == predecessor, acts.c.replacement_id.is_not(None))
    act = connection.execute(query.where(acts.c.state == "queued")).first()
    if act is None:
        return
    cause = Cause(act.id, ACT_KINDS[act.kind].reason, act.effective, successor)
    old = [each for each in credentials_of(connection, predecessor) if _is_superseded_later(each)]
    for each in old:
        show_gravest(connection, bureau.dispatch, each, cause)
        connection.execute(update(credentials).where(credentials.c.id == each.number).values(closed_by=act.id))
    if not old:
        connection.execute(update(acts).where(acts.c.id == act.id).values(state="recorded"))


def _draft(connection: Connection, number: int) -> Row[Any]:
    return connection.execute(select(drafts).where(drafts.c.id == number)).one()


def _is_superseded_later(credential: Credential) -> bool:
    """Old copies with a position that nothing ended before."""
    return credential.position is not None and credential.progress is not Progress.CLOSED
