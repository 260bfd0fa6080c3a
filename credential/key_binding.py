"""Key binding (RFC 9901 section 4.3): the holder signs what is shown, to whom, and this one check's nonce."""

from __future__ import annotations

from hashlib import sha256

from credential import base64url, strict_json
from credential.keys import SigningKey

TYPE = "kb+jwt"
ANY_WINDOW = "urn:yinxin:any-window"
"""The audience of a live code: whoever sees it first, within its short life."""

_HEADER = base64url.encode(strict_json.encode({"alg": "ES256", "typ": TYPE}))


def sd_hash(shown: str) -> bytes:
    """SHA-256 of `<jwt>~<disclosure>~…~`."""
    return sha256(shown.encode("ascii")).digest()


def signing_input(audience: str, nonce: str, issued_at: int, shown_hash: bytes) -> str:
    """What the holder's key signs. `shown_hash` is sd_hash of what is shown."""
    payload = {"iat": issued_at, "aud": audience, "nonce": nonce, "sd_hash": base64url.encode(shown_hash)}
    return f"{_HEADER}.{base64url.encode(strict_json.encode(payload))}"


def bind(shown: str, holder_key: SigningKey, audience: str, nonce: str, issued_at: int) -> str:
    """`shown` with the holder's key binding appended."""
    if not shown.endswith("~"):
        raise ValueError("what is shown ends with ~, and is bound once")
    signed = signing_input(audience, nonce, issued_at, sd_hash(shown))
    return f"{shown}{signed}.{base64url.encode(holder_key.sign(signed.encode('ascii')))}"
