"""Officers' passwords: scrypt (RFC 7914) with a salt of its own for each, parameters kept beside the hash."""

from __future__ import annotations

import hmac
import secrets
from hashlib import scrypt

MIN_CHARACTERS = 10
_COST, _BLOCK, _PARALLEL = 15, 8, 1
_SALT_OCTETS, _HASH_OCTETS = 16, 32


def hash_password(password: str) -> bytes:
    """cost ‖ block ‖ parallel ‖ salt ‖ hash: 3 + 16 + 32 octets."""
    salt = secrets.token_bytes(_SALT_OCTETS)
    return bytes((_COST, _BLOCK, _PARALLEL)) + salt + _derive(password, salt, _COST, _BLOCK, _PARALLEL)


def is_password(password: str, password_hash: bytes) -> bool:
    """Whether `password_hash` is of `password`; takes as long either way."""
    cost, block, parallel = password_hash[:3]
    salt, expected = password_hash[3 : 3 + _SALT_OCTETS], password_hash[3 + _SALT_OCTETS :]
    return hmac.compare_digest(_derive(password, salt, cost, block, parallel), expected)


def _derive(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    return scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=1 << cost,
        r=block,
        p=parallel,
        maxmem=256 << 20,
        dklen=_HASH_OCTETS,
    )
