"""A window whose disk is full gives no verdict that is not on record, and says why; codes stay unused."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tests.small_disk import SmallDisk
from tests.verifier.window_samples import Bench, live_text


@pytest.fixture
def record_folder(small_disk: SmallDisk) -> Path:
    return small_disk.path


def test_no_verdict_without_record_and_the_code_counts_afterwards(bench: Bench, small_disk: SmallDisk) -> None:
    credential = bench.issue(bench.holder)
    made = []
    with small_disk.full():
        for _ in range(300):
            text, request = live_text(credential, bench.holder, bench.clock[0]), secrets.token_hex(8)
            answer = bench.client.post("/checks", json={"text": text}, headers={"Idempotency-Key": request})
            if answer.status_code != 201:
                break
            made.append(answer.json())
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unusable")
        assert bench.client.get("/health").status_code == 200
        for each in made[-1:]:
            assert bench.client.get(f"/checks/{each['id']}").json() == each  # what is on record can be read
    again = bench.client.post("/checks", json={"text": text}, headers={"Idempotency-Key": request})
    assert (again.status_code, again.json()["report"]["verdict"]) == (201, "accepted")
    replayed = bench.client.post("/checks", json={"text": text}, headers={"Idempotency-Key": request + "x"})
    assert replayed.json()["report"]["verdict"] == "rejected"
