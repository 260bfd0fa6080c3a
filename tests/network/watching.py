"""Windows that never stop checking: every verdict is noted, so that a wrong one during a fault cannot hide.

One looks into a replica's file all the time; the other asks the window's service over HTTP, which keeps a record and
takes live codes. Both are shown samples from before the faults, and whatever the bureau makes meanwhile.
"""

from __future__ import annotations

import random
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from credential import Live, Outcome, Policy, SigningKey, Verdict, verify
from ledger import NetworkFile, Replica, load_catalogue
from tests.fixtures_ledger import BUSINESS_LICENCE, GUANGDONG, Authority, World
from tests.network.judging import Note, Shown
from tests.verifier.window_samples import live_text

_NEWEST, _OTHERS = 4, 4
"""How many papers are shown in one look: those that were sealed last, and some of all."""
_LOST_AFTER_SECONDS = 20
_CLAIMS = {"certificate_validate_start": "2025-01-01", "certificate_validate_end": "长期"}
Wallet = tuple[Shown, SigningKey]


@dataclass
class Showing:
    """What there is to show: samples, the papers that the bureau has sealed by now, and what wallets have collected."""

    samples: Sequence[Shown]
    papers: Callable[[], Sequence[Shown]]
    wallets: Callable[[], Sequence[Wallet]]

    def some(self) -> list[Shown]:
        papers = self.papers()
        others = papers[:-_NEWEST]
        return [*self.samples, *papers[-_NEWEST:], *random.sample(others, min(_OTHERS, len(others)))]

    def all(self) -> list[Shown]:
        return [*self.samples, *self.papers()]


class Watch(threading.Thread, ABC):
    """Looks again and again, and once more in the end; `notes` are in the order of time, without mere repetitions."""

    pause_seconds: float

    def __init__(self, showing: Showing) -> None:
        super().__init__(name=type(self).__name__, daemon=True)
        self.notes: list[Note] = []
        self.verdicts: dict[str, Counter[Verdict]] = defaultdict(Counter)
        self.showing = showing
        self._latest: dict[str, Note] = {}
        self._enough = threading.Event()
        self._broken: BaseException | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._enough.set()
        self.join()
        self.close()
        if self._broken and not error:
            raise self._broken

    def run(self) -> None:
        try:
            while not self._enough.wait(self.pause_seconds):
                self.look()
            self.look_at_all()
        except BaseException as e:  # told by the test's own thread
            self._broken = e

    @abstractmethod
    def look(self) -> None: ...

    @abstractmethod
    def look_at_all(self) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    def note(self, note: Note) -> None:
        """Nothing that counts takes effect later than it is recorded: the same by the same block says nothing new."""
        name, before = note.shown.name, self._latest.get(note.shown.name)
        self.verdicts[name][note.verdict] += 1
        if before is None or (before.verdict, before.block_hash) != (note.verdict, note.block_hash):
            self.notes.append(note)
        self._latest[name] = note


class WatchingWindow(Watch):
    """Checks by a replica's file that other processes write."""

    pause_seconds = 0.05

    def __init__(self, network: NetworkFile, replica: Path, showing: Showing) -> None:
        super().__init__(showing)
        self._replica = Replica(replica, network, load_catalogue(), [])

    def look(self) -> None:
        for shown in self.showing.some():
            self._check(shown)

    def look_at_all(self) -> None:
        for shown in self.showing.all():
            self._check(shown)

    def close(self) -> None:
        self._replica.close()

    def _check(self, shown: Shown) -> None:
        now = int(time.time())
        facts = self._replica.facts_for(shown.presentation)
        report = verify(shown.presentation, facts, Policy(region=GUANGDONG), Live(seen_before=False), now, now)
        failing = tuple(row.code for row in report.rows if row.outcome is Outcome.FAILS)
        self.note(Note(shown, report.verdict, failing, now, facts.block, facts.block_hash))


class Clerk(Watch):
    """Asks the window's service, which may be dead or refuse for want of space: the question is then not asked again.

    A live code that was accepted is shown a second time, which must be of no use. `checks` are the ids of the checks
    that were answered, each with its block's hash; `withdrawn` are those that the window says so of in the end.
    """

    pause_seconds = 0.3

    def __init__(self, url: str, showing: Showing) -> None:
        super().__init__(showing)
        self.checks: dict[str, bytes] = {}
        self.withdrawn: set[str] = set()
        self.codes_used = 0
        self._http = httpx.Client(base_url=url, timeout=_LOST_AFTER_SECONDS, trust_env=False)

    def look(self) -> None:
        paper = random.choice(self.showing.some())
        self._check(paper, paper.presentation.text)
        if wallets := self.showing.wallets():
            self._check_live(*random.choice(wallets))

    def look_at_all(self) -> None:
        for wallet in self.showing.wallets():
            self._check_live(*wallet)
        self.withdrawn = set(self._withdrawn())

    def close(self) -> None:
        self._http.close()

    def _withdrawn(self) -> Iterator[str]:
        query: dict[str, Any] = {"all": True}
        while "before" not in query or query["before"] is not None:
            page = self._http.get("/withdrawn", params=query).raise_for_status().json()
            yield from (each["id"] for each in page["checks"])
            query["before"] = page["next"]

    def _check_live(self, wallet: Shown, key: SigningKey) -> None:
        text = live_text(wallet.presentation.text, key, int(time.time()))
        if self._check(wallet, text) is Verdict.ACCEPTED and (again := self._ask(text)) is not None:
            assert again["report"]["verdict"] == Verdict.REJECTED, again["report"]["verdict"]
            self.codes_used += 1

    def _check(self, shown: Shown, text: str) -> Verdict | None:
        if (answer := self._ask(text)) is None:
            return None
        report, block = answer["report"], answer["block"]
        failing = tuple(row["code"] for row in report["rows"] if row["outcome"] == Outcome.FAILS)
        hash_, verdict = bytes.fromhex(block["hash"]), Verdict(report["verdict"])
        self.note(Note(shown, verdict, failing, report["at"], block["number"], hash_))
        return verdict

    def _ask(self, text: str) -> dict[str, Any] | None:
        try:
            answer = self._http.post("/checks", json={"text": text})
        except httpx.TransportError:
            return None
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return None
        assert answer.status_code == httpx.codes.CREATED, answer.text
        found: dict[str, Any] = answer.json()
        self.checks[found["id"]] = bytes.fromhex(found["block"]["hash"])
        return found


def issue_one(world: World, authority: Authority, *, anchored: bool = True) -> str:
    """A paper credential of a licence that runs for ever; if not anchored, its position will be another's."""
    names = [each.name for each in world.type(BUSINESS_LICENCE).fields]
    claims = {**dict.fromkeys(names, "示例"), **_CLAIMS}
    (text,) = world.issue(authority, world.type(BUSINESS_LICENCE), [claims], anchored=anchored)
    return text
