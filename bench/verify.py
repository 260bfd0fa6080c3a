"""How long one check takes at a window, with and without reading the picture, against two bare signature checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter_ns

from bench.window import Window
from credential import Report, Verdict
from verifier.reading import ReadingLimits, read

LIMIT_MS, PICTURE_LIMIT_MS = 2.0, 25.0
_BLOCK = 20
_LIMITS = ReadingLimits(octets=1 << 20, pixels=40_000_000, pdf_pages=1, pdf_seconds=10)


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians in milliseconds."""

    rounds: int
    check_ms: float
    picture_check_ms: float
    two_signatures_ms: float

    @property
    def ratio(self) -> float:
        """How many times the two signature checks one whole check takes, in this same run."""
        return self.check_ms / self.two_signatures_ms

    @property
    def within_limits(self) -> bool:
        return self.check_ms < LIMIT_MS and self.picture_check_ms < PICTURE_LIMIT_MS


def measure(window: Window, rounds: int) -> Figures:
    """The three take turns, a block each, so that whatever else the machine does falls on all of them alike.

    Blocks, because a scheduler interrupts whoever comes after the long reading of a picture.
    """
    works: tuple[Callable[[], object], ...] = (
        lambda: _accepted(window.check(window.code)),
        lambda: _accepted(window.check(read(window.picture, _LIMITS))),
        lambda: _two_signatures(window),
    )
    for work in works:
        work()
    timed: list[list[float]] = [[], [], []]
    while len(timed[0]) < rounds:
        for work, times in zip(works, timed, strict=True):
            times += [_milliseconds(work) for _ in range(_BLOCK)]
    return Figures(len(timed[0]), *map(median, timed))


def _milliseconds(work: Callable[[], object]) -> float:
    begun = perf_counter_ns()
    work()
    return (perf_counter_ns() - begun) / 1e6


def _accepted(report: Report) -> None:
    """A quick rejection must not pass for a quick check."""
    if report.verdict is not Verdict.ACCEPTED:
        codes = [row.code for row in report.rows if row.code != row.rule]
        raise RuntimeError(f"the measured check was not accepted: {', '.join(codes)}")


def _two_signatures(window: Window) -> None:
    """The issuer's and the holder's P-256 signatures, and nothing else."""
    shown = window.presentation
    assert shown.payload.holder_key is not None
    assert shown.key_binding is not None
    issuer = window.issuer_key.public_key.verifies(shown.signature, shown.signing_input)
    holder = shown.payload.holder_key.verifies(shown.key_binding.signature, shown.key_binding.signing_input)
    if not (issuer and holder):
        raise RuntimeError("a signature just made does not verify")
