"""The cables between hosts: one network namespace for each host, and one with the switch that they are plugged into.

Nothing of the machine's own network is touched: every namespace, link, bridge and address is made inside namespaces
whose names begin with PREFIX and the run, and only those are ever removed. A partition moves plugs to other switches.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scripts.hosts.problems import HostProblem

PREFIX = "yinxin-"
HUB_ADDRESS = "10.83.0.254"
SUBNET = "10.83.0.0/24"
_FOLDER = Path("/run/netns")
_CLONE_NEWNET = 0x40000000
_OURS = re.compile(rf"{PREFIX}([0-9a-f]{{8}})-(hub|[0-9]+)")


def why_not() -> str | None:
    """None where namespaces can be made here; else why not."""
    if os.geteuid() != 0:
        return "namespaces need root"
    if shutil.which("ip") is None:
        return "namespaces need the command `ip` (Debian: iproute2)"
    name = f"{PREFIX}trial-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
    return f"namespaces cannot be made here: {made.stderr.strip()}" if made.returncode else None


def install_ip() -> None:
    """Debian's iproute2 where root lacks it; where that fails, `why_not` tells."""
    if os.geteuid() == 0 and shutil.which("ip") is None and shutil.which("apt-get"):
        for command in (["update", "-q"], ["install", "-q", "-y", "iproute2"]):
            subprocess.run(["apt-get", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


@dataclass(frozen=True, slots=True)
class Cables:
    """The namespaces of one run, which is eight hexadecimal digits."""

    run: str
    hosts: int

    def address(self, host: int) -> str:
        return f"10.83.0.{host}"

    def name(self, host: int) -> str:
        return f"{PREFIX}{self.run}-{host}"

    @property
    def hub(self) -> str:
        return f"{PREFIX}{self.run}-hub"

    def inside(self, host: int) -> list[str]:
        """What to put before a command that is to run on the host."""
        return ["ip", "netns", "exec", self.name(host)]

    def are_laid(self) -> bool:
        return all((_FOLDER / name).exists() for name in (self.hub, *map(self.name, range(1, self.hosts + 1))))

    def lay(self) -> None:
        """Makes everything, all hosts on one switch. What an earlier try left is removed first."""
        self.remove()
        _ip("netns", "add", self.hub)
        self._in_hub(*_switch(1), f"addr add {HUB_ADDRESS}/24 dev switch1", "link set lo up")
        for host in range(1, self.hosts + 1):
            _ip("netns", "add", self.name(host))
            self._in_hub(
                f"link add host{host} type veth peer name eth0 netns {self.name(host)}",
                f"link set host{host} master switch1 up",
            )
            _ip_batch(
                self.name(host),
                ["link set lo up", f"addr add {self.address(host)}/24 dev eth0", "link set eth0 up"],
            )

    def plug(self, groups: Sequence[Iterable[int]]) -> None:
        """Puts each group of hosts on a switch of its own; the first keeps the hub's address."""
        for number, group in enumerate(groups, start=1):
            if number > 1 and not self._has(f"switch{number}"):
                self._in_hub(*_switch(number))
            self._in_hub(*(f"link set host{host} master switch{number}" for host in group))

    def remove(self) -> None:
        """Removes this run's namespaces, and ends what still runs in them: nothing but ours can."""
        for name in _present(self.run):
            for process in _processes(name):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            _ip("netns", "delete", name)

    def _in_hub(self, *commands: str) -> None:
        _ip_batch(self.hub, commands)

    def _has(self, link: str) -> bool:
        command = ["ip", "-n", self.hub, "link", "show", link]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def enter(name: str) -> None:
    """Moves the calling thread into a namespace; what it opens from then on is there."""
    with (_FOLDER / name).open("rb") as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), _CLONE_NEWNET) != 0:
            raise HostProblem(f"cannot enter {name}: {os.strerror(ctypes.get_errno())}")


def sweep(older_than_seconds: float = 60) -> list[str]:
    """Removes namespaces of earlier runs in which nothing runs any more; those just being made are left."""
    removed = []
    for run in {match.group(1) for match in map(_OURS.fullmatch, _names()) if match}:
        names = _present(run)
        if any(_age_seconds(name) < older_than_seconds or _processes(name) for name in names):
            continue
        for name in names:
            _ip("netns", "delete", name)
        removed += names
    return removed


def _switch(number: int) -> tuple[str, str]:
    return (f"link add switch{number} type bridge", f"link set switch{number} up")


def _present(run: str) -> list[str]:
    found = (_OURS.fullmatch(name) for name in _names())
    return [match.group(0) for match in found if match and match.group(1) == run]


def _names() -> list[str]:
    return os.listdir(_FOLDER) if _FOLDER.is_dir() else []


def _processes(name: str) -> list[int]:
    told = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=False).stdout
    return [int(word) for word in told.split()]


def _age_seconds(name: str) -> float:
    try:
        return time.time() - (_FOLDER / name).stat().st_ctime
    except OSError:
        return 0.0


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise HostProblem(f"ip {' '.join(words)}: {done.stderr.strip()}")


def _ip_batch(namespace: str, commands: Iterable[str]) -> None:
    text = "\n".join(commands) + "\n"
    done = subprocess.run(
        ["ip", "-n", namespace, "-batch", "-"], input=text, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise HostProblem(f"in {namespace}: {done.stderr.strip()}")
