"""A new network's record: how its hosts are kept apart, their keys, addresses and ports."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from scripts.hosts import founding, geth, namespaces
from scripts.hosts.namespaces import Cables
from scripts.hosts.problems import HostProblem
from scripts.hosts.records import Host, Isolation, Record
from scripts.ports import free_ports

CHAIN_ID = 20263
_P2P_PORT = 30303


def new_record(folder: Path, hosts: int, isolation: Isolation | None, tell: Callable[[str], None]) -> Record:
    """Nothing runs yet; no key is made before geth is here. The run's id follows from the folder, so that a lost
    record's namespaces are found again. Raises HostProblem, CannotBuild among them."""
    run = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]
    chosen = _isolation(isolation, tell)
    geth.build(tell)
    ports = free_ports(2 * hosts)
    made = []
    for number, (region, name) in enumerate(founding.PROVINCES[:hosts], start=1):
        signer, enode = founding.make_host_keys(folder / "hosts" / str(number))
        inside = (Cables(run, hosts).address(number), _P2P_PORT)
        p2p = inside if chosen == "namespaces" else ("127.0.0.1", ports[hosts + number - 1])
        made.append(Host(number, region, name, signer, enode, p2p, ports[number - 1]))
    return Record(run, chosen, CHAIN_ID, tuple(made), (tuple(range(1, hosts + 1)),))


def _isolation(asked: Isolation | None, tell: Callable[[str], None]) -> Isolation:
    if asked == "ports":
        return "ports"
    reason = namespaces.why_not()
    if reason is None:
        return "namespaces"
    if asked == "namespaces":
        raise HostProblem(reason)
    tell(f"{reason}; the hosts share loopback, so a partition is asked of them and not done to them")
    return "ports"
