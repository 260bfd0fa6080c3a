"""Collecting a credential (OpenID4VCI 1.0), one remote call at a time. The caller saves between two steps.

`step` needs nothing but the collection it is given, so whatever was saved last can be taken up again: after a crash,
after an answer that never came, after a wait. An access token that has died in the meantime is fetched anew.

A wrong transaction code counts against the offer, so what was refused for good is never sent again by itself: see
TokenRefused. A collection without a token has never had one, and nothing can have been issued for its key; but in a
vault of an earlier version one that waits may have lost its token: it is never given up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from wallet.contents import Collection
from wallet.errors import CodeNeeded, IssuerRefused, TokenRefused
from wallet.issuer_client import Arrived, Deferred, Endpoints, IssuerClient, proof_jwt
from wallet.offer import Offer

_NONCE_ATTEMPTS = 3
_LONGEST_INTERVAL_SECONDS = 3600
_REFUSED_FOR_GOOD = {  # RFC 6749 section 5.2, with its statuses; anything else may be another answer tomorrow
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
}


def begin(offer: Offer, transaction_code: str | None, collection_id: str, holder_secret: bytes, now: int) -> Collection:
    """What has to be on disk before the issuer is asked for anything. Raises CodeNeeded."""
    if offer.transaction_code and not transaction_code:
        raise CodeNeeded("the bureau handed over a transaction code with this offer: it is needed here")
    return Collection(
        id=collection_id,
        issuer=offer.issuer,
        configuration=offer.configuration,
        authorization_server=offer.authorization_server,
        pre_authorized_code=offer.pre_authorized_code,
        transaction_code=transaction_code if offer.transaction_code else None,
        holder_secret=holder_secret,
        begun_at=now,
    )


def taken_up(begun: Collection, unfinished: Iterable[Collection]) -> Collection:
    """The unfinished collection of the same offer, with its key, or `begun` where there is none.

    It goes on with `begun`'s transaction code, unless its own gave a token before.
    """
    for each in unfinished:
        if offer_of(each) == offer_of(begun):
            return each if each.access_token else replace(each, transaction_code=begun.transaction_code)
    return begun


def offer_of(collection: Collection) -> Offer:
    return Offer(
        collection.issuer,
        collection.configuration,
        collection.pre_authorized_code,
        collection.transaction_code is not None,
        collection.authorization_server,
    )


def endpoints_of(collection: Collection, issuer: IssuerClient) -> Endpoints:
    return issuer.endpoints(offer_of(collection))


def step(collection: Collection, issuer: IssuerClient, endpoints: Endpoints, now: int) -> Collection:
    """The next call: a token, then the request, then asking again until the credential arrives. Raises IssuerError."""
    token = collection.access_token
    if token is None:
        is_first = collection.transaction_id is None
        return (_with_first_token if is_first else _with_token)(collection, issuer, endpoints)
    try:
        if collection.transaction_id is None:
            return _answered(collection, _request(collection, token, issuer, endpoints, now), now)
        return _answered(collection, issuer.poll(endpoints, token, collection.transaction_id), now)
    except IssuerRefused as refused:
        if refused.error != "invalid_token":
            raise
        return _with_token(collection, issuer, endpoints)


def _with_first_token(collection: Collection, issuer: IssuerClient, endpoints: Endpoints) -> Collection:
    try:
        return _with_token(collection, issuer, endpoints)
    except IssuerRefused as refused:
        if refused.status not in {400, 401} or refused.error not in _REFUSED_FOR_GOOD:
            raise
        raise TokenRefused(refused.status, refused.error) from refused


def _with_token(collection: Collection, issuer: IssuerClient, endpoints: Endpoints) -> Collection:
    fresh = issuer.token(endpoints, collection.pre_authorized_code, collection.transaction_code)
    return replace(collection, access_token=fresh.access_token)


def _request(
    collection: Collection, token: str, issuer: IssuerClient, endpoints: Endpoints, now: int
) -> Arrived | Deferred:
    """Proves the key with a fresh nonce; a nonce that has died on the way is fetched anew."""
    attempt = 1
    while True:
        proof = proof_jwt(collection.holder_key, endpoints.issuer, issuer.nonce(endpoints), now)
        try:
            return issuer.request(endpoints, token, collection.configuration, proof)
        except IssuerRefused as refused:
            if refused.error != "invalid_nonce" or attempt == _NONCE_ATTEMPTS:
                raise
        attempt += 1


def _answered(collection: Collection, answer: Arrived | Deferred, now: int) -> Collection:
    if isinstance(answer, Arrived):
        return replace(collection, arrived=answer.credential, arrived_seed=answer.seed)
    interval = min(max(answer.interval, 1), _LONGEST_INTERVAL_SECONDS)
    return replace(collection, transaction_id=answer.transaction_id, ask_again_at=now + interval)
