"""The settings of an embedded node, read once where it is built. What a chain is made of never changes after its first start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class NodeSettings:
    data: Path
    """The directory with the database, the validator's key, the sealed-height mark and the lock."""

    chain_id: int = 20260
    """Part of the genesis block: set at the first start, compared at every later one."""

    block_seconds: int = 1
    """The least time between two blocks. Below 1 the headers' whole seconds would run ahead of the clock."""

    heartbeat_seconds: int = 60
    """An empty block is sealed when the head is this old, so that facts do not grow old while nothing happens."""

    def __post_init__(self) -> None:
        for name in ("chain_id", "block_seconds", "heartbeat_seconds"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, must be at least 1")
