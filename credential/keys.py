"""P-256 keys: their JWK form, RFC 7638 thumbprints, ES256 signatures as JOSE writes them (r ‖ s)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credential import base64url

SIGNATURE_OCTETS = 64
THUMBPRINT_OCTETS = 32
_JWK_MEMBERS = {"kty", "crv", "x", "y"}
_VERIFYING = ECDSA(SHA256())
_SIGNING = ECDSA(SHA256(), deterministic_signing=True)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A point of P-256 as 64 octets, x ‖ y. Raises ValueError for what is no point of the curve."""

    octets: bytes

    def __post_init__(self) -> None:
        _load(self.octets)

    @classmethod
    def from_jwk(cls, jwk: object) -> PublicKey:
        """The key of a JWK that has exactly kty, crv, x and y. Raises ValueError."""
        if not isinstance(jwk, dict) or jwk.keys() != _JWK_MEMBERS:
            raise ValueError("a JWK has exactly kty, crv, x and y here")
        if jwk["kty"] != "EC" or jwk["crv"] != "P-256":
            raise ValueError("not a P-256 key")
        return cls(_coordinate(jwk["x"]) + _coordinate(jwk["y"]))

    @classmethod
    def from_compressed(cls, octets: bytes) -> PublicKey:
        """The key of a 33-octet point, 02 or 03 ‖ x. Raises ValueError."""
        if len(octets) != 33:
            raise ValueError(f"a compressed point has 33 octets, got {len(octets)}")
        point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), octets)
        return cls(_point_octets(point))

    @property
    def compressed(self) -> bytes:
        """02 or 03 ‖ x, for where 31 octets matter."""
        return bytes([2 | self.octets[-1] & 1]) + self.octets[:32]

    @property
    def jwk(self) -> dict[str, str]:
        x, y = base64url.encode(self.octets[:32]), base64url.encode(self.octets[32:])
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    @property
    def thumbprint(self) -> bytes:
        """RFC 7638, SHA-256: 32 octets."""
        jwk = self.jwk
        text = f'{{"crv":"P-256","kty":"EC","x":"{jwk["x"]}","y":"{jwk["y"]}"}}'
        return sha256(text.encode("ascii")).digest()

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether `signature` (r ‖ s) is this key's over `message`. High s is fine: ES256 demands no low s."""
        if len(signature) != SIGNATURE_OCTETS:
            return False
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        try:
            _load(self.octets).verify(encode_dss_signature(r, s), message, _VERIFYING)
        except InvalidSignature:
            return False
        return True


class Signer(Protocol):
    """What signs credentials: a key in memory, or one that never leaves its hardware. `sign` gives r ‖ s, 64 octets."""

    @property
    def kid(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key in memory. Signatures are deterministic (RFC 6979), so a batch signed again is the same batch."""

    private_key: EllipticCurvePrivateKey = field(repr=False)
    public_key: PublicKey
    kid: bytes

    @classmethod
    def of(cls, private_key: EllipticCurvePrivateKey) -> SigningKey:
        public = PublicKey(_point_octets(private_key.public_key()))
        return cls(private_key, public, public.thumbprint)

    @classmethod
    def from_secret(cls, secret: bytes) -> SigningKey:
        """The key of a 32-octet secret scalar; the caller brings the randomness. Raises ValueError."""
        if len(secret) != 32:
            raise ValueError(f"a P-256 secret has 32 octets, got {len(secret)}")
        return cls.of(derive_private_key(int.from_bytes(secret), SECP256R1()))

    def sign(self, message: bytes) -> bytes:
        """r ‖ s, 64 octets."""
        r, s = decode_dss_signature(self.private_key.sign(message, _SIGNING))
        return r.to_bytes(32) + s.to_bytes(32)


def _coordinate(text: object) -> bytes:
    if not isinstance(text, str):
        raise ValueError("a coordinate is text")
    octets = base64url.decode(text)
    if len(octets) != 32:
        raise ValueError(f"a P-256 coordinate has 32 octets, got {len(octets)}")
    return octets


def _point_octets(key: EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]


@lru_cache(maxsize=1024)
def _load(octets: bytes) -> EllipticCurvePublicKey:
    """The loaded point; remembered, because a window sees the same issuers' keys all day."""
    if len(octets) != 64:
        raise ValueError(f"a P-256 point has 64 octets, got {len(octets)}")
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), b"\x04" + octets)
