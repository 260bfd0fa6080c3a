"""Ports of loopback for processes that are about to start, each theirs in every life: kept until this process ends."""

from __future__ import annotations

import socket
import sys


def free_ports(count: int) -> list[int]:
    """Ports that nobody has, all different. Where the system is not Linux they were free a moment ago."""
    probes = [_bound() for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        if sys.platform == "linux":
            probe.detach()  # bound and not listening: who asks for any port gets another, who is told this one has it
        else:
            probe.close()
    return ports


def free_port() -> int:
    """One such port."""
    return free_ports(1)[0]


def _bound() -> socket.socket:
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    return probe
