"""The wallet's endpoints (OpenID4VCI 1.0), once for each authority under its URL's path."""

from __future__ import annotations

import asyncio
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Form, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from issuer.api.access import Bearer, TheService
from issuer.api.problems import WALLET
from issuer.bureau import Authority
from issuer.collecting import (
    Delivery,
    ask_for_credential,
    delivery_of,
    grant_of,
    note_event,
    note_fetched,
    of_transaction,
    redeem_code,
)
from issuer.key_proofs import check_key_proof
from issuer.nonces import RANDOM_OCTETS, make_nonce
from issuer.offers import GRANT, offer_document
from issuer.openid_errors import (
    WalletRefused,
    invalid_credential_request,
    invalid_proof,
    invalid_request,
    invalid_token,
)
from issuer.service import Service
from issuer.store import reading

_NO_STORE = {"Cache-Control": "no-store"}
_POLL_SECONDS = 0.1


class Proofs(BaseModel):
    """Key proofs; one, because one credential is issued at a time."""

    jwt: list[str] = Field(min_length=1, repr=False)


class CredentialRequest(BaseModel):
    """Section 8.2. Responses are not encrypted."""

    credential_configuration_id: str | None = None
    credential_identifier: str | None = None
    proofs: Proofs | None = Field(default=None, repr=False)
    credential_response_encryption: dict[str, Any] | None = None


class DeferredRequest(BaseModel):
    """Section 9.1."""

    transaction_id: str = Field(repr=False)


class Notification(BaseModel):
    """Section 11.1."""

    notification_id: str = Field(repr=False)
    event: str
    event_description: str | None = Field(default=None, repr=False)


def wallet_router(authority: Authority) -> APIRouter:
    router = APIRouter(prefix=authority.settings.path, tags=[WALLET])

    @router.get("/offers/{reference}")
    def offer(reference: str, service: TheService) -> JSONResponse:
        """A credential offer by reference (section 4.1.3)."""
        with reading(service.bureau.engine) as connection:
            document = offer_document(connection, service.bureau, authority, reference, service.bureau.clock())
        return JSONResponse(document, headers=_NO_STORE)

    @router.post("/token")
    def token(
        service: TheService,
        grant_type: Annotated[str, Form()],
        code: Annotated[str, Form(alias="pre-authorized_code")] = "",
        tx_code: Annotated[str, Form()] = "",
    ) -> JSONResponse:
        """A pre-authorised code and its transaction code become an access token (section 6)."""
        if grant_type != GRANT:
            raise WalletRefused("unsupported_grant_type", "only pre-authorised codes are taken")
        if not code or not tx_code:
            raise invalid_request("pre-authorized_code and tx_code are needed")
        with service.bureau.engine.begin() as connection:
            found = redeem_code(connection, service.bureau, authority, code, tx_code, service.bureau.clock())
        if isinstance(found, WalletRefused):
            raise found
        access_token, lifetime = found
        body = {"access_token": access_token, "token_type": "Bearer", "expires_in": lifetime}
        return JSONResponse(body, headers=_NO_STORE)

    @router.post("/nonce")
    def nonce(service: TheService) -> JSONResponse:
        """A nonce for a key proof (section 7)."""
        made = make_nonce(service.bureau.secret, secrets.token_bytes(RANDOM_OCTETS), service.bureau.clock())
        return JSONResponse({"c_nonce": made}, headers=_NO_STORE)

    @router.post("/credential")
    async def credential(asked: CredentialRequest, bearer: Bearer, service: TheService) -> JSONResponse:
        """The credential, or after a few seconds a transaction id (section 8)."""
        access_token = _token(bearer)
        transaction_id = await run_in_threadpool(_ask, service, authority, access_token, asked)
        service.worker.wake()
        return await _answer(
            service, authority, access_token, transaction_id, service.bureau.settings.wallet_wait_seconds
        )

    @router.post("/deferred")
    async def deferred(asked: DeferredRequest, bearer: Bearer, service: TheService) -> JSONResponse:
        """The credential of a transaction id, once it is anchored (section 9)."""
        return await _answer(service, authority, _token(bearer), asked.transaction_id, 0)

    @router.post("/notification", status_code=204)
    def notification(told: Notification, bearer: Bearer, service: TheService) -> Response:
        """What the wallet did with the credential (section 11)."""
        with service.bureau.engine.begin() as connection:
            grant = grant_of(connection, authority, _token(bearer), service.bureau.clock())
            note_event(connection, grant, told.notification_id, told.event)
        return Response(status_code=204)

    return router


def _token(bearer: Bearer) -> str:
    if bearer is None:
        raise invalid_token()
    return bearer.credentials


def _ask(service: Service, authority: Authority, access_token: str, asked: CredentialRequest) -> str:
    """The transaction id of the credential asked for, made now or before."""
    bureau = service.bureau
    now = bureau.clock()
    with reading(bureau.engine) as connection:
        grant_of(connection, authority, access_token, now)
    configuration, jwt = _checked(asked)
    proof = check_key_proof(
        jwt,
        authority.settings.url,
        now,
        max_age_seconds=bureau.settings.nonce_seconds,
        skew_seconds=bureau.settings.proof_skew_seconds,
    )
    with bureau.engine.begin() as connection:
        grant = grant_of(connection, authority, access_token, now)
        found = ask_for_credential(connection, bureau, grant, configuration, proof, now)
    assert found.transaction_id is not None
    return found.transaction_id


def _checked(asked: CredentialRequest) -> tuple[str, str]:
    """(configuration id, proof)."""
    if asked.credential_identifier is not None:
        raise WalletRefused("unknown_credential_identifier", "no credential identifiers are given out here")
    if asked.credential_response_encryption is not None:
        raise WalletRefused("invalid_encryption_parameters", "encrypted responses are not offered")
    if asked.credential_configuration_id is None:
        raise invalid_credential_request("credential_configuration_id is needed")
    if asked.proofs is None:
        raise invalid_proof("proofs.jwt is needed")
    if len(asked.proofs.jwt) != 1:
        raise invalid_proof("one proof: one credential is issued at a time")
    return asked.credential_configuration_id, asked.proofs.jwt[0]


async def _answer(
    service: Service, authority: Authority, access_token: str, transaction_id: str, patience_seconds: float
) -> JSONResponse:
    """The credential if it is anchored within `patience_seconds`, else 202 with the transaction id."""
    loop = asyncio.get_running_loop()
    give_up = loop.time() + patience_seconds
    while True:
        delivery = await run_in_threadpool(_delivery, service, authority, access_token, transaction_id)
        if delivery is not None:
            return _delivered(delivery)
        if loop.time() >= give_up:
            interval = service.bureau.settings.deferred_interval_seconds
            body = {"transaction_id": transaction_id, "interval": interval}
            return JSONResponse(body, 202, _NO_STORE)
        await asyncio.sleep(_POLL_SECONDS)


def _delivery(service: Service, authority: Authority, access_token: str, transaction_id: str) -> Delivery | None:
    bureau, now = service.bureau, service.bureau.clock()
    with reading(bureau.engine) as connection:
        grant = grant_of(connection, authority, access_token, now)
        found = of_transaction(connection, grant, transaction_id)
        delivery = delivery_of(grant, found, bureau.type_version)
    if delivery is not None and not grant.fetched:
        with bureau.engine.begin() as connection:
            now = bureau.clock()
            grant_of(connection, authority, access_token, now)  # the offer may have been withdrawn meanwhile
            note_fetched(connection, grant, now)
    return delivery


def _delivered(delivery: Delivery) -> JSONResponse:
    """`seed` is an extra member for our own wallet: all the salts in 16 octets."""
    credential = {"credential": delivery.sd_jwt, "seed": delivery.seed}
    body = {"credentials": [credential], "notification_id": delivery.notification_id}
    return JSONResponse(body, headers=_NO_STORE)
