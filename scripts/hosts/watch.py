"""What the hosts say of themselves, side by side: heights, peers, whose turn it is, and where their chains part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.hosts.problems import HostIsSilent
from scripts.hosts.records import Host, Record


@dataclass(frozen=True, slots=True)
class HostView:
    """One host now; where it is down or silent, height None and the reason."""

    host: Host
    height: int | None
    hash: str
    peers: int
    is_sealing: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """All hosts now. `common` is the highest block that all who answer have in common; None where nobody answers."""

    hosts: tuple[HostView, ...]
    common: int | None
    groups: tuple[tuple[int, ...], ...]

    @property
    def answering(self) -> tuple[HostView, ...]:
        return tuple(each for each in self.hosts if each.height is not None)

    @property
    def is_cut(self) -> bool:
        """Whether some hosts cannot reach others, whatever they say themselves."""
        return len(self.groups) > 1

    def in_reach(self, one: HostView) -> int:
        """How many others that answer it can reach."""
        group = next(group for group in self.groups if one.host.number in group)
        return sum(each.host.number in group and each is not one for each in self.answering)

    @property
    def is_parted(self) -> bool:
        """Whether two hosts hold different blocks of one number, if only the newest, as now and then in passing."""
        return self.common is not None and self.common < self._lowest

    @property
    def is_forked(self) -> bool:
        """The same, deeper than those in passing."""
        return self.common is not None and self._lowest - self.common > len(self.hosts) // 2

    @property
    def heights(self) -> dict[int, int | None]:
        return {each.host.number: each.height for each in self.hosts}

    @property
    def _lowest(self) -> int:
        return min((each.height for each in self.hosts if each.height is not None), default=0)

    @property
    def height(self) -> int:
        """The highest block that anybody has."""
        return max((each.height for each in self.hosts if each.height is not None), default=0)

    def next_signer(self, after: int) -> int:
        """The number of the host whose turn the block after `after` is: signers take turns in order of addresses."""
        ordered = sorted(self.hosts, key=lambda each: each.host.signer)
        return ordered[(after + 1) % len(ordered)].host.number


Ask = Callable[..., Any]
"""One host's console: method and parameters to the result. Raises HostIsSilent."""


def look(record: Record, consoles: Mapping[int, Ask]) -> View:
    """`consoles` by the hosts' numbers."""
    views = [_look_at(host, consoles[host.number]) for host in record.hosts]
    heights = {each.host.number: each.height for each in views if each.height is not None}
    return View(tuple(views), _common({number: consoles[number] for number in heights}, heights), record.groups)


def _look_at(host: Host, ask: Ask) -> HostView:
    if not host.is_up:
        return HostView(host, None, "", 0, False, "down")
    try:
        newest = ask("eth_getBlockByNumber", "latest", False)
        peers, is_sealing = int(ask("net_peerCount"), 16), bool(ask("eth_mining"))
    except HostIsSilent as e:
        return HostView(host, None, "", 0, False, str(e))
    return HostView(host, int(newest["number"], 16), newest["hash"], peers, is_sealing)


def _common(consoles: Mapping[int, Ask], heights: Mapping[int, int]) -> int | None:
    """Bisects: blocks below one that is common are common, too. None where a host falls silent, or moves, meanwhile."""
    if not heights:
        return None
    low, high = 0, min(heights.values())
    try:
        while low < high:
            middle = (low + high + 1) // 2
            blocks = [ask("eth_getBlockByNumber", hex(middle), False) for ask in consoles.values()]
            if None in blocks:  # a host has moved to a shorter branch that is heavier
                return None
            is_common = len({block["hash"] for block in blocks}) == 1
            low, high = (middle, high) if is_common else (low, middle - 1)
    except HostIsSilent:
        return None
    return low
