"""From an HTTP request to what was handed in: a form, a file or JSON in, values or a typed error out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest

from credential import strict_json
from verifier.days import parse_day
from verifier.errors import MalformedRequest, NothingFound

_LONGEST_ID = 200


async def take(http: HttpRequest, new_id: Callable[[], str]) -> tuple[str, bytes, date | None]:
    """The request's id, the octets handed in, and the day asked about. Raises RequestRefused, NothingFound."""
    kind = http.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        octets, day, request_id = _of_json(await http.body())
    elif kind in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        octets, day, request_id = await _of_form(http)
    else:
        raise MalformedRequest(expected="multipart/form-data, application/json")
    return _request_id(http.headers.get("idempotency-key") or request_id, new_id), octets, day


def _of_json(body: bytes) -> tuple[bytes, date | None, str]:
    """`{"text": …, "at": "YYYY-MM-DD"}`, the second optional or null."""
    try:
        document = strict_json.parse(body)
    except strict_json.MalformedJson as e:
        raise MalformedRequest(expected='{"text": "…", "at": "YYYY-MM-DD"}') from e
    match document:
        case {"text": str(text), **others} if others.keys() <= {"at"}:
            at = others.get("at") or ""
            if isinstance(at, str):
                return text.encode("utf-8"), parse_day(at), ""
    raise MalformedRequest(expected='{"text": "…", "at": "YYYY-MM-DD"}')


async def _of_form(http: HttpRequest) -> tuple[bytes, date | None, str]:
    """Fields `file` or `text`, and `at`, `request_id`."""
    try:
        async with http.form(max_files=1, max_fields=3, max_part_size=1 << 20) as form:
            octets = await _file(form) or _field(form, "text").encode("utf-8")
            if not octets.strip():
                raise NothingFound
            return octets, parse_day(_field(form, "at")), _field(form, "request_id")
    except (HTTPException, UnicodeError) as e:  # how Starlette reports a malformed or overfull form
        raise MalformedRequest(expected="file | text, at, request_id") from e


async def _file(form: FormData) -> bytes:
    file = form.get("file")
    return await file.read() if isinstance(file, UploadFile) else b""


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    if not isinstance(value, str):
        raise MalformedRequest(expected=f"{name}: text")
    return value


def _request_id(given: str, new_id: Callable[[], str]) -> str:
    if not given:
        return new_id()
    if len(given) > _LONGEST_ID or not given.isascii() or not given.isprintable():
        raise MalformedRequest(expected=f"Idempotency-Key: 1 to {_LONGEST_ID} printable ASCII characters")
    return given
