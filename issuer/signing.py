"""The keys that sign credentials: PEM files. Whatever has `kid`, `public_key` and `sign` fits in their place."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from credential import PublicKey, SigningKey
from issuer.errors import UnusableKey


def load_key(file: Path, passphrase: str | None) -> SigningKey:
    """The key in a PEM file that only its owner may read. Raises UnusableKey."""
    try:
        mode, pem = file.stat().st_mode, file.read_bytes()
    except OSError as error:
        raise UnusableKey(f"key file {file.name}: {error.strerror}") from error
    if mode & 0o077:
        raise UnusableKey(f"key file {file.name} can be read by others: set its mode to 0600")
    try:
        key = load_pem_private_key(pem, _octets(passphrase) if b"ENCRYPTED" in pem else None)
    except (ValueError, TypeError) as error:
        raise UnusableKey(f"key file {file.name} cannot be opened: wrong or missing passphrase, or no PEM") from error
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise UnusableKey(f"key file {file.name} does not hold a P-256 key")
    return SigningKey.of(key)


def make_key(file: Path, passphrase: str | None) -> SigningKey:
    """A fresh key in a new file, encrypted where there is a passphrase. Raises FileExistsError."""
    key = generate_private_key(SECP256R1())
    secret = _octets(passphrase)
    encryption = BestAvailableEncryption(secret) if secret else NoEncryption()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        target.write(pem)
        target.flush()
        os.fsync(target.fileno())
    return SigningKey.of(key)


def save_public_key(key: PublicKey, file: Path) -> None:
    """Writes what the region's administrator registers: PEM (SubjectPublicKeyInfo). Raises FileExistsError."""
    point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), b"\x04" + key.octets)
    with file.open("xb") as target:
        target.write(point.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _octets(passphrase: str | None) -> bytes | None:
    return passphrase.encode() if passphrase else None
