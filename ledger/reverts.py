"""From the data of a revert to the contract's custom error, with its values as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from eth_abi.abi import decode

from ledger.abi import selector, types_of
from ledger.artifacts import CONTRACTS, artifact
from ledger.errors import NodeRefused, Revert, TransactionReverted
from ledger.hexadecimal import octets
from ledger.printable import printable

UNEXPLAINED = Revert("Unexplained", ())
"""A revert without data, such as when the gas ran out."""

_REASON = "Error(string)"
_SAFES = {
    "GS013": "what the council decided was refused when the Safe called it",
    "GS020": "there are fewer signatures than the council needs",
    "GS026": "a signature is not a member's, or is not of the Safe's next proposal",
    "GS201": "more signatures would be needed than there are members",
    "GS203": "the address can be no member of a council",
    "GS204": "the address is a member already",
    "GS205": "the members have changed, or the address is no member",
}
"""What the Safe's reasons mean, those that can come here."""


def revert_of(error: NodeRefused) -> Revert | None:
    """The custom error that a refused `eth_call` carries; None where the refusal is no revert."""
    try:
        data = octets(error.data)
    except ValueError:
        return UNEXPLAINED if "revert" in error.reason.lower() else None
    return decode_revert(data)


@contextmanager
def reverts_explained(purpose: str, *, only_tried: bool = False) -> Iterator[None]:
    """A refusal within that is a revert becomes TransactionReverted of that purpose, with the contract's reason."""
    try:
        yield
    except NodeRefused as e:
        revert = revert_of(e)
        if revert is None:
            raise
        raise TransactionReverted(purpose, revert, only_tried=only_tried) from e


def decode_revert(data: bytes) -> Revert:
    """The error of the revert's data; one that these contracts do not have keeps its selector as its name."""
    found = _errors().get(data[:4])
    if found is None:
        return Revert(f"0x{data[:4].hex()}", ()) if data else UNEXPLAINED
    signature, names = found
    try:
        values = decode(types_of(signature), data[4:], strict=False)
    except Exception:  # eth_abi raises many kinds; the name alone still says something
        return Revert(signature.split("(")[0], ())
    return Revert(signature.split("(")[0], tuple(zip(names, map(_text, values), strict=True)))


@cache
def _errors() -> Mapping[bytes, tuple[str, tuple[str, ...]]]:
    known = {selector(_REASON): (_REASON, ("reason",))}
    for name in CONTRACTS:
        for signature, entry in artifact(name).signatures("error").items():
            known[selector(signature)] = (signature, tuple(each["name"] for each in entry["inputs"]))
    return known


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    text = printable(str(value))
    return f"{_SAFES[text]} ({text})" if text in _SAFES else text
