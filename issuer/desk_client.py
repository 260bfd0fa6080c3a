"""An officer's side of the service over HTTP, for the command line: log in, then one call at a time."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from ledger import shown_address, visible


class DeskError(Exception):
    """The service refused, or could not be reached. `details` are its own, for the officer."""

    def __init__(self, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.details = details or {}


class DeskClient:
    """One officer's session; it ends with the `with` block."""

    def __init__(self, url: str, name: str, password: str) -> None:
        try:
            self._http = httpx.Client(base_url=url, timeout=300, trust_env=False)
        except httpx.InvalidURL as error:
            raise DeskError(visible(f"{shown_address(url)} is no address of a service")) from error
        try:
            token = self.post("/sessions", {"name": name, "password": password})["token"]
        except DeskError:
            self._http.close()
            raise
        self._http.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(httpx.HTTPError):  # where the service is gone, so is what the session could do until it ends
            self._http.delete("/sessions/current")
        self._http.close()

    def get(self, path: str, **query: object) -> Any:
        return self._call("GET", path, params={name: str(value) for name, value in query.items()})

    def post(self, path: str, body: object) -> Any:
        return self._call("POST", path, json=body)

    def upload(self, file: Path, type_number: int) -> Any:
        with file.open("rb") as opened:
            form = {"data": {"type_number": str(type_number)}, "files": {"file": (file.name, opened)}}
            return self._call("POST", "/imports", **form)

    def download(self, path: str) -> bytes:
        return self._send("GET", path).content

    def _call(self, method: str, path: str, **options: Any) -> Any:
        answer = self._send(method, path, **options)
        return answer.json() if answer.content else None

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **options)
        except (httpx.HTTPError, UnicodeError) as error:  # UnicodeError: no name of a host
            url = shown_address(str(self._http.base_url))
            raise DeskError(f"the service at {url} cannot be reached: {type(error).__name__}") from error
        if answer.is_success or answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return answer
        try:
            refusal = answer.json()["error"]
            raise DeskError(visible(f"{refusal['message']} ({refusal['code']})"), refusal["details"])
        except (ValueError, KeyError, TypeError) as error:
            raise DeskError(f"the service answered {answer.status_code}") from error
