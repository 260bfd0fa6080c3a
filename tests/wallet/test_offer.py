"""Offers: what is supported is read, everything else is refused by name."""

from __future__ import annotations

import json
from urllib.parse import quote

import httpx
import pytest

from wallet import IssuerClient, IssuerUnreachable
from wallet.errors import MalformedAnswer, MalformedOffer, OfferRefused, UnsupportedOffer
from wallet.offer import PRE_AUTHORIZED_CODE, Offer, OfferReference, parse_offer, parse_offer_uri, secure_url

DOCUMENT = {
    "credential_issuer": "https://bureau.example.cn/yinxin",
    "credential_configuration_ids": ["driving_licence"],
    "grants": {PRE_AUTHORIZED_CODE: {"pre-authorized_code": "abc", "tx_code": {"length": 6}}},
}


def uri_of(document: object) -> str:
    return f"openid-credential-offer://?credential_offer={quote(json.dumps(document))}"


def test_an_offer_by_value_is_read() -> None:
    offer = Offer("https://bureau.example.cn/yinxin", "driving_licence", "abc", True, None)
    assert parse_offer_uri(uri_of(DOCUMENT)) == offer
    assert "abc" not in repr(offer)


def test_an_offer_by_reference_names_where_to_fetch_it() -> None:
    found = parse_offer_uri(
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fbureau.example.cn%2Foffers%2F1"
    )
    assert found == OfferReference("https://bureau.example.cn/offers/1")


def test_other_members_are_ignored_as_the_standard_asks() -> None:
    assert parse_offer(json.dumps(DOCUMENT | {"future": 1}).encode()).configuration == "driving_licence"


@pytest.mark.parametrize(
    "changes",
    [
        {"grants": {"authorization_code": {}}},
        {"credential_configuration_ids": ["a", "b"]},
        {"credential_configuration_ids": []},
    ],
)
def test_what_is_not_supported_is_named_so(changes: dict[str, object]) -> None:
    with pytest.raises(UnsupportedOffer):
        parse_offer_uri(uri_of(DOCUMENT | changes))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://bureau.example.cn",
        "openid-credential-offer://",
        "openid-credential-offer://?credential_offer={}&credential_offer_uri=https://a",
        "openid-credential-offer://?credential_offer={}&credential_offer={}",
        "openid-credential-offer://?credential_offer=[]",
        "openid-credential-offer://?credential_offer=%7B%22grants%22%3A1%7D",
        "openid-credential-offer://?credential_offer=" + "[" * 5000,
        "openid-credential-offer://?credential_offer=" + "x" * 20_000,
        uri_of(DOCUMENT | {"credential_issuer": 5}),
        uri_of(DOCUMENT | {"credential_issuer": "http://bureau.example.cn"}),
        uri_of(DOCUMENT | {"credential_issuer": "https://user:word@bureau.example.cn"}),
        uri_of(DOCUMENT | {"credential_issuer": "https://"}),
        uri_of(DOCUMENT | {"credential_issuer": "https://[bad"}),
    ],
)
def test_a_hostile_offer_is_a_typed_error(text: str) -> None:
    with pytest.raises(OfferRefused):
        parse_offer_uri(text)


def test_plain_http_is_for_this_machine_only() -> None:
    assert secure_url("http://127.0.0.1:8600/x")
    with pytest.raises(MalformedOffer):
        secure_url("http://192.0.2.1/x")


@pytest.mark.parametrize("url", ["https://a..b/offer", "https://" + "a" * 70_000, "https://a\x00b/"])
def test_an_address_that_cannot_be_one_is_a_malformed_answer(url: str) -> None:
    with httpx.Client() as http, pytest.raises(MalformedAnswer, match="names is none"):
        IssuerClient(http).offer(OfferReference(url))


def test_an_issuer_that_is_not_reached_is_named_without_what_is_as_good_as_the_offer() -> None:
    with httpx.Client() as http, pytest.raises(IssuerUnreachable, match=r"issuer at 127\.0\.0\.1 cannot") as caught:
        IssuerClient(http).offer(OfferReference("http://127.0.0.1:9/offers/secret"))
    assert "secret" not in str(caught.value)
