"""Certificates and their credentials: looking, sealing on paper, the paper copy as PDF and QR code."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import Select, select

from credential import Unreadable, gravest, parse_presentation, qr
from issuer.api.access import AnyOfficer, Drafter, Number, Reading, TheService
from issuer.api.imports import authority_of
from issuer.certificates import Certificate, certificate_for, certificate_of, standings_of
from issuer.collecting import sd_jwt_of
from issuer.credentials import (
    Credential,
    Form,
    credential_for,
    credentials_of,
    seal_authority,
    seal_certificates,
    seal_import,
)
from issuer.errors import Code, Conflict, Invalid
from issuer.paper import PaperCopy, paper_copy, qr_png
from issuer.schema import certificates, drafts
from issuer.service import Service

router = APIRouter(tags=["certificates"])
PAGE = 200
_PNG, _PDF = "image/png", "application/pdf"


class CredentialOut(BaseModel):
    """One copy. `state` is what weighs most on it; `progress` waiting, queued, anchored, refused or closed."""

    id: int
    form: Form
    progress: str
    position: int | None
    state: str


class CertificateOut(BaseModel):
    """One legal record with its copies."""

    id: int
    type_number: int
    type_version: int
    state: str
    claims: dict[str, str]
    predecessor: int | None
    credentials: list[CredentialOut]


class Listed(BaseModel):
    """One line of the list."""

    id: int
    type_number: int
    identifier: str


class Sealing(BaseModel):
    """What to seal on paper: certificates by number, those of an import, or `all` that have no paper credential."""

    certificates: list[Number] = Field(default=[], max_length=20_000)
    import_id: Number | None = None
    all: bool = False


class Sealed(BaseModel):
    """How many paper credentials were asked for, and whether they wait because no node can be reached."""

    queued: int
    waiting_for_ledger: bool


@router.get("/certificates")
def list_certificates(
    officer: AnyOfficer,
    connection: Reading,
    import_id: Number | None = None,
    identifier: str | None = None,
    after: Number = 0,
) -> list[Listed]:
    """Up to 200 certificates with numbers above `after`."""
    query: Select[Any] = select(certificates.c.id, certificates.c.type_number, certificates.c.identifier)
    query = query.where(certificates.c.authority == officer.authority, certificates.c.id > after)
    if import_id is not None:
        query = query.join(drafts, drafts.c.id == certificates.c.draft_id).where(drafts.c.import_id == import_id)
    if identifier is not None:
        query = query.where(certificates.c.identifier == identifier)
    rows = connection.execute(query.order_by(certificates.c.id).limit(PAGE))
    return [Listed(id=row.id, type_number=row.type_number, identifier=row.identifier) for row in rows]


@router.get("/certificates/{number}")
def show(number: Number, officer: AnyOfficer, connection: Reading) -> CertificateOut:
    found = certificate_for(connection, officer, number)
    copies = []
    for each in credentials_of(connection, number):
        copies.append(_credential_out(each, gravest(standings_of(connection, number, each.number)).name.lower()))
    return CertificateOut(
        id=found.number,
        type_number=found.type_number,
        type_version=found.type_version,
        state=found.state.name.lower(),
        claims=found.claims,
        predecessor=found.predecessor,
        credentials=copies,
    )


@router.post("/seals", status_code=202)
def seal(sealing: Sealing, officer: Drafter, service: TheService) -> Sealed:
    """Asks for paper credentials of certificates in force that have none; the worker seals and anchors them."""
    bureau, authority = service.bureau, authority_of(service.bureau, officer).number
    if sum((bool(sealing.certificates), sealing.import_id is not None, sealing.all)) != 1:
        raise Invalid(Code.BAD_REQUEST, "seal certificates, an import, or all: one of the three")
    now = bureau.clock()
    with bureau.engine.begin() as connection:
        if sealing.import_id is not None:
            queued = seal_import(connection, authority, sealing.import_id, now)
        elif sealing.all:
            queued = seal_authority(connection, authority, now)
        else:
            queued = seal_certificates(connection, authority, sealing.certificates, now)
    service.worker.wake()
    return Sealed(queued=queued, waiting_for_ledger=service.waiting_for_ledger)


@router.get("/credentials/{number}/paper.pdf", response_class=Response, responses={200: {"content": {_PDF: {}}}})
def paper(number: Number, officer: AnyOfficer, connection: Reading, service: TheService) -> Response:
    """The paper copy, once the credential is anchored."""
    credential = credential_for(connection, officer, number)
    certificate = certificate_of(connection, credential.certificate)
    copy = PaperCopy(
        certificate_type=service.bureau.type_version(certificate.type_number, certificate.type_version),
        authority=service.bureau.authority(certificate.authority).settings.name,
        claims=certificate.claims,
        qr_text=_qr_text(service, certificate, credential),
        made_at=certificate.made_at,
    )
    return Response(paper_copy(copy, service.fonts), media_type=_PDF, headers={"Cache-Control": "no-store"})


@router.get("/credentials/{number}/qr.png", response_class=Response, responses={200: {"content": {_PNG: {}}}})
def qr_code(number: Number, officer: AnyOfficer, connection: Reading, service: TheService) -> Response:
    """The paper credential's QR code alone, at level M."""
    credential = credential_for(connection, officer, number)
    certificate = certificate_of(connection, credential.certificate)
    text = _qr_text(service, certificate, credential)
    return Response(qr_png(text), media_type=_PNG, headers={"Cache-Control": "no-store"})


def _qr_text(service: Service, certificate: Certificate, credential: Credential) -> str:
    """The QR form with the seed, every field shown. Only of paper: a wallet's credential is shown by its wallet."""
    if credential.form is not Form.PAPER:
        raise Conflict(Code.WRONG_STATE, "a wallet's credential is shown by the wallet, it has no paper copy")
    text = sd_jwt_of(certificate, credential, service.bureau.type_version)
    return pack_text(service, text, credential.seed)


def pack_text(service: Service, text: str, seed: bytes) -> str:
    shown = parse_presentation(text)
    assert not isinstance(shown, Unreadable)
    try:
        return qr.to_text(qr.pack(text, service.bureau.catalogue, seed=seed))
    except qr.NotPackable as error:
        raise Conflict(Code.TOO_LONG_FOR_QR, str(error)) from error


def _credential_out(credential: Credential, state: str) -> CredentialOut:
    return CredentialOut(
        id=credential.number,
        form=credential.form,
        progress=credential.progress,
        position=credential.position,
        state=state,
    )
