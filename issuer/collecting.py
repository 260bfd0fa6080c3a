"""A wallet collects its credential: code to token, key proof to credential, and the answer again if it was lost.

One offer gives one credential, bound to one key. Asked again with the same key, it is the same credential. The code
counts as used once the credential was fetched: before that a wallet that lost its token may redeem it again, which ends
the earlier token.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection, Row, select, update

from credential import CertificateType, assemble, base64url, disclosures
from issuer.accounts import digest_of
from issuer.bureau import Authority, Bureau
from issuer.certificates import Certificate, certificate_of
from issuer.credentials import Credential, Progress, ask_for_wallet, credential_of_offer, is_bound
from issuer.key_proofs import KeyProof
from issuer.nonces import use_nonce
from issuer.offers import configuration_id, is_open, tx_code_digest
from issuer.openid_errors import (
    WalletRefused,
    credential_request_denied,
    invalid_credential_request,
    invalid_grant,
    invalid_proof,
    invalid_token,
)
from issuer.schema import certificates, credentials, offers

EVENTS = {"credential_accepted", "credential_failure", "credential_deleted"}


@dataclass(frozen=True, slots=True)
class Grant:
    """What an access token stands for. `fetched`: its credential was delivered before."""

    offer: int
    certificate: Certificate
    fetched: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """A credential that may leave the house: the SD-JWT with every disclosure, and the seed of its salts."""

    sd_jwt: str = field(repr=False)
    seed: str = field(repr=False)
    notification_id: str


def redeem_code(
    connection: Connection, bureau: Bureau, authority: Authority, code: str, tx_code: str, now: int
) -> tuple[str, int] | WalletRefused:
    """(access token, seconds it lasts), or the refusal, which counts a try: the caller commits either way."""
    row = connection.execute(select(offers).where(offers.c.code_digest == digest_of(code))).first()
    if row is None or not is_open(row, now) or not _is_of(connection, row, authority):
        return invalid_grant("the code is unknown, used or over")
    given = tx_code_digest(bureau, reference_digest=row.reference_digest, tx_code=tx_code)
    if not hmac.compare_digest(given, row.tx_code_digest):
        tries = row.tries_left - 1
        connection.execute(update(offers).where(offers.c.id == row.id).values(tries_left=tries))
        return invalid_grant(f"the transaction code is wrong, {tries} tries left")
    token, lifetime = secrets.token_urlsafe(32), bureau.settings.access_token_seconds
    values = {"token_digest": digest_of(token), "token_expires_at": now + lifetime}
    connection.execute(update(offers).where(offers.c.id == row.id).values(**values))
    return token, lifetime


def grant_of(connection: Connection, authority: Authority, token: str, now: int) -> Grant:
    """Raises invalid_token."""
    row = connection.execute(select(offers).where(offers.c.token_digest == digest_of(token))).first()
    if row is None or row.token_expires_at <= now:
        raise invalid_token()
    certificate = certificate_of(connection, row.certificate_id)
    if certificate.authority != authority.number:
        raise invalid_token()
    return Grant(row.id, certificate, row.fetched_at is not None)


def ask_for_credential(
    connection: Connection, bureau: Bureau, grant: Grant, configuration: str, proof: KeyProof, now: int
) -> Credential:
    """The credential of this grant and key: made now, or the one made before. Raises WalletRefused."""
    _must_be_offered(grant.certificate, configuration)
    known = credential_of_offer(connection, grant.offer)
    if known is not None:
        return _asked_again(connection, bureau, known, proof, now)
    if is_bound(connection, proof.key.octets):
        raise invalid_proof("another credential is bound to this key: each is bound to a fresh one")
    use_nonce(connection, bureau.secret, proof.nonce, bureau.settings.nonce_seconds, now)
    if grant.certificate.standings:
        raise credential_request_denied("the certificate is not in force")
    number, authority = grant.certificate.number, grant.certificate.authority
    return ask_for_wallet(connection, number, authority, grant.offer, proof.key.octets, proof.digest, now)


def of_transaction(connection: Connection, grant: Grant, transaction_id: str) -> Credential:
    """Raises invalid_transaction_id, also for another token's."""
    found = credential_of_offer(connection, grant.offer)
    if found is None or found.transaction_id is None or not _same(found.transaction_id, transaction_id):
        raise WalletRefused("invalid_transaction_id", "the transaction is unknown")
    return found


def delivery_of(
    grant: Grant, credential: Credential, type_of: Callable[[int, int], CertificateType]
) -> Delivery | None:
    """The credential once it is anchored; None while it is not. Raises credential_request_denied for what is ended."""
    if credential.progress is Progress.CLOSED:
        raise credential_request_denied("the credential was ended before it was collected")
    if credential.progress is not Progress.ANCHORED or credential.jwt is None:
        return None
    return Delivery(
        sd_jwt_of(grant.certificate, credential, type_of),
        base64url.encode(credential.seed),
        notification_id_of(credential),
    )


def note_fetched(connection: Connection, grant: Grant, now: int) -> None:
    """Uses up the code, when the credential first leaves the house."""
    first_time = (offers.c.id == grant.offer, offers.c.fetched_at.is_(None))
    connection.execute(update(offers).where(*first_time).values(fetched_at=now))


def sd_jwt_of(certificate: Certificate, credential: Credential, type_of: Callable[[int, int], CertificateType]) -> str:
    """The anchored credential with every disclosure. Raises Conflict before it is anchored."""
    certificate_type = type_of(certificate.type_number, certificate.type_version)
    jwt = credential.must_be_anchored()
    return assemble(jwt, disclosures(certificate_type, certificate.claims, credential.seed))


def note_event(connection: Connection, grant: Grant, notification_id: str, event: str) -> None:
    """What the wallet did with its credential (section 11). Raises WalletRefused."""
    if event not in EVENTS:
        raise WalletRefused("invalid_notification_request", "the event is not one of the standard's")
    found = credential_of_offer(connection, grant.offer)
    if found is None or found.transaction_id is None or not _same(notification_id_of(found), notification_id):
        raise WalletRefused("invalid_notification_id", "the notification is unknown")
    connection.execute(update(credentials).where(credentials.c.id == found.number).values(notified=event))


def notification_id_of(credential: Credential) -> str:
    return f"n-{credential.transaction_id}"


def _asked_again(connection: Connection, bureau: Bureau, known: Credential, proof: KeyProof, now: int) -> Credential:
    """The answer may have been lost. The same proof is fine once more; another one needs a nonce of its own."""
    if known.holder_key != proof.key.octets:
        raise credential_request_denied("this offer gave a credential to another key already")
    if not _is_same_proof(connection, known, proof):
        use_nonce(connection, bureau.secret, proof.nonce, bureau.settings.nonce_seconds, now)
    return known


def _is_same_proof(connection: Connection, known: Credential, proof: KeyProof) -> bool:
    query = select(credentials.c.proof_digest).where(credentials.c.id == known.number)
    return bool(connection.execute(query).scalar_one() == proof.digest)


def _must_be_offered(certificate: Certificate, configuration: str) -> None:
    if configuration != configuration_id(certificate.type_number, certificate.type_version):
        if configuration.startswith("type-"):
            raise invalid_credential_request("the token is for another credential configuration")
        raise WalletRefused("unknown_credential_configuration", "there is no such credential configuration")


def _is_of(connection: Connection, offer: Row[tuple[object, ...]], authority: Authority) -> bool:
    query = select(certificates.c.authority).where(certificates.c.id == offer.certificate_id)
    return bool(connection.execute(query).scalar_one() == authority.number)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))
