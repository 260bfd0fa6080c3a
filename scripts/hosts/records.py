"""What is remembered between commands: the hosts, where they are, which processes are theirs, who is cut off from whom.

One JSON file, replaced as a whole. A process is remembered with its start time, so that a number which the system gave
to somebody else's process since is never taken for ours.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self

from scripts.hosts.problems import HostProblem

FORMAT = "yinxin-hosts/1"
Isolation = Literal["namespaces", "ports"]


@dataclass(frozen=True, slots=True)
class Running:
    """A process that we started. `since` is in clock ticks after the machine's start (proc(5), field 22)."""

    pid: int
    since: int

    @classmethod
    def of(cls, pid: int) -> Self:
        return cls(pid, _since(pid) or 0)

    @property
    def is_alive(self) -> bool:
        return _since(self.pid) == self.since != 0


@dataclass(frozen=True, slots=True)
class Host:
    """One province's host. `signer` is its address on the chain, `enode` its node key's public half, in hexadecimal."""

    number: int
    region: int
    name: str
    signer: str
    enode: str
    p2p: tuple[str, int]
    rpc_port: int
    process: Running | None = None
    door: Running | None = None

    @property
    def url(self) -> str:
        """Its JSON-RPC, from this machine."""
        return f"http://127.0.0.1:{self.rpc_port}"

    @property
    def is_up(self) -> bool:
        return self.process is not None and self.process.is_alive


@dataclass(frozen=True, slots=True)
class Record:
    """One run. `groups` are who can reach whom now: one group where nobody is cut off."""

    run: str
    isolation: Isolation
    chain_id: int
    hosts: tuple[Host, ...]
    groups: tuple[tuple[int, ...], ...] = field(default=())

    def host(self, number: int) -> Host:
        """Raises HostProblem where there is none of this number."""
        for host in self.hosts:
            if host.number == number:
                return host
        raise HostProblem(f"there is no host {number}; this network has hosts 1 to {len(self.hosts)}")

    def with_host(self, host: Host) -> Record:
        return replace(self, hosts=tuple(host if each.number == host.number else each for each in self.hosts))

    def group_of(self, number: int) -> tuple[int, ...]:
        return next(group for group in self.groups if number in group)

    def peers_of(self, number: int) -> tuple[Host, ...]:
        """The hosts that it can reach, up or not."""
        return tuple(self.host(each) for each in self.group_of(number) if each != number)


def write(record: Record, path: Path) -> None:
    text = json.dumps({"format": FORMAT, **asdict(record)}, ensure_ascii=False, indent=2) + "\n"
    unfinished = path.with_suffix(".new")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def read(path: Path) -> Record | None:
    """None where nothing was written. Raises HostProblem where it is not ours to read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as e:
        raise HostProblem(f"{path} cannot be read: {e}") from e
    if not isinstance(document, dict) or document.pop("format", None) != FORMAT:
        raise HostProblem(f"{path} is not of the format {FORMAT}")
    hosts = tuple(_host(each) for each in document.pop("hosts"))
    groups = tuple(tuple(group) for group in document.pop("groups"))
    return Record(hosts=hosts, groups=groups, **document)


def _host(document: dict[str, Any]) -> Host:
    address, port = document.pop("p2p")
    process, door = (Running(**found) if (found := document.pop(name)) else None for name in ("process", "door"))
    return Host(p2p=(address, port), process=process, door=door, **document)


def _since(pid: int) -> int | None:
    """None where no such process runs; a dead one that nobody has asked about counts as gone."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # ours and dead: let it go
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return None if words[0] == "Z" else int(words[19])
