"""Base64url without padding (RFC 4648 section 5), one spelling for each octet string."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/!!!")
_PADDING = (b"", b"!", b"==", b"=")
_LAST = (None, None, frozenset("AQgw"), frozenset("AEIMQUYcgkosw048"))
"""By length modulo 4: the last characters that leave no stray bits."""


def encode(octets: bytes) -> str:
    return b2a_base64(octets, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The octets of `text`. Raises ValueError for padding, foreign characters and bits: what `encode` never writes."""
    rest = len(text) % 4
    last = _LAST[rest]
    if last is not None and text[-1] not in last:
        raise ValueError("stray bits at the end of base64url")
    return a2b_base64(text.encode("ascii").translate(_FROM_URL) + _PADDING[rest], strict_mode=True)
