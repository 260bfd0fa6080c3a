"""Solidity signatures: the types in them, the four octets that select a function, and a call's data."""

from __future__ import annotations

import re
from functools import cache

from eth_abi.abi import encode
from eth_hash.auto import keccak

_TYPE = re.compile(r"(?:\([^)]*\)|\w+)(?:\[\])?")


@cache
def types_of(signature: str) -> tuple[str, ...]:
    """The types of `name(type,type)`, tuples in brackets whole; they are nested no deeper than one level here."""
    return tuple(_TYPE.findall(signature[signature.index("(") + 1 : -1]))


@cache
def selector(signature: str) -> bytes:
    return keccak(signature.encode())[:4]


def encode_call(signature: str, *values: object) -> bytes:
    """The data of a call of the function. Raises EncodingError on values that do not fit: the caller is wrong."""
    return selector(signature) + encode(types_of(signature), values)
