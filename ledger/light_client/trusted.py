"""What the light client starts from and what it comes to: a trusted block, and a header proved to be sealed."""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.errors import CheckpointTooOld
from ledger.network_file import NetworkFile

TRUSTING_DAYS = 180
"""How long a validator set is trusted after the last header that it confirmed."""

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Trusted:
    """The newest block known to be good, and the validators that it names.

    `octets` is that header's RLP where it is known: with it, a second header of the same number becomes evidence.
    """

    number: int
    hash: bytes
    time: int
    validators: tuple[bytes, ...]
    octets: bytes | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.validators or len(set(self.validators)) != len(self.validators):
            raise ValueError(f"{len(self.validators)} validators, {len(set(self.validators))} of them different")

    @classmethod
    def by_checkpoint(cls, network: NetworkFile) -> Trusted:
        checkpoint = network.checkpoint
        return cls(checkpoint.number, checkpoint.hash, checkpoint.time, checkpoint.validators)


@dataclass(frozen=True, slots=True)
class SealedHeader:
    """What a header proved to be sealed says. `octets` is its RLP, seals included."""

    number: int
    hash: bytes
    time: int
    state_root: bytes
    validators: tuple[bytes, ...]
    octets: bytes = field(repr=False)

    @property
    def trusted(self) -> Trusted:
        """What the next header is checked against."""
        return Trusted(self.number, self.hash, self.time, self.validators, self.octets)


def may_be_trusted(trusted: Trusted, now: int) -> bool:
    """Whether the set was confirmed at most TRUSTING_DAYS before `now`."""
    return now - trusted.time <= TRUSTING_DAYS * _DAY_SECONDS


def require_recent(trusted: Trusted, now: int) -> None:
    """Raises CheckpointTooOld where the set may not be trusted any more."""
    days = (now - trusted.time) // _DAY_SECONDS
    if not may_be_trusted(trusted, now):
        raise CheckpointTooOld(
            f"checkpoint too old: its validators were last confirmed {days} days ago and are trusted for "
            f"{TRUSTING_DAYS}; get a new network file"
        )
