"""Salts and decoys of one credential, all from its one random seed (spec/credential.md section 4)."""

from __future__ import annotations

from hmac import digest

SEED_OCTETS = 16
SALT_OCTETS = 16
_SALT, _DECOY = b"\x00", b"\x01"


def salt(seed: bytes, index: int) -> bytes:
    """The salt of the type's field at `index`."""
    return digest(seed, _SALT + index.to_bytes(2), "sha256")[:SALT_OCTETS]


def decoy(seed: bytes, index: int) -> bytes:
    """The digest that stands where the field at `index` is absent: 32 octets that no disclosure has."""
    return digest(seed, _DECOY + index.to_bytes(2), "sha256")
