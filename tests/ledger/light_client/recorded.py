"""Headers and proofs recorded from a live network of four, later five, validators; and keys to forge with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eth_keys.datatypes import PrivateKey

from ledger.headers import Extra, Header, header_from_json, parse_extra, seal
from ledger.light_client import SealedHeader, Trusted, check_header

VECTORS = Path(__file__).parents[3] / "spec/vectors"
RECORDED: dict[str, Any] = json.loads((VECTORS / "qbft-headers.json").read_text())
BLOCKS: list[dict[str, Any]] = RECORDED["headers"]
HEADERS = [header_from_json(block) for block in BLOCKS]
"""By number: the first is the genesis, which nobody sealed."""

KEYS = [PrivateKey(bytes([number]) * 32) for number in range(1, 21)]


def named_by(header: Header) -> tuple[bytes, ...]:
    return parse_extra(header.extra_data).validators


GENESIS = Trusted(0, HEADERS[0].hash, HEADERS[0].timestamp, named_by(HEADERS[0]))


def trusted_at(number: int) -> Trusted:
    """What who followed the recorded chain to a block trusts."""
    header = HEADERS[number]
    return Trusted(number, header.hash, header.timestamp, named_by(header), header.encode())


def in_order() -> list[SealedHeader]:
    """The recorded headers, each checked after the one before."""
    checked: list[SealedHeader] = []
    for header in HEADERS[1:]:
        checked.append(check_header(header, checked[-1].trusted if checked else GENESIS))
    return checked


def address(key: PrivateKey) -> bytes:
    return key.public_key.to_canonical_address()


def addresses(keys: list[PrivateKey]) -> tuple[bytes, ...]:
    return tuple(map(address, keys))


def forged(number: int, named: list[PrivateKey], sealers: list[PrivateKey], **changes: Any) -> Header:
    """A header of `number`, one second after another, that names and is sealed by whoever one likes."""
    extra = Extra(bytes(32), addresses(named), (), 0, ()).encode()
    values = {name: getattr(HEADERS[7], name) for name in Header.__dataclass_fields__}
    values |= {"number": number, "timestamp": 1_000_000 + number, "extra_data": extra} | changes
    return seal(Header(**values), tuple(sealers))


def trusting(keys: list[PrivateKey], number: int = 0, octets: bytes | None = None) -> Trusted:
    """Block `number` of forged headers as a reader trusts it."""
    return Trusted(number, bytes(32), 1_000_000 + number, addresses(keys), octets)
