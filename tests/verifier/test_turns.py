"""Two pictures are read at a time; the third waits, but not for ever, and texts wait for nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest

from tests.verifier.window_samples import png_of, qr_of
from verifier import turns
from verifier.reading import read

PATIENCE = 60


@pytest.fixture
def hand_in(bench) -> Iterator[Callable[[], Future[httpx.Response]]]:
    """Hands a picture of a live code in, from a thread."""
    picture = png_of(qr_of(bench.issue(None)))
    url = str(bench.client.base_url.join("/checks"))
    with ThreadPoolExecutor(8) as pool:
        yield lambda: pool.submit(httpx.post, url, files={"file": ("code.png", picture)}, timeout=PATIENCE)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Semaphore]:
    """Counts the readings that have begun; they go on when the test lets them."""
    begun, go_on = threading.Semaphore(0), threading.Event()

    def held(octets: bytes, limits: object) -> str:
        if octets.startswith(b"\x89PNG"):
            begun.release()
            assert go_on.wait(PATIENCE)
        return read(octets, limits)

    monkeypatch.setattr(turns, "read", held)
    begun.go_on = go_on
    yield begun
    go_on.set()


def test_the_third_picture_at_once_waits_for_its_turn(hand_in, reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", PATIENCE)
    answers = [hand_in() for _ in range(6)]
    assert reading.acquire(timeout=PATIENCE)
    assert reading.acquire(timeout=PATIENCE)
    assert not reading.acquire(timeout=0.5)
    reading.go_on.set()
    assert [answer.result().status_code for answer in answers] == [201] * 6


def test_who_waits_too_long_is_told_that_the_window_is_busy(
    bench, hand_in, reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.05)
    being_read = [hand_in(), hand_in()]
    assert reading.acquire(timeout=PATIENCE)
    assert reading.acquire(timeout=PATIENCE)
    busy = hand_in().result()
    assert (busy.status_code, busy.json()["error"]["code"]) == (503, "window_busy")
    assert bench.client.post("/checks", json={"text": "a text"}).status_code == 201
    reading.go_on.set()
    assert [answer.result().status_code for answer in being_read] == [201, 201]
    assert hand_in().result().status_code == 201


def test_a_turn_ends_with_a_picture_that_cannot_be_read(bench) -> None:
    for _ in range(3):
        answer = bench.client.post("/checks", files={"file": ("f", b"\x89PNG\r\n\x1a\nnonsense")})
        assert answer.json()["error"]["code"] == "damaged_picture"
