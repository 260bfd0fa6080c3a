"""Whether a page is wanted or JSON."""

from __future__ import annotations

from fastapi import Request


def wants_html(http: Request) -> bool:
    return "text/html" in http.headers.get("accept", "")
