"""Officers' logins and roles."""

from __future__ import annotations

import threading

import httpx
import pytest
from sqlalchemy import select

from issuer import accounts
from issuer.passwords import hash_password, is_password
from issuer.schema import officers, sessions
from issuer.service import MOST_HASHING
from tests.issuer.desk import PASSWORD, Phone, make_certificate
from tests.waiting import until


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


@pytest.fixture
def ready(offline) -> tuple[int, dict[str, str]]:
    """A certificate, and the first officer's login."""
    return make_certificate(offline), offline.headers("first")


@pytest.fixture
def slow_hashes(ready, monkeypatch):
    """Hashing that goes on until it is let go: (how many are at it, now and at most; how to let them go)."""
    at_it, most, go, lock = [0], [0], threading.Event(), threading.Lock()

    def slow(*about: object) -> bool:
        with lock:
            at_it[0] += 1
            most[0] = max(most[0], at_it[0])
        assert go.wait(60)
        with lock:
            at_it[0] -= 1
        return is_password(*about)

    monkeypatch.setattr(accounts, "is_password", slow)
    yield at_it, most, go
    go.set()


def in_threads(count: int, ask) -> tuple[list[threading.Thread], list[str]]:
    """Asks so often at once; the codes of the answers come in as they do."""
    codes: list[str] = []
    threads = [threading.Thread(target=lambda: codes.append(ask().json()["error"]["code"])) for _ in range(count)]
    for each in threads:
        each.start()
    return threads, codes


@pytest.mark.parametrize("name", ["nobody", "first"])
def test_while_strangers_try_to_log_in_everybody_else_is_served(offline, ready, slow_hashes, name):
    """More of them than there are threads; what is written meanwhile waits for none of them."""
    certificate, headers = ready
    at_it, most, go = slow_hashes
    url = f"{offline.client.base_url}/sessions"
    wrong = {"name": name, "password": "wrong password"}
    threads, codes = in_threads(45, lambda: httpx.post(url, json=wrong, timeout=60, trust_env=False))
    until(lambda: at_it[0] == MOST_HASHING)
    offered = offline.client.post(f"/certificates/{certificate}/offers", headers=headers, timeout=20).json()
    assert Phone.with_offer(offline, offered["offer"]).redeem(offered["tx_code"]).status_code == 200
    go.set()
    for each in threads:
        each.join()
    assert most[0] == MOST_HASHING
    tries = offline.bureau.settings.login_tries if name == "first" else 45
    assert sorted(codes) == ["login_paused"] * (45 - tries) + ["wrong_login"] * tries


def test_while_an_officer_changes_the_password_everybody_else_is_served(offline, ready, slow_hashes):
    certificate, headers = ready
    at_it, _, go = slow_hashes
    url, change = f"{offline.client.base_url}/sessions/password", {"old": "another password", "new": PASSWORD}
    threads, codes = in_threads(1, lambda: httpx.put(url, json=change, headers=headers, timeout=60, trust_env=False))
    until(lambda: at_it[0] == 1)
    path = f"/certificates/{certificate}/offers"
    assert offline.client.post(path, headers=headers, timeout=20).status_code == 201
    go.set()
    threads[0].join()
    assert codes == ["wrong_login"]


def test_a_login_with_a_password_that_is_changed_meanwhile_gives_no_session(offline, monkeypatch):
    """The change ended every session; a login that was being checked then begins none."""
    first = offline.as_("first")

    def changed_meanwhile(*about: object) -> bool:
        monkeypatch.setattr(accounts, "is_password", is_password)
        change = {"old": PASSWORD, "new": "another long password"}
        assert offline.client.put("/sessions/password", json=change, headers=first.auth).status_code == 204
        return is_password(*about)

    monkeypatch.setattr(accounts, "is_password", changed_meanwhile)
    answer = offline.client.post("/sessions", json={"name": "first", "password": PASSWORD})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "wrong_login")


def test_wrong_passwords_in_a_row_are_forgotten_with_a_right_one(offline):
    wrong = {"name": "first", "password": "wrong password"}
    for _ in range(2):
        for _ in range(offline.bureau.settings.login_tries - 1):
            assert offline.client.post("/sessions", json=wrong).json()["error"]["code"] == "wrong_login"
        offline.as_("first")


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
        ({"roles": ["administrator", "drafter", "approver"]}, "bad_request"),
        ({"roles": ["administrator", "approver"], "authority": None}, "bad_request"),
        ({"roles": ["administrator"]}, "bad_request"),
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
