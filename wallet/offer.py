"""Credential offers (OpenID4VCI 1.0 section 4.1): text in, an Offer or a typed error out. Fetches nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, urlsplit

from credential import strict_json
from wallet.errors import MalformedOffer, UnsupportedOffer

PRE_AUTHORIZED_CODE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
_SCHEME = "openid-credential-offer"
_LONGEST = 16 * 1024
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer of one credential. `transaction_code` says whether the bureau handed over a code besides."""

    issuer: str
    configuration: str
    pre_authorized_code: str = field(repr=False)
    transaction_code: bool
    authorization_server: str | None


@dataclass(frozen=True, slots=True)
class OfferReference:
    """An offer that has to be fetched from `url` first."""

    url: str


def parse_offer_uri(text: str) -> Offer | OfferReference:
    """The offer of an `openid-credential-offer://?…` link, by value or by reference. Raises OfferRefused."""
    if len(text) > _LONGEST:
        raise MalformedOffer(f"an offer has at most {_LONGEST} characters")
    parts = _split(text.strip())
    if parts.scheme != _SCHEME:
        raise MalformedOffer(f"an offer begins with {_SCHEME}://")
    match parse_qs(parts.query, keep_blank_values=True):
        case {"credential_offer": [value], **others} if not others:
            return parse_offer(value.encode("utf-8", "surrogatepass"))  # which is refused as no UTF-8
        case {"credential_offer_uri": [url], **others} if not others:
            return OfferReference(secure_url(url))
    raise MalformedOffer("an offer has one of credential_offer and credential_offer_uri, once")


def parse_offer(octets: bytes) -> Offer:
    """The offer in a JSON document. Raises OfferRefused."""
    try:
        document = _mapping(strict_json.parse(octets))
        grant = _mapping(_mapping(document["grants"])[PRE_AUTHORIZED_CODE])
        configurations = document["credential_configuration_ids"]
        server = grant.get("authorization_server")
        offer = Offer(
            issuer=secure_url(_text(document["credential_issuer"])),
            configuration=_only(configurations),
            pre_authorized_code=_text(grant["pre-authorized_code"]),
            transaction_code="tx_code" in grant,
            authorization_server=None if server is None else secure_url(_text(server)),
        )
    except KeyError as e:
        raise UnsupportedOffer(f"only offers with a pre-authorised code are supported: {e} is missing") from e
    except strict_json.MalformedJson as e:
        raise MalformedOffer(f"the offer is no JSON document: {e}") from e
    return offer


def secure_url(url: str) -> str:
    """An https URL, or plain http on this machine only. Raises MalformedOffer."""
    parts = _split(url)
    local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not (parts.hostname and (local or parts.scheme == "https")) or parts.username or parts.fragment:
        raise MalformedOffer("an issuer is reached by https")
    return url


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as e:
        raise MalformedOffer("an address in the offer is none") from e


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise MalformedOffer("the offer has something else where an object belongs")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise MalformedOffer("the offer has something else where a text belongs")
    return value


def _only(value: object) -> str:
    if not isinstance(value, list) or len(value) != 1:
        raise UnsupportedOffer("only offers of one credential are supported")
    return _text(value[0])
