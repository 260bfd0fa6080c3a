"""The demo's processes: starts a `yinxin` service, waits for its answer, stops it, adds up the memory they take."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

YINXIN = Path(sys.executable).with_name("yinxin")
START_SECONDS = 180


def yinxin(
    *words: str | Path | int, stdin: str | None = None, ok: tuple[int, ...] = (0,), env: dict[str, str] | None = None
) -> str:
    """Runs one command to its end and gives what it printed; another exit status than `ok` is an error."""
    done = subprocess.run(
        [str(YINXIN), *map(str, words)],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(env or {})},
    )
    if done.returncode not in ok:
        raise RuntimeError(
            f"yinxin {' '.join(map(str, words[:3]))} ended with {done.returncode}:\n{done.stderr[-2000:]}"
        )
    return done.stdout


@dataclass
class Service:
    """One running service; its output goes to `log`."""

    name: str
    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """Asks it to end, insists after ten seconds."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def memory_bytes(self) -> int:
        """Resident memory now (Linux; 0 elsewhere, and when it has ended)."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        except OSError:
            return 0
        kilobytes = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
        return int(kilobytes[0]) * 1024 if kilobytes else 0


@dataclass
class Processes:
    """All services of one demo; on leaving they are stopped, the last started first."""

    logs: Path
    services: dict[str, Service] = field(default_factory=dict)

    def start(self, name: str, url: str, *words: str | Path | int) -> None:
        """Starts `yinxin WORDS`, which will answer at `url`, and waits until it does."""
        self.launch(name, url, *words)
        self.wait_for(name)

    def launch(self, name: str, url: str, *words: str | Path | int) -> None:
        """As `start`, without waiting."""
        log = self.logs / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen([str(YINXIN), *map(str, words)], stdout=output, stderr=output)
        self.services[name] = Service(name, url, process, log)

    def wait_for(self, name: str) -> None:
        """Until its /health answers. Raises RuntimeError with the end of its log where it does not."""
        service, deadline = self.services[name], time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and service.process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{service.url}/health", timeout=2).status_code < 500:
                    return
            time.sleep(0.1)
        service.stop()
        raise RuntimeError(f"{name} did not start:\n{service.log.read_text(encoding='utf-8')[-2000:]}")

    def stop(self, *names: str) -> None:
        for name in names:
            self.services[name].stop()

    def stop_all(self) -> None:
        self.stop(*reversed(self.services))

    def memory_bytes(self) -> int:
        return sum(service.memory_bytes() for service in self.services.values())
