"""Chains of Clique headers, sealed by keys of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from eth_keys.datatypes import PrivateKey

from ledger.headers import CliqueHeader
from ledger.light_client import Trusted
from tests.ledger.light_client.recorded import HEADERS, KEYS, address

GENESIS_HASH = bytes([7]) * 32


def signers(count: int) -> list[PrivateKey]:
    """So many keys in the order of their addresses, which is that of their turns."""
    return sorted(KEYS[:count], key=address)


def trusting(keys: Sequence[PrivateKey]) -> Trusted:
    return Trusted(0, GENESIS_HASH, 1_000_000, tuple(map(address, keys)))


def sealed(header: CliqueHeader, key: PrivateKey) -> CliqueHeader:
    """The header with a seal after what extraData holds so far."""
    unsealed = replace(header, extra_data=header.extra_data + bytes(65))
    seal = key.sign_msg_hash(unsealed.seal_digest).to_bytes()
    return replace(header, extra_data=header.extra_data + seal)


def child(parent: CliqueHeader | None, keys: Sequence[PrivateKey], signer: int, **changes: Any) -> CliqueHeader:
    """The header that signer number `signer` makes on `parent`, or on block 0."""
    number = parent.number + 1 if parent else 1
    values = {name: getattr(HEADERS[7], name) for name in CliqueHeader.__dataclass_fields__}
    values |= {"number": number, "timestamp": 1_000_000 + number, "extra_data": bytes(32), "mix_hash": bytes(32)}
    values |= {"parent_hash": parent.hash if parent else GENESIS_HASH}
    values |= {"difficulty": 2 if number % len(keys) == signer else 1}
    return sealed(CliqueHeader(**(values | changes)), keys[signer])


def chain(keys: Sequence[PrivateKey], by: Sequence[int], parent: CliqueHeader | None = None) -> list[CliqueHeader]:
    """Headers by these signers, one on the other."""
    headers: list[CliqueHeader] = []
    for signer in by:
        headers.append(child(headers[-1] if headers else parent, keys, signer))
    return headers
