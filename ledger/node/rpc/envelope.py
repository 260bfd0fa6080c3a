"""JSON-RPC 2.0's envelope: from request octets to response octets, batches included. The methods are in a table."""

from __future__ import annotations

import inspect
import json
import logging
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from ledger.node.errors import RequestRefused

MAX_BATCH = 100
MAX_DEPTH = 16
MAX_RESPONSE_OCTETS = 64 * 1024 * 1024
_STRINGS_AND_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}
_logger = logging.getLogger(__name__)

Methods = Mapping[str, Callable[..., Any]]


def respond(octets: bytes, methods: Methods) -> bytes:
    """The response to one request or batch; empty where every request was a notification."""
    try:
        request = _parse(octets)
    except ValueError:
        return _encode(_error(None, -32700, "parse error"))
    if not isinstance(request, list):
        response = _answer(request, methods)
        return b"" if response is None else _encode(response)
    if not request or len(request) > MAX_BATCH:
        return _encode(_error(None, -32600, f"a batch has 1 to {MAX_BATCH} requests, this has {len(request)}"))
    return _batch(request, methods)


def _parse(octets: bytes) -> Any:
    """Looks at the nesting first: the EVM needs a recursion limit at which deep JSON overflows the C stack."""
    text, depth = octets.decode("utf-8"), 0
    for found in _STRINGS_AND_BRACKETS.finditer(text):
        depth += _STEP.get(found[0], 0)
        if depth > MAX_DEPTH:
            raise ValueError(f"JSON is nested deeper than {MAX_DEPTH}")
    return json.loads(text)


def _batch(requests: list[Any], methods: Methods) -> bytes:
    responses, size = [], 0
    for request in requests:
        response = _answer(request, methods)
        if response is None:
            continue
        encoded = _encode(response)
        size += len(encoded)
        if size > MAX_RESPONSE_OCTETS:
            encoded = _encode(_error(_id(request), -32005, "batch response too large"))
        responses.append(encoded)
    return b"[" + b",".join(responses) + b"]" if responses else b""


def _answer(request: Any, methods: Methods) -> dict[str, Any] | None:
    """None for a notification, whose result nobody waits for."""
    name = request.get("method") if isinstance(request, dict) else None
    if not isinstance(name, str) or request.get("jsonrpc") != "2.0" or not _is_id(request.get("id")):
        return _error(_id(request), -32600, "invalid request")
    response = _call(name, request.get("params"), request.get("id"), methods)
    return response if "id" in request else None


def _call(name: str, values: Any, identifier: Any, methods: Methods) -> dict[str, Any]:
    method = methods.get(name)
    if method is None:
        return _error(identifier, -32601, f"the method {name[:100]} does not exist/is not available")
    arguments = [] if values is None else values
    if not isinstance(arguments, list) or not _fits(method, arguments):
        return _error(identifier, -32602, f"{name} does not take these parameters")
    try:
        return {"jsonrpc": "2.0", "id": identifier, "result": method(*arguments)}
    except RequestRefused as e:
        return _error(identifier, e.code, str(e), e.data)
    except Exception:
        _logger.exception("%s failed", name)
        return _error(identifier, -32603, "internal error")


def _fits(method: Callable[..., Any], arguments: list[Any]) -> bool:
    try:
        inspect.signature(method).bind(*arguments)
    except TypeError:
        return False
    return True


def _error(identifier: Any, code: int, message: str, data: str | None = None) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        error["data"] = data
    return {"jsonrpc": "2.0", "id": identifier, "error": error}


def _is_id(value: Any) -> bool:
    return value is None or type(value) in (str, int) or (isinstance(value, float) and math.isfinite(value))


def _id(request: Any) -> Any:
    """The request's id where it has a proper one, to answer a request that is otherwise wrong."""
    identifier = request.get("id") if isinstance(request, dict) else None
    return identifier if _is_id(identifier) else None


def _encode(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
