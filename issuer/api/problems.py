"""From errors to answers: officers get {"error": {code, message, details}}, wallets the standard's {"error", ...}."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from issuer.errors import Code, Conflict, Invalid, MissingGlyphs, NotAuthenticated, NotFound, NotPermitted, Refused
from issuer.openid_errors import WalletRefused
from issuer.paper import TooLongForQr

_log = logging.getLogger(__name__)
WALLET = "wallet"
"""The tag of routes that answer in the standard's form."""
_STATUS = {NotAuthenticated: 401, NotPermitted: 403, NotFound: 404, Conflict: 409, Invalid: 422}


def add_problems(app: FastAPI) -> None:
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(WalletRefused, _wallet_refused)
    app.add_exception_handler(MissingGlyphs, _missing_glyphs)
    app.add_exception_handler(TooLongForQr, _too_long)
    app.add_exception_handler(OperationalError, _database_unusable)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)


def problem(code: Code, message: str, status: int, details: dict[str, object] | None = None) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    body = {"error": {"code": code, "message": message, "details": details or {}}}
    return JSONResponse(body, status, headers)


def wallet_problem(code: str, description: str, status: int = 400) -> JSONResponse:
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = f'Bearer error="{code}"'
    return JSONResponse({"error": code, "error_description": description}, status, headers)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    if _is_wallets(request):
        return wallet_problem("invalid_request", error.message, _STATUS[type(error)])
    return problem(error.code, error.message, _STATUS[type(error)], error.details)


async def _wallet_refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WalletRefused)
    return wallet_problem(error.code, error.description, error.status)


async def _missing_glyphs(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, MissingGlyphs)
    details: dict[str, object] = {"code_points": [f"U+{point:04X}" for point in error.code_points], "setting": "fonts"}
    return problem(Code.MISSING_GLYPHS, str(error), 409, details)


async def _too_long(_: Request, error: Exception) -> JSONResponse:
    return problem(Code.TOO_LONG_FOR_QR, str(error), 409)


async def _database_unusable(request: Request, error: Exception) -> JSONResponse:
    """A full disk, or another program that holds the database for too long: nothing of the request was done."""
    assert isinstance(error, OperationalError)
    reason = getattr(error.orig, "sqlite_errorname", type(error.orig).__name__)
    _log.error("the database cannot be used: %s", reason)
    message = "the database cannot be used, and nothing was done; the administrator finds the reason in the log"
    if _is_wallets(request):
        return wallet_problem("temporarily_unavailable", message, 503)
    return problem(Code.DATABASE_UNUSABLE, message, 503)


async def _malformed(request: Request, error: Exception) -> JSONResponse:
    """Says where the request is wrong, never what stood there."""
    assert isinstance(error, RequestValidationError)
    places = [{"where": ".".join(map(str, each["loc"])), "reason": each["msg"]} for each in error.errors()]
    if _is_wallets(request):
        code = "invalid_credential_request" if request.url.path.endswith("/credential") else "invalid_request"
        return wallet_problem(code, "; ".join(f"{each['where']}: {each['reason']}" for each in places)[:500])
    return problem(Code.BAD_REQUEST, "the request does not have the form of this route", 422, {"places": places})


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = Code.NOT_FOUND if error.status_code == 404 else Code.BAD_REQUEST
    return problem(code, str(error.detail), error.status_code)


def _is_wallets(request: Request) -> bool:
    return WALLET in getattr(request.scope.get("route"), "tags", ())
