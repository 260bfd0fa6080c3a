"""Acts on certificates and copies: drafted by one officer, confirmed and approved by another, carried to the chain.

An authority's act and a holder's freeze are kept apart as standings; the chain shows the gravest of those that apply.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, Row, insert, select, update

from credential import FINAL, dates, reaches_back
from issuer.accounts import Officer, Role
from issuer.act_kinds import ACT_KINDS, ActKind, Scope
from issuer.approvals import Approved, record_approvals
from issuer.bureau import Bureau
from issuer.certificates import Certificate, certificate_for, standings_of
from issuer.credentials import Credential, Progress, credential_for, credential_of, credentials_of
from issuer.errors import Code, Conflict, Invalid, NotFound
from issuer.replacements import carry_out_replacement, digest_of_replacement, draft_replacement, withdraw_replacement
from issuer.schema import acts, approvals, credentials, standings
from issuer.status_changes import Cause, show_gravest

DRAFTED, WITHDRAWN, QUEUED, RECORDED, REFUSED = "drafted", "withdrawn", "queued", "recorded", "refused"
BACKDATING_SECONDS = 7 * dates.DAY_SECONDS
"""Rule 5 of spec/status.md."""


@dataclass(frozen=True, slots=True)
class ActDraft:
    """What the first officer says. `reference` is the number of the legal document or of the holder's request."""

    kind: ActKind
    certificate: int
    credential: int | None
    reference: str
    effective: int
    changes: Mapping[str, str]


def draft_act(connection: Connection, bureau: Bureau, officer: Officer, draft: ActDraft, now: int) -> int:
    """Raises Refused where the act cannot be, as things stand; approval looks again."""
    certificate = certificate_for(connection, officer, draft.certificate)
    _must_have_scope(connection, officer, draft)
    _must_be_possible(connection, draft.kind, certificate, draft.credential)
    _must_be_in_time(draft.kind, draft.effective, now)
    replacement = None
    if draft.kind.is_replacement:
        replacement = draft_replacement(connection, bureau, officer, draft.kind, certificate, draft.changes, now)
    elif draft.changes:
        raise Invalid(Code.BAD_REQUEST, f"{draft.kind.name} changes no claims")
    values = {
        "certificate_id": draft.certificate,
        "credential_id": draft.credential,
        "kind": draft.kind.name,
        "reference": draft.reference,
        "effective": draft.effective,
        "state": DRAFTED,
        "drafted_by": officer.number,
        "drafted_at": now,
        "replacement_id": replacement,
    }
    number: int = connection.execute(insert(acts).values(**values).returning(acts.c.id)).scalar_one()
    return number


def withdraw_act(connection: Connection, officer: Officer, number: int, remark: str) -> None:
    """By its drafter, or sent back by who should approve; then it never was, but for the record."""
    row = act_row(connection, officer, number)
    if row.drafted_by != officer.number:
        officer.must_be(Role.APPROVER)
    must_be(row, DRAFTED)
    connection.execute(update(acts).where(acts.c.id == number).values(state=WITHDRAWN, remark=remark))
    if row.replacement_id is not None:
        withdraw_replacement(connection, row.replacement_id)


def approve_act(
    connection: Connection, bureau: Bureau, officer: Officer, number: int, confirmation: str, now: int
) -> None:
    """The second officer's word, confirmed by repeating the certificate's identifier. Only another act undoes it."""
    row = act_row(connection, officer, number)
    certificate = certificate_for(connection, officer, row.certificate_id)
    kind = ACT_KINDS[row.kind]
    must_be(row, DRAFTED)
    _must_be_confirmed(confirmation, certificate)
    _must_be_possible(connection, kind, certificate, row.credential_id)
    _must_be_in_time(kind, row.effective, now)
    digest = _digest(connection, row, certificate)
    record_approvals(connection, officer, [Approved("act", number, digest, row.drafted_by)], now)
    _change_standings(connection, row, kind)
    waits = _carry_out(connection, bureau, row, kind, now)
    connection.execute(update(acts).where(acts.c.id == number).values(state=QUEUED if waits else RECORDED))


def act_row(connection: Connection, officer: Officer, number: int) -> Row[tuple[object, ...]]:
    """Raises NotFound, also for another authority's."""
    row = connection.execute(select(acts).where(acts.c.id == number)).first()
    if row is None:
        raise NotFound("act", number)
    try:
        certificate_for(connection, officer, row.certificate_id)
    except NotFound:
        raise NotFound("act", number) from None
    return row


def approver_of(connection: Connection, act: int) -> Row[tuple[object, ...]] | None:
    query = select(approvals).where(approvals.c.subject == "act", approvals.c.subject_id == act)
    return connection.execute(query).first()


def _carry_out(connection: Connection, bureau: Bureau, row: Row[tuple[object, ...]], kind: ActKind, now: int) -> bool:
    """Queues what the chain has to learn, and ends what is final. Whether anything is still to be recorded there."""
    affected = _affected(connection, row)
    if kind.is_replacement:
        waits = carry_out_replacement(connection, bureau, row, now)
        affected = [each for each in affected if each.position is None]  # the others wait for their successor
    else:
        cause = Cause(row.id, kind.reason, row.effective)
        waits = (
            sum(show_gravest(connection, bureau.dispatch, each, cause) for each in affected) > 0
        )  # every one of them
    if kind.is_final:
        closing = update(credentials).where(credentials.c.id.in_([each.number for each in affected]))
        connection.execute(closing.values(closed_by=row.id))
    return waits


def _affected(connection: Connection, row: Row[tuple[object, ...]]) -> list[Credential]:
    """The copies that the act is about and that nothing has ended."""
    every = credentials_of(connection, row.certificate_id)
    ours = [each for each in every if row.credential_id in (None, each.number)]
    return [each for each in ours if each.progress is not Progress.CLOSED]


def _change_standings(connection: Connection, row: Row[tuple[object, ...]], kind: ActKind) -> None:
    about = {"certificate_id": row.certificate_id, "credential_id": row.credential_id}
    if kind.begins is not None:
        connection.execute(insert(standings).values(**about, state=kind.begins, begun_by=row.id))
        return
    same_copy = standings.c.credential_id.is_not_distinct_from(row.credential_id)
    ending = update(standings).where(standings.c.certificate_id == row.certificate_id, same_copy)
    open_ones = ending.where(standings.c.state == kind.ends, standings.c.ended_by.is_(None))
    connection.execute(open_ones.values(ended_by=row.id))


def _must_have_scope(connection: Connection, officer: Officer, draft: ActDraft) -> None:
    scope, credential = draft.kind.scope, draft.credential
    if (scope is Scope.CREDENTIAL and credential is None) or (scope is Scope.CERTIFICATE and credential is not None):
        raise Invalid(Code.BAD_REQUEST, f"{draft.kind.name} is about a {scope}")
    if credential is not None and credential_for(connection, officer, credential).certificate != draft.certificate:
        raise NotFound("credential", credential)


def _must_be_possible(connection: Connection, kind: ActKind, certificate: Certificate, credential: int | None) -> None:
    """A final state admits no act; what is begun must not be so already, what is ended must be, at the same scope."""
    weighing = standings_of(connection, certificate.number, credential)
    if final := weighing & FINAL:
        state = min(final).name.lower()
        raise Conflict(Code.NOT_IN_FORCE, f"certificate {certificate.number} is {state} for good", {"state": state})
    if credential is not None and credential_of(connection, credential).progress is Progress.CLOSED:
        raise Conflict(Code.NOT_IN_FORCE, f"credential {credential} is ended for good")
    exact = _exact_standings(connection, certificate.number, credential)
    if kind.begins is not None and kind.begins in exact:
        raise Conflict(Code.ALREADY_SO, f"it is {kind.begins.name.lower()} already")
    if kind.ends is not None and kind.ends not in exact:
        raise Conflict(Code.NOTHING_TO_END, f"it is not {kind.ends.name.lower()}")


def _exact_standings(connection: Connection, certificate: int, credential: int | None) -> set[int]:
    query = select(standings.c.state).where(standings.c.certificate_id == certificate, standings.c.ended_by.is_(None))
    return set(connection.execute(query.where(standings.c.credential_id.is_not_distinct_from(credential))).scalars())


def _must_be_in_time(kind: ActKind, effective: int, now: int) -> None:
    if effective > now:
        raise Invalid(Code.EFFECTIVE_OUT_OF_RANGE, "the act takes effect later: approve it then")
    if effective < 0:
        raise Invalid(Code.EFFECTIVE_OUT_OF_RANGE, "the ledger knows no time before 1970-01-01 08:00 in Shanghai")
    if not reaches_back(kind.reason) and effective < now - BACKDATING_SECONDS:
        raise Invalid(Code.EFFECTIVE_OUT_OF_RANGE, f"{kind.name} ({kind.zh}) reaches back 7 days at most")


def _must_be_confirmed(confirmation: str, certificate: Certificate) -> None:
    if not hmac.compare_digest(confirmation.strip().encode(), certificate.identifier.encode()):
        raise Invalid(Code.NOT_CONFIRMED, "to confirm, repeat the certificate's identifier")


def must_be(row: Row[tuple[object, ...]], state: str) -> None:
    """Raises Conflict where the act is in another state."""
    if row.state != state:
        raise Conflict(Code.WRONG_STATE, f"act {row.id} is {row.state}, this needs {state}")


def _digest(connection: Connection, row: Row[tuple[object, ...]], certificate: Certificate) -> bytes:
    """What an approval signs off. yinxin/act/1, of earlier versions, had the replacement's draft by number alone."""
    parts = (row.kind, certificate.identifier, row.credential_id or "", row.reference, row.effective)
    claims = "" if row.replacement_id is None else digest_of_replacement(connection, row.replacement_id).hex()
    return sha256("\n".join(("yinxin/act/2", *map(str, parts), claims)).encode()).digest()
