"""A wallet collects by OpenID4VCI 1.0: on a real ledger, with answers lost on the way."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import func, select

from credential import ANY_WINDOW, Live, Policy, Verdict, base64url, bind, parse_presentation, verify
from issuer.collecting import delivery_of
from issuer.schema import batches, credentials
from tests.issuer.desk import Phone, carry_out, make_certificate
from tests.waiting import until


@pytest.fixture
def phone(desk) -> Phone:
    """A phone whose holder has the token already."""
    certificate = make_certificate(desk)
    offered = desk.as_("first").post(f"/certificates/{certificate}/offers")
    phone = Phone.with_offer(desk, offered["offer"])
    assert phone.redeem(offered["tx_code"]).status_code == 200
    return phone


def test_a_wallet_gets_an_anchored_credential_that_a_window_accepts(desk, phone, ledger_world, tmp_path):
    answer = phone.ask()
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    (found,) = answer.json()["credentials"]
    shown = parse_presentation(found["credential"])
    assert shown.payload.holder_key == phone.key.public_key
    assert len(shown.disclosures) == 10
    assert len(base64url.decode(found["seed"])) == 16

    now = int(time.time())
    text = bind(found["credential"], phone.key, ANY_WINDOW, base64url.encode(bytes(16)), now)
    with ledger_world.replica(tmp_path / "replica.db") as replica:
        replica.follow_once()
        shown = parse_presentation(text)
        facts = replica.facts_for(shown)
        report = verify(shown, facts, Policy(region=310000), Live(seen_before=False), now, int(time.time()))
    assert report.verdict is Verdict.ACCEPTED, [(row.number, row.code) for row in report.rows]


def test_a_lost_answer_is_asked_for_again_and_nothing_is_anchored_twice(desk, phone):
    proof = phone.proof()
    first = phone.ask(proof)
    same_proof, fresh_proof = phone.ask(proof), phone.ask()
    assert first.json() == same_proof.json() == fresh_proof.json()
    with desk.bureau.engine.begin() as connection:
        assert connection.execute(select(func.count()).select_from(credentials)).scalar_one() == 1
        assert connection.execute(select(func.count()).select_from(batches)).scalar_one() == 1


def test_a_code_is_used_up_once_its_credential_was_fetched(desk):
    certificate = make_certificate(desk)
    offered = desk.as_("first").post(f"/certificates/{certificate}/offers")
    phone = Phone.with_offer(desk, offered["offer"])
    phone.redeem(offered["tx_code"])
    assert phone.ask().status_code == 200
    assert phone.redeem(offered["tx_code"]).json()["error"] == "invalid_grant"
    assert phone.ask().status_code == 200


def test_one_offer_gives_one_key_one_credential(phone):
    phone.ask()
    other = Phone.with_offer(phone.desk, phone.offer).key
    refused = phone.ask(phone.proof(other))
    assert (refused.status_code, refused.json()["error"]) == (400, "credential_request_denied")


def test_one_key_is_bound_to_one_credential(offline):
    """spec/credential.md 4.3: two credentials of one holder share nothing."""
    one, other = _offline_phone(offline, 1), _offline_phone(offline, 2)
    transaction = one.ask().json()["transaction_id"]
    refused = other.ask(other.proof(one.key))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_proof")
    again = one.ask()
    assert (again.status_code, again.json()["transaction_id"]) == (202, transaction)
    assert other.ask().status_code == 202


def test_the_wallet_tells_what_became_of_it(desk, phone):
    told = phone.ask().json()["notification_id"]
    assert phone.notify(notification_id=told, event="credential_accepted").status_code == 204
    assert phone.notify(notification_id="n-x", event="credential_accepted").json()["error"] == "invalid_notification_id"
    odd = phone.notify(notification_id=told, event="credential_eaten")
    assert odd.json()["error"] == "invalid_notification_request"


def test_a_deferred_credential_is_fetched_once_anchored(settings):
    from tests.issuer.desk import running

    with running(settings.model_copy(update={"wallet_wait_seconds": 0.0, "wallet_batch_seconds": 3600.0})) as desk:
        certificate = make_certificate(desk)
        offered = desk.as_("first").post(f"/certificates/{certificate}/offers")
        phone = Phone.with_offer(desk, offered["offer"])
        phone.redeem(offered["tx_code"])
        answer = phone.ask()
        assert (answer.status_code, answer.json()["interval"]) == (202, 5)
        transaction = answer.json()["transaction_id"]
        assert phone.fetch(transaction).status_code == 202
        with desk.bureau.engine.begin() as connection:
            connection.execute(credentials.update().values(asked_at=0))  # its hour is over
        until(lambda: phone.fetch(transaction).status_code == 200)
        assert phone.ask().json() == phone.fetch(transaction).json()
        assert phone.fetch("another").json()["error"] == "invalid_transaction_id"


def test_an_offer_that_is_withdrawn_while_its_credential_is_on_the_way_out_delivers_nothing(desk, phone, monkeypatch):
    """Anchored and read, but not handed over: the withdrawal that was answered counts."""
    (found,) = desk.as_("first").get("/certificates")
    path, headers = f"/certificates/{found['id']}/offers/1", desk.headers("first")
    withdrawn = []

    def withdrawn_meanwhile(*about: object) -> object:
        delivery = delivery_of(*about)
        if delivery is not None and not withdrawn:
            withdrawn.append(desk.client.delete(path, headers=headers).status_code)
        return delivery

    monkeypatch.setattr("issuer.api.wallet.delivery_of", withdrawn_meanwhile)
    answer = phone.ask()
    assert withdrawn == [204]
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


def test_an_offer_that_is_withdrawn_later_ends_nothing(desk, phone):
    """The holder has the credential: what ends it is an act."""
    (found,) = desk.as_("first").get("/certificates")
    assert phone.ask().status_code == 200
    path = f"/certificates/{found['id']}/offers/1"
    assert desk.client.delete(path, headers=desk.headers("first")).status_code == 204
    assert phone.ask().status_code == 200


def test_offline_the_wallet_is_told_to_come_back(offline):
    phone = _offline_phone(offline)
    answer = phone.ask()
    assert answer.status_code == 202
    assert phone.fetch(answer.json()["transaction_id"]).status_code == 202


def test_a_certificate_revoked_meanwhile_gives_no_credential(offline):
    certificate = make_certificate(offline)
    offered = offline.as_("first").post(f"/certificates/{certificate}/offers")
    phone = Phone.with_offer(offline, offered["offer"])
    phone.redeem(offered["tx_code"])
    carry_out(offline, "revoke", certificate)
    assert phone.ask().json()["error"] == "credential_request_denied"


def test_a_credential_ended_while_it_waited_is_not_delivered(offline):
    certificate = make_certificate(offline)
    offered = offline.as_("first").post(f"/certificates/{certificate}/offers")
    phone = Phone.with_offer(offline, offered["offer"])
    phone.redeem(offered["tx_code"])
    transaction = phone.ask().json()["transaction_id"]
    carry_out(offline, "revoke", certificate)
    assert phone.fetch(transaction).json()["error"] == "credential_request_denied"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"header_typ": "JWT"}, "invalid_proof"),
        ({"header_alg": "none"}, "invalid_proof"),
        ({"header_jwk": None}, "invalid_proof"),
        ({"header_kid": "x"}, "invalid_proof"),
        ({"header_crit": ["x"]}, "invalid_proof"),
        ({"aud": "https://elsewhere.example"}, "invalid_proof"),
        ({"iat": 1}, "invalid_proof"),
        ({"iat": 4_000_000_000}, "invalid_proof"),
        ({"iat": "now"}, "invalid_proof"),
        ({"nonce": None}, "invalid_nonce"),
        ({"nonce": "AAAA"}, "invalid_nonce"),
    ],
)
def test_a_proof_that_proves_nothing_is_refused_by_code(offline, changes, error):
    phone = _offline_phone(offline)
    answer = phone.ask(phone.proof(**changes))
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_proof_signed_with_another_key_is_refused(offline):
    phone = _offline_phone(offline)
    other = Phone.with_offer(offline, phone.offer).key
    answer = phone.ask(phone.proof(other, header_jwk=phone.key.public_key.jwk))
    assert answer.json()["error"] == "invalid_proof"


def test_a_nonce_is_used_once(offline):
    one, other = _offline_phone(offline, 1), _offline_phone(offline, 2)
    nonce = one.nonce()
    assert one.ask(one.proof(nonce=nonce)).status_code == 202
    assert other.ask(other.proof(nonce=nonce)).json()["error"] == "invalid_nonce"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"credential_configuration_id": "other"}, "unknown_credential_configuration"),
        ({"credential_configuration_id": "type-2-v1"}, "invalid_credential_request"),
        ({"credential_configuration_id": None}, "invalid_credential_request"),
        ({"credential_identifier": "x"}, "unknown_credential_identifier"),
        ({"credential_response_encryption": {}}, "invalid_encryption_parameters"),
        ({"proofs": None}, "invalid_proof"),
        ({"proofs": {"jwt": []}}, "invalid_credential_request"),
        ({"proofs": {"jwt": ["a", "b"]}}, "invalid_proof"),
        ({"proofs": {"jwt": ["x" * 9000]}}, "invalid_proof"),
        ({"proofs": 7}, "invalid_credential_request"),
    ],
)
def test_a_request_that_cannot_be_is_refused_by_the_standards_code(offline, changes, error):
    answer = _offline_phone(offline).ask(**changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_without_a_token_there_is_nothing(offline):
    phone = _offline_phone(offline)
    answer = phone.ask(token="guessed")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert phone.fetch("x", token="guessed").status_code == 401


def _offline_phone(desk, serial: int = 1) -> Phone:
    certificate = make_certificate(desk, serial)
    offered = desk.as_("first").post(f"/certificates/{certificate}/offers")
    phone = Phone.with_offer(desk, offered["offer"])
    phone.redeem(offered["tx_code"])
    return phone
