"""Four eyes, and approvals that nobody edits."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from issuer.accounts import Role, add_officer
from issuer.schema import approvals
from tests.issuer.desk import PASSWORD, business_licence, csv_of


@pytest.fixture
def draft(offline):
    first = offline.as_("first")
    number = first.post("/drafts", {"type_number": 1, "claims": business_licence(1)})["id"]
    first.post(f"/drafts/{number}/submit", status=204)
    return number


def test_the_drafter_cannot_approve(offline, draft):
    refused = offline.as_("first").post("/approvals", {"drafts": [draft]}, 403)
    assert refused["error"]["code"] == "same_officer"
    assert offline.as_("first").get(f"/drafts/{draft}")["state"] == "submitted"


def test_a_second_officer_makes_the_certificate(offline, draft):
    second = offline.as_("second")
    (certificate,) = second.post("/approvals", {"drafts": [draft]})["certificates"]
    shown = second.get(f"/certificates/{certificate}")
    assert shown["claims"] == second.get(f"/drafts/{draft}")["claims"]
    assert (shown["state"], shown["credentials"]) == ("valid", [])


def test_nothing_is_approved_where_one_draft_is_the_officers_own(offline, draft):
    second = offline.as_("second")
    own = second.post("/drafts", {"type_number": 1, "claims": business_licence(2)})["id"]
    second.post(f"/drafts/{own}/submit", status=204)
    assert second.post("/approvals", {"drafts": [draft, own]}, 403)["error"]["details"] == {"numbers": [own]}
    assert second.get("/certificates") == []


def test_a_draft_is_approved_once(offline, draft):
    second = offline.as_("second")
    second.post("/approvals", {"drafts": [draft]})
    assert second.post("/approvals", {"drafts": [draft]}, 409)["error"]["code"] == "wrong_state"


def test_what_is_not_submitted_is_not_approved(offline):
    first = offline.as_("first")
    number = first.post("/drafts", {"type_number": 1, "claims": business_licence(1)})["id"]
    assert offline.as_("second").post("/approvals", {"drafts": [number]}, 409)["error"]["code"] == "wrong_state"


def test_an_import_is_approved_as_a_whole_and_again_without_harm(offline):
    first, second = offline.as_("first"), offline.as_("second")
    number = first.upload(csv_of([business_licence(1), business_licence(2)]))["id"]
    first.post(f"/imports/{number}/confirm", {}, 200)
    assert first.post("/approvals", {"import_id": number}, 403)["error"]["code"] == "same_officer"
    assert len(second.post("/approvals", {"import_id": number})["certificates"]) == 2
    assert second.post("/approvals", {"import_id": number})["certificates"] == []


@pytest.fixture
def confirmed(offline):
    """A file that the first officer uploaded and the second confirmed."""
    number = offline.as_("first").upload(csv_of([business_licence(1), business_licence(2)]))["id"]
    offline.as_("second").post(f"/imports/{number}/confirm", {}, 200)
    return number


def test_who_uploaded_a_file_cannot_approve_it_whoever_confirmed_it(offline, confirmed):
    first, second = offline.as_("first"), offline.as_("second")
    numbers = [each["id"] for each in first.get("/drafts")]
    for wanted in ({"import_id": confirmed}, {"drafts": numbers[:1]}):
        for officer in (first, second):
            assert officer.post("/approvals", wanted, 403)["error"]["code"] == "same_officer"
    with offline.bureau.engine.begin() as connection:
        add_officer(connection, "third", PASSWORD, [Role.APPROVER], offline.authority)
    assert len(offline.as_("third").post("/approvals", {"import_id": confirmed})["certificates"]) == 2


def test_the_database_itself_refuses_who_uploaded_the_file(offline, confirmed):
    first, second = offline.as_("first"), offline.as_("second")
    approved_by, drafted_by = (each.get("/sessions/current")["id"] for each in (first, second))
    own = {"subject": "draft", "subject_id": first.get("/drafts")[0]["id"], "digest": b"", "approved_at": 1}
    with pytest.raises(IntegrityError, match="uploaded"), offline.bureau.engine.begin() as connection:
        connection.execute(approvals.insert().values(**own, drafted_by=drafted_by, approved_by=approved_by))


@pytest.mark.parametrize("statement", ["UPDATE approvals SET approved_by = 1", "DELETE FROM approvals"])
def test_an_approval_cannot_be_edited_even_in_the_database(offline, draft, statement):
    offline.as_("second").post("/approvals", {"drafts": [draft]})
    with pytest.raises(IntegrityError, match="never changed"), offline.bureau.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_the_database_itself_refuses_one_officer_twice(offline, draft):
    offline.as_("second").post("/approvals", {"drafts": [draft]})
    with offline.bureau.engine.begin() as connection:
        row = connection.execute(select(approvals)).one()
    same = {**row._mapping, "id": None, "subject_id": 99, "approved_by": row.drafted_by}
    with pytest.raises(IntegrityError, match="cannot approve"), offline.bureau.engine.begin() as connection:
        connection.execute(approvals.insert().values(**same))


def test_roles_are_needed_to_draft_and_to_approve(offline, draft):
    admin = offline.as_("admin")
    assert admin.post("/approvals", {"drafts": [draft]}, 403)["error"]["code"] == "role_needed"
    assert admin.post("/drafts", {"type_number": 1, "claims": {}}, 403)["error"]["code"] == "role_needed"
