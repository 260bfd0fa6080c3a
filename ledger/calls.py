"""A call of a contract, ready to be signed: where to, what data, how much gas, and what it is for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """`to` None creates a contract. `purpose` is public text for people, without anything personal."""

    to: bytes | None
    data: bytes
    gas: int
    purpose: str


def empty_call(account: bytes) -> Call:
    """What an account sends to itself to use up a nonce: it does nothing, and costs the least gas that there is."""
    return Call(account, b"", 21_000, "an empty transaction")
