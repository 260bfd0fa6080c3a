"""Credential offers (OpenID4VCI 1.0, section 4): a pre-authorised code for one wallet, and the code a person reads out.

Codes are not kept: they are derived from the offer's random reference and this installation's secret.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass, field
from urllib.parse import quote

from sqlalchemy import Connection, Row, insert, select, update

from credential import base64url
from issuer.accounts import Officer, digest_of
from issuer.bureau import Authority, Bureau
from issuer.certificates import Certificate, certificate_of
from issuer.errors import NotFound
from issuer.schema import offers

GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
SCHEME = "openid-credential-offer://"


@dataclass(frozen=True, slots=True)
class Offer:
    """A new offer. `tx_code` is shown once, to be given to the holder on another way than the offer."""

    number: int
    document: dict[str, object] = field(repr=False)
    by_value: str = field(repr=False)
    by_reference: str = field(repr=False)
    tx_code: str = field(repr=False)
    expires_at: int


def make_offer(connection: Connection, bureau: Bureau, officer: Officer, certificate: Certificate, now: int) -> Offer:
    """Raises Conflict where anything weighs on the certificate."""
    certificate.must_be_in_force()
    settings, authority = bureau.settings, bureau.authority(certificate.authority)
    reference = secrets.token_urlsafe(24)
    tx_code = f"{secrets.randbelow(10**settings.tx_code_digits):0{settings.tx_code_digits}d}"
    values = {
        "certificate_id": certificate.number,
        "reference_digest": digest_of(reference),
        "code_digest": digest_of(_code(bureau, reference)),
        "tx_code_digest": tx_code_digest(bureau, reference_digest=digest_of(reference), tx_code=tx_code),
        "tries_left": settings.tx_code_tries,
        "expires_at": now + settings.offer_seconds,
        "offered_by": officer.number,
        "offered_at": now,
    }
    number: int = connection.execute(insert(offers).values(**values).returning(offers.c.id)).scalar_one()
    document = _document(bureau, authority, certificate, reference)
    return Offer(
        number,
        document,
        f"{SCHEME}?credential_offer={quote(json.dumps(document, separators=(',', ':')), safe='')}",
        by_reference(authority, reference),
        tx_code,
        now + settings.offer_seconds,
    )


def by_reference(authority: Authority, reference: str) -> str:
    """The short form, which makes a small QR code."""
    return f"{SCHEME}?credential_offer_uri={quote(f'{authority.settings.url}/offers/{reference}', safe='')}"


def offer_document(connection: Connection, bureau: Bureau, authority: Authority, reference: str, now: int) -> object:
    """What a wallet finds at an offer's URL. Raises NotFound, also for what is over."""
    row = connection.execute(select(offers).where(offers.c.reference_digest == digest_of(reference))).first()
    if row is None or not is_open(row, now):
        raise NotFound("offer", "at this address")
    certificate = certificate_of(connection, row.certificate_id)
    if certificate.authority != authority.number:
        raise NotFound("offer", "at this address")
    return _document(bureau, authority, certificate, reference)


def is_open(row: Row[tuple[object, ...]], now: int) -> bool:
    """Its credential was not fetched yet, it is not over, and was not guessed at too often."""
    return row.fetched_at is None and now < row.expires_at and row.tries_left > 0


def withdraw_offer(connection: Connection, certificate: int, number: int, now: int) -> None:
    """Closes an offer that was given to the wrong person, or lost, and ends the token that its code was redeemed for.

    Nothing changes where its credential was fetched already.
    """
    mine = (offers.c.id == number, offers.c.certificate_id == certificate)
    if connection.execute(select(offers.c.id).where(*mine)).first() is None:
        raise NotFound("offer", number)
    ending = update(offers).where(*mine, offers.c.fetched_at.is_(None))
    connection.execute(ending.values(expires_at=now, token_expires_at=now))


def tx_code_digest(bureau: Bureau, *, reference_digest: bytes, tx_code: str) -> bytes:
    """Keyed, because six digits are soon tried."""
    return hmac.digest(bureau.secret, b"tx_code" + reference_digest + tx_code.encode("utf-8", "replace"), "sha256")


def configuration_id(number: int, version: int) -> str:
    """The name of a type in `credential_configurations_supported`."""
    return f"type-{number}-v{version}"


def _document(bureau: Bureau, authority: Authority, certificate: Certificate, reference: str) -> dict[str, object]:
    tx_code = {
        "input_mode": "numeric",
        "length": bureau.settings.tx_code_digits,
        "description": "窗口给您的验证码 / the code that the bureau gave you",
    }
    return {
        "credential_issuer": authority.settings.url,
        "credential_configuration_ids": [configuration_id(certificate.type_number, certificate.type_version)],
        "grants": {GRANT: {"pre-authorized_code": _code(bureau, reference), "tx_code": tx_code}},
    }


def _code(bureau: Bureau, reference: str) -> str:
    return base64url.encode(hmac.digest(bureau.secret, b"pre-authorized_code" + reference.encode(), "sha256"))
