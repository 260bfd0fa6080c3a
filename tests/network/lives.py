"""Programs with many lives: nodes, a bureau and a window's follower, killed by SIGKILL and started again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

from ledger import Replica, load_catalogue, read_network_file
from ledger.replica import keep_following
from scripts.hosts import Network
from tests.fixtures_ledger import start_node
from tests.issuer import bureau_at_work

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["issuer.serving", "ledger.outbox", "ledger.replica.node_source", "eth_account"])
FOLLOW_SECONDS = 0.2


class Program(Protocol):
    """Something that can be killed and started again, as often as one likes; killing what is dead does nothing."""

    def start(self) -> None: ...

    def kill(self) -> None: ...


@dataclass
class EmbeddedNode:
    """Always on the same port and the same data."""

    data: Path
    port: int
    options: Sequence[str] = ()
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._process = start_node(self.data, "--port", str(self.port), *self.options).process

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@dataclass(frozen=True)
class NetworkHost:
    """One host of the live network."""

    network: Network
    number: int

    def start(self) -> None:
        if not self.network.host(self.number).is_up:
            self.network.start(self.number)

    def kill(self) -> None:
        if self.network.host(self.number).is_up:
            self.network.kill(self.number)


@dataclass
class FollowingWindow:
    """Keeps a replica's file up to date, as a window's service does."""

    network: Path
    replica: Path
    sources: tuple[str, ...]
    _process: BaseProcess | None = None

    def start(self) -> None:
        self._process = _PROCESSES.Process(target=_follow, args=(self.network, self.replica, self.sources), daemon=True)
        self._process.start()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._process = None


def _follow(network: Path, replica: Path, sources: tuple[str, ...]) -> None:
    """The body of the follower's process: until it is killed."""
    with Replica(replica, read_network_file(network), load_catalogue(), sources) as following:
        keep_following(following, threading.Event(), every_seconds=FOLLOW_SECONDS)


@dataclass
class BureauAtWork:
    """A bureau's service with officers and wallets who go on after each restart; see `tests.issuer.bureau_at_work`."""

    settings: object
    folder: Path
    teams: Sequence[bureau_at_work.Bureau]
    errors: list[BaseException] = field(default_factory=list)
    _life: bureau_at_work.Life | None = None
    _workers: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self._life = bureau_at_work.start(self.settings, self.folder)
        self._workers = [
            threading.Thread(target=bureau_at_work.noting(team.work, self.errors), args=(self._life.client,))
            for team in self.teams
        ]
        for worker in self._workers:
            worker.start()

    def kill(self) -> None:
        if self._life is None:
            return
        os.kill(self._life.process.pid, signal.SIGKILL)
        for worker in self._workers:
            worker.join()
        bureau_at_work.bury(self._life)
        self._life = None


def kill_together(programs: Sequence[Program]) -> None:
    """All at once, each by a thread of its own, so that none sees the others die first."""
    killers = [threading.Thread(target=program.kill) for program in programs]
    for killer in killers:
        killer.start()
    for killer in killers:
        killer.join()
