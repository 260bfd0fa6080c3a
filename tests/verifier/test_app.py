"""The service over HTTP: forms, files and JSON in; reports, pages and typed errors out; hostile input never a trace."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import httpx
import pytest

from tests.verifier.window_samples import png_of, qr_of
from verifier import guards, pages, receive

HTML = {"accept": "text/html"}


def test_a_picture_is_judged(bench) -> None:
    answer = bench.client.post("/checks", files={"file": ("code.png", png_of(qr_of(bench.live())), "image/png")})
    assert answer.status_code == 201
    assert answer.json()["report"]["verdict"] == "accepted"
    assert bench.client.get(answer.headers["location"]).json() == answer.json()


def test_a_form_with_text_is_judged_and_leads_to_its_page(bench) -> None:
    form = {"text": bench.live(), "at": "", "request_id": "r1"}
    answer = bench.client.post("/checks", data=form, headers=HTML)
    assert answer.status_code == 303
    page = bench.client.get(answer.headers["location"], headers=HTML)
    assert page.status_code == 200
    assert 'data-verdict="accepted"' in page.text
    assert "方静" in page.text
    assert bench.client.post("/checks", data=form, headers=HTML).headers["location"] == answer.headers["location"]


def test_a_browser_s_empty_file_field_does_not_hide_the_text(bench) -> None:
    answer = bench.client.post("/checks", data={"text": bench.live()}, files={"file": ("", b"")})
    assert answer.json()["report"]["verdict"] == "accepted"


def test_the_same_idempotency_key_gets_the_same_report(bench) -> None:
    body, headers = {"text": bench.live()}, {"Idempotency-Key": "k-1"}
    first = bench.client.post("/checks", json=body, headers=headers)
    again = bench.client.post("/checks", json=body, headers=headers)
    assert first.json() == again.json()
    other = bench.client.post("/checks", json={"text": "x"}, headers=headers)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "request_id_reused")


def test_a_past_day_is_asked_about(bench) -> None:
    answer = bench.client.post("/checks", json={"text": bench.issue(None), "at": "2024-03-17"})
    assert answer.json()["report"]["verdict"] == "rejected"
    page = bench.client.get(answer.headers["location"], headers=HTML)
    assert "2024-03-17 23:59" in page.text


def error_of(answer) -> tuple[int, str]:
    assert "Traceback" not in answer.text
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "malformed_request")),
        (b"[]", (400, "malformed_request")),
        (b'{"text": 1}', (400, "malformed_request")),
        (b'{"text": "x", "text": "y"}', (400, "malformed_request")),
        (b'{"text": "x", "more": 1}', (400, "malformed_request")),
        (b'{"text": "\\ud800"}', (400, "malformed_request")),
        (b"[" * 200_000, (400, "malformed_request")),
        (b'{"text": "x", "at": "2024-2-1"}', (422, "malformed_date")),
        (b'{"text": "x", "at": "9999-01-01"}', (422, "malformed_date")),
        (b'{"text": "x", "at": "2990-01-01"}', (422, "date_in_future")),
        (b'{"text": ""}', (422, "nothing_found")),
        (b"\xff\xfe", (400, "malformed_request")),
    ],
)
def test_hostile_json_is_a_typed_error(bench, body: bytes, expected: tuple[int, str]) -> None:
    answer = bench.client.post("/checks", content=body, headers={"content-type": "application/json"})
    assert error_of(answer) == expected


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b"x"),
        ("", b"x"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\nnonsense"),
        ("multipart/form-data; boundary=b", b"--b\r\n" * 50),
    ],
)
def test_a_hostile_form_is_a_typed_error(bench, kind: str, body: bytes) -> None:
    answer = bench.client.post("/checks", content=body, headers={"content-type": kind})
    assert error_of(answer)[0] in {400, 422}


def form_in(charset: str, name: str = "text") -> dict[str, object]:
    """A form of one part that takes minutes to decode where it is decoded as Punycode."""
    part = b'--B\r\nContent-Disposition: form-data; name="%s"\r\n\r\n' % name.encode()
    body = part + b"b" * 500_000 + b"\r\n--B--\r\n"
    return {"content": body, "headers": {"content-type": f"multipart/form-data; boundary=B; charset={charset}"}}


@pytest.mark.parametrize("path", ["/checks", "/packs"])
@pytest.mark.parametrize(
    "charset", ["punycode", '"PUNYCODE"', "utf-7", "raw_unicode_escape", "undefined", "latin-1", "x"]
)
def test_a_form_in_another_charset_than_utf_8_is_not_decoded(bench, path: str, charset: str) -> None:
    assert error_of(bench.client.post(path, **form_in(charset))) == (400, "malformed_request")


@pytest.mark.parametrize("charset", ["utf-8", '"UTF-8"'])
def test_a_form_may_say_that_it_is_utf_8(bench, charset: str) -> None:
    assert bench.client.post("/checks", **form_in(charset)).status_code == 201


def test_a_form_that_cannot_be_decoded_is_a_typed_error(bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stands before it."""
    monkeypatch.setattr(guards, "_is_form_in_another_charset", lambda _: False)
    for path, name in (("/checks", "text"), ("/packs", "pack")):
        assert error_of(bench.client.post(path, **form_in("undefined", name))) == (400, "malformed_request")


def test_two_files_at_once_are_refused(bench) -> None:
    answer = bench.client.post("/checks", files=[("file", ("a.png", b"x")), ("file", ("b.png", b"x"))])
    assert error_of(answer) == (400, "malformed_request")


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"\x89PNG\r\n\x1a\nnonsense", (422, "damaged_picture")),
        (b"%PDF-1.7 nonsense", (422, "unreadable_pdf")),
        (b"GIF89a\xff", (415, "unsupported_file")),
        (b"x" * (2 << 20) + b"y", (413, "too_large")),
        (b"x" * (5 << 20), (413, "too_large")),
    ],
)
def test_a_hostile_file_is_a_typed_error(bench, octets: bytes, expected: tuple[int, str]) -> None:
    assert error_of(bench.client.post("/checks", files={"file": ("f", octets)})) == expected


def test_a_body_without_a_declared_length_is_limited_too(bench) -> None:
    parts = (b'{"text": "' if index == 0 else b"x" * 65536 for index in range(60))
    answer = bench.client.post("/checks", content=parts, headers={"content-type": "application/json"})
    assert error_of(answer) == (413, "too_large")


def test_hostile_tokens_get_a_report_or_a_typed_error(bench) -> None:
    text = bench.live()
    for index in range(0, len(text), 29):
        hurt = text[:index] + ("A" if text[index] != "A" else "~") + text[index + 1 :]
        answer = bench.client.post("/checks", json={"text": hurt})
        assert answer.status_code == 201
        assert answer.json()["report"]["verdict"] != "accepted"


def test_errors_are_pages_for_people(bench) -> None:
    answer = bench.client.post("/checks", data={"text": ""}, headers=HTML)
    assert answer.status_code == 422
    assert "没有可核验的内容" in answer.text
    assert "nothing_found" in answer.text
    missing = bench.client.get("/checks/none", headers=HTML)
    assert (missing.status_code, "no_such_check" in missing.text) == (404, True)


def test_what_is_shown_is_never_markup(bench) -> None:
    hostile = {"certificate_holder_name": '<script>alert(1)</script>"><b>'}
    claims = {**bench.claims, **hostile}
    text = bench.issue(None, claims)
    answer = bench.client.post("/checks", json={"text": text})
    page = bench.client.get(answer.headers["location"], headers=HTML)
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text


def test_every_answer_has_the_headers_that_keep_it_inert(bench) -> None:
    for path in ("/", "/health", "/checks/none", "/nowhere", "/style.css"):
        headers = bench.client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
    assert "script" not in bench.client.get("/").text


@pytest.mark.parametrize("path", ["/checks", "/packs", "/updates"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "http://evil.example", "sec-fetch-site": "cross-site", "accept": "text/html"},
    ],
)
def test_a_page_of_another_site_hands_nothing_in(bench, path: str, headers: dict[str, str]) -> None:
    sent = {"data": {"text": "x"}, "files": {"pack": ("a", b"x")}}
    answer = bench.client.post(path, **sent, headers=headers)
    assert answer.status_code == 403
    assert "foreign_page" in answer.text
    assert bench.packs.octets == []


def test_the_window_s_own_pages_and_programs_hand_in(bench) -> None:
    origin = str(bench.client.base_url).rstrip("/")
    for headers in ({"origin": origin, "sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {}):
        assert bench.client.post("/checks", data={"text": "x"}, headers=headers).status_code == 201
        assert bench.client.post("/updates", headers=headers).status_code == 200
    behind_tls = {"host": "window.example.cn", "origin": "https://window.example.cn"}
    assert bench.client.post("/checks", data={"text": "x"}, headers=behind_tls).status_code == 201
    assert bench.client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_unknown_paths_and_methods_are_typed_errors(bench) -> None:
    assert error_of(bench.client.get("/nowhere")) == (404, "no_such_check")
    assert error_of(bench.client.delete("/checks")) == (405, "malformed_request")


def test_a_failure_inside_is_an_error_without_a_trace(bench) -> None:
    bench.window.store.close()
    assert error_of(bench.client.post("/checks", json={"text": "x"})) == (503, "store_unusable")
    bench.replica.facts = object()
    assert error_of(bench.client.get("/health")) == (500, "internal")


@pytest.mark.parametrize("headers", [{}, HTML])
def test_a_failure_is_logged_by_kind_and_place_without_its_words(
    bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    server = logging.getLogger("uvicorn.error")
    server.addHandler(caplog.handler)
    monkeypatch.setattr(receive, "parse_presented", lambda text, _: int(text))
    answer = bench.client.post("/checks", json={"text": "某人 110101199003072316"}, headers=headers)
    server.removeHandler(caplog.handler)
    assert (answer.status_code, "internal" in answer.text) == (500, True)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "POST /checks: ValueError" in caplog.text
    assert "in receive" in caplog.text
    assert "110101199003072316" not in caplog.text


def test_an_error_is_told_where_its_page_cannot_be_made(bench) -> None:
    bench.replica.facts = object()
    assert error_of(bench.client.get("/checks/none", headers=HTML)) == (404, "no_such_check")
    assert error_of(bench.client.get("/", headers=HTML)) == (500, "internal")


def test_an_answer_that_breaks_off_is_logged_alike(
    bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "某人"

    def broken(*_: object) -> Iterator[str]:
        yield "<p>"
        raise ValueError(name)

    server = logging.getLogger("uvicorn.error")
    server.addHandler(caplog.handler)
    monkeypatch.setattr(pages, "loading", broken)
    loading = bench.client.post("/packs", files={"pack": ("a", b"x")}).headers["location"]
    with pytest.raises(httpx.RemoteProtocolError):
        bench.client.get(loading, headers=HTML)
    server.removeHandler(caplog.handler)
    assert "GET /packs/{loading_id}: ValueError" in caplog.text
    assert name not in caplog.text


def test_health_says_how_old_the_facts_are(bench) -> None:
    bench.live()
    health = bench.client.get("/health").json()
    assert health["status"] == "ok"
    assert health["facts_age_seconds"] == 200
    assert len(health["network_fingerprint"]) == 64


def test_erased_claims_are_said_to_be_erased(bench) -> None:
    answer = bench.client.post("/checks", json={"text": bench.live()})
    bench.window.store.erase_personal(bench.clock[0] + 86400)
    again = bench.client.get(answer.headers["location"]).json()
    assert again["report"]["claims"] is None
    assert again["report"]["personal_data_erased"] is True
    page = bench.client.get(answer.headers["location"], headers=HTML)
    assert page.status_code == 200
    assert "方静" not in page.text


def test_nothing_that_could_be_guessed_is_left_of_a_pasted_number(bench) -> None:
    answer = bench.client.post("/checks", json={"text": "110101199003072316"}, headers={"Idempotency-Key": "k"})
    assert answer.json()["presented_digest"]
    credential = bench.client.post("/checks", json={"text": bench.live()})
    bench.window.store.erase_personal(bench.clock[0] + 86400)
    assert bench.client.get(answer.headers["location"]).json()["presented_digest"] is None
    assert "已删除" in bench.client.get(answer.headers["location"], headers=HTML).text
    again = bench.client.get(credential.headers["location"]).json()
    assert again["presented_digest"] == credential.json()["presented_digest"]
    retry = bench.client.post("/checks", json={"text": "110101199003072316"}, headers={"Idempotency-Key": "k"})
    assert error_of(retry) == (409, "request_id_reused")


def test_an_idempotency_key_is_printable_ascii(bench) -> None:
    for key in ("x" * 201, "\u00e9".encode()):
        answer = bench.client.post("/checks", json={"text": "x"}, headers={"Idempotency-Key": key})
        assert error_of(answer) == (400, "malformed_request")


def test_no_personal_data_in_the_logs(bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    bench.client.post("/checks", json={"text": bench.live(), "at": "x"})
    bench.client.post("/checks", json={"text": bench.issue(None)})
    assert "方静" not in caplog.text


def test_the_api_is_described(bench) -> None:
    document = bench.client.get("/openapi.json").json()
    assert {"/checks", "/checks/{check_id}", "/health", "/updates"} <= document["paths"].keys()
    assert json.dumps(document)
