"""The events of CredentialRegistry: batches, changes of status, and what a region restored after a theft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class BatchAnchored:
    """`first` is the sum of the authority's earlier counts: the first position of the batch."""

    SIGNATURE: ClassVar[str] = "BatchAnchored(uint64,uint32,uint64,uint64,uint32,bytes32,bytes32,address)"
    at: int
    authority: int
    seq: int
    first: int
    count: int
    root: bytes
    kid: bytes
    operator: bytes


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """`effective` is the legal date of the act; `successor` is a position where `to` is superseded, else 0."""

    SIGNATURE: ClassVar[str] = "StatusChanged(uint64,uint32,uint64,uint8,uint8,uint8,uint64,uint64,address)"
    at: int
    authority: int
    position: int
    origin: int
    to: int
    reason: int
    effective: int
    successor: int
    actor: bytes


@dataclass(frozen=True, slots=True)
class StatusRestored:
    """The registry's bits brought back to where they stand without `operator`, which is fenced. No verdict reads it."""

    SIGNATURE: ClassVar[str] = "StatusRestored(uint64,uint32,uint64,uint8,uint8,address,address)"
    at: int
    authority: int
    position: int
    origin: int
    to: int
    operator: bytes
    actor: bytes
