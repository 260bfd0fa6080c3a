"""The store: a code is used once, a request id is answered once, claims are erased and the rest stays."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from verifier.errors import NoSuchCheck, RequestIdReused, StoreUnusable
from verifier.store import Check, LiveCode, Store

CODE = LiveCode(b"holder" * 5 + b"xx", "nonce-1")
CHECK = Check(
    "c1", "r1", b"digest", 1000, "w", {"verdict": "accepted"}, {"claims": {"certificate_holder_name": "某人"}}
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "window.sqlite", claims_kept_seconds=100)


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
