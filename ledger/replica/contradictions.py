"""Two sealed headers of one number: the validators said two things at once. Found by comparing, kept as evidence.

Under QBFT and on the embedded node this cannot happen while fewer than a third of the validators are faulty. What is to
be done then is for people: until there is a network file with a later checkpoint, every verdict is 无法判定.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

from ledger.errors import ContradictoryHeaders
from ledger.headers import Header
from ledger.light_client import is_contradiction
from ledger.replica.update import Evidence, Known, Proven


def require_no_contradiction(known: Known, header: Header) -> None:
    """Raises ContradictoryHeaders where `header` is sealed, and another of its number was accepted before.

    A node that is merely behind shows one of the blocks that were accepted, or one in between them.
    """
    for before, point in pairwise((None, *known.points)):
        if point is None or point.accepted.number != header.number or point.header is None:
            continue
        trusted = before.validators if before else point.validators
        if is_contradiction(point.header, encoded := header.encode(), trusted):
            raise ContradictoryHeaders(header.number, point.header, encoded)


def among(proofs: Sequence[Proven]) -> ContradictoryHeaders | None:
    """The first two of one round, each proven by itself, that cannot both be."""
    for one, other in combinations(proofs, 2):
        if one.number == other.number and one.hash != other.hash:
            return ContradictoryHeaders(one.number, one.proof.header, other.proof.header)
    return None


def evidence_of(found: ContradictoryHeaders, now: int) -> Evidence:
    hashes = (Header.decode(found.first).hash, Header.decode(found.second).hash)
    return Evidence(found.number, found.first, found.second, *hashes, now)
