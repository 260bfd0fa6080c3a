"""From what a source hands over to a header: a node's block object, whose stated hash must be so, or RLP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from ledger.errors import HeaderNotSealed
from ledger.headers import CliqueHeader, Header, MalformedHeader
from ledger.hexadecimal import octets, to_hex

_Kind = TypeVar("_Kind", Header, CliqueHeader)


def header_of_block(block: Mapping[str, Any]) -> Header:
    """The QBFT header of a JSON-RPC block object. Raises HeaderNotSealed unless it hashes to what the object states.

    Proves nothing yet: whether its seals are good is for `check_header`.
    """
    return _header_of_block(block, Header)


def header_of_octets(encoded: bytes) -> Header:
    """The QBFT header of its RLP, as unproven as the other. Raises HeaderNotSealed where it is none."""
    try:
        return Header.decode(encoded)
    except MalformedHeader as e:
        raise HeaderNotSealed(f"malformed header: {e}") from e


def clique_header_of_block(block: Mapping[str, Any]) -> CliqueHeader:
    """The same of a Clique network's block, for `settle`."""
    return _header_of_block(block, CliqueHeader)


def _header_of_block(block: Mapping[str, Any], kind: type[_Kind]) -> _Kind:
    try:
        header = kind.from_json(block)
        found = header.hash
    except MalformedHeader as e:
        raise HeaderNotSealed(f"malformed header: {e}") from e
    try:
        stated = octets(block.get("hash"), 32)
    except ValueError as e:
        raise HeaderNotSealed(f"header {header.number} comes without its hash") from e
    if stated != found:
        raise HeaderNotSealed(f"header {header.number} hashes to {to_hex(found)}, the node says {to_hex(stated)}")
    return header
