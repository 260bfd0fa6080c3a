"""What a window decides for itself, and what it asked of the holder: plain values that `verify` is given."""

from __future__ import annotations

from dataclasses import dataclass

CLOCK_TOLERANCE_SECONDS = 60
"""How far two honest clocks may differ."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A window's policy. `region` is its own GB/T 2260 province code.

    `max_facts_age_seconds` can only shorten the limit in the type's metadata; None leaves it. A live code counts for
    `live_seconds`, with `skew_seconds` either way.
    """

    region: int
    max_facts_age_seconds: int | None = None
    live_seconds: int = 60
    skew_seconds: int = 30

    def __post_init__(self) -> None:
        if min(self.max_facts_age_seconds or 0, self.live_seconds, self.skew_seconds) < 0:
            raise ValueError("an age or a skew in a policy is at least 0 seconds")


@dataclass(frozen=True, slots=True)
class Live:
    """Nothing was asked: the holder shows a live code or paper.

    `seen_before` comes from the shell's store of (holder thumbprint, nonce).
    """

    seen_before: bool


@dataclass(frozen=True, slots=True)
class Requested:
    """The window asked, and expects its own nonce and audience back."""

    nonce: str
    audience: str


Challenge = Live | Requested
