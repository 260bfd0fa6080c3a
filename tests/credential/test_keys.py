from __future__ import annotations

import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from credential import PublicKey, SigningKey, base64url

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RFC_6979_SECRET = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
secrets = st.integers(1, ORDER - 1).map(lambda number: number.to_bytes(32))


def test_signatures_are_those_of_rfc_6979() -> None:
    """Appendix A.2.5, P-256 with SHA-256."""
    key = SigningKey.from_secret(RFC_6979_SECRET)
    assert key.public_key.octets.hex().upper() == (
        "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
        "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
    )
    assert key.sign(b"sample").hex().upper() == (
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    )
    assert key.sign(b"test").hex().upper().startswith("F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D383")


@given(secrets, st.binary(max_size=100))
@settings(deadline=None, max_examples=25)
def test_a_key_verifies_what_it_signed_and_nothing_else(secret: bytes, message: bytes) -> None:
    key = SigningKey.from_secret(secret)
    signature = key.sign(message)
    assert len(signature) == 64
    assert signature == key.sign(message)
    assert key.public_key.verifies(signature, message)
    assert not key.public_key.verifies(signature, message + b"x")
    assert not key.public_key.verifies(bytes([signature[0] ^ 1]) + signature[1:], message)
    assert not SigningKey.from_secret(RFC_6979_SECRET).public_key.verifies(signature, message)


@given(secrets)
@settings(deadline=None, max_examples=25)
def test_every_form_gives_back_the_key(secret: bytes) -> None:
    key = SigningKey.from_secret(secret).public_key
    assert PublicKey.from_jwk(key.jwk) == key
    assert PublicKey.from_compressed(key.compressed) == key
    assert len(key.compressed) == 33


@given(secrets)
@settings(deadline=None, max_examples=25)
def test_the_thumbprint_is_rfc_7638s(secret: bytes) -> None:
    key = SigningKey.from_secret(secret)
    canonical = json.dumps(key.public_key.jwk, sort_keys=True, separators=(",", ":"))
    assert key.kid == key.public_key.thumbprint == hashlib.sha256(canonical.encode()).digest()


def test_high_s_is_a_signature_too() -> None:
    """ES256 knows no low s; so nothing may be keyed by a signature's octets."""
    key = SigningKey.from_secret(RFC_6979_SECRET)
    signature = key.sign(b"sample")
    other = signature[:32] + (ORDER - int.from_bytes(signature[32:])).to_bytes(32)
    assert key.public_key.verifies(other, b"sample")


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), bytes(65), b"\xff" * 64])
def test_no_signature_is_no_signature(signature: bytes) -> None:
    assert not SigningKey.from_secret(RFC_6979_SECRET).public_key.verifies(signature, b"sample")


@pytest.mark.parametrize("octets", [b"", bytes(64), bytes(63), b"\x01" * 64, b"\xff" * 64, bytes(65)])
def test_what_is_no_point_is_no_key(octets: bytes) -> None:
    with pytest.raises(ValueError):
        PublicKey(octets)


@pytest.mark.parametrize("octets", [b"", bytes(33), b"\x02" + b"\xff" * 32, b"\x04" + bytes(32), b"\x02" + bytes(31)])
def test_what_is_no_compressed_point_is_no_key(octets: bytes) -> None:
    with pytest.raises(ValueError):
        PublicKey.from_compressed(octets)


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "OKP"},
        {"crv": "secp256k1"},
        {"use": "sig"},
        {"d": base64url.encode(bytes(32))},
        {"x": base64url.encode(bytes(31))},
        {"x": base64url.encode(bytes(33))},
        {"y": 5},
        {"y": None},
        {"x": "=" * 43},
    ],
)
def test_a_jwk_with_anything_else_is_refused(change: dict[str, object]) -> None:
    jwk: dict[str, object] = {**SigningKey.from_secret(RFC_6979_SECRET).public_key.jwk, **change}
    with pytest.raises(ValueError):
        PublicKey.from_jwk(jwk)


@pytest.mark.parametrize("secret", [b"", bytes(31), bytes(32), b"\xff" * 32, bytes(33)])
def test_what_is_no_secret_makes_no_key(secret: bytes) -> None:
    with pytest.raises(ValueError):
        SigningKey.from_secret(secret)


def test_a_key_of_another_curve_is_refused() -> None:
    with pytest.raises(ValueError):
        SigningKey.of(ec.generate_private_key(ec.SECP384R1()))


def test_a_signing_key_does_not_print_itself() -> None:
    assert "private" not in repr(SigningKey.from_secret(RFC_6979_SECRET))
