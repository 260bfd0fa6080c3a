"""Base64url without padding (RFC 4648 section 5), one spelling for each octet string."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The octets of `text`. Raises ValueError for padding, foreign characters and bits: what `encode` never writes."""
    octets = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(octets) != text:
        raise ValueError("not canonical base64url")
    return octets
