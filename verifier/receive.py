"""The procedure at the window: what is shown becomes a report on record. Everything it decides with is given to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from credential import (
    Catalogue,
    Facts,
    Live,
    Policy,
    Presentation,
    Report,
    Unreadable,
    Verdict,
    parse_presented,
    report_to_json,
    verify,
)
from ledger import Replica
from verifier.days import instant_asked
from verifier.record import parted
from verifier.store import Check, LiveCode, Store


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `id` is the asker's: the same id again gets the same check again. `day` None asks about now."""

    id: str
    text: str = field(repr=False)
    day: date | None = None

    @property
    def digest(self) -> bytes:
        """Of what was shown and asked. A credential's salts keep it from being guessed; any other is erased in time."""
        return sha256(f"{self.day or ''}\n{self.text}".encode()).digest()


@dataclass(frozen=True, slots=True)
class Window:
    """What a window decides with. `clock` gives Unix seconds, `new_id` an id that nobody can guess."""

    name: str
    policy: Policy
    replica: Replica
    store: Store
    clock: Callable[[], int]
    new_id: Callable[[], str]

    @property
    def catalogue(self) -> Catalogue:
        """The certificate types that are known here: those installed, and those that came proven with packs."""
        return self.replica.catalogue()


def receive(request: Request, window: Window) -> Check:
    """Judges what is shown; when it returns, the check is on record. Raises RequestRefused, WindowUnable."""
    if earlier := window.store.find(request.id, request.digest):
        return earlier
    now = window.clock()
    at = instant_asked(request.day, now)
    shown = parse_presented(request.text, window.catalogue)
    facts = window.replica.facts_for(shown)
    code = live_code(shown)
    report = judge(shown, facts, window, seen_before=code is not None and window.store.is_used(code), at=at, now=now)
    uses = code if report.verdict is Verdict.ACCEPTED else None
    kept = window.store.keep(_check(request, report, facts, window), uses)
    return kept or _receive_used(request, shown, facts, window, at, now)


def _receive_used(
    request: Request, shown: Presentation | Unreadable, facts: Facts, window: Window, at: int, now: int
) -> Check:
    """The same once more, for a live code that was accepted for another request while this one was judged."""
    report = judge(shown, facts, window, seen_before=True, at=at, now=now)
    kept = window.store.keep(_check(request, report, facts, window), None)
    assert kept is not None
    return kept


def judge(
    shown: Presentation | Unreadable, facts: Facts, window: Window, *, seen_before: bool, at: int, now: int
) -> Report:
    return verify(shown, facts, window.policy, Live(seen_before), at, now)


def live_code(shown: Presentation | Unreadable) -> LiveCode | None:
    """What a live code is used up by: the holder's key and the nonce it signed."""
    if isinstance(shown, Unreadable) or shown.key_binding is None or shown.payload.holder_key is None:
        return None
    return LiveCode(shown.payload.holder_key.thumbprint, shown.key_binding.nonce)


def _check(request: Request, report: Report, facts: Facts, window: Window) -> Check:
    public, personal = parted(report_to_json(report))
    return Check(
        id=window.new_id(),
        request_id=request.id,
        presented_digest=request.digest,
        made_at=report.now,
        window=window.name,
        report=public,
        personal=personal,
        block=facts.block if facts.block_hash else None,
        block_hash=facts.block_hash or None,
    )
