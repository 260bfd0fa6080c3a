"""Two sealed headers of one number: the validators said two things at once. Found by comparing, kept as evidence.

Under QBFT and on the embedded node this cannot happen while fewer than a third of the validators are faulty. What is to
be done then is for people: until there is a network file with a later checkpoint nothing new is accepted, and every
verdict is 无法判定.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from ledger.errors import ContradictoryHeaders
from ledger.headers import Header
from ledger.light_client import Trusted, is_contradiction, may_be_trusted
from ledger.network_file import NetworkFile
from ledger.replica.trust import trusted_at
from ledger.replica.update import Evidence, Known, Point, Proven


def require_no_contradiction(network: NetworkFile, known: Known, header: Header, now: int) -> None:
    """Raises ContradictoryHeaders where `header` is sealed, and another of its number was accepted before.

    A node that is merely behind shows one of the blocks that were accepted, or one in between them. Only validators
    that are still trusted can contradict themselves: not those of before the checkpoint, nor of too long ago.
    """
    for trusted, point in _still_trusted(network, known, now):
        if point.accepted.number != header.number or point.header is None:
            continue
        if is_contradiction(point.header, encoded := header.encode(), trusted.validators):
            raise ContradictoryHeaders(header.number, point.header, encoded)


def _still_trusted(network: NetworkFile, known: Known, now: int) -> Iterator[tuple[Trusted, Point]]:
    """The accepted blocks after the checkpoint, each with what was trusted before it."""
    checkpoint = Trusted.by_checkpoint(network)
    for before, point in pairwise((None, *known.points)):
        assert point is not None
        if point.accepted.number <= checkpoint.number:
            continue
        is_first = before is None or before.accepted.number < checkpoint.number
        trusted = checkpoint if before is None or is_first else trusted_at(before)
        if may_be_trusted(trusted, now):
            yield trusted, point


def among(proofs: Sequence[Proven]) -> ContradictoryHeaders | None:
    """The first two of one round, each proven by itself, that cannot both be."""
    for one, other in combinations(proofs, 2):
        if one.number == other.number and one.hash != other.hash:
            return ContradictoryHeaders(one.number, one.proof.header, other.proof.header)
    return None


def evidence_of(found: ContradictoryHeaders, now: int) -> Evidence:
    hashes = (Header.decode(found.first).hash, Header.decode(found.second).hash)
    return Evidence(found.number, found.first, found.second, *hashes, now)
