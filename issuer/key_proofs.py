"""A wallet's proof that it holds a key (OpenID4VCI 1.0, appendix F.1): a JWT signed with that very key."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from credential import PublicKey, base64url, strict_json
from issuer.openid_errors import WalletRefused, invalid_nonce, invalid_proof

TYPE = "openid4vci-proof+jwt"
MAX_CHARACTERS = 8 * 1024


@dataclass(frozen=True, slots=True)
class KeyProof:
    """A proof whose signature is its key's and whose audience is us; the nonce is for the caller to use up."""

    key: PublicKey = field(repr=False)
    nonce: str = field(repr=False)
    digest: bytes


def check_key_proof(jwt: str, audience: str, now: int, *, max_age_seconds: int, skew_seconds: int) -> KeyProof:
    """Raises invalid_proof, or invalid_nonce where there is no nonce. `iss` is passed over: wallets are anonymous."""
    if len(jwt) > MAX_CHARACTERS or not jwt.isascii() or jwt.count(".") != 2:
        raise invalid_proof("the proof is not a JWT")
    signing_input, _, signature = jwt.rpartition(".")
    header, claims = (_members(part) for part in signing_input.split("."))
    key = _key(header)
    if not key.verifies(_decode(signature), signing_input.encode("ascii")):
        raise invalid_proof("the signature is not the key's")
    if claims.get("aud") not in (audience, [audience]):
        raise invalid_proof(f"the audience is not {audience}")
    _check_time(claims.get("iat"), now, max_age_seconds, skew_seconds)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str):
        raise invalid_nonce()
    return KeyProof(key, nonce, sha256(jwt.encode("ascii")).digest())


def _key(header: dict[str, object]) -> PublicKey:
    if header.get("typ") != TYPE or header.get("alg") != "ES256":
        raise invalid_proof(f"a proof has typ {TYPE} and alg ES256")
    if "crit" in header or {"kid", "x5c", "trust_chain"} & header.keys():
        raise invalid_proof("the key is given as jwk, and there is no critical extension")
    jwk = header.get("jwk")
    if not isinstance(jwk, dict) or "d" in jwk:
        raise invalid_proof("the header has no public jwk")
    try:
        return PublicKey.from_jwk({name: jwk.get(name) for name in ("kty", "crv", "x", "y")})
    except ValueError as error:
        raise invalid_proof(f"jwk: {error}") from error


def _check_time(issued_at: object, now: int, max_age_seconds: int, skew_seconds: int) -> None:
    if isinstance(issued_at, bool) or not isinstance(issued_at, int | float):
        raise invalid_proof("iat is missing")
    if not now - max_age_seconds - skew_seconds <= issued_at <= now + skew_seconds:
        raise invalid_proof("iat is too old or in the future: check the clock")


def _members(part: str) -> dict[str, object]:
    try:
        members = strict_json.parse(_decode(part))
    except WalletRefused:
        raise
    except ValueError as error:
        raise invalid_proof("header and claims are JSON objects") from error
    if not isinstance(members, dict):
        raise invalid_proof("header and claims are JSON objects")
    return members


def _decode(part: str) -> bytes:
    try:
        return base64url.decode(part)
    except ValueError as error:
        raise invalid_proof("the proof is not base64url") from error
