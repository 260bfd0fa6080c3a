"""Drafts by hand: who may touch them, and when."""

from __future__ import annotations

from tests.issuer.desk import business_licence


def make(officer, **changes: str) -> int:
    return officer.post("/drafts", {"type_number": 1, "claims": business_licence(1, **changes)})["id"]


def test_claims_that_do_not_fit_are_told_all_at_once(offline):
    claims = business_licence(1, certificate_holder_code="91310000MA0000001X", business_scope="")
    refused = offline.as_("first").post("/drafts", {"type_number": 1, "claims": claims}, 422)["error"]
    assert refused["code"] == "claims_do_not_fit"
    assert [(each["column"], each["code"]) for each in refused["details"]["problems"]] == [
        ("certificate_holder_code", "bad_credit_code"),
        ("business_scope", "missing"),
    ]


def test_a_claim_the_type_does_not_have_is_told(offline):
    claims = {**business_licence(1), "favourite_colour": "red"}
    refused = offline.as_("first").post("/drafts", {"type_number": 1, "claims": claims}, 422)["error"]
    assert [each["code"] for each in refused["details"]["problems"]] == ["unknown_field"]


def test_only_the_drafter_changes_and_submits(offline):
    first, second = offline.as_("first"), offline.as_("second")
    number = make(first)
    assert second.post(f"/drafts/{number}/submit", status=403)["error"]["code"] == "not_the_drafter"
    answer = offline.client.put(f"/drafts/{number}", json={"claims": business_licence(2)}, headers=second.auth)
    assert answer.json()["error"]["code"] == "not_the_drafter"


def test_a_change_keeps_the_identifier(offline):
    first = offline.as_("first")
    number = make(first)
    identifier = first.get(f"/drafts/{number}")["claims"]["certificate_identifier"]
    changed = offline.client.put(f"/drafts/{number}", json={"claims": business_licence(2)}, headers=first.auth).json()
    assert changed["claims"]["certificate_identifier"] == identifier
    assert changed["claims"]["certificate_holder_name"] == "上海试验2号贸易有限公司"


def test_a_submitted_draft_is_changed_only_after_it_was_sent_back(offline):
    first, second = offline.as_("first"), offline.as_("second")
    number = make(first)
    first.post(f"/drafts/{number}/submit", status=204)
    put = {"json": {"claims": business_licence(2)}, "headers": first.auth}
    assert offline.client.put(f"/drafts/{number}", **put).status_code == 409
    second.post(f"/drafts/{number}/send-back", {"remark": "住所有误"}, 204)
    assert first.get(f"/drafts/{number}")["remark"] == "住所有误"
    assert offline.client.put(f"/drafts/{number}", **put).status_code == 200


def test_a_withdrawn_drafts_identifier_is_free_again(offline):
    first = offline.as_("first")
    number = make(first)
    identifier = first.get(f"/drafts/{number}")["claims"]["certificate_identifier"]
    taken = {"type_number": 1, "claims": business_licence(2, certificate_identifier=identifier)}
    assert first.post("/drafts", taken, 409)["error"]["code"] == "identifier_taken"
    first.post(f"/drafts/{number}/withdraw", status=204)
    first.post("/drafts", taken)
