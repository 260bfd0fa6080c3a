"""The one file that holds everything, encrypted at rest. Knows octets and a passphrase, not what they mean.

Layout: magic, length of the header (2 octets), the header, a 12-octet nonce, AES-256-GCM of the content with all
before the ciphertext as associated data. The header is JSON with scrypt's parameters and a check value, which tells a
wrong passphrase from a changed file and helps no one guess: the ciphertext's own tag tells a right guess from a wrong
one too.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from credential import strict_json
from ledger import write_over
from wallet.errors import DamagedVault, NoVault, VaultBusy, VaultExists, VaultUnusable, WrongPassphrase

Entropy = Callable[[int], bytes]
"""Random octets: `secrets.token_bytes` at the edge."""

COST = 2**16
"""scrypt's N: 64 MiB and about a quarter of a second for each guess."""

_MAGIC = b"yinxin-wallet/1\n"
_BLOCK, _PARALLEL = 8, 1
_NONCE_OCTETS = 12
_MOST_COST = 2**20
_MOST_OCTETS = 64 << 20


@dataclass(frozen=True, slots=True)
class Vault:
    """An opened vault. When `save` returns, the new content survives a crash; until then the old one does.

    Whatever reads or writes the file raises VaultUnusable where that cannot be done.
    """

    path: Path
    header: bytes
    entropy: Entropy = field(repr=False)
    _key: bytes = field(repr=False)

    @classmethod
    def create(cls, path: Path, passphrase: str, content: bytes, entropy: Entropy, cost: int = COST) -> Self:
        """A new vault; raises VaultExists."""
        with _usable():
            if path.exists():
                raise VaultExists("there is a wallet already")
            path.parent.mkdir(parents=True, exist_ok=True)
        salt = entropy(16)
        key, check = _derive(passphrase, salt, cost)
        header = json.dumps(
            {"kdf": "scrypt", "n": cost, "r": _BLOCK, "p": _PARALLEL, "salt": salt.hex(), "check": check.hex()}
        )
        vault = cls(path, header.encode("ascii"), entropy, key)
        vault.save(content)
        return vault

    @classmethod
    def open(cls, path: Path, passphrase: str, entropy: Entropy) -> Self:
        """Raises NoVault, WrongPassphrase, or DamagedVault where a single bit was changed."""
        header, _, _ = _parts(_read(path))
        cost, salt, expected = _parameters(header)
        key, check = _derive(passphrase, salt, cost)
        if not compare_digest(check, expected):
            raise WrongPassphrase("the passphrase is not that of this wallet")
        vault = cls(path, header, entropy, key)
        vault.load()
        return vault

    def load(self) -> bytes:
        """The content as last saved."""
        header, nonce, ciphertext = _parts(_read(self.path))
        try:
            return AESGCM(self._key).decrypt(nonce, ciphertext, _bound(header, nonce))
        except InvalidTag as e:
            raise DamagedVault("the wallet's file was changed or is damaged") from e

    def save(self, content: bytes) -> None:
        """The file is the old one or the new one, never half of either."""
        nonce = self.entropy(_NONCE_OCTETS)
        before = _bound(self.header, nonce)
        with _usable():
            write_over(self.path, before + AESGCM(self._key).encrypt(nonce, content, before))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps every other process out; raises VaultBusy where one is at work."""
        with _usable():
            lock = self.path.with_name(f"{self.path.name}.lock").open("w")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as e:
                raise VaultBusy("another program is using this wallet") from e
            yield


def _derive(passphrase: str, salt: bytes, cost: int) -> tuple[bytes, bytes]:
    """The key, and the check value of the passphrase."""
    derived = Scrypt(salt=salt, length=64, n=cost, r=_BLOCK, p=_PARALLEL).derive(passphrase.encode("utf-8"))
    return derived[:32], sha256(derived[32:]).digest()


def _bound(header: bytes, nonce: bytes) -> bytes:
    return _MAGIC + len(header).to_bytes(2) + header + nonce


def _read(path: Path) -> bytes:
    with _usable():
        try:
            with path.open("rb") as file:
                return file.read(_MOST_OCTETS)
        except FileNotFoundError as e:
            raise NoVault("there is no wallet here: make one with `yinxin wallet init`") from e


@contextmanager
def _usable() -> Iterator[None]:
    try:
        yield
    except OSError as e:
        raise VaultUnusable(f"the wallet's file cannot be read or written: {e.strerror}") from e


def _parts(octets: bytes) -> tuple[bytes, bytes, bytes]:
    start = len(_MAGIC) + 2
    end = start + int.from_bytes(octets[len(_MAGIC) : start])
    nonce, ciphertext = octets[end : end + _NONCE_OCTETS], octets[end + _NONCE_OCTETS :]
    if not octets.startswith(_MAGIC) or len(ciphertext) < 16:
        raise DamagedVault("the file is no wallet of a known version, or was cut")
    return octets[start:end], nonce, ciphertext


def _parameters(header: bytes) -> tuple[int, bytes, bytes]:
    try:
        members: Any = strict_json.parse(header)
        cost, salt, check = members["n"], bytes.fromhex(members["salt"]), bytes.fromhex(members["check"])
        known = (members["kdf"], members["r"], members["p"]) == ("scrypt", _BLOCK, _PARALLEL)
    except (ValueError, KeyError, TypeError) as e:
        raise DamagedVault("the wallet's header is damaged") from e
    if not (known and isinstance(cost, int) and 2 <= cost <= _MOST_COST and cost & (cost - 1) == 0):
        raise DamagedVault("the wallet's header has parameters out of range")
    return cost, salt, check
