"""Officers' logins and roles."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from issuer.passwords import hash_password, is_password
from issuer.schema import officers, sessions
from tests.issuer.desk import PASSWORD


def test_a_password_is_kept_as_a_salted_hash():
    one, other = hash_password(PASSWORD), hash_password(PASSWORD)
    assert one != other
    assert PASSWORD.encode() not in one
    assert is_password(PASSWORD, one)
    assert not is_password(PASSWORD + "x", one)


def test_a_wrong_login_is_refused_alike_for_known_and_unknown_names(offline):
    known = offline.client.post("/sessions", json={"name": "first", "password": "wrong password"})
    unknown = offline.client.post("/sessions", json={"name": "nobody", "password": "wrong password"})
    assert known.status_code == unknown.status_code == 401
    assert known.json() == unknown.json()
    assert known.json()["error"]["code"] == "wrong_login"


def test_an_account_is_paused_after_wrong_passwords_in_a_row(offline):
    for _ in range(offline.bureau.settings.login_tries):
        offline.client.post("/sessions", json={"name": "first", "password": "wrong password"})
    paused = offline.client.post("/sessions", json={"name": "first", "password": PASSWORD})
    assert (paused.status_code, paused.json()["error"]["code"]) == (401, "login_paused")
    assert offline.client.post("/sessions", json={"name": "second", "password": PASSWORD}).status_code == 201


def test_a_session_ends_with_logging_out(offline):
    first = offline.as_("first")
    assert first.get("/sessions/current")["name"] == "first"
    assert offline.client.delete("/sessions/current", headers=first.auth).status_code == 204
    first.get("/sessions/current", status=401)


def test_a_session_ends_with_its_time(offline):
    first = offline.as_("first")
    with offline.bureau.engine.begin() as connection:
        connection.execute(sessions.update().values(expires_at=offline.bureau.clock()))
    first.get("/sessions/current", status=401)


def test_tokens_are_not_kept(offline):
    first = offline.as_("first")
    token = first.auth["Authorization"].removeprefix("Bearer ").encode()
    with offline.bureau.engine.begin() as connection:
        digests = connection.execute(select(sessions.c.token_digest)).scalars().all()
    assert all(len(digest) == 32 and digest != token for digest in digests)


def test_a_disabled_officer_is_logged_out_and_stays_out(offline):
    admin, first = offline.as_("admin"), offline.as_("first")
    number = first.get("/sessions/current")["id"]
    assert admin.post(f"/officers/{number}/disable", status=200)["disabled"]
    first.get("/sessions/current", status=401)
    assert offline.client.post("/sessions", json={"name": "first", "password": PASSWORD}).status_code == 401


def test_changing_the_password_ends_every_session(offline):
    first = offline.as_("first")
    change = {"old": PASSWORD, "new": "another long password"}
    assert offline.client.put("/sessions/password", json=change, headers=first.auth).status_code == 204
    first.get("/sessions/current", status=401)
    again = offline.client.post("/sessions", json={"name": "first", "password": "another long password"})
    assert again.status_code == 201


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"password": "short"}, "weak_password"),
        ({"name": "first"}, "name_taken"),
        ({"authority": None}, "bad_request"),
        ({"authority": 77}, "not_found"),
    ],
)
def test_an_account_that_cannot_be_is_refused(offline, change, code):
    new = {"name": "third", "password": PASSWORD, "roles": ["drafter"], "authority": offline.authority, **change}
    answer = offline.client.post("/officers", json=new, headers=offline.headers("admin"))
    assert answer.json()["error"]["code"] == code
    with offline.bureau.engine.begin() as connection:
        assert len(connection.execute(select(officers)).all()) == 3


def test_only_an_administrator_keeps_accounts(offline):
    first = offline.as_("first")
    assert first.get("/officers", status=403)["error"]["code"] == "role_needed"
    assert [each["name"] for each in offline.as_("admin").get("/officers")] == ["admin", "first", "second"]
