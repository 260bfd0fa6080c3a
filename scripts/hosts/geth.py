"""The hosts' program: geth, built once by `go install` and kept outside the checkout.

Go checks the module against its public checksum database; the built file's own record of what it was built from is
compared with the sum that is written here.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from scripts.hosts.problems import CannotBuild

VERSION = "1.13.15"
"""The last with Clique as its own engine."""
MODULE = "github.com/ethereum/go-ethereum"
SUM = "h1:U7sSGYGo4SPjP6iNIifNoyIAiNjrmQkz6EwQG+/EZWo="
LINK_NAMES_CHECKED_SINCE = (1, 23)
"""From this version on Go's linker refuses what a dependency of geth does, unless told."""
OLDEST_GO = (1, 21)
_TELL_SECONDS = 60


def folder() -> Path:
    """Where the program is kept: $XDG_CACHE_HOME/yinxin, else ~/.cache/yinxin."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "yinxin" / f"geth-{VERSION}"


def program() -> Path:
    return folder() / "geth"


def is_built() -> bool:
    return program().exists()


def why_it_cannot_be_built() -> str | None:
    """None where the program is here, or Go is."""
    if is_built():
        return None
    go = _go()
    if go is None:
        return f"geth {VERSION} is not built, and there is no Go to build it with: install Go 1.21 or newer"
    found = _go_version(go)
    if found < OLDEST_GO:
        return f"geth {VERSION} is not built, and Go is {'.'.join(map(str, found))}: install Go 1.21 or newer"
    return None


def build(tell: Callable[[str], None]) -> Path:
    """The program, built first where it is not here: about ten minutes of two cores. Two runs at once build it once.

    Raises CannotBuild; a build that was killed leaves nothing that looks built.
    """
    if is_built():
        return program()
    if reason := why_it_cannot_be_built():
        raise CannotBuild(reason)
    try:
        folder().mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise CannotBuild(f"geth {VERSION} has nowhere to be kept: {e}") from e
    with (folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_built():
            _install(str(_go()), tell)
    return program()


def _install(go: str, tell: Callable[[str], None]) -> None:
    unfinished, log = folder() / "unfinished", folder() / "build.log"
    flags = "-s -w" + (" -checklinkname=0" if _go_version(go) >= LINK_NAMES_CHECKED_SINCE else "")
    command = ["nice", "-n", "10", go, "install", "-trimpath", f"-ldflags={flags}", f"{MODULE}/cmd/geth@v{VERSION}"]
    env = {**os.environ, "GOBIN": str(unfinished), "GOTOOLCHAIN": "local"}
    tell(f"building geth {VERSION} in {folder()}: about ten minutes, once")
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=env, cwd=folder(), stdout=output, stderr=output, start_new_session=True)
    try:
        while (status := _wait(process, _TELL_SECONDS)) is None:
            tell(f"building geth: {time.monotonic() - started:.0f} s")
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)  # the compilers that go started, too
        process.wait()
        raise
    if status != 0:
        raise CannotBuild(f"geth {VERSION} cannot be built here: {_last_line(log)} (go ended with {status}; see {log})")
    _require_sum(go, unfinished / "geth")
    (unfinished / "geth").rename(program())
    shutil.rmtree(unfinished)
    tell(f"building geth: done in {time.monotonic() - started:.0f} s")


def _wait(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _require_sum(go: str, built: Path) -> None:
    told = subprocess.run([go, "version", "-m", str(built)], capture_output=True, text=True, check=True).stdout
    found = re.search(rf"^\tmod\t{re.escape(MODULE)}\tv{re.escape(VERSION)}\t(\S+)", told, re.MULTILINE)
    if found is None or found.group(1) != SUM:
        raise CannotBuild(f"what was built is of {found.group(1) if found else 'no known sum'}, expected {SUM}")


def _go() -> str | None:
    return shutil.which("go") or shutil.which("/usr/local/go/bin/go")


def _go_version(go: str) -> tuple[int, ...]:
    told = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
    numbers = re.match(r"go(\d+)\.(\d+)", told)
    return tuple(map(int, numbers.groups())) if numbers else (0, 0)


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "go said nothing"
