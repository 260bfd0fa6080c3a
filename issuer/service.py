"""The running service as its endpoints see it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from issuer.bureau import Bureau
from issuer.ledger_link import LedgerLink
from issuer.paper import Fonts
from issuer.worker import Worker

MOST_HASHING = 2
"""Passwords hashed at once: strangers can ask for it, and each takes 32 MB and a thread for a while."""


@dataclass(frozen=True, slots=True)
class Service:
    """The bureau, its worker and its way to the ledger."""

    bureau: Bureau
    link: LedgerLink
    worker: Worker
    fonts: Fonts
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_HASHING))
    """Waited for without a thread, of which all other requests need one, too."""

    @property
    def waiting_for_ledger(self) -> bool:
        """Whether what is queued has to wait: no node can be used, or none that could leaves no problem."""
        state = self.link.state
        return state.unreachable is not None or bool(state.problems)
