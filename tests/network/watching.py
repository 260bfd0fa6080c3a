"""A window that never stops checking: it notes every verdict, so that a wrong one during a fault cannot hide."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from credential import Live, Policy, Verdict, parse_presentation, verify
from ledger import NetworkFile, Replica, load_catalogue
from tests.fixtures_ledger import BUSINESS_LICENCE, GUANGDONG, Authority, World

_PAUSE_SECONDS = 0.02
_CLAIMS = {"certificate_validate_start": "2025-01-01", "certificate_validate_end": "长期"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown at the window again and again, and the verdicts that would be wrong at any time."""

    text: str = field(repr=False)
    wrong: frozenset[Verdict]

    @classmethod
    def good(cls, text: str) -> Self:
        """A credential that was anchored before the watch began: an outage brands nobody a forger."""
        return cls(text, frozenset({Verdict.REJECTED}))

    @classmethod
    def bad(cls, text: str) -> Self:
        """One that was never anchored, or was revoked before the watch began: no outage makes it good."""
        return cls(text, frozenset({Verdict.ACCEPTED}))


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong verdict: of what, when, by facts of which block, and why."""

    name: str
    verdict: Verdict
    block: int
    codes: tuple[str, ...]


class WatchingWindow(threading.Thread):
    """Checks everything `shown` all the time, by a replica's file that other processes write."""

    def __init__(self, network: NetworkFile, replica: Path, shown: dict[str, Shown]) -> None:
        super().__init__(name="watching window", daemon=True)
        self.verdicts: dict[str, Counter[Verdict]] = defaultdict(Counter)
        self.slips: list[Slip] = []
        self.blocks: set[int] = set()
        self._shown = {name: (parse_presentation(each.text), each.wrong) for name, each in shown.items()}
        self._replica = Replica(replica, network, load_catalogue(), [])
        self._enough = threading.Event()
        self._broken: BaseException | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._enough.set()
        self.join()
        self._replica.close()
        if self._broken and not error:
            raise self._broken

    def run(self) -> None:
        try:
            while not self._enough.wait(_PAUSE_SECONDS):
                self._look()
        except BaseException as e:  # told by the test's own thread
            self._broken = e

    def never_slipped(self) -> None:
        """Fails with the wrong verdicts, or where too little was seen to say anything."""
        assert not self.slips, self.slips
        assert all(sum(self.verdicts[name].values()) >= 50 for name in self._shown), self.verdicts

    def _look(self) -> None:
        now = int(time.time())
        for name, (shown, wrong) in self._shown.items():
            facts = self._replica.facts_for(shown)
            report = verify(shown, facts, Policy(region=GUANGDONG), Live(seen_before=False), now, now)
            self.blocks.add(facts.block)
            self.verdicts[name][report.verdict] += 1
            if report.verdict in wrong:
                codes = tuple(row.code for row in report.rows if row.code)
                self.slips.append(Slip(name, report.verdict, facts.block, codes))


def issue_one(world: World, authority: Authority, *, anchored: bool = True) -> str:
    """A paper credential of a licence that runs for ever; if not anchored, its position will be another's."""
    names = [each.name for each in world.type(BUSINESS_LICENCE).fields]
    claims = {**dict.fromkeys(names, "示例"), **_CLAIMS}
    (text,) = world.issue(authority, world.type(BUSINESS_LICENCE), [claims], anchored=anchored)
    return text
