"""A window's desk as its clerk uses it: a picture in, a report out, over HTTP."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import httpx

FOLLOW_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Window:
    """`url` of one window's service."""

    name: str
    url: str

    def check(self, octets: bytes, filename: str) -> tuple[dict[str, Any], float]:
        """The report, and how many milliseconds the whole request took."""
        started = time.perf_counter()
        answer = httpx.post(f"{self.url}/checks", files={"file": (filename, octets)}, timeout=120)
        milliseconds = (time.perf_counter() - started) * 1000
        report: dict[str, Any] = answer.raise_for_status().json()["report"]
        return report, milliseconds

    def health(self) -> dict[str, Any]:
        answer: dict[str, Any] = httpx.get(f"{self.url}/health", timeout=120).raise_for_status().json()
        return answer

    def wait_until_it_knows(self, block: int) -> None:
        """Until its proven facts reach block number `block`."""
        deadline = time.monotonic() + FOLLOW_SECONDS
        while time.monotonic() < deadline:
            if (self.health()["facts_block"] or -1) >= block:
                return
            time.sleep(0.2)
        raise TimeoutError(f"{self.name} did not reach block {block}")

    def wait_until_facts_are_older_than(self, seconds: int) -> None:
        deadline = time.monotonic() + FOLLOW_SECONDS + seconds
        while time.monotonic() < deadline:
            if (self.health()["facts_age_seconds"] or 0) > seconds:
                return
            time.sleep(0.2)
        raise TimeoutError(f"the facts of {self.name} did not grow old")


def codes(report: dict[str, Any]) -> list[str]:
    """The codes of the rows that do not pass, without those that only wait for another."""
    return [row["code"] for row in report["rows"] if row["outcome"] != "passes" and row["needs"] is None]


def evidence(report: dict[str, Any], rule: int) -> dict[str, Any]:
    found: dict[str, Any] = report["rows"][rule - 1]["evidence"]
    return found
