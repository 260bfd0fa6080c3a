"""Acts: two officers, a confirmation, and the gravest of what applies on the chain."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from credential import State, dates
from issuer.act_kinds import ACT_KINDS
from issuer.schema import acts, status_changes
from tests.issuer.desk import Phone, carry_out, make_certificate, seal
from tests.waiting import until


def on_chain(desk, ledger_world, position: int) -> State:
    """What the contract itself holds."""
    from ledger import RegistryReader

    return State(RegistryReader(ledger_world.url, ledger_world.network).status(desk.authority, position))


def settled(desk, act: dict[str, object]) -> dict[str, object]:
    first = desk.as_("first")
    until(lambda: first.get(f"/acts/{act['id']}")["state"] != "queued")
    return first.get(f"/acts/{act['id']}")


def changes_of(offline, act: int) -> list[tuple[int, int, int]]:
    query = select(status_changes.c.origin, status_changes.c.to, status_changes.c.reason)
    with offline.bureau.engine.begin() as connection:
        return [tuple(row) for row in connection.execute(query.where(status_changes.c.act_id == act))]


def queued_paper(offline) -> int:
    """A certificate whose paper credential has a position."""
    number = make_certificate(offline)
    first = offline.as_("first")
    first.post("/seals", {"certificates": [number]}, 202)
    until(lambda: first.get(f"/certificates/{number}")["credentials"][0]["position"] is not None)
    return number


def test_the_chain_follows_suspension_and_revocation(desk, ledger_world):
    number = make_certificate(desk)
    (paper,) = seal(desk, number)
    position = paper["position"]
    assert settled(desk, carry_out(desk, "suspend", number))["state"] == "recorded"
    assert on_chain(desk, ledger_world, position) is State.SUSPENDED
    settled(desk, carry_out(desk, "reinstate", number))
    assert on_chain(desk, ledger_world, position) is State.VALID
    settled(desk, carry_out(desk, "rescind", number, effective="2021-05-01"))
    assert on_chain(desk, ledger_world, position) is State.INVALID
    assert desk.as_("first").get(f"/certificates/{number}")["state"] == "invalid"


def test_what_the_chain_refuses_is_told_and_can_be_tried_again(desk, ledger_world):
    """Somebody else changed the state on the chain; the bureau learns it from the refusal."""
    from credential import Reason

    number = make_certificate(desk)
    (paper,) = seal(desk, number)
    (authority,) = desk.bureau.authorities
    account = desk.bureau.dispatch.accounts[authority]
    now = int(time.time()) - 2
    call = ledger_world.registries.set_status(
        authority, paper["position"], State.VALID, State.FROZEN, Reason.FROZEN, now
    )
    ledger_world.send(account, call)
    act = settled(desk, carry_out(desk, "suspend", number))
    assert act["state"] == "refused"
    assert act["changes"][0]["refusal"].startswith("StatusIsNot(")
    again = desk.as_("second").post(f"/acts/{act['id']}/retry", status=200)
    assert settled(desk, again)["state"] == "recorded"
    assert on_chain(desk, ledger_world, paper["position"]) is State.SUSPENDED


def test_a_lost_phone_ends_only_its_own_copy(desk, ledger_world):
    number = make_certificate(desk)
    (paper,) = seal(desk, number)
    offered = desk.as_("first").post(f"/certificates/{number}/offers")
    phone = Phone.with_offer(desk, offered["offer"])
    phone.redeem(offered["tx_code"])
    assert phone.ask().status_code == 200
    (wallet,) = [
        each for each in desk.as_("first").get(f"/certificates/{number}")["credentials"] if each["form"] == "wallet"
    ]
    assert settled(desk, carry_out(desk, "withdraw_copy", number, credential=wallet["id"]))["state"] == "recorded"
    assert on_chain(desk, ledger_world, wallet["position"]) is State.INVALID
    assert on_chain(desk, ledger_world, paper["position"]) is State.VALID
    shown = desk.as_("first").get(f"/certificates/{number}")
    assert shown["state"] == "valid"
    assert {each["form"]: each["progress"] for each in shown["credentials"]} == {
        "paper": "anchored",
        "wallet": "closed",
    }


def test_the_drafter_cannot_approve_an_act(offline):
    number = make_certificate(offline)
    first = offline.as_("first")
    identifier = first.get(f"/certificates/{number}")["claims"]["certificate_identifier"]
    act = first.post("/acts", {"kind": "suspend", "certificate": number, "reference": "沪试字〔2026〕1号"})["id"]
    refused = first.post(f"/acts/{act}/approve", {"certificate_identifier": identifier}, 403)
    assert refused["error"]["code"] == "same_officer"
    assert first.get(f"/certificates/{number}")["state"] == "valid"


def test_an_approval_is_confirmed_with_the_identifier(offline):
    number = make_certificate(offline)
    first, second = offline.as_("first"), offline.as_("second")
    act = first.post("/acts", {"kind": "revoke", "certificate": number, "reference": "沪试字〔2026〕1号"})["id"]
    refused = second.post(f"/acts/{act}/approve", {"certificate_identifier": "yes"}, 422)
    assert refused["error"]["code"] == "not_confirmed"
    assert first.get(f"/acts/{act}")["state"] == "drafted"


def test_offline_an_act_holds_here_and_waits_for_the_ledger(offline):
    number = queued_paper(offline)
    act = carry_out(offline, "suspend", number)
    until(lambda: offline.as_("first").get(f"/acts/{act['id']}")["waiting_for_ledger"])
    assert act["state"] == "queued"
    assert offline.as_("first").get(f"/certificates/{number}")["state"] == "suspended"
    assert offline.client.get("/health").json() == {"status": "waiting_for_ledger", "waiting_for_ledger": True}


def test_an_act_and_its_change_on_the_chain_are_one(offline, monkeypatch):
    """Where the change cannot be queued, nothing was approved."""
    from issuer.dispatch import Dispatch

    def failing(*_: object) -> None:
        raise OSError("disk full")

    number = queued_paper(offline)
    with monkeypatch.context() as patch:
        patch.setattr(Dispatch, "set_status", failing)
        carry_out(offline, "suspend", number, status=500)
    first = offline.as_("first")
    (act,) = first.get("/acts")
    assert (act["state"], act["approved_by"], act["changes"]) == ("drafted", None, [])
    assert first.get(f"/certificates/{number}")["state"] == "valid"


def test_the_authoritys_act_and_the_holders_freeze_are_kept_apart(offline):
    """The chain goes to suspended, not through frozen; ending the suspension brings the freeze back."""
    number = queued_paper(offline)
    valid, frozen, suspended = State.VALID, State.FROZEN, State.SUSPENDED
    assert changes_of(offline, carry_out(offline, "freeze", number)["id"]) == [(valid, frozen, 19)]
    assert changes_of(offline, carry_out(offline, "suspend", number)["id"]) == [(frozen, suspended, 16)]
    assert changes_of(offline, carry_out(offline, "reinstate", number)["id"]) == [(suspended, frozen, 32)]
    assert changes_of(offline, carry_out(offline, "unfreeze", number)["id"]) == [(frozen, valid, 35)]


def test_what_the_chain_shows_already_is_not_sent_again(offline):
    number = queued_paper(offline)
    carry_out(offline, "suspend", number)
    act = carry_out(offline, "freeze", number)
    assert (act["state"], changes_of(offline, act["id"])) == ("recorded", [])
    ended = carry_out(offline, "unfreeze", number)
    assert (ended["state"], changes_of(offline, ended["id"])) == ("recorded", [])


def test_one_frozen_copy_leaves_the_certificate_in_force(offline):
    number = queued_paper(offline)
    (paper,) = offline.as_("first").get(f"/certificates/{number}")["credentials"]
    carry_out(offline, "freeze", number, credential=paper["id"])
    shown = offline.as_("first").get(f"/certificates/{number}")
    assert (shown["state"], shown["credentials"][0]["state"]) == ("valid", "frozen")
    refused = carry_out_refused(offline, "unfreeze", number)
    assert refused["code"] == "nothing_to_end"
    carry_out(offline, "unfreeze", number, credential=paper["id"])


@pytest.mark.parametrize("kind", [name for name, kind in ACT_KINDS.items() if kind.name != "withdraw_copy"])
def test_after_a_final_act_there_is_no_other(offline, kind):
    number = make_certificate(offline)
    carry_out(offline, "revoke", number)
    assert carry_out_refused(offline, kind, number)["code"] == "not_in_force"


@pytest.mark.parametrize(("kind", "code"), [("reinstate", "nothing_to_end"), ("unfreeze", "nothing_to_end")])
def test_what_is_not_there_cannot_be_ended(offline, kind, code):
    assert carry_out_refused(offline, kind, make_certificate(offline))["code"] == code


def test_what_is_so_cannot_be_begun_again(offline):
    number = make_certificate(offline)
    carry_out(offline, "suspend", number)
    assert carry_out_refused(offline, "suspend", number)["code"] == "already_so"


def test_two_drafts_of_one_act_are_approved_once(offline):
    number = make_certificate(offline)
    first, second = offline.as_("first"), offline.as_("second")
    identifier = first.get(f"/certificates/{number}")["claims"]["certificate_identifier"]
    body = {"kind": "suspend", "certificate": number, "reference": "沪试字〔2026〕1号"}
    one, other = first.post("/acts", body)["id"], first.post("/acts", body)["id"]
    second.post(f"/acts/{one}/approve", {"certificate_identifier": identifier}, 200)
    assert (
        second.post(f"/acts/{other}/approve", {"certificate_identifier": identifier}, 409)["error"]["code"]
        == "already_so"
    )
    second.post(f"/acts/{other}/withdraw", {"remark": "重复"}, 204)
    assert first.get(f"/acts/{other}")["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("kind", "days_back", "fits"),
    [("revoke", 6, True), ("revoke", 8, False), ("rescind", 8, True), ("rescind", 3000, True), ("revoke", -1, False)],
)
def test_only_a_rescission_reaches_back_without_limit(offline, kind, days_back, fits):
    """By the instant, so that midnight in Shanghai between two lines changes nothing."""
    number = make_certificate(offline)
    instant = datetime.fromtimestamp(int(time.time()) - days_back * dates.DAY_SECONDS, UTC).isoformat()
    if fits:
        carry_out(offline, kind, number, effective=instant)
    else:
        assert carry_out_refused(offline, kind, number, effective=instant)["code"] == "effective_out_of_range"


@pytest.mark.parametrize(
    "effective",
    ["1970-01-01", "1960-01-01", "0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00+23:59", "1969-12-31T23:59:59Z"],
)
def test_nothing_reaches_back_further_than_the_ledgers_time(offline, effective):
    """Its times are Unix seconds without a sign; an act that no approval can carry out is not drafted."""
    number = make_certificate(offline)
    assert carry_out_refused(offline, "rescind", number, effective=effective)["code"] == "effective_out_of_range"


def test_a_rescission_reaches_back_to_the_first_instant_of_the_ledgers_time(offline):
    act = carry_out(offline, "rescind", queued_paper(offline), effective="1970-01-01T08:00:00+08:00")
    assert (act["effective"], act["state"]) == (0, "queued")


@pytest.mark.parametrize("effective", ["yesterday", "2026-02-30", "2026-01-01T10:00:00"])
def test_a_date_that_is_none_is_refused(offline, effective):
    assert carry_out_refused(offline, "revoke", make_certificate(offline), effective=effective)["code"] == "bad_request"


@pytest.mark.parametrize(
    "body",
    [{"kind": "suspend", "credential": 1}, {"kind": "withdraw_copy"}, {"kind": "suspend", "changes": {"a": "b"}}],
)
def test_an_act_is_about_what_its_kind_says(offline, body):
    number = queued_paper(offline)
    refused = offline.as_("first").post("/acts", {"certificate": number, "reference": "x", **body}, 422)
    assert refused["error"]["code"] == "bad_request"


def test_an_act_on_another_authoritys_certificate_finds_nothing(offline):
    number = make_certificate(offline)
    from issuer.schema import certificates

    with offline.bureau.engine.begin() as connection:
        connection.execute(certificates.update().values(authority=99))
    assert carry_out_refused(offline, "suspend", number, status=404)["code"] == "not_found"
    with offline.bureau.engine.begin() as connection:
        assert connection.execute(select(acts)).first() is None


def carry_out_refused(
    offline, kind: str, certificate: int, status: int | None = None, **more: object
) -> dict[str, str]:
    body = {"kind": kind, "certificate": certificate, "reference": "沪试字〔2026〕1号", **more}
    answer = offline.client.post("/acts", json=body, headers=offline.headers("first"))
    assert answer.status_code == status or (status is None and answer.status_code in (409, 422)), answer.text
    return answer.json()["error"]
