"""Importing in two steps: nothing half, nothing twice."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import func, select

from credential import CertificateIdentifier, parse_certificate_identifier
from issuer.api.limits import SMALL_OCTETS
from issuer.schema import drafts, imports
from tests.issuer.desk import business_licence, csv_of


def drafts_in(desk) -> int:
    with desk.bureau.engine.begin() as connection:
        return connection.execute(select(func.count()).select_from(drafts)).scalar_one()


def test_looking_at_a_file_makes_no_drafts(offline):
    seen = offline.as_("first").upload(csv_of([business_licence(1)]))
    assert (seen["state"], seen["rows"], seen["good_rows"]) == ("previewed", 1, 1)
    assert drafts_in(offline) == 0


def test_bad_rows_are_told_and_stop_the_file_unless_left_out(offline):
    first = offline.as_("first")
    rows = [business_licence(1), business_licence(2, certificate_validate_start="2024-02-30"), business_licence(3)]
    seen = first.upload(csv_of(rows))
    (problem,) = seen["problems"]
    assert (problem["row"], problem["column"], problem["value"], problem["code"]) == (
        3,
        "certificate_validate_start",
        "2024-02-30",
        "bad_day",
    )
    assert problem["reason"]
    assert problem["reason_zh"]
    refused = first.post(f"/imports/{seen['id']}/confirm", {}, 409)
    assert refused["error"]["code"] == "rows_have_errors"
    assert drafts_in(offline) == 0
    done = first.post(f"/imports/{seen['id']}/confirm", {"leave_out_bad_rows": True}, 200)
    assert (done["state"], done["good_rows"], drafts_in(offline)) == ("confirmed", 2, 2)


def test_the_same_file_sent_again_is_the_same_import(offline):
    first, second = offline.as_("first"), offline.as_("second")
    octets = csv_of([business_licence(1), business_licence(2)])
    number = first.upload(octets)["id"]
    assert second.upload(octets)["id"] == number
    first.post(f"/imports/{number}/confirm", {}, 200)
    assert first.upload(octets) == first.get(f"/imports/{number}")
    first.post(f"/imports/{number}/confirm", {}, 200)
    assert drafts_in(offline) == 2


def test_a_corrected_file_sent_whole_adds_only_what_is_new(offline):
    first = offline.as_("first")
    bad = business_licence(2, certificate_validate_start="2024-02-30")
    seen = first.upload(csv_of([business_licence(1), bad]))
    first.post(f"/imports/{seen['id']}/confirm", {"leave_out_bad_rows": True}, 200)
    corrected = first.upload(csv_of([business_licence(1), business_licence(2)], "gb18030"))
    assert [(each["row"], each["code"]) for each in corrected["problems"]] == [(2, "repeated")]
    first.post(f"/imports/{corrected['id']}/confirm", {"leave_out_bad_rows": True}, 200)
    assert drafts_in(offline) == 2


def test_rows_and_identifiers_that_repeat_within_a_file_are_told(offline):
    identifier = str(CertificateIdentifier("11100000MB0YX0001Q001", "310100", "77", "001"))
    rows = [
        business_licence(1),
        business_licence(1),
        business_licence(2, certificate_identifier=identifier),
        business_licence(3, certificate_identifier=identifier),
    ]
    seen = offline.as_("first").upload(csv_of(rows))
    told = [(each["row"], each["column"], each["reason"]) for each in seen["problems"]]
    assert told == [(3, "", "the same as row 2"), (5, "certificate_identifier", "the same as row 4")]


def test_certificates_get_the_authoritys_next_identifiers(offline):
    first = offline.as_("first")
    seen = first.upload(csv_of([business_licence(1), business_licence(2)]))
    first.post(f"/imports/{seen['id']}/confirm", {}, 200)
    found = [
        parse_certificate_identifier(each["claims"]["certificate_identifier"])
        for each in first.get("/drafts?state=submitted")
    ]
    assert [(each.serial, each.version) for each in found] == [("000000001", "001"), ("000000002", "001")]
    assert {each.issuer for each in found} == {"11310000MB0YX00013"}


@pytest.mark.slow
def test_ten_thousand_rows_are_one_transaction(offline):
    first, offline.client.timeout = offline.as_("first"), 600
    seen = first.upload(csv_of([business_licence(serial) for serial in range(10_050)]))
    assert seen["good_rows"] == 10_050
    first.post(f"/imports/{seen['id']}/confirm", {}, 200)
    assert drafts_in(offline) == 10_050


def test_a_failure_in_the_middle_leaves_nothing(offline, monkeypatch):
    first = offline.as_("first")
    seen = first.upload(csv_of([business_licence(1), business_licence(2)]))
    with offline.bureau.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER fails BEFORE INSERT ON drafts WHEN NEW.import_row = 3 "
            "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    answer = first.post(f"/imports/{seen['id']}/confirm", {}, 500)
    assert answer["error"]["code"] == "internal"
    assert drafts_in(offline) == 0
    assert first.get(f"/imports/{seen['id']}")["state"] == "previewed"


def test_another_authoritys_import_is_not_there(offline):
    first = offline.as_("first")
    number = first.upload(csv_of([business_licence(1)]))["id"]
    with offline.bureau.engine.begin() as connection:
        connection.execute(imports.update().values(authority=99))
    assert first.get(f"/imports/{number}", status=404)["error"]["code"] == "not_found"


@pytest.mark.parametrize(("type_number", "code"), [(9, "unknown_type"), (0, "unknown_type")])
def test_a_type_that_the_authority_does_not_issue_is_refused(offline, type_number, code):
    answer = offline.as_("first").upload(csv_of([business_licence(1)]), type_number, 422)
    assert answer["error"]["code"] == code


def test_an_oversized_file_is_refused_while_it_arrives(offline):
    limit = offline.bureau.settings.upload_limit_octets
    answer = offline.as_("first").upload(b"x" * (limit + 70_000), status=413)
    assert answer["error"]["code"] == "too_large"


@pytest.mark.parametrize("authorization", ["", "Authorization: Bearer guessed\r\n", "Authorization: Basic eDp5\r\n"])
def test_a_stranger_sends_no_large_file(offline, authorization):
    """The answer comes after what any request may have, before the 30 MB that are announced."""
    url = offline.client.base_url
    head = f"POST /imports HTTP/1.1\r\nHost: bureau\r\n{authorization}Content-Length: 30000000\r\n\r\n"
    with socket.create_connection((url.host, url.port), timeout=30) as connection:
        connection.sendall(head.encode() + b"x" * (SMALL_OCTETS + 1))
        assert connection.recv(65_536).startswith(b"HTTP/1.1 401 ")
