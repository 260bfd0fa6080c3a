"""Programs with many lives: nodes, a bureau's and a window's service, killed by SIGKILL and started again."""

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

from ledger.light_client import clique
from scripts.hosts import Network
from tests.fixtures_ledger import start_node
from tests.issuer import bureau_at_work
from tests.waiting import until
from verifier.cli import serve

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    ["issuer.serving", "ledger.outbox", "ledger.replica.node_source", "eth_account", "verifier.cli", "verifier.app"]
)


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
class WindowService:
    """`yinxin verifier serve` with the settings in a file, on the same port in every life. It keeps `replica`.

    A hasty one takes a host's newest block for settled, as no window does: so it sees blocks that are taken back.
    """

    config: Path
    replica: Path
    url: str
    is_hasty: bool = False
    _process: BaseProcess | None = None

    def start(self) -> None:
        """Returns when it takes requests."""
        ready = self.config.with_suffix(".ready")
        ready.unlink(missing_ok=True)
        self._process = _PROCESSES.Process(target=_serve, args=(self.config, ready, self.is_hasty), daemon=True)
        self._process.start()
        process = self._process
        until(lambda: ready.exists() or not process.is_alive(), "the window's service is started", seconds=180)
        assert process.is_alive(), "the window's service did not start"

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._process = None


def _serve(config: Path, ready: Path, is_hasty: bool) -> None:
    """The command's body, in a process that has everything imported: until it is killed."""
    if is_hasty:
        clique.SETTLING_ROUNDS = 0
    assert serve.callback is not None
    serve.callback(config, ready)


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
