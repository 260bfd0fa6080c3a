"""换发, 变更, 延续: the new certificate first, then its old copies name their successor."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from credential import State, parse_certificate_identifier
from issuer.replacements import next_version
from tests.issuer.desk import Phone, carry_out, make_certificate, seal
from tests.waiting import until


def test_an_alteration_supersedes_every_old_copy_once_the_new_is_anchored(desk, ledger_world, tmp_path):
    first = desk.as_("first")
    number = make_certificate(desk)
    (old_paper,) = seal(desk, number)
    offered = first.post(f"/certificates/{number}/offers")
    phone = Phone.with_offer(desk, offered["offer"])
    phone.redeem(offered["tx_code"])
    assert phone.ask().status_code == 200

    act = carry_out(
        desk, "alter", number, changes={"registered_address": "上海市黄浦区试验路2号", "registered_capital": ""}
    )
    until(lambda: first.get(f"/acts/{act['id']}")["state"] == "recorded")
    old, new = first.get(f"/certificates/{number}"), first.get(f"/certificates/{act['replacement']}")
    assert (old["state"], new["state"], new["predecessor"]) == ("superseded", "valid", number)
    assert new["claims"]["registered_address"] == "上海市黄浦区试验路2号"
    assert "registered_capital" not in new["claims"]
    before, after = (parse_certificate_identifier(each["claims"]["certificate_identifier"]) for each in (old, new))
    assert (before.serial, before.version, after.version) == (after.serial, "001", "002")

    (new_paper,) = new["credentials"]
    assert [each["progress"] for each in old["credentials"]] == ["closed", "closed"]
    with ledger_world.replica(tmp_path / "replica.db") as replica:
        replica.follow_once()
        for each in old["credentials"]:
            facts = replica.facts_for(_shown(desk, each["id"]))
            (change,) = facts.status_changes
            assert (State(change.to), change.successor) == (State.SUPERSEDED, new_paper["position"])
    assert old_paper["position"] != new_paper["position"]


def _shown(desk, credential: int):
    """The credential as it was anchored, straight from the database."""
    from sqlalchemy import select

    from credential import parse_presentation
    from issuer.schema import credentials

    with desk.bureau.engine.begin() as connection:
        jwt = connection.execute(select(credentials.c.jwt).where(credentials.c.id == credential)).scalar_one()
    return parse_presentation(jwt + "~")


def test_a_certificate_without_copies_is_replaced_at_once(offline):
    number = make_certificate(offline)
    act = carry_out(offline, "renew", number, changes={"certificate_validate_end": "2060-01-01"})
    assert (act["state"], act["changes"]) == ("recorded", [])
    assert (
        offline.as_("first").get(f"/certificates/{act['replacement']}")["claims"]["certificate_validate_end"]
        == "2060-01-01"
    )


def test_offline_old_copies_wait_for_their_successor(offline):
    first = offline.as_("first")
    number = make_certificate(offline)
    first.post("/seals", {"certificates": [number]}, 202)
    until(lambda: first.get(f"/certificates/{number}")["credentials"][0]["position"] is not None)
    act = carry_out(offline, "reissue", number)
    assert (act["state"], act["changes"]) == ("queued", [])
    assert first.get(f"/certificates/{number}")["state"] == "superseded"


def test_a_replacements_draft_is_approved_with_its_act_alone(offline):
    first, second = offline.as_("first"), offline.as_("second")
    number = make_certificate(offline)
    body = {"kind": "alter", "certificate": number, "reference": "x", "changes": {"legal_representative": "李四"}}
    act = first.post("/acts", body)["id"]
    (draft,) = first.get("/drafts?state=replacing")
    assert second.post("/approvals", {"drafts": [draft["id"]]}, 409)["error"]["code"] == "wrong_state"
    second.post(f"/acts/{act}/withdraw", {"remark": "误"}, 204)
    assert first.get(f"/drafts/{draft['id']}")["state"] == "withdrawn"
    assert first.get(f"/certificates/{number}")["state"] == "valid"


@pytest.mark.parametrize(
    "changes",
    [
        {"certificate_identifier": "x"},
        {"证照标识": "x"},
        {"certificate_validate_end": "soon"},
        {"colour": "red"},
        {"colour": ""},
        {"registered_address": "甲路1号", "住所": "乙路2号"},
    ],
)
def test_changes_that_do_not_fit_are_refused(offline, changes):
    number = make_certificate(offline)
    body = {"kind": "alter", "certificate": number, "reference": "x", "changes": changes}
    offline.as_("first").post("/acts", body, 422)
    assert offline.as_("first").get("/drafts?state=replacing") == []


@pytest.mark.parametrize("changes", [{}, {"registered_address": " 上海市浦东新区试验路100号 "}])
def test_an_alteration_that_alters_nothing_is_refused(offline, changes):
    body = {"kind": "alter", "certificate": make_certificate(offline), "reference": "x", "changes": changes}
    assert offline.as_("first").post("/acts", body, 422)["error"]["code"] == "changes_nothing"
    assert offline.as_("first").get("/drafts?state=replacing") == []


def test_the_second_officer_sees_what_changes(offline):
    number = make_certificate(offline)
    changes = {"住所": "上海市黄浦区试验路2号", "registered_capital": ""}
    body = {"kind": "alter", "certificate": number, "reference": "x", "changes": changes}
    made = offline.as_("first").post("/acts", body)
    shown = offline.as_("second").get(f"/acts/{made['id']}")
    (draft,) = offline.as_("second").get("/drafts?state=replacing")
    assert (shown["replacing_draft"], shown["replacement"]) == (draft["id"], None)
    old = offline.as_("second").get(f"/certificates/{number}")["claims"]
    before, after = old["certificate_identifier"], draft["claims"]["certificate_identifier"]
    assert shown["certificate_identifier"] == before
    assert {each["field"]: (each["label"]["zh"], each["old"], each["new"]) for each in shown["changed_claims"]} == {
        "certificate_identifier": ("证照标识", before, after),
        "registered_address": ("住所", "上海市浦东新区试验路100号", "上海市黄浦区试验路2号"),
        "registered_capital": ("注册资本", "人民币500.0000万元整", None),
    }


def test_an_approval_signs_the_new_claims_off(offline):
    """Two acts that differ in nothing but a claim, at the same draft's number, have two digests."""
    from sqlalchemy import select, update

    from issuer.acts import _digest, act_row
    from issuer.certificates import certificate_of
    from issuer.schema import approvals, drafts

    number = make_certificate(offline)
    act = carry_out(offline, "alter", number, changes={"legal_representative": "李四"})
    with offline.bureau.engine.begin() as connection:
        officer = SimpleNamespace(authority=offline.authority)
        row, certificate = act_row(connection, officer, act["id"]), certificate_of(connection, number)
        kept = connection.scalar(select(approvals.c.digest).where(approvals.c.subject == "act"))
        assert _digest(connection, row, certificate) == kept
        claims = connection.scalar(select(drafts.c.claims).where(drafts.c.id == act["replacing_draft"]))
        other = update(drafts).where(drafts.c.id == act["replacing_draft"])
        connection.execute(other.values(claims=claims.replace("李四", "张三")))
        assert _digest(connection, row, certificate) != kept


def test_a_frozen_certificate_can_be_reissued(offline):
    number = make_certificate(offline)
    carry_out(offline, "freeze", number)
    assert carry_out(offline, "reissue", number)["state"] == "recorded"


def test_the_next_version_has_its_own_check_character():
    text = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
    following = next_version(text)
    assert following.startswith("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.")
    assert parse_certificate_identifier(following).version == "002"
