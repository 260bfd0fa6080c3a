"""Clique's branches: which block of a node's chain is settled, and where it left the chain that was accepted.

Nothing is final under Clique. A node whose chain does not contain the accepted block is believed only where its
branch is heavier than all that was seen on top of that block; the replica then goes back to the common ancestor. What
was accepted by an earlier network file does not count against a chain that contains the checkpoint of this one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ledger.errors import DoesNotFollow, MalformedAnswer, NodeUnavailable, NotAdvancing
from ledger.headers import CliqueHeader
from ledger.light_client import SealedHeader, Trusted, clique_header_of_block, settle
from ledger.network_file import NetworkFile
from ledger.replica.trust import trusted_at
from ledger.replica.update import Known, Point
from ledger.rpc import Rpc

_WINDOW = 1_000
"""How many headers are looked at in one go; far more than two rounds of any number of signers."""
_COMPARED_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Branch:
    """A settled block, the accepted point that it follows (None: none of them), and weights since the checkpoint."""

    header: SealedHeader
    after: Point | None
    weight: int
    tip_weight: int


def settled_by(rpc: Rpc, network: NetworkFile, known: Known) -> Branch | None:
    """The newest settled block of a node's chain, which contains the checkpoint; None where that is the accepted one.

    Raises NotAdvancing where the node is behind, or on another branch that is not heavier; DoesNotFollow where its
    chain does not contain the checkpoint; NodeUnavailable where nothing is settled after that yet.
    """
    newest = _newest_number(rpc)
    accepted = known.newest
    if accepted is not None and newest < accepted.accepted.number:
        raise NotAdvancing(f"the newest header is {newest}, already accepted is {accepted.accepted.number}")
    if accepted is None:
        return _first(rpc, network, known, newest)
    if not accepted.weight:
        return _by_checkpoint(rpc, network, known, newest)
    try:
        return _follow(rpc, network, known, accepted, newest)
    except DoesNotFollow:
        pass
    found = _follow(rpc, network, known, _common_ancestor(rpc, known), newest)
    if found is None or found.tip_weight <= accepted.tip_weight:
        raise NotAdvancing(
            f"the node is on another branch, not heavier than the one with block {accepted.accepted.number}"
        )
    return found


def _first(rpc: Rpc, network: NetworkFile, known: Known, newest: int) -> Branch:
    found = _follow(rpc, network, known, None, newest)
    if found is None:
        raise NodeUnavailable(f"no block after the checkpoint {network.checkpoint.number} is settled yet")
    return found


def _by_checkpoint(rpc: Rpc, network: NetworkFile, known: Known, newest: int) -> Branch | None:
    """The same where an earlier network file led to the accepted block: nobody knows yet whether this one does, too.

    A later block that the checkpoint leads to takes its place, whatever the other branch weighed.
    """
    found, accepted = _first(rpc, network, known, newest), known.accepted
    assert accepted is not None
    if found.header.hash == accepted.hash:
        return None
    if found.header.number <= accepted.number:
        raise NotAdvancing(f"the newest settled block is {found.header.number}, already accepted is {accepted.number}")
    return found if found.after else replace(found, after=_common_ancestor(rpc, known))


def _follow(rpc: Rpc, network: NetworkFile, known: Known, after: Point | None, newest: int) -> Branch | None:
    """The newest settled block after a point. Raises DoesNotFollow where the node's chain does not contain it.

    For a point that was not weighed since the checkpoint it is the checkpoint that the chain must contain. A later
    point on the way is what the block follows, whatever the node said of it before.
    """
    passed = {point.accepted.number: point for point in known.points}
    begin = after
    trusted, weight = Trusted.by_checkpoint(network), 0
    if after is not None and after.weight:
        trusted, weight = trusted_at(after), after.weight
    found: Branch | None = None
    while window := _headers(rpc, trusted.number + 1, min(newest, trusted.number + _WINDOW)):
        settled = settle(trusted, window)
        if settled is None:
            break
        for header in window[: settled.header.number - trusted.number]:
            point = passed.get(header.number)
            after = point if point and point.accepted.hash == header.hash else after
        found = Branch(settled.header, after, weight + settled.weight, weight + settled.tip_weight)
        trusted, weight = settled.header.trusted, found.weight
    is_later = found is not None and (begin is None or found.header.number > begin.accepted.number)
    return found if is_later else None


def _common_ancestor(rpc: Rpc, known: Known) -> Point | None:
    """The newest accepted point that the node's chain contains; None: not even the oldest, begin at the checkpoint."""
    points = list(reversed(known.points))
    for start in range(0, len(points), _COMPARED_AT_ONCE):
        some = points[start : start + _COMPARED_AT_ONCE]
        numbers = [point.accepted.number for point in some]
        for point, header in zip(some, _ask(rpc, numbers), strict=True):
            if header.hash == point.accepted.hash:
                return point
    return None


def _headers(rpc: Rpc, first: int, last: int) -> list[CliqueHeader]:
    return list(_ask(rpc, range(first, last + 1)))


def _ask(rpc: Rpc, numbers: range | list[int]) -> Iterator[CliqueHeader]:
    for answer in rpc.batch("eth_getBlockByNumber", [[hex(number), False] for number in numbers]):
        if not isinstance(answer, dict):
            raise MalformedAnswer("eth_getBlockByNumber: a block before the newest was not answered with an object")
        yield clique_header_of_block(answer)


def _newest_number(rpc: Rpc) -> int:
    return rpc.quantity("eth_blockNumber")
