"""What the hosts say of themselves, side by side: heights, peers, whose turn it is, and where their chains part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger import LedgerError, Rpc
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
    """All hosts now. `common` is the highest block that all who answer have; None where nobody answers."""

    hosts: tuple[HostView, ...]
    common: int | None
    groups: tuple[tuple[int, ...], ...]

    @property
    def answering(self) -> tuple[HostView, ...]:
        return tuple(each for each in self.hosts if each.height is not None)

    @property
    def is_forked(self) -> bool:
        """Whether two hosts hold different blocks of one number, deeper than the newest ones may differ in passing."""
        heights = [each.height for each in self.answering if each.height is not None]
        return self.common is not None and min(heights) - self.common > len(self.hosts) // 2

    def next_signer(self, after: int) -> int:
        """The number of the host whose turn the block after `after` is: signers take turns in order of addresses."""
        ordered = sorted(self.hosts, key=lambda each: each.host.signer)
        return ordered[(after + 1) % len(ordered)].host.number


def look(record: Record, seconds: float = 3) -> View:
    views = []
    for host in record.hosts:
        with Rpc(host.url, timeout_seconds=seconds) as rpc:
            views.append(_look_at(host, rpc))
    return View(tuple(views), _common(views, seconds), record.groups)


def _look_at(host: Host, rpc: Rpc) -> HostView:
    if not host.is_up:
        return HostView(host, None, "", 0, False, "down")
    try:
        newest = rpc.header()
        peers = rpc.quantity("net_peerCount")
        return HostView(host, int(newest["number"], 16), newest["hash"], peers, bool(rpc.call("eth_mining")))
    except LedgerError as e:
        return HostView(host, None, "", 0, False, str(e))


def _common(views: Sequence[HostView], seconds: float) -> int | None:
    """Bisects: blocks below one that is common are common, too."""
    answering = [each for each in views if each.height is not None]
    if not answering:
        return None
    low, high = 0, min(each.height for each in answering if each.height is not None)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _is_common(answering, middle, seconds) else (low, middle - 1)
    return low


def _is_common(views: Sequence[HostView], number: int, seconds: float) -> bool:
    found: dict[str, Mapping[str, object]] = {}
    for each in views:
        with Rpc(each.host.url, timeout_seconds=seconds) as rpc:
            block = rpc.header(number)
            found[str(block["hash"])] = block
    return len(found) == 1
