"""The wallet's side of OpenID4VCI 1.0 over HTTP: one method for each endpoint, strict about answers. Keeps no state.

Answers are limited in size and time and never unpacked, redirects are not followed, and plain http is used on this
machine only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import httpx

from credential import SigningKey, base64url, strict_json
from ledger import WHOLE_SECONDS, open_client, visible
from wallet.errors import IssuerRefused, IssuerUnreachable, MalformedAnswer, MalformedOffer
from wallet.offer import PRE_AUTHORIZED_CODE, Offer, OfferReference, parse_offer, secure_url

_MOST_OCTETS = 256 * 1024
_STEP_SECONDS, _MOST_SECONDS = 20.0, 60.0
"""For one step of an exchange, and for all of it, headers and body."""
_PROOF_TYPE = "openid4vci-proof+jwt"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where an issuer answers; from its metadata."""

    issuer: str
    token: str
    credential: str
    deferred: str | None
    nonce: str


@dataclass(frozen=True, slots=True)
class Token:
    access_token: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """A credential, with the seed of its salts where the issuer gives it."""

    credential: str = field(repr=False)
    seed: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not ready: ask again after `interval` seconds."""

    transaction_id: str = field(repr=False)
    interval: int


class IssuerClient:
    """Raises IssuerUnreachable where no answer came, IssuerRefused for an error, MalformedAnswer for nonsense."""

    def __init__(self, http: httpx.Client) -> None:
        """Of a client that is not ledger's `open_client`, an issuer can make each exchange last as long as it likes."""
        self._http = http

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[Self]:
        """With a client of its own, whose exchanges end in time, whatever the issuer does."""
        with open_client(timeout_seconds=_STEP_SECONDS, headers={}) as http:
            yield cls(http)

    def offer(self, reference: OfferReference) -> Offer:
        return parse_offer(self._ask("GET", reference.url).content)

    def endpoints(self, offer: Offer) -> Endpoints:
        """Issuer metadata (section 12.2) and that of its authorization server (RFC 8414)."""
        issuer = self._metadata(offer.issuer, "openid-credential-issuer")
        if issuer.get("credential_issuer") != offer.issuer:
            raise MalformedAnswer("the issuer's metadata belong to another issuer")
        servers = issuer.get("authorization_servers", [offer.issuer])
        server = offer.authorization_server or (servers[0] if isinstance(servers, list) and servers else offer.issuer)
        if not isinstance(servers, list) or server not in servers:
            raise MalformedAnswer("the offer names an authorization server that the issuer does not")
        authorization = self._metadata(str(server), "oauth-authorization-server")
        return Endpoints(
            issuer=offer.issuer,
            token=_url(authorization, "token_endpoint"),
            credential=_url(issuer, "credential_endpoint"),
            deferred=_url(issuer, "deferred_credential_endpoint") if "deferred_credential_endpoint" in issuer else None,
            nonce=_url(issuer, "nonce_endpoint"),
        )

    def token(self, endpoints: Endpoints, pre_authorized_code: str, transaction_code: str | None) -> Token:
        form = {"grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": pre_authorized_code}
        if transaction_code is not None:
            form["tx_code"] = transaction_code
        answer = _document(self._ask("POST", endpoints.token, data=form))
        expires_in = answer.get("expires_in", 300)
        return Token(_text(answer, "access_token"), expires_in if isinstance(expires_in, int) else 300)

    def nonce(self, endpoints: Endpoints) -> str:
        return _text(_document(self._ask("POST", endpoints.nonce)), "c_nonce")

    def request(self, endpoints: Endpoints, access_token: str, configuration: str, proof: str) -> Arrived | Deferred:
        body = {"credential_configuration_id": configuration, "proofs": {"jwt": [proof]}}
        return _credential(self._ask("POST", endpoints.credential, json=body, headers=_bearer(access_token)))

    def poll(self, endpoints: Endpoints, access_token: str, transaction_id: str) -> Arrived | Deferred:
        if endpoints.deferred is None:
            raise MalformedAnswer("the issuer defers but has no deferred credential endpoint")
        body = {"transaction_id": transaction_id}
        return _credential(self._ask("POST", endpoints.deferred, json=body, headers=_bearer(access_token)))

    def _metadata(self, base: str, name: str) -> Mapping[str, object]:
        """The well-known path goes between host and path."""
        parts = urlsplit(base)
        url = urlunsplit(parts._replace(path=f"/.well-known/{name}{parts.path.rstrip('/')}"))
        return _document(self._ask("GET", url))

    def _ask(self, method: str, url: str, **options: Any) -> httpx.Response:
        try:
            request = self._http.build_request(method, url, extensions={WHOLE_SECONDS: _MOST_SECONDS}, **options)
            request.headers["Accept-Encoding"] = "identity"
            with closing(self._http.send(request, stream=True, follow_redirects=False)) as answer:
                content = _limited(answer)
        except httpx.HTTPError as e:
            # Not the whole address: an offer's own is as good as the offer.
            host = visible(urlsplit(url).hostname or "")
            raise IssuerUnreachable(f"the issuer at {host} cannot be reached; what was begun can be resumed") from e
        except (httpx.InvalidURL, ValueError) as e:
            raise MalformedAnswer("an address that the offer or the issuer names is none") from e
        whole = httpx.Response(answer.status_code, content=content)
        if whole.status_code not in {200, 201, 202}:
            raise IssuerRefused(whole.status_code, _error_code(whole))
        return whole


def proof_jwt(holder_key: SigningKey, audience: str, nonce: str, issued_at: int) -> str:
    """The wallet's proof that it has the key (appendix F.1); it names no client: the offer is the authorisation."""
    header = {"typ": _PROOF_TYPE, "alg": "ES256", "jwk": holder_key.public_key.jwk}
    payload = {"aud": audience, "iat": issued_at, "nonce": nonce}
    signing_input = ".".join(base64url.encode(strict_json.encode(part)) for part in (header, payload))
    return f"{signing_input}.{base64url.encode(holder_key.sign(signing_input.encode('ascii')))}"


def _limited(answer: httpx.Response) -> bytes:
    """As it was sent: unpacked, a kilobyte can be a gigabyte."""
    content = bytearray()
    for part in answer.iter_raw():
        content += part
        if len(content) > _MOST_OCTETS:
            raise MalformedAnswer(f"the issuer's answer is longer than {_MOST_OCTETS} octets")
    return bytes(content)


def _credential(answer: httpx.Response) -> Arrived | Deferred:
    document = _document(answer)
    if "transaction_id" in document:
        interval = document.get("interval", 5)
        return Deferred(_text(document, "transaction_id"), interval if isinstance(interval, int) else 5)
    match document.get("credentials"):
        case [{"credential": str(credential), **members}]:
            return Arrived(credential, _seed(members.get("seed")))
    raise MalformedAnswer("the issuer's answer has neither one credential nor a transaction_id")


def _seed(text: object) -> bytes | None:
    if text is None:
        return None
    try:
        return base64url.decode(str(text))
    except ValueError as e:
        raise MalformedAnswer("the seed is not base64url") from e


def _document(answer: httpx.Response) -> Mapping[str, object]:
    try:
        document = strict_json.parse(answer.content)
    except strict_json.MalformedJson as e:
        raise MalformedAnswer(f"the issuer's answer is no JSON document: {e}") from e
    if not isinstance(document, dict):
        raise MalformedAnswer("the issuer's answer is no JSON object")
    return document


def _error_code(answer: httpx.Response) -> str:
    """The `error` member of an error answer, if it is one of the short codes it should be."""
    try:
        code = _text(_document(answer), "error")
    except MalformedAnswer:
        return "no error code"
    return code if code.replace("_", "").isalnum() and code.isascii() and len(code) <= 64 else "no error code"


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedAnswer(f"the issuer's answer has no {name}")
    return value


def _url(document: Mapping[str, object], name: str) -> str:
    try:
        return secure_url(_text(document, name))
    except MalformedOffer as e:
        raise MalformedAnswer(f"the issuer's {name} is not reached by https") from e


def _bearer(access_token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token}"}
