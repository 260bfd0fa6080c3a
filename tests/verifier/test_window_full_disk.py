"""A window whose disk is full gives no verdict that is not on record, and says why; codes stay unused."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from tests.small_disk import SmallDisk
from tests.verifier.window_samples import Bench, live_text, served
from verifier.app import build_app
from verifier.following import Follower
from verifier.reading import ReadingLimits
from verifier.store import Store


@pytest.fixture
def cramped(bench: Bench, small_disk: SmallDisk) -> Iterator[Bench]:
    """The same window, its record on the small disk."""
    store = Store(small_disk.path / "window.sqlite", 86400)
    window = replace(bench.window, store=store)
    app = build_app(window, Follower(bench.replica, store, 0, 1.0, window.clock), ReadingLimits(2 << 20, 10**6, 2, 10))
    with served(app) as url, httpx.Client(base_url=url) as client:
        yield replace(bench, window=window, client=client)
    store.close()


def test_no_verdict_without_record_and_the_code_counts_afterwards(cramped: Bench, small_disk: SmallDisk) -> None:
    credential = cramped.issue(cramped.holder)
    made = []
    with small_disk.full():
        for _ in range(300):
            text, request = live_text(credential, cramped.holder, cramped.clock[0]), secrets.token_hex(8)
            answer = cramped.client.post("/checks", json={"text": text}, headers={"Idempotency-Key": request})
            if answer.status_code != 201:
                break
            made.append(answer.json())
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unusable")
        assert cramped.client.get("/health").status_code == 200
        for each in made[-1:]:
            assert cramped.client.get(f"/checks/{each['id']}").json() == each  # what is on record can be read
    again = cramped.client.post("/checks", json={"text": text}, headers={"Idempotency-Key": request})
    assert (again.status_code, again.json()["report"]["verdict"]) == (201, "accepted")
    replayed = cramped.client.post("/checks", json={"text": text}, headers={"Idempotency-Key": request + "x"})
    assert replayed.json()["report"]["verdict"] == "rejected"
