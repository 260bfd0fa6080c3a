"""Which packs a mirror keeps, and which of them a window fetches. Pure: numbers of events and octets in, choices out.

New events gather in the tip, the newest pack, written anew each time. Once there are TIP_EVENTS of them it stays, and
the next begins. Four packs of one tier become one of the next, so that a country's whole history is a handful of files;
the newest of each tier are kept beside it, so that a window that was off for a week need not fetch the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.errors import PackGap
from ledger.mirror.manifest import Listed

TIP_EVENTS = 256
FAN = 4
MAX_MERGED_EVENTS = 1_000_000
KEPT_OF_A_TIER = 64
FILE_COST_OCTETS = 20_000
"""What fetching one more file is worth, in octets."""


def chain(packs: Iterable[Listed]) -> list[Listed]:
    """The fewest packs that hold everything that has been settled, from the first event on."""
    found: list[Listed] = []
    ordered = sorted(packs, key=lambda pack: (pack.start, pack.end))
    at = 0
    while following := [pack for pack in ordered if pack.start == at < pack.end]:
        found.append(following[-1])
        at = found[-1].end
    return found


def to_merge(packs: Sequence[Listed]) -> list[Listed]:
    """The packs at the end of a chain that are to become one; none where it is well as it is."""
    if not packs:
        return []
    tier = tier_of(packs[-1].events)
    group: list[Listed] = []
    for pack in reversed(packs):
        if tier_of(pack.events) > tier:
            break
        group.insert(0, pack)
    if len(group) < FAN or sum(pack.events for pack in group) > MAX_MERGED_EVENTS:
        return []
    return group


def tier_of(events: int) -> int:
    """0 for fewer than four tips' worth, and one more for each four times as many."""
    tier, most = 0, TIP_EVENTS * FAN
    while events >= most:
        tier, most = tier + 1, most * FAN
    return tier


def still_kept(packs: Iterable[Listed], whole: Sequence[Listed]) -> list[Listed]:
    """The packs of the chain, and the newest of each tier, which spare those who were off for a while a larger one."""
    of_tier: dict[int, list[Listed]] = {}
    for pack in sorted(packs, key=lambda pack: pack.end):
        of_tier.setdefault(tier_of(pack.events), []).append(pack)
    young = {pack for tier in of_tier.values() for pack in tier[-KEPT_OF_A_TIER:]}
    return sorted(young | set(whole), key=lambda pack: (pack.start, pack.end))


def cheapest(packs: Sequence[Listed], known: int) -> list[Listed]:
    """The packs to fetch, in order, to get from event number `known` to the last of `packs`, which is among them.

    Raises PackGap where none lead there.
    """
    *others, newest = packs
    reached: dict[int, tuple[int, list[Listed]]] = {known: (0, [])}
    for pack in sorted(others, key=lambda pack: pack.end):
        if options := [each for at, each in reached.items() if pack.start <= at < pack.end]:
            cost, before = min(options, key=_cost)
            candidate = (cost + pack.octets + FILE_COST_OCTETS, [*before, pack])
            reached[pack.end] = min(reached.get(pack.end, candidate), candidate, key=_cost)
    options = [each for at, each in reached.items() if newest.start <= at <= newest.end or at == known >= newest.start]
    if not options:
        raise PackGap(min(pack.start for pack in packs if pack.end > known), known)
    return [*min(options, key=_cost)[1], newest]


def _cost(reached: tuple[int, list[Listed]]) -> int:
    return reached[0]
