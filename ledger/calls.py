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
