"""The settings of an embedded node, read once where it is built."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DEFAULT_CHAIN_ID = 20260


@dataclass(frozen=True, slots=True)
class NodeSettings:
    data: Path
    """The directory with the database, the validator's key, the sealed-height mark and the lock."""

    chain_id: int | None = None
    """Kept for ever from the first start, when None means DEFAULT_CHAIN_ID; if given later, it must be the chain's."""

    block_seconds: int = 1
    """The least time between two blocks. Below 1 the headers' whole seconds would run ahead of the clock."""

    heartbeat_seconds: int = 60
    """An empty block is sealed when the head is this old, so that facts do not grow old while nothing happens."""

    def __post_init__(self) -> None:
        for name in ("chain_id", "block_seconds", "heartbeat_seconds"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} is {value}, must be at least 1")
