"""Nonces for key proofs (OpenID4VCI 1.0, section 7): nothing is kept until one is used, so asking costs nothing.

A nonce is time (8) ‖ random (16) ‖ HMAC-SHA-256 of both (32, keyed with the installation's secret), in base64url.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from sqlalchemy import Connection, insert, select

from credential import base64url
from issuer.openid_errors import invalid_nonce
from issuer.schema import used_nonces

RANDOM_OCTETS = 16


def make_nonce(secret: bytes, random_octets: bytes, now: int) -> str:
    head = now.to_bytes(8) + random_octets
    return base64url.encode(head + _mark(secret, head))


def use_nonce(connection: Connection, secret: bytes, nonce: str, lifetime_seconds: int, now: int) -> None:
    """Uses it up, with the caller's transaction. Raises invalid_nonce for what is foreign, over or used before."""
    made_at = _made_at(secret, nonce)
    if made_at is None or not 0 <= now - made_at < lifetime_seconds:
        raise invalid_nonce()
    digest = sha256(nonce.encode("ascii")).digest()
    if connection.execute(select(used_nonces).where(used_nonces.c.digest == digest)).first():
        raise invalid_nonce()
    connection.execute(insert(used_nonces).values(digest=digest, expires_at=made_at + lifetime_seconds))


def _made_at(secret: bytes, nonce: str) -> int | None:
    try:
        octets = base64url.decode(nonce)
    except ValueError:
        return None
    head, mark = octets[: 8 + RANDOM_OCTETS], octets[8 + RANDOM_OCTETS :]
    return int.from_bytes(head[:8]) if hmac.compare_digest(mark, _mark(secret, head)) else None


def _mark(secret: bytes, head: bytes) -> bytes:
    return hmac.digest(secret, b"c_nonce" + head, "sha256")
