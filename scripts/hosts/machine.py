"""One host's files and process: prepares its folder, starts geth in it, ends it, asks it over its console."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from scripts.hosts.console import MAX_PATH, ask
from scripts.hosts.founding import GAS_LIMIT
from scripts.hosts.problems import HostIsSilent, HostProblem
from scripts.hosts.records import Host, Running

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 180
_MANY = "4096"
_children: dict[int, subprocess.Popen[bytes]] = {}
"""Kept so that Python does not complain about processes that are meant to outlive the object which started them."""


class Machine:
    """The folder of one host, and what is done in it."""

    def __init__(self, folder: Path, program: Path) -> None:
        self.folder = folder
        self.console = folder / "geth.ipc"
        self.log = folder / "geth.log"
        self._program = program
        self._data = folder / "data"
        if len(os.fsencode(self.console)) > MAX_PATH:
            raise HostProblem(f"{self.console}: too long a path for a Unix socket; choose a shorter --folder")

    def prepare(self, genesis: Path) -> None:
        """Writes the first block into the data folder, once; a try that was killed is done again from the start."""
        done_before = self.folder / "prepared"
        if done_before.exists():
            return
        shutil.rmtree(self._data / "geth", ignore_errors=True)
        command: list[str | Path] = [self._program, "--datadir", self._data, "init", "--state.scheme", "hash", genesis]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise HostProblem(f"geth init: {done.stderr.strip()[-500:]}")
        done_before.touch()

    def start(self, host: Host, chain_id: int, reaches: Iterable[str], inside: Sequence[str], subnet: str) -> Running:
        """Starts geth after `inside`, with these enodes as its static peers, and waits until its console answers.

        It does not seal yet: hosts that seal before they see one another stop at block 2 for ever.
        """
        self.console.unlink(missing_ok=True)
        self._write_peers(list(reaches))
        rpc_port = host.rpc_port if not inside else 8545
        command = [*inside, str(self._program), *self._options(host, chain_id, rpc_port, subnet)]
        process = spawn(command, self.log)
        try:
            self._wait_for_console(host, process)
        except BaseException:
            end(process)
            raise
        return process

    def end_leftovers(self) -> None:
        """Ends what runs on this data folder without being on record: a start that was killed before it was noted."""
        for found in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if f"--datadir={self._data}".encode() in found.read_bytes().split(b"\0"):
                    end(Running.of(int(found.parent.name)))

    def ask(self, method: str, *params: object) -> Any:
        return ask(self.console, method, *params)

    def block(self, number: int) -> str | None:
        """The hash of its block of this number; None where it has none."""
        found = self.ask("eth_getBlockByNumber", hex(number), False)
        return str(found["hash"]) if found else None

    def answers(self) -> bool:
        with suppress(HostIsSilent):
            return bool(self.ask("net_version"))
        return False

    def _wait_for_console(self, host: Host, process: Running) -> None:
        give_up = time.monotonic() + START_SECONDS
        while not self.answers():
            if not process.is_alive or time.monotonic() > give_up:
                raise HostProblem(f"host {host.number} did not start; the end of {self.log}:\n{self._end_of_log()}")
            time.sleep(0.1)

    def _options(self, host: Host, chain_id: int, rpc_port: int, subnet: str) -> list[str]:
        options = {
            "config": self.folder / "geth.toml",
            "datadir": self._data,
            "ipcpath": self.console,
            "nodekey": self.folder / "nodekey",
            "networkid": chain_id,
            "syncmode": "full",
            "gcmode": "archive",
            "state.scheme": "hash",
            "port": host.p2p[1],
            "nat": "none",
            "netrestrict": subnet,
            "unlock": host.signer,
            "password": self.folder / "password",
            "miner.etherbase": host.signer,
            "miner.gaslimit": GAS_LIMIT,
            "miner.gasprice": 1,
            "txpool.pricelimit": 1,
            "txpool.accountslots": _MANY,
            "txpool.accountqueue": _MANY,
            "rpc.txfeecap": 0,
            "http.addr": "127.0.0.1",
            "http.port": rpc_port,
            "http.api": "eth,net,web3,clique",
            "authrpc.port": 0,
            "cache": 64,
        }
        words = [f"--{name}={value}" for name, value in options.items()]
        return [*words, "--http", "--nodiscover", "--allow-insecure-unlock"]

    def _write_peers(self, enodes: list[str]) -> None:
        listed = json.dumps(enodes)
        text = f"[Node.P2P]\nStaticNodes = {listed}\nTrustedNodes = {listed}\n"
        (self.folder / "geth.toml").write_text(text, encoding="utf-8")

    def _end_of_log(self) -> str:
        with suppress(OSError):
            return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])
        return "(there is none)"


def spawn(command: Sequence[str], log: Path, listener: socket.socket | None = None) -> Running:
    """A process of its own session, which outlives this one; it inherits `listener` and nothing else."""
    inherited = [] if listener is None else [listener.fileno()]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, *map(str, inherited)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=inherited,
            start_new_session=True,
        )
    _children[process.pid] = process
    return Running.of(process.pid)


def open_door(namespace: str, port: int, log: Path) -> tuple[Running, int]:
    """Passes connections to a port of this machine's loopback on into the namespace; another port, if that is taken."""
    try:
        listener = socket.create_server(("127.0.0.1", port))
    except OSError:
        listener = socket.create_server(("127.0.0.1", 0))
    with listener:
        command = [sys.executable, "-m", "scripts.hosts.door", namespace, "8545"]
        return spawn(command, log, listener), listener.getsockname()[1]


def end(process: Running | None) -> None:
    """SIGKILL, and waits until it is gone; one that is not ours any more is left alone."""
    if process is None or not process.is_alive:
        return
    os.kill(process.pid, signal.SIGKILL)
    while process.is_alive:
        time.sleep(0.01)
    if child := _children.pop(process.pid, None):
        child.wait()
