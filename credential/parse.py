"""Reading presentations: text in, values or the reason why not out. Nothing raises, whatever is shown.

Limits the size, decodes strictly, and takes exactly the members that spec/credential.md lists; whether any of it is
true is for the rules to say.
"""

from __future__ import annotations

import re

from credential import dates, identifiers, key_binding, sd_jwt
from credential.certificate_type import MAX_FIELDS, parse_vct
from credential.keys import THUMBPRINT_OCTETS, PublicKey
from credential.merkle import HASH_OCTETS, MAX_BATCH, path_length
from credential.presentation import Disclosure, Header, KeyBinding, Payload, Presentation, Unreadable
from credential.reading import (
    Jwt,
    Refusal,
    read_integer,
    read_json,
    read_jwt,
    read_octets,
    read_only_member,
    read_text,
    require,
)
from credential.salts import SALT_OCTETS

MAX_OCTETS = 64 * 1024
MAX_PATH_HASHES = path_length(0, MAX_BATCH)
MAX_POSITION = 2**53 - 1
_MAX_AUDIENCE, _MAX_NONCE = 512, 256
_FIRST_INSTANT, _LAST_INSTANT = dates.start_of(dates.FIRST_DAY), dates.end_of(dates.LAST_DAY)
_STATUS_LIST = re.compile(r"0|[1-9][0-9]{0,9}")

_HEADER_MEMBERS = {"alg", "typ", "kid", "inclusion_path"}
_PAYLOAD_MEMBERS = {"iss", "vct", "iat", "nbf", "status", "_sd", "_sd_alg"}
_OPTIONAL_MEMBERS = {"exp", "cnf"}
_BINDING_MEMBERS = {"iat", "aud", "nonce", "sd_hash"}


def parse_presentation(shown: str | bytes) -> Presentation | Unreadable:
    """The presentation in `shown`, or why there is none."""
    try:
        return _read_presentation(_read_ascii(shown))
    except Refusal as refusal:
        return refusal.unreadable


def _read_ascii(shown: str | bytes) -> str:
    require(len(shown) <= MAX_OCTETS, "too_large", f"{len(shown)} octets, at most {MAX_OCTETS} are read")
    require(shown.isascii(), "not_an_sd_jwt", "an SD-JWT is ASCII")
    return shown if isinstance(shown, str) else shown.decode("ascii")


def _read_presentation(text: str) -> Presentation:
    jwt_text, *rest = text.split("~")
    require(bool(rest), "not_an_sd_jwt", "an SD-JWT has a ~ after its JWT")
    *shown, binding_text = rest
    jwt = read_jwt(jwt_text, sd_jwt.TYPE)
    return Presentation(
        text=text,
        header=_read_header(jwt),
        payload=_read_payload(jwt),
        signing_input=jwt.signing_input,
        signature=jwt.signature,
        disclosures=tuple(map(_read_disclosure, shown)),
        key_binding=_read_key_binding(binding_text) if binding_text else None,
    )


def _read_header(jwt: Jwt) -> Header:
    require(jwt.header.keys() == _HEADER_MEMBERS, "unknown_header_member", "exactly alg, typ, kid, inclusion_path")
    kid, joined = read_octets(jwt.header["kid"]), read_octets(jwt.header["inclusion_path"])
    require(len(kid) == THUMBPRINT_OCTETS, "malformed_kid", f"a kid has {THUMBPRINT_OCTETS} octets")
    count, rest = divmod(len(joined), HASH_OCTETS)
    require(not rest and count <= MAX_PATH_HASHES, "malformed_path", f"up to {MAX_PATH_HASHES} whole hashes")
    path = tuple(joined[i * HASH_OCTETS : (i + 1) * HASH_OCTETS] for i in range(count))
    return Header(kid, path, jwt.header_octets)


def _read_payload(jwt: Jwt) -> Payload:
    payload = jwt.payload
    known = payload.keys() - _OPTIONAL_MEMBERS == _PAYLOAD_MEMBERS
    require(known, "unknown_payload_member", "the payload has other members than the format's")
    issuer = _read_issuer(payload["iss"])
    code, version = _read_vct(payload["vct"])
    not_before = _read_day(payload["nbf"])
    expires = _read_day(payload["exp"]) if "exp" in payload else None
    require(expires is None or not_before < expires, "malformed_time", "exp is not after nbf")
    return Payload(
        issuer=issuer,
        type_code=code,
        type_version=version,
        issued_at=_read_day(payload["iat"]),
        not_before=not_before,
        expires=expires,
        position=_read_position(payload["status"], issuer),
        holder_key=_read_holder_key(payload["cnf"]) if "cnf" in payload else None,
        digests=_read_digests(payload["_sd"], payload["_sd_alg"]),
        octets=jwt.payload_octets,
    )


def _read_issuer(value: object) -> str:
    if not isinstance(value, str) or not identifiers.is_issuer_url(value):
        raise Refusal("malformed_issuer", "iss is no plain http or https URL")
    return value


def _read_vct(value: object) -> tuple[str, int]:
    try:
        return parse_vct(value if isinstance(value, str) else "")
    except ValueError as error:
        raise Refusal("malformed_type", f"vct is {error}") from None


def _read_day(value: object) -> int:
    instant = read_integer(value, "malformed_time")
    in_range = _FIRST_INSTANT <= instant <= _LAST_INSTANT and dates.is_start_of_day(instant)
    require(in_range, "malformed_time", "not the start of a day in Shanghai between 1900 and 9998")
    return instant


def _read_position(value: object, issuer: str) -> int:
    """From the status reference, which must be the issuer's own list."""
    status = read_only_member(value, "status_list", "malformed_status")
    if not isinstance(status, dict) or status.keys() != {"idx", "uri"} or not isinstance(status["uri"], str):
        raise Refusal("malformed_status", "status_list has exactly idx and uri")
    prefix, _, number = status["uri"].rpartition("/")
    is_own = prefix == f"{issuer}/status" and _STATUS_LIST.fullmatch(number)
    require(bool(is_own), "malformed_status", "the status list is not one of the issuer's")
    index, first = read_integer(status["idx"], "malformed_status"), int(number) << sd_jwt.STATUS_LIST_BITS
    in_list = 0 <= index < 1 << sd_jwt.STATUS_LIST_BITS and first <= MAX_POSITION
    require(in_list, "malformed_status", "idx is not in the list")
    return first | index


def _read_holder_key(value: object) -> PublicKey:
    try:
        return PublicKey.from_jwk(read_only_member(value, "jwk", "malformed_holder_key"))
    except ValueError as error:
        raise Refusal("malformed_holder_key", str(error)) from None


def _read_digests(value: object, algorithm: object) -> tuple[bytes, ...]:
    require(algorithm == sd_jwt.DIGEST_ALGORITHM, "unknown_sd_alg", f"_sd_alg is not {sd_jwt.DIGEST_ALGORITHM}")
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_FIELDS:
        raise Refusal("malformed_digests", f"_sd holds 1 to {MAX_FIELDS} digests")
    digests = tuple(map(read_octets, value))
    require({HASH_OCTETS} == set(map(len, digests)), "malformed_digests", f"a digest has {HASH_OCTETS} octets")
    return digests


def _read_disclosure(text: str) -> Disclosure:
    parts = read_json(read_octets(text))
    if not isinstance(parts, list) or len(parts) != 3 or not all(isinstance(part, str) for part in parts):
        raise Refusal("malformed_disclosure", "a disclosure is [salt, name, value], all texts")
    salt = read_octets(parts[0])
    require(len(salt) == SALT_OCTETS, "malformed_disclosure", f"a salt has {SALT_OCTETS} octets")
    return Disclosure(salt, parts[1], parts[2], sd_jwt.disclosure_digest(text), text)


def _read_key_binding(text: str) -> KeyBinding:
    code = "malformed_key_binding"
    jwt = read_jwt(text, key_binding.TYPE)
    payload = jwt.payload
    require(jwt.header.keys() == {"alg", "typ"}, code, "the header has exactly alg and typ")
    require(payload.keys() == _BINDING_MEMBERS, code, "exactly iat, aud, nonce and sd_hash")
    sd_hash = read_octets(payload["sd_hash"])
    require(len(sd_hash) == HASH_OCTETS, code, f"sd_hash has {HASH_OCTETS} octets")
    return KeyBinding(
        audience=read_text(payload["aud"], _MAX_AUDIENCE, code, "aud"),
        nonce=read_text(payload["nonce"], _MAX_NONCE, code, "nonce"),
        issued_at=read_integer(payload["iat"], code),
        sd_hash=sd_hash,
        signing_input=jwt.signing_input,
        signature=jwt.signature,
    )
