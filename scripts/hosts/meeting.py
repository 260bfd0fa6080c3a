"""Who sees whom among the hosts: whom each dials, keeps and drops, and waiting until they have met.

geth dials a lost peer again after half a minute, and takes what it missed from a peer within ten seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from scripts.hosts.machine import Machine
from scripts.hosts.problems import HostIsSilent, HostProblem
from scripts.hosts.records import Host, Record

MEET_SECONDS = 120

Dial = Callable[[int, int], tuple[str, int]]
"""From which host, to which: the address and port to dial. A proxy's, where a test puts one between."""


class Meeting:
    """The hosts of one record, asked over their consoles."""

    def __init__(self, record: Record, machines: Mapping[int, Machine], dial: Dial | None) -> None:
        self._record = record
        self._machines = machines
        self._dial = dial

    def peers(self, number: int) -> list[str]:
        """Whom a host begins with. Between namespaces cables decide who is reached, between ports who is dialled."""
        host, record = self._record.host(number), self._record
        known = record.hosts if record.isolation == "namespaces" else record.peers_of(number)
        return [self._enode(host, peer) for peer in known if peer.number != number]

    def introduce(self, before: Record) -> None:
        """Tells the hosts whom to keep and whom to drop, where that changed."""
        for host in self._up():
            now, then = set(self._record.group_of(host.number)), set(before.group_of(host.number))
            for number in then - now:
                self._tell(host, "admin_removePeer", self._record.host(number))
            for number in now - then:
                self._tell(host, "admin_addPeer", self._record.host(number))

    def drop_dead_connections(self, before: Record) -> None:
        """Connections that a cut killed look alive for a while, and new ones are made only once they are given up."""
        for host in self._up():
            for peer in self._record.peers_of(host.number):
                if peer.number not in before.group_of(host.number):
                    self._tell(host, "admin_removePeer", peer)

    def wait_until_met(self, numbers: Sequence[int]) -> None:
        """Until each of these that is up is connected with all of its group that are."""
        self._wait(numbers, self._sees_its_group, "does not see all that it can reach")

    def wait_until_caught_up(self, numbers: Sequence[int]) -> None:
        """Until each of these that is up has the blocks of its group."""
        self._wait(numbers, self._has_caught_up, "has not got the blocks of those that it can reach")

    def _wait(self, numbers: Sequence[int], condition: Callable[[int], bool], problem: str) -> None:
        give_up = time.monotonic() + MEET_SECONDS
        waiting = [number for number in numbers if self._record.host(number).is_up]
        while waiting := [number for number in waiting if not condition(number)]:
            if time.monotonic() > give_up:
                raise HostProblem(f"host {waiting[0]} {problem} after {MEET_SECONDS} seconds")
            time.sleep(0.1)

    def _sees_its_group(self, number: int) -> bool:
        expected = {peer.enode for peer in self._record.peers_of(number) if peer.is_up}
        return expected <= self._seen_by(number)

    def _seen_by(self, number: int) -> set[str]:
        """The node keys of those that a host is connected with."""
        try:
            found = self._machines[number].ask("admin_peers")
        except HostIsSilent:
            return set()
        return {str(peer["enode"]).removeprefix("enode://").partition("@")[0] for peer in found or ()}

    def _has_caught_up(self, number: int) -> bool:
        """But for the newest block, which may be on its way."""
        others = [peer.number for peer in self._record.peers_of(number) if peer.is_up]
        return self._height(number) >= max(map(self._height, others), default=0) - 1

    def _height(self, number: int) -> int:
        try:
            return int(self._machines[number].ask("eth_blockNumber"), 16)
        except HostIsSilent:
            return 0

    def _tell(self, host: Host, method: str, peer: Host) -> None:
        self._machines[host.number].ask(method, self._enode(host, peer))

    def _enode(self, host: Host, peer: Host) -> str:
        address, port = self._dial(host.number, peer.number) if self._dial else peer.p2p
        return f"enode://{peer.enode}@{address}:{port}"

    def _up(self) -> list[Host]:
        return [host for host in self._record.hosts if host.is_up]
