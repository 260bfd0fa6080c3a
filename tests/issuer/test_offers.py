"""Offers and their codes."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image

from issuer.schema import offers
from tests.issuer.desk import Phone, carry_out, make_certificate


@pytest.fixture
def certificate(offline) -> int:
    return make_certificate(offline)


@pytest.fixture
def offered(offline, certificate):
    return offline.as_("first").post(f"/certificates/{certificate}/offers")


def test_an_offer_by_value_by_reference_and_as_picture_are_the_same(offline, offered):
    by_value = json.loads(parse_qs(urlsplit(offered["by_value"]).query)["credential_offer"][0])
    (url,) = parse_qs(urlsplit(offered["by_reference"]).query)["credential_offer_uri"]
    assert url.startswith("http://127.0.0.1:8001/samr/offers/")
    by_reference = offline.client.get(urlsplit(url).path).json()
    picture = Image.open(BytesIO(base64.b64decode(offered["qr_png"])))
    (read,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    assert by_value == by_reference == offered["offer"]
    assert read.text == offered["by_reference"]


def test_the_transaction_code_is_in_no_form_of_the_offer(offered):
    assert offered["tx_code"] not in json.dumps(offered["offer"])
    assert len(offered["tx_code"]) == 6


def test_codes_are_not_kept(offline, offered):
    with offline.bureau.engine.begin() as connection:
        row = connection.execute(offers.select()).one()
    # Numbers are looked at whole: a time of ten digits has any six of them once in a hundred thousand offers.
    kept = [each if isinstance(each, bytes) else str(each).encode() for each in row]
    texts = [octets for octets, each in zip(kept, row, strict=True) if not isinstance(each, int)]
    assert not any(Phone.with_offer(offline, offered["offer"]).code.encode() in each for each in kept)
    assert offered["tx_code"].encode() not in kept
    assert not any(offered["tx_code"].encode() in each for each in texts)


def test_wrong_codes_close_the_offer(offline, offered):
    phone = Phone.with_offer(offline, offered["offer"])
    wrong = "000000" if offered["tx_code"] != "000000" else "111111"
    for left in range(offline.bureau.settings.tx_code_tries - 1, -1, -1):
        answer = phone.redeem(wrong)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
        assert f"{left} tries left" in answer.json()["error_description"]
    assert phone.redeem(offered["tx_code"]).json()["error"] == "invalid_grant"


def test_a_lost_token_is_replaced_and_ends(offline, offered):
    phone = Phone.with_offer(offline, offered["offer"])
    answer = phone.redeem(offered["tx_code"])
    assert answer.headers["cache-control"] == "no-store"
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 86_400)
    lost = phone.token
    assert phone.redeem(offered["tx_code"]).status_code == 200
    assert phone.ask(token=lost).json()["error"] == "invalid_token"
    assert phone.ask().status_code == 202


def test_an_offer_ends_with_its_time(offline, offered):
    with offline.bureau.engine.begin() as connection:
        connection.execute(offers.update().values(expires_at=offline.bureau.clock()))
    phone = Phone.with_offer(offline, offered["offer"])
    assert phone.redeem(offered["tx_code"]).json()["error"] == "invalid_grant"
    (url,) = parse_qs(urlsplit(offered["by_reference"]).query)["credential_offer_uri"]
    assert offline.client.get(urlsplit(url).path).status_code == 404


def test_a_withdrawn_offer_is_over(offline, certificate, offered):
    headers = offline.headers("first")
    path = f"/certificates/{certificate}/offers/{offered['id']}"
    assert offline.client.delete(path, headers=headers).status_code == 204
    phone = Phone.with_offer(offline, offered["offer"])
    assert phone.redeem(offered["tx_code"]).json()["error"] == "invalid_grant"


def test_a_withdrawn_offer_gives_nothing_for_a_token_that_it_gave(offline, certificate, offered):
    """The wrong person had redeemed the code already, and asks now; or had asked, and comes back for the credential."""
    phone = Phone.with_offer(offline, offered["offer"])
    assert phone.redeem(offered["tx_code"]).status_code == 200
    transaction = phone.ask().json()["transaction_id"]
    path = f"/certificates/{certificate}/offers/{offered['id']}"
    assert offline.client.delete(path, headers=offline.headers("first")).status_code == 204
    for answer in (phone.ask(), phone.fetch(transaction), phone.fetch("another")):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert phone.redeem(offered["tx_code"]).json()["error"] == "invalid_grant"


def test_nothing_is_offered_of_a_certificate_that_is_not_in_force(offline, certificate):
    carry_out(offline, "suspend", certificate)
    refused = offline.as_("first").post(f"/certificates/{certificate}/offers", status=409)
    assert refused["error"]["code"] == "not_in_force"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code"}, "invalid_request"),
        ({}, "invalid_request"),
    ],
)
def test_a_token_request_that_cannot_be_is_refused_by_the_standards_code(offline, form, error):
    answer = offline.client.post("/samr/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
