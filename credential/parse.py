"""Reading presentations: text in, values or the reason why not out. Nothing raises, whatever is shown.

Limits the size, decodes strictly, and takes exactly the members that spec/credential.md lists; whether any of it
is true is for the rules to say.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import NamedTuple

from credential import base64url, dates, key_binding, sd_jwt, strict_json
from credential.certificate_type import parse_vct
from credential.keys import SIGNATURE_OCTETS, THUMBPRINT_OCTETS, PublicKey
from credential.merkle import HASH_OCTETS
from credential.presentation import Disclosure, Header, KeyBinding, Payload, Presentation, Unreadable
from credential.salts import SALT_OCTETS

MAX_OCTETS = 64 * 1024
MAX_PATH_HASHES = 16
MAX_DIGESTS = 64
MAX_POSITION = 2**53 - 1
_FIRST_INSTANT = dates.start_of(dates.FIRST_DAY)
_LAST_INSTANT = dates.end_of(dates.LAST_DAY)
_MAX_AUDIENCE, _MAX_NONCE = 512, 256
_ISSUER = re.compile(r"https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~\-]+)*")
_MAX_ISSUER = 200
_STATUS_LIST = re.compile(r"0|[1-9][0-9]{0,9}")

_HEADER_MEMBERS = {"alg", "typ", "kid", "inclusion_path"}
_PAYLOAD_MEMBERS = {"iss", "vct", "iat", "nbf", "status", "_sd", "_sd_alg"}
_OPTIONAL_MEMBERS = {"exp", "cnf"}
_BINDING_MEMBERS = {"iat", "aud", "nonce", "sd_hash"}


class _Refusal(Exception):
    """Carries the code and message of an Unreadable to the one place that returns it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.unreadable = Unreadable(code, message)


class _Jwt(NamedTuple):
    header: dict[str, object]
    payload: dict[str, object]
    header_octets: bytes
    payload_octets: bytes
    signing_input: bytes
    signature: bytes


def parse_presentation(shown: str | bytes) -> Presentation | Unreadable:
    """The presentation in `shown`, or why there is none."""
    try:
        return _presentation(_text(shown))
    except _Refusal as refusal:
        return refusal.unreadable


def _text(shown: str | bytes) -> str:
    if len(shown) > MAX_OCTETS:
        raise _Refusal("too_large", f"{len(shown)} octets, at most {MAX_OCTETS} are read")
    if isinstance(shown, str):
        _require(shown.isascii(), "not_an_sd_jwt", "an SD-JWT is ASCII")
        return shown
    _require(shown.isascii(), "not_an_sd_jwt", "an SD-JWT is ASCII")
    return shown.decode("ascii")


def _presentation(text: str) -> Presentation:
    jwt_text, *middle = text.split("~")
    _require(bool(middle), "not_an_sd_jwt", "an SD-JWT has a ~ after its JWT")
    *shown, binding_text = middle
    jwt = _jwt(jwt_text, sd_jwt.TYPE)
    return Presentation(
        text=text,
        header=_header(jwt),
        payload=_payload(jwt),
        signing_input=jwt.signing_input,
        signature=jwt.signature,
        disclosures=tuple(map(_disclosure, shown)),
        key_binding=_key_binding(binding_text) if binding_text else None,
    )


def _jwt(text: str, typ: str) -> _Jwt:
    """A compact JWS with `typ` and the one algorithm there is."""
    parts = text.split(".")
    _require(len(parts) == 3, "not_an_sd_jwt", f"a JWT has 3 parts, this has {len(parts)}")
    header_octets, payload_octets, signature = map(_octets, parts)
    header = _object(header_octets)
    _require(header.get("typ") == typ, "unknown_typ", f"the typ is not {typ}")
    _require(header.get("alg") == sd_jwt.ALGORITHM, "unknown_alg", f"the alg is not {sd_jwt.ALGORITHM}")
    _require(len(signature) == SIGNATURE_OCTETS, "malformed_signature", f"ES256 signs with {SIGNATURE_OCTETS} octets")
    signing_input = text[: text.rindex(".")].encode("ascii")
    return _Jwt(header, _object(payload_octets), header_octets, payload_octets, signing_input, signature)


def _header(jwt: _Jwt) -> Header:
    header = jwt.header
    _require(
        header.keys() == _HEADER_MEMBERS,
        "unknown_header_member",
        "the header has exactly alg, typ, kid, inclusion_path",
    )
    kid = _octets(header["kid"])
    _require(len(kid) == THUMBPRINT_OCTETS, "malformed_kid", f"a kid has {THUMBPRINT_OCTETS} octets")
    joined = _octets(header["inclusion_path"])
    count, rest = divmod(len(joined), HASH_OCTETS)
    _require(
        not rest and count <= MAX_PATH_HASHES, "malformed_path", f"a path has up to {MAX_PATH_HASHES} whole hashes"
    )
    path = tuple(joined[i * HASH_OCTETS : (i + 1) * HASH_OCTETS] for i in range(count))
    return Header(kid, path, jwt.header_octets)


def _payload(jwt: _Jwt) -> Payload:
    payload = jwt.payload
    present = payload.keys() - _OPTIONAL_MEMBERS
    _require(present == _PAYLOAD_MEMBERS, "unknown_payload_member", "the payload has other members than the format's")
    issuer = payload["iss"]
    if not isinstance(issuer, str) or len(issuer) > _MAX_ISSUER or not _ISSUER.fullmatch(issuer):
        raise _Refusal("malformed_issuer", "iss is no plain http or https URL")
    code, version = _type(payload["vct"])
    not_before = _day(payload["nbf"])
    expires = _day(payload["exp"]) if "exp" in payload else None
    _require(expires is None or not_before < expires, "malformed_time", "exp is not after nbf")
    return Payload(
        issuer=issuer,
        type_code=code,
        type_version=version,
        issued_at=_day(payload["iat"]),
        not_before=not_before,
        expires=expires,
        position=_position(payload["status"], issuer),
        holder_key=_holder_key(payload["cnf"]) if "cnf" in payload else None,
        digests=_digests(payload["_sd"], payload["_sd_alg"]),
        octets=jwt.payload_octets,
    )


def _type(vct: object) -> tuple[str, int]:
    try:
        return parse_vct(vct if isinstance(vct, str) else "")
    except ValueError as error:
        raise _Refusal("malformed_type", f"vct is {error}") from None


def _day(value: object) -> int:
    instant = _integer(value, "malformed_time")
    if not _FIRST_INSTANT <= instant <= _LAST_INSTANT or not dates.is_start_of_day(instant):
        raise _Refusal("malformed_time", "not the start of a day in Shanghai between 1900 and 9998")
    return instant


def _position(status: object, issuer: str) -> int:
    """From the status reference, which must be the issuer's own list."""
    inner = _only_member(status, "status_list", "malformed_status")
    if not isinstance(inner, dict) or inner.keys() != {"idx", "uri"} or not isinstance(inner["uri"], str):
        raise _Refusal("malformed_status", "status_list has exactly idx and uri")
    prefix, _, number = inner["uri"].rpartition("/")
    if prefix != f"{issuer}/status" or not _STATUS_LIST.fullmatch(number):
        raise _Refusal("malformed_status", "the status list is not one of the issuer's")
    index, first = _integer(inner["idx"], "malformed_status"), int(number) << sd_jwt.STATUS_LIST_BITS
    if not 0 <= index < 1 << sd_jwt.STATUS_LIST_BITS or first > MAX_POSITION:
        raise _Refusal("malformed_status", "idx is not in the list")
    return first | index


def _holder_key(cnf: object) -> PublicKey:
    try:
        return PublicKey.from_jwk(_only_member(cnf, "jwk", "malformed_holder_key"))
    except ValueError as error:
        raise _Refusal("malformed_holder_key", str(error)) from None


def _digests(digests: object, algorithm: object) -> tuple[bytes, ...]:
    _require(algorithm == sd_jwt.DIGEST_ALGORITHM, "unknown_sd_alg", f"_sd_alg is not {sd_jwt.DIGEST_ALGORITHM}")
    if not isinstance(digests, list) or not 1 <= len(digests) <= MAX_DIGESTS:
        raise _Refusal("malformed_digests", f"_sd holds 1 to {MAX_DIGESTS} digests")
    decoded = tuple(map(_octets, digests))
    _require(
        all(len(each) == HASH_OCTETS for each in decoded), "malformed_digests", f"a digest has {HASH_OCTETS} octets"
    )
    return decoded


def _disclosure(text: str) -> Disclosure:
    parts = _json(_octets(text))
    if not isinstance(parts, list) or len(parts) != 3 or not all(isinstance(part, str) for part in parts):
        raise _Refusal("malformed_disclosure", "a disclosure is [salt, name, value], all texts")
    salt = _octets(parts[0])
    _require(len(salt) == SALT_OCTETS, "malformed_disclosure", f"a salt has {SALT_OCTETS} octets")
    return Disclosure(salt, parts[1], parts[2], sha256(text.encode("ascii")).digest(), text)


def _key_binding(text: str) -> KeyBinding:
    jwt = _jwt(text, key_binding.TYPE)
    _require(jwt.header.keys() == {"alg", "typ"}, "malformed_key_binding", "the header has exactly alg and typ")
    payload = jwt.payload
    _require(payload.keys() == _BINDING_MEMBERS, "malformed_key_binding", "exactly iat, aud, nonce and sd_hash")
    audience, nonce, sd_hash = payload["aud"], payload["nonce"], _octets(payload["sd_hash"])
    if not isinstance(audience, str) or not 1 <= len(audience) <= _MAX_AUDIENCE:
        raise _Refusal("malformed_key_binding", f"aud is a text of 1 to {_MAX_AUDIENCE} characters")
    if not isinstance(nonce, str) or not 1 <= len(nonce) <= _MAX_NONCE:
        raise _Refusal("malformed_key_binding", f"nonce is a text of 1 to {_MAX_NONCE} characters")
    _require(len(sd_hash) == HASH_OCTETS, "malformed_key_binding", f"sd_hash has {HASH_OCTETS} octets")
    issued_at = _integer(payload["iat"], "malformed_key_binding")
    return KeyBinding(audience, nonce, issued_at, sd_hash, jwt.signing_input, jwt.signature)


def _require(condition: bool, code: str, message: str) -> None:
    if not condition:
        raise _Refusal(code, message)


def _octets(text: object) -> bytes:
    try:
        return base64url.decode(text if isinstance(text, str) else "=")
    except ValueError:
        raise _Refusal("not_base64url", "base64url without padding, in its one spelling, is expected") from None


def _json(octets: bytes) -> object:
    try:
        return strict_json.parse(octets)
    except strict_json.MalformedJson as error:
        raise _Refusal("malformed_json", str(error)) from None


def _object(octets: bytes) -> dict[str, object]:
    value = _json(octets)
    if not isinstance(value, dict):
        raise _Refusal("malformed_json", "an object is expected")
    return value


def _only_member(value: object, name: str, code: str) -> object:
    if not isinstance(value, dict) or value.keys() != {name}:
        raise _Refusal(code, f"exactly {name} is expected")
    return value[name]


def _integer(value: object, code: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Refusal(code, "a whole number is expected")
    return value
