"""What is in a wallet — credentials held, collections under way — as values, and as the JSON that the vault keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from credential import base64url, strict_json
from credential.keys import SigningKey
from wallet.errors import DamagedVault, NoSuchCredential

FORMAT = "yinxin-wallet-contents/1"


@dataclass(frozen=True, slots=True)
class Held:
    """A credential that is kept. `text` has every disclosure; `checked_at` is None until the ledger confirmed it."""

    id: str
    text: str = field(repr=False)
    seed: bytes | None = field(repr=False)
    holder_secret: bytes = field(repr=False)
    added_at: int
    checked_at: int | None

    @property
    def holder_key(self) -> SigningKey:
        return SigningKey.from_secret(self.holder_secret)


@dataclass(frozen=True, slots=True)
class Collection:
    """A credential being collected, with all that a lost answer or a crash must not lose.

    The holder's key is made before the first call and never changes: an issuer that is asked again with the same key
    gives the same credential again, so resuming never makes a second one.
    """

    id: str
    issuer: str
    configuration: str
    authorization_server: str | None
    pre_authorized_code: str = field(repr=False)
    transaction_code: str | None = field(repr=False)
    holder_secret: bytes = field(repr=False)
    begun_at: int
    access_token: str | None = field(default=None, repr=False)
    transaction_id: str | None = field(default=None, repr=False)
    ask_again_at: int = 0
    arrived: str | None = field(default=None, repr=False)
    arrived_seed: bytes | None = field(default=None, repr=False)

    @property
    def holder_key(self) -> SigningKey:
        return SigningKey.from_secret(self.holder_secret)


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything, as one value; changing it makes another."""

    held: tuple[Held, ...] = ()
    collections: tuple[Collection, ...] = ()

    def find(self, credential_id: str) -> Held:
        """By id or the beginning of one. Raises NoSuchCredential."""
        found = [each for each in self.held if each.id.startswith(credential_id)]
        if len(found) != 1 or not credential_id:
            raise NoSuchCredential("no credential has this id, or several begin with it")
        return found[0]

    def with_collection(self, collection: Collection) -> Contents:
        others = tuple(each for each in self.collections if each.id != collection.id)
        return replace(self, collections=(*others, collection))

    def with_held(self, held: Held) -> Contents:
        """`held` instead of the one with its id, or instead of the collection that it came from."""
        others = tuple(each for each in self.held if each.id != held.id)
        under_way = tuple(each for each in self.collections if each.id != held.id)
        return Contents((*others, held), under_way)

    def without(self, entry_id: str) -> Contents:
        return Contents(
            tuple(each for each in self.held if each.id != entry_id),
            tuple(each for each in self.collections if each.id != entry_id),
        )


def encode(contents: Contents) -> bytes:
    document = {
        "format": FORMAT,
        "held": [_members(each) for each in contents.held],
        "collections": [_members(each) for each in contents.collections],
    }
    return strict_json.encode(document)


def decode(octets: bytes) -> Contents:
    """Raises DamagedVault: what was decrypted was written by another version or not by this program."""
    try:
        document = strict_json.parse(octets)
        if not isinstance(document, dict) or document["format"] != FORMAT:
            raise DamagedVault("the wallet's content has a format that this program does not know")
        return Contents(
            tuple(Held(**_values(each)) for each in document["held"]),
            tuple(Collection(**_values(each)) for each in document["collections"]),
        )
    except (ValueError, KeyError, TypeError) as e:
        raise DamagedVault("the wallet's content cannot be read") from e


_OCTETS = {"seed", "holder_secret", "arrived_seed"}


def _members(entry: Held | Collection) -> dict[str, object]:
    members = {name: getattr(entry, name) for name in entry.__dataclass_fields__}
    return {name: base64url.encode(value) if isinstance(value, bytes) else value for name, value in members.items()}


def _values(members: Mapping[str, object]) -> dict[str, Any]:
    return {
        name: base64url.decode(value) if name in _OCTETS and isinstance(value, str) else value
        for name, value in members.items()
    }
