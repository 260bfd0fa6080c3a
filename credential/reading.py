"""Steps of reading that all formats share: octets, JSON, JWTs, checked as they are taken; a Refusal says what is wrong.

A Refusal never leaves the package: whoever offers a format turns it into an Unreadable.
"""

from __future__ import annotations

from typing import NamedTuple

from credential import base64url, strict_json
from credential.keys import SIGNATURE_OCTETS
from credential.presentation import Unreadable
from credential.sd_jwt import ALGORITHM


class Refusal(Exception):
    """Carries an Unreadable to the one place that returns it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.unreadable = Unreadable(code, message)


class Jwt(NamedTuple):
    """A JWS in compact form, taken apart; whose signature it is, nobody has checked."""

    header: dict[str, object]
    payload: dict[str, object]
    header_octets: bytes
    payload_octets: bytes
    signing_input: bytes
    signature: bytes


def read_jwt(text: str, typ: str) -> Jwt:
    """A JWT with `typ` and the one algorithm there is."""
    parts = text.split(".")
    require(len(parts) == 3, "not_an_sd_jwt", f"a JWT has 3 parts, this has {len(parts)}")
    header_octets, payload_octets, signature = map(read_octets, parts)
    header = _read_object(header_octets)
    require(header.get("typ") == typ, "unknown_typ", f"the typ is not {typ}")
    require(header.get("alg") == ALGORITHM, "unknown_alg", f"the alg is not {ALGORITHM}")
    require(len(signature) == SIGNATURE_OCTETS, "malformed_signature", f"ES256 signs with {SIGNATURE_OCTETS} octets")
    signing_input = text[: text.rindex(".")].encode("ascii")
    return Jwt(header, _read_object(payload_octets), header_octets, payload_octets, signing_input, signature)


def require(condition: bool, code: str, message: str) -> None:
    if not condition:
        raise Refusal(code, message)


def read_octets(text: object) -> bytes:
    try:
        return base64url.decode(text if isinstance(text, str) else "=")
    except ValueError:
        raise Refusal("not_base64url", "base64url without padding, in its one spelling, is expected") from None


def read_json(octets: bytes) -> object:
    try:
        return strict_json.parse(octets)
    except strict_json.MalformedJson as error:
        raise Refusal("malformed_json", str(error)) from None


def read_integer(value: object, code: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refusal(code, "a whole number is expected")
    return value


def read_text(value: object, longest: int, code: str, name: str) -> str:
    """A text of 1 to `longest` characters."""
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise Refusal(code, f"{name} is a text of 1 to {longest} characters")
    return value


def read_only_member(value: object, name: str, code: str) -> object:
    if not isinstance(value, dict) or value.keys() != {name}:
        raise Refusal(code, f"exactly {name} is expected")
    return value[name]


def _read_object(octets: bytes) -> dict[str, object]:
    value = read_json(octets)
    if not isinstance(value, dict):
        raise Refusal("malformed_json", "an object is expected")
    return value
