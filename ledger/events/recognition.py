"""The events of RecognitionRegistry: agreements and what their members do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

Member = tuple[int, bool, bool]
"""A region's part in an agreement: its code, whether it issues under it, whether it recognises."""


@dataclass(frozen=True, slots=True)
class AgreementProposed:
    SIGNATURE: ClassVar[str] = (
        "AgreementProposed(uint64,uint32,uint32,bytes32,uint32[],uint64,uint64,(uint32,bool,bool)[])"
    )
    at: int
    agreement: int
    proposer: int
    document_digest: bytes
    certificate_types: tuple[int, ...]
    starts: int
    ends: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class AgreementRatified:
    SIGNATURE: ClassVar[str] = "AgreementRatified(uint64,uint32,uint32)"
    at: int
    agreement: int
    region: int


@dataclass(frozen=True, slots=True)
class AgreementSuspended:
    SIGNATURE: ClassVar[str] = "AgreementSuspended(uint64,uint32,uint32)"
    at: int
    agreement: int
    region: int


@dataclass(frozen=True, slots=True)
class AgreementResumed:
    SIGNATURE: ClassVar[str] = "AgreementResumed(uint64,uint32,uint32)"
    at: int
    agreement: int
    region: int


@dataclass(frozen=True, slots=True)
class AgreementWithdrawn:
    SIGNATURE: ClassVar[str] = "AgreementWithdrawn(uint64,uint32,uint32)"
    at: int
    agreement: int
    region: int
