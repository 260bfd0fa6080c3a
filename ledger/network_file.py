"""The network file (spec/network-file.md): the root of trust that everything that reads the chain is given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

from credential import strict_json
from ledger.errors import MalformedNetworkFile
from ledger.hexadecimal import octets, to_hex
from ledger.journal import first_head

FORMAT = "yinxin-network/1"
MAX_OCTETS = 64 * 1024
MAX_NAME = 100
MAX_VALIDATORS = 100

Engine = Literal["embedded", "qbft", "clique"]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A block known to be good, and the validators trusted from there on. `hash` 32 octets, `validators` 20 each."""

    number: int
    hash: bytes
    time: int
    validators: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class JournalAt:
    """Where the journal's head is: contract, hash of its code, storage slot."""

    address: bytes
    code_hash: bytes
    slot: int


@dataclass(frozen=True, slots=True)
class RegistriesAt:
    """The registries' addresses."""

    trust: bytes
    credential: bytes
    recognition: bytes


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """One network: what to trust of it, and where its registries are. No event lies before `from_block`."""

    name: str
    network_id: bytes
    engine: Engine
    chain_id: int
    checkpoint: Checkpoint
    journal: JournalAt
    registries: RegistriesAt
    from_block: int

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical form, 64 hexadecimal digits."""
        return _fingerprint(self)

    @property
    def short_fingerprint(self) -> str:
        """The fingerprint's first 16 digits in groups of four, for people to compare."""
        digits = self.fingerprint
        return " ".join(digits[start : start + 4] for start in range(0, 16, 4))

    @property
    def first_head(self) -> bytes:
        return first_head(self.chain_id, self.journal.address, self.network_id)


def serialise_network_file(network: NetworkFile) -> bytes:
    """The file's octets, for people to read; `parse_network_file` gives back the same value."""
    return json.dumps(_as_json(network), ensure_ascii=False, indent=2).encode() + b"\n"


def parse_network_file(document: bytes) -> NetworkFile:
    """The network of a file. Raises MalformedNetworkFile on anything but exactly the format's members and forms."""
    if len(document) > MAX_OCTETS:
        raise MalformedNetworkFile(f"a network file has at most {MAX_OCTETS} octets, this has {len(document)}")
    try:
        return _network(_Members("", strict_json.parse(document)))
    except ValueError as e:
        raise MalformedNetworkFile(str(e)) from e


def read_network_file(path: Path) -> NetworkFile:
    """The network of the file at `path`. Raises MalformedNetworkFile, also where it cannot be read."""
    try:
        with path.open("rb") as file:
            return parse_network_file(file.read(MAX_OCTETS + 1))
    except MalformedNetworkFile as e:
        raise MalformedNetworkFile(f"{path}: {e}") from e
    except OSError as e:
        raise MalformedNetworkFile(f"cannot read {path}: {e.strerror}") from e


def _network(root: _Members) -> NetworkFile:
    found = root.text("format")
    if found != FORMAT:
        raise ValueError(f"format {found!r} is not known here, only {FORMAT!r}")
    engine = root.text("engine")
    if engine not in get_args(Engine):
        raise ValueError(f"engine {engine!r} is not one of {', '.join(get_args(Engine))}")
    network = NetworkFile(
        name=root.text("name"),
        network_id=root.octets("network_id", 32),
        engine=cast(Engine, engine),
        chain_id=root.integer("chain_id"),
        checkpoint=_checkpoint(root.members("checkpoint")),
        journal=_journal(root.members("journal")),
        registries=_registries(root.members("registries")),
        from_block=root.integer("from_block"),
    )
    root.nothing_else()
    return network


def _checkpoint(members: _Members) -> Checkpoint:
    checkpoint = Checkpoint(
        number=members.integer("number"),
        hash=members.octets("hash", 32),
        time=members.integer("time"),
        validators=members.addresses("validators"),
    )
    members.nothing_else()
    return checkpoint


def _journal(members: _Members) -> JournalAt:
    journal = JournalAt(
        members.octets("address", 20),
        members.octets("code_hash", 32),
        int.from_bytes(members.octets("slot", 32), "big"),
    )
    members.nothing_else()
    return journal


def _registries(members: _Members) -> RegistriesAt:
    registries = RegistriesAt(*(members.octets(name, 20) for name in ("trust", "credential", "recognition")))
    members.nothing_else()
    return registries


def _as_json(network: NetworkFile) -> dict[str, Any]:
    checkpoint = network.checkpoint
    return {
        "format": FORMAT,
        "name": network.name,
        "network_id": to_hex(network.network_id),
        "engine": network.engine,
        "chain_id": network.chain_id,
        "checkpoint": {
            "number": checkpoint.number,
            "hash": to_hex(checkpoint.hash),
            "time": checkpoint.time,
            "validators": [to_hex(address) for address in checkpoint.validators],
        },
        "journal": {
            "address": to_hex(network.journal.address),
            "code_hash": to_hex(network.journal.code_hash),
            "slot": to_hex(network.journal.slot.to_bytes(32, "big")),
        },
        "registries": {name: to_hex(address) for name, address in asdict(network.registries).items()},
        "from_block": network.from_block,
    }


@lru_cache(maxsize=8)
def _fingerprint(network: NetworkFile) -> str:
    """Asked for at every check."""
    return hashlib.sha256(_canonical(network)).hexdigest()


def _canonical(network: NetworkFile) -> bytes:
    return json.dumps(_as_json(network), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class _Members:
    """The members of one JSON object, taken one by one; each error says where."""

    def __init__(self, place: str, value: object) -> None:
        if not isinstance(value, Mapping):
            raise ValueError(f"{place or 'the document'} must be an object")
        self._place = place
        self._left = dict(value)

    def _take(self, name: str) -> object:
        if name not in self._left:
            raise ValueError(f"{self._at(name)} is missing")
        return self._left.pop(name)

    def _at(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name

    def members(self, name: str) -> _Members:
        return _Members(self._at(name), self._take(name))

    def text(self, name: str) -> str:
        value = self._take(name)
        if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME or not value.isprintable():
            raise ValueError(f"{self._at(name)} must be a printable text of 1 to {MAX_NAME} characters")
        return value

    def integer(self, name: str) -> int:
        value = self._take(name)
        if type(value) is not int or value < 0:
            raise ValueError(f"{self._at(name)} must be an integer, 0 or more")
        return value

    def octets(self, name: str, size: int) -> bytes:
        return _lower_octets(self._at(name), self._take(name), size)

    def addresses(self, name: str) -> tuple[bytes, ...]:
        value = self._take(name)
        if not isinstance(value, list) or not 0 < len(value) <= MAX_VALIDATORS:
            raise ValueError(f"{self._at(name)} must be a list of 1 to {MAX_VALIDATORS} addresses")
        found = tuple(_lower_octets(self._at(name), item, 20) for item in value)
        if len(set(found)) != len(found):
            raise ValueError(f"{self._at(name)} names an address twice")
        return found

    def nothing_else(self) -> None:
        if self._left:
            raise ValueError(f"{self._at(next(iter(self._left)))!r} is not a member of this format")


def _lower_octets(place: str, value: object, size: int) -> bytes:
    try:
        found = octets(value, size)
    except ValueError as e:
        raise ValueError(f"{place}: {e}") from e
    if value != to_hex(found):
        raise ValueError(f"{place}: hexadecimal digits must be lower case")
    return found
