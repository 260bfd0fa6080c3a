"""The store: a code is used once, a request id is answered once, claims are erased and the rest stays."""

from __future__ import annotations

import threading
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from verifier import schema
from verifier.errors import NoSuchCheck, RequestIdReused, StoreUnusable
from verifier.store import Check, LiveCode, Store

CODE = LiveCode(b"holder" * 5 + b"xx", "nonce-1")
CHECK = Check(
    "c1", "r1", b"digest", 1000, "w", {"verdict": "accepted"}, {"claims": {"certificate_holder_name": "某人"}}
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "window.sqlite", claims_kept_seconds=100)


def test_only_its_owner_reads_the_file(store: Store, tmp_path: Path) -> None:
    assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}


def test_a_kept_check_is_found_by_request_and_by_id(store: Store) -> None:
    assert store.keep(CHECK, None) == CHECK
    assert store.find("r1", b"digest") == CHECK
    assert store.get("c1") == CHECK


def test_the_same_request_again_keeps_the_first_check(store: Store) -> None:
    store.keep(CHECK, CODE)
    assert store.keep(replace(CHECK, id="c2"), CODE) == CHECK


def test_a_request_id_with_other_content_is_refused(store: Store) -> None:
    store.keep(CHECK, None)
    with pytest.raises(RequestIdReused):
        store.find("r1", b"other")
    with pytest.raises(RequestIdReused):
        store.keep(replace(CHECK, presented_digest=b"other"), None)


def test_a_used_code_keeps_nothing_for_another_request(store: Store) -> None:
    store.keep(CHECK, CODE)
    assert store.is_used(CODE)
    assert store.keep(replace(CHECK, id="c2", request_id="r2"), CODE) is None
    with pytest.raises(NoSuchCheck):
        store.get("c2")


def test_another_holder_may_have_the_same_nonce(store: Store) -> None:
    store.keep(CHECK, CODE)
    other = replace(CODE, holder=b"another")
    assert not store.is_used(other)
    assert store.keep(replace(CHECK, id="c2", request_id="r2"), other) is not None


def test_two_windows_on_one_file_accept_a_code_once(tmp_path: Path) -> None:
    stores = [Store(tmp_path / "window.sqlite", 100) for _ in range(2)]
    kept: list[Check | None] = []

    def accept(number: int) -> None:
        for nonce in range(20):
            check = replace(CHECK, id=f"c{number}-{nonce}", request_id=f"r{number}-{nonce}")
            kept.append(stores[number].keep(check, LiveCode(b"h", str(nonce))))

    threads = [threading.Thread(target=accept, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([check for check in kept if check]) == 20


def test_personal_data_is_erased_on_time_and_the_rest_stays(store: Store, tmp_path: Path) -> None:
    store.keep(CHECK, None)
    assert store.erase_personal(now=1099) == 0
    assert store.get("c1").personal is not None
    assert store.erase_personal(now=1100) == 1
    assert store.get("c1") == replace(CHECK, personal=None)
    octets = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert "某人".encode() not in octets


@pytest.fixture
def no_credential() -> Check:
    """Of a pasted number, which anybody could find by trying all."""
    return replace(CHECK, report={"claimed": {"issuer": None}}, presented_digest=sha256(b"110101199003072316").digest())


def test_the_digest_of_what_was_no_credential_is_erased_with_what_is_personal(
    store: Store, tmp_path: Path, no_credential: Check
) -> None:
    store.keep(no_credential, None)
    assert store.find("r1", no_credential.presented_digest) == no_credential
    store.erase_personal(now=1100)
    assert store.get("c1") == replace(no_credential, personal=None, presented_digest=None)
    octets = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert no_credential.presented_digest not in octets
    for digest in (no_credential.presented_digest, b""):
        with pytest.raises(RequestIdReused):
            store.find("r1", digest)


def test_a_file_of_the_second_version_loses_such_digests_when_it_is_opened(
    tmp_path: Path, no_credential: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "VERSION", 2)
    old = Store(tmp_path / "window.sqlite", 100)
    erased = replace(no_credential, personal=None)
    others = replace(CHECK, id="c2", request_id="r2", personal=None, report={"claimed": {"issuer": "https://a.cn"}})
    young = replace(no_credential, id="c3", request_id="r3", presented_digest=b"young")
    for each in (erased, others, young):
        old.keep(each, None)
    old.close()
    monkeypatch.undo()
    store = Store(tmp_path / "window.sqlite", 100)
    assert [store.get(each) for each in ("c1", "c2", "c3")] == [replace(erased, presented_digest=None), others, young]
    store.close()
    octets = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert no_credential.presented_digest not in octets


def test_used_codes_are_forgotten_after_a_week_not_before(store: Store) -> None:
    store.keep(CHECK, CODE)
    store.erase_personal(now=1000 + 7 * 86400)
    assert store.is_used(CODE)
    store.erase_personal(now=1001 + 7 * 86400)
    assert not store.is_used(CODE)


def test_a_file_that_is_no_database_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "window.sqlite").write_bytes(b"not a database, but long enough to be looked at" * 50)
    with pytest.raises(StoreUnusable):
        Store(tmp_path / "window.sqlite", 100)
