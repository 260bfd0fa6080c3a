"""Bad input gets a typed error with a code: never a stack trace, never somebody's data in the log."""

from __future__ import annotations

import logging

import pytest

from tests.issuer.desk import business_licence, make_certificate

DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", DEEP.encode(), b'{"type_number": 1e999, "claims": {}}', b'{"a":' * 9000],
)
@pytest.mark.parametrize("path", ["/drafts", "/acts", "/seals", "/approvals"])
def test_a_hostile_body_is_refused_by_code(offline, path, body):
    headers = {**offline.headers("first"), "Content-Type": "application/json"}
    answer = offline.client.post(path, content=body, headers=headers)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["error"]["code"] == "bad_request"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", DEEP.encode(), b'{"proofs": {"jwt": [[]]}}'])
def test_wallets_get_the_standards_form(offline, body):
    headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    answer = offline.client.post("/samr/credential", content=body, headers=headers)
    assert answer.status_code in (400, 401)
    assert set(answer.json()) in ({"error", "error_description"}, {"error"})


def test_a_body_is_limited_whatever_its_headers_say(offline):
    def endless():
        for _ in range(64):
            yield b" " * 65_536

    answer = offline.client.post("/drafts", content=endless(), headers=offline.headers("first"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["/samr/token", "/imports"])
@pytest.mark.parametrize("charset", ["punycode", '"punycode"', "utf-8; charset=punycode", "idna", "utf-7", "latin-1"])
def test_a_form_names_no_charset_but_utf_8(offline, path, charset):
    """Python's decoders for some charsets take time by the square, and the form is read before the login."""
    headers = {"Content-Type": f"multipart/form-data; boundary=B; charset={charset}"}
    body = b'--B\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\n1-aa\r\n--B--\r\n'
    answer = offline.client.post(path, content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", '; Charset="UTF-8"'])
def test_a_form_in_utf_8_is_read(offline, charset):
    headers = {"Content-Type": f"multipart/form-data; boundary=B{charset}"}
    body = b'--B\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\nother\r\n--B--\r\n'
    answer = offline.client.post("/samr/token", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("path", ["/nowhere", "/samr", "/.well-known/jwt-vc-issuer", "/certificates/x"])
def test_an_address_that_is_not_there_is_told_by_code(offline, path):
    answer = offline.client.get(path, headers=offline.headers("first"))
    assert answer.json()["error"]["code"] in ("not_found", "bad_request")


def test_lone_surrogates_are_no_text(offline):
    body = '{"type_number": 1, "claims": {"certificate_holder_name": "\\ud800"}}'
    headers = {**offline.headers("first"), "Content-Type": "application/json"}
    answer = offline.client.post("/drafts", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] in ("claims_do_not_fit", "bad_request")


def test_numbers_beyond_the_database_are_not_found(offline):
    answer = offline.client.get(f"/certificates/{10**30}", headers=offline.headers("first"))
    assert answer.status_code in (404, 422)


def test_logs_hold_nothing_personal(offline, caplog):
    caplog.set_level(logging.DEBUG)
    claims = business_licence(1, legal_representative="欧阳㽏𠮷")
    first = offline.as_("first")
    first.post("/drafts", {"type_number": 1, "claims": {**claims, "business_scope": ""}}, 422)
    make_certificate(offline, legal_representative="欧阳㽏𠮷")
    with offline.bureau.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER fails BEFORE INSERT ON drafts BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    first.post("/drafts", {"type_number": 1, "claims": business_licence(2, legal_representative="欧阳㽏𠮷")}, 500)
    ours = [record for record in caplog.records if record.name.startswith("issuer")]
    assert any("IntegrityError" in record.getMessage() for record in ours)
    text = "\n".join(record.getMessage() + (record.exc_text or "") for record in caplog.records)
    assert "欧阳" not in text
    assert claims["certificate_holder_code"] not in text
