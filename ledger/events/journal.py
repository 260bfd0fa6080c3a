"""The Journal's own events: which contracts may append. A replica learns from them whose logs to fetch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class WriterAdded:
    SIGNATURE: ClassVar[str] = "WriterAdded(uint64,address)"
    at: int
    writer: bytes


@dataclass(frozen=True, slots=True)
class WriterRetired:
    SIGNATURE: ClassVar[str] = "WriterRetired(uint64,address)"
    at: int
    writer: bytes
