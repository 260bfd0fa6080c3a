"""A bureau's counter as its officers use it: over HTTP, one logged-in officer for each act."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

ANCHOR_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Officer:
    """One logged-in officer at one bureau."""

    http: httpx.Client

    @classmethod
    def log_in(cls, url: str, name: str, password: str) -> Self:
        answer = httpx.post(f"{url}/sessions", json={"name": name, "password": password}, timeout=180)
        token = answer.raise_for_status().json()["token"]
        return cls(httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=180))

    def import_file(self, file: Path, type_number: int) -> dict[str, Any]:
        """Looks at a file: how many rows are good, and what is wrong with the others."""
        files = {"file": (file.name, file.read_bytes(), "text/csv")}
        return self._post("/imports", data={"type_number": str(type_number)}, files=files)

    def confirm_import(self, number: int) -> dict[str, Any]:
        return self._post(f"/imports/{number}/confirm", json={})

    def try_to_approve_import(self, number: int) -> httpx.Response:
        return self.http.post("/approvals", json={"import_id": number})

    def approve_import(self, number: int) -> list[int]:
        certificates: list[int] = self._post("/approvals", json={"import_id": number})["certificates"]
        return certificates

    def seal_all(self) -> int:
        queued: int = self._post("/seals", json={"all": True})["queued"]
        return queued

    def wait_until_nothing_waits(self) -> None:
        """Until every credential is anchored and every act recorded."""
        deadline = time.monotonic() + ANCHOR_SECONDS
        while time.monotonic() < deadline:
            queue = self._get("/queue")
            if not queue["queued_calls"] and not any(each["waiting_credentials"] for each in queue["authorities"]):
                return
            time.sleep(0.2)
        raise TimeoutError("the bureau's queue did not empty")

    def certificate(self, number: int) -> dict[str, Any]:
        return self._get(f"/certificates/{number}")

    def offer(self, certificate: int) -> dict[str, Any]:
        return self._post(f"/certificates/{certificate}/offers")

    def paper(self, credential: int) -> bytes:
        return self.http.get(f"/credentials/{credential}/paper.pdf").raise_for_status().content

    def paper_code(self, credential: int) -> bytes:
        return self.http.get(f"/credentials/{credential}/qr.png").raise_for_status().content

    def draft_revocation(self, certificate: int, reference: str) -> int:
        """吊销, from now on."""
        act: int = self._post("/acts", json={"kind": "revoke", "certificate": certificate, "reference": reference})[
            "id"
        ]
        return act

    def approve_act(self, act: int, identifier: str) -> dict[str, Any]:
        return self._post(f"/acts/{act}/approve", json={"certificate_identifier": identifier})

    def _get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.get(path).raise_for_status().json()
        return answer

    def _post(self, path: str, **what: Any) -> dict[str, Any]:
        response = self.http.post(path, **what)
        if response.is_error:
            raise RuntimeError(f"POST {path}: {response.status_code} {response.text[:500]}")
        answer: dict[str, Any] = response.json()
        return answer
