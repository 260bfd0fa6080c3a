"""What is in a wallet — credentials held, collections under way — as values, and as the JSON that the vault keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from credential import SigningKey, base64url, strict_json
from ledger import MalformedNetworkFile, NetworkFile, parse_network_file, serialise_network_file
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
class Trust:
    """Which ledger this wallet checks by: the network file, and sources to follow; kept where nobody swaps them."""

    network: NetworkFile
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything, as one value; changing it makes another."""

    trust: Trust | None = None
    held: tuple[Held, ...] = ()
    collections: tuple[Collection, ...] = ()

    def find(self, credential_id: str) -> Held:
        """By id or the beginning of one. Raises NoSuchCredential."""
        return _only(self.held, credential_id)

    def collection(self, collection_id: str) -> Collection:
        """By id or the beginning of one. Raises NoSuchCredential."""
        return _only(self.collections, collection_id)

    def trusting(self, trust: Trust) -> Contents:
        """`trust` from now on. By another network file, nothing that is held was checked yet."""
        if self.trust is not None and self.trust.network == trust.network:
            return replace(self, trust=trust)
        return replace(self, trust=trust, held=tuple(replace(each, checked_at=None) for each in self.held))

    def with_collection(self, collection: Collection) -> Contents:
        others = tuple(each for each in self.collections if each.id != collection.id)
        return replace(self, collections=(*others, collection))

    def with_held(self, held: Held) -> Contents:
        """`held` instead of the one with its id, or instead of the collection that it came from."""
        others = tuple(each for each in self.held if each.id != held.id)
        under_way = tuple(each for each in self.collections if each.id != held.id)
        return replace(self, held=(*others, held), collections=under_way)

    def entry(self, entry_id: str) -> Held | Collection:
        """The one with this id, or the beginning of one. Raises NoSuchCredential."""
        entries: tuple[Held | Collection, ...] = (*self.held, *self.collections)
        return _only(entries, entry_id)

    def without(self, entry_id: str) -> Contents:
        """All but one, found as by `entry`. Raises NoSuchCredential."""
        gone = self.entry(entry_id)
        return replace(
            self,
            held=tuple(each for each in self.held if each is not gone),
            collections=tuple(each for each in self.collections if each is not gone),
        )


_Entry = TypeVar("_Entry", bound=Held | Collection)


def _only(entries: Iterable[_Entry], entry_id: str) -> _Entry:
    found = [each for each in entries if each.id.startswith(entry_id)]
    if len(found) != 1 or not entry_id:
        raise NoSuchCredential("nothing in the wallet has this id, or several begin with it")
    return found[0]


def encode(contents: Contents) -> bytes:
    document = {
        "format": FORMAT,
        "trust": _trust_members(contents.trust),
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
            _trust(document["trust"]),
            tuple(Held(**_values(each)) for each in document["held"]),
            tuple(Collection(**_values(each)) for each in document["collections"]),
        )
    except (ValueError, KeyError, TypeError, MalformedNetworkFile) as e:
        raise DamagedVault("the wallet's content cannot be read") from e


def _trust_members(trust: Trust | None) -> dict[str, object] | None:
    if trust is None:
        return None
    return {"network": base64url.encode(serialise_network_file(trust.network)), "sources": list(trust.sources)}


def _trust(members: Any) -> Trust | None:
    if members is None:
        return None
    network = parse_network_file(base64url.decode(members["network"]))
    return Trust(network, tuple(map(str, members["sources"])))


_OCTETS = {"seed", "holder_secret", "arrived_seed"}


def _members(entry: Held | Collection) -> dict[str, object]:
    members = {name: getattr(entry, name) for name in entry.__dataclass_fields__}
    return {name: base64url.encode(value) if isinstance(value, bytes) else value for name, value in members.items()}


def _values(members: Mapping[str, object]) -> dict[str, Any]:
    return {
        name: base64url.decode(value) if name in _OCTETS and isinstance(value, str) else value
        for name, value in members.items()
    }
