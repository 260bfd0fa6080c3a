"""What the replica asks of a source, whatever it is: a node, a mirror of static files, a pack on a stick."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ledger.journal import RawLog
from ledger.replica.update import Known, Proven


class Source(Protocol):
    """One place to learn from; it is trusted in nothing. `name` is its address, for people: without a password.

    A source may be asked from several threads, one after the other.
    """

    @property
    def name(self) -> str: ...

    def prove(self, known: Known, now: int) -> Proven | None:
        """The newest block it can prove; None where that is the accepted one.

        Raises SourceError, NotProven or CheckpointTooOld.
        """

    def history(self, known: Known, proven: Proven) -> Iterable[RawLog]:
        """What it says happened after `proven.after` up to the proven block, which another source may have proven.

        Unchecked. Raises SourceError where it cannot tell.
        """

    def close(self) -> None: ...
