"""Accounts that send transactions: a secp256k1 key, its file (plain or encrypted), and signing.

The plain form suits one machine for trying out; the encrypted one is Ethereum's keyfile, version 3.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from eth_keys.datatypes import PrivateKey
from eth_utils.exceptions import ValidationError

from credential import strict_json
from ledger.calls import Call
from ledger.errors import AccountProblem
from ledger.hexadecimal import octets, to_hex
from ledger.recursion import recursion_limit_kept

if TYPE_CHECKING:
    from eth_account import Account as EthAccount

FORMAT = "yinxin-account/1"


@dataclass(frozen=True, slots=True)
class Fees:
    """What a transaction offers for gas, in wei; where gas is free, 0."""

    max_fee_per_gas: int = 0
    max_priority_fee_per_gas: int = 0

    @classmethod
    def up_to(cls, max_fee_per_gas: int) -> Self:
        """At most this in all; 1 wei of it as the tip without which geth's nodes do not pass a transaction on."""
        return cls(max_fee_per_gas, min(max_fee_per_gas, 1))


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """A transaction as it travels; `hash` names it for ever."""

    raw: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Account:
    """A key that signs transactions; `address` are 20 octets."""

    secret: bytes = field(repr=False)
    address: bytes

    @classmethod
    def create(cls) -> Self:
        return cls.from_secret(os.urandom(32))

    @classmethod
    def from_secret(cls, secret: bytes) -> Self:
        """The account of a 32-octet secret. Raises ValueError where it is no private key."""
        try:
            public = PrivateKey(secret).public_key
        except ValidationError as e:
            raise ValueError("not a secp256k1 private key") from e
        return cls(secret, public.to_canonical_address())

    @property
    def hex_address(self) -> str:
        return to_hex(self.address)

    def sign(self, chain_id: int, nonce: int, call: Call, fees: Fees) -> SignedTransaction:
        """The call as an EIP-1559 transaction. The same values always give the same octets (RFC 6979)."""
        transaction: dict[str, Any] = {
            "type": 2,
            "chainId": chain_id,
            "nonce": nonce,
            "value": 0,
            "gas": call.gas,
            "maxFeePerGas": fees.max_fee_per_gas,
            "maxPriorityFeePerGas": fees.max_priority_fee_per_gas,
            "data": call.data,
        }
        if call.to is not None:
            transaction["to"] = call.to
        signed = _eth_account().sign_transaction(transaction, self.secret)
        return SignedTransaction(bytes(signed.raw_transaction), bytes(signed.hash))


def save_account(account: Account, path: Path, passphrase: str | None = None) -> None:
    """Writes a new key file that only its owner may read. Raises AccountProblem, also where `path` exists already."""
    document = _plain(account) if passphrase is None else _encrypted(account, passphrase)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as e:
        raise AccountProblem(f"{path} exists already; a key file is never overwritten") from e
    except OSError as e:
        raise AccountProblem(f"cannot write {path}: {e.strerror}") from e
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as e:  # a full disk: half a key is none
        path.unlink(missing_ok=True)
        raise AccountProblem(f"cannot write {path}: {e.strerror}") from e


def load_account(path: Path, passphrase: str | None = None) -> Account:
    """The account of a key file. Raises AccountProblem; its message never holds key material."""
    document = _document(path)
    if document.get("format") == FORMAT:
        return _from_plain(document, path)
    if "crypto" not in document:
        raise AccountProblem(f"{path} is neither a plain nor an encrypted key file")
    if passphrase is None:
        raise AccountProblem(f"{path} is encrypted; a passphrase is needed")
    return _decrypted(document, path, passphrase)


def _document(path: Path) -> dict[str, Any]:
    try:
        document = strict_json.parse(path.read_bytes())
    except OSError as e:
        raise AccountProblem(f"cannot read {path}: {e.strerror}") from e
    except strict_json.MalformedJson as e:
        raise AccountProblem(f"{path} is not a key file: {e}") from e
    if not isinstance(document, dict):
        raise AccountProblem(f"{path} is not a key file")
    return document


def _plain(account: Account) -> dict[str, str]:
    return {"format": FORMAT, "address": account.hex_address, "private_key": to_hex(account.secret)}


def _from_plain(document: dict[str, Any], path: Path) -> Account:
    try:
        account = Account.from_secret(octets(document.get("private_key"), 32))
    except ValueError:
        raise AccountProblem(f"{path} does not hold a private key") from None
    if document.get("address") != account.hex_address:
        raise AccountProblem(f"{path} is damaged: its address is not its key's")
    return account


def _encrypted(account: Account, passphrase: str) -> dict[str, Any]:
    return dict(_eth_account().encrypt(account.secret, passphrase))


def _decrypted(document: dict[str, Any], path: Path, passphrase: str) -> Account:
    signer = _eth_account()
    try:
        return Account.from_secret(bytes(signer.decrypt(document, passphrase)))
    except Exception as e:  # of a damaged file it makes anything: AssertionError, AttributeError, NotImplementedError
        raise AccountProblem(f"{path} cannot be opened with this passphrase") from e


@cache
def _eth_account() -> type[EthAccount]:
    """Takes a second to import; only who signs pays it."""
    with recursion_limit_kept():
        from eth_account import Account as Signer

    return Signer
