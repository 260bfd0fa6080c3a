"""What one source offers a replica: the newest block that it can prove, and the history that leads there.

Decides from where a source is asked: from the accepted block, or, where a newer network file's checkpoint lies beyond
that block and the source's history leaves it out, from the first event on. Whether an offer holds is the store's.
"""

from __future__ import annotations

from itertools import islice

from ledger.errors import JournalMismatch, LedgerError
from ledger.journal import fold
from ledger.network_file import NetworkFile
from ledger.replica.source import Source
from ledger.replica.trust import is_before_checkpoint
from ledger.replica.update import Known, Offer


def offer_of(source: Source, network: NetworkFile, known: Known, now: int) -> Offer | None:
    """Both questions in one go, so that who is slow with either holds up nobody. None where it has nothing newer.

    Raises what `Source.prove` does.
    """
    try:
        offer = _offer(source, known, now)
    except JournalMismatch:
        if not is_before_checkpoint(network, known):
            raise
        return _offer_without(source, network, known, now)
    if offer and isinstance(offer.logs, JournalMismatch) and is_before_checkpoint(network, known):
        return _offer_without(source, network, known, now)
    return offer


def mismatch(offer: Offer, network: NetworkFile) -> LedgerError | None:
    """Why the history does not lead to the proven block. A mirror's files are not read through for that."""
    if isinstance(offer.logs, tuple):
        after = offer.proven.after
        found = fold(after.accepted.head if after else network.first_head, offer.logs)
        return JournalMismatch("its logs do not fold to the proven head") if found != offer.proven.head else None
    return offer.logs if isinstance(offer.logs, LedgerError) else None


def _offer(source: Source, known: Known, now: int) -> Offer | None:
    proven = source.prove(known, now)
    if proven is None:
        return None
    try:
        return Offer(known.newest, proven, source.history(known, proven))
    except LedgerError as e:
        return Offer(known.newest, proven, e)


def _offer_without(source: Source, network: NetworkFile, known: Known, now: int) -> Offer:
    """The whole history, which has to leave out the accepted block: nothing is taken back for a source that errs."""
    nothing, accepted = Known(), known.accepted
    proven = source.prove(nothing, now)
    assert accepted is not None
    assert proven is not None
    if fold(network.first_head, islice(source.history(nothing, proven), accepted.events)) == accepted.head:
        raise JournalMismatch(f"its history has the events of block {accepted.number}, and did not continue from them")
    return Offer(known.newest, proven, source.history(nothing, proven))
