"""What one source offers a replica: the newest block that it can prove, and the history that leads there.

Decides from where a source is asked: from the accepted block, or, where a newer network file's checkpoint lies beyond
that block and the source's history leaves it out, from the first event on. And whether a history leads to the proven
block, before anything of it is written. Whether it leaves out the accepted block's events is the store's, which trusts
nobody and folds what it writes once more.
"""

from __future__ import annotations

from dataclasses import replace

from ledger.errors import JournalMismatch, LedgerError
from ledger.journal import fold
from ledger.network_file import NetworkFile
from ledger.replica.source import Source
from ledger.replica.trust import is_before_checkpoint
from ledger.replica.update import Known, Offer, Proven


def offer_of(source: Source, network: NetworkFile, known: Known, now: int) -> Offer | None:
    """Both questions in one go, so that who is slow with either holds up nobody. None where it has nothing newer.

    Raises what `Source.prove` does.
    """
    offer = _from_where_it_holds(source, network, known, now)
    return None if offer is None else _folded(offer, network)


def history_of(source: Source, network: NetworkFile, known: Known, proven: Proven) -> Offer:
    """A block that another source proved, with the history of this one. Raises SourceError where it cannot tell that.

    So an answer that comes late is an offer like any other, with the block that it is about.
    """
    return _folded(Offer(known.newest, proven, source.history(known, proven)), network)


def has_history(offer: Offer | None) -> bool:
    """Whether there is nothing newer, or a history that leads there as far as was looked."""
    return offer is None or not isinstance(offer.logs, LedgerError)


def _folded(offer: Offer, network: NetworkFile) -> Offer:
    """The same, where a node's history does not lead to the proven block with that in its place.

    A mirror's files are not read through for that: they are folded before they hand out anything.
    """
    if not isinstance(offer.logs, tuple):
        return offer
    after = offer.proven.after
    if fold(after.accepted.head if after else network.first_head, offer.logs) == offer.proven.head:
        return offer
    return replace(offer, logs=JournalMismatch("its logs do not fold to the proven head"))


def _from_where_it_holds(source: Source, network: NetworkFile, known: Known, now: int) -> Offer | None:
    try:
        offer = _offer(source, network, known, now)
    except JournalMismatch:
        if not is_before_checkpoint(network, known):
            raise
        return _offer_without(source, known, now)
    if offer and isinstance(offer.logs, JournalMismatch) and is_before_checkpoint(network, known):
        return _offer_without(source, known, now)
    return offer


def _offer(source: Source, network: NetworkFile, known: Known, now: int) -> Offer | None:
    proven = source.prove(known, now)
    if proven is None:
        return None
    try:
        return _continuing(Offer(known.newest, proven, source.history(known, proven)), network)
    except LedgerError as e:
        return Offer(known.newest, proven, e)


def _continuing(offer: Offer, network: NetworkFile) -> Offer:
    """The same from the accepted block on where blocks are final and a node's whole history has that block's events.

    What a node says of that block's number proves nothing: a header of the side that lost may be shown by anybody.
    """
    point, logs = offer.asked_after, offer.logs
    is_whole = network.engine != "clique" and offer.proven.after is None
    if point is None or not is_whole or not isinstance(logs, tuple):
        return offer
    events = point.accepted.events
    if fold(network.first_head, logs[:events]) != point.accepted.head:
        return offer
    return replace(offer, proven=replace(offer.proven, after=point), logs=logs[events:])


def _offer_without(source: Source, known: Known, now: int) -> Offer | None:
    """The whole history of a source whose history does not continue from the accepted block."""
    nothing = Known()
    proven = source.prove(nothing, now)
    return None if proven is None else Offer(known.newest, proven, source.history(nothing, proven))
