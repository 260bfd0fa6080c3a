"""A network of several hosts on one machine, for tests and for trying out; `scripts/network` is its command.

Names are loaded when first used: a door, which only passes octets on, loads nothing of the ledger.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scripts.hosts.network import Network as Network
    from scripts.hosts.problems import CannotBuild as CannotBuild
    from scripts.hosts.problems import HostIsSilent as HostIsSilent
    from scripts.hosts.problems import HostProblem as HostProblem
    from scripts.hosts.records import Host as Host
    from scripts.hosts.watch import View as View

_HOMES = {
    "CannotBuild": "problems",
    "Host": "records",
    "HostIsSilent": "problems",
    "HostProblem": "problems",
    "Network": "network",
    "View": "watch",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'scripts.hosts' has no attribute {name!r}")
    return getattr(import_module(f"scripts.hosts.{_HOMES[name]}"), name)
