"""A disk that a test can fill and empty again: a small tmpfs, which takes root to mount."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_BLOCK = 4096
DISK_OCTETS = 16 << 20


@dataclass(frozen=True)
class SmallDisk:
    """`path` is its root folder."""

    path: Path

    @property
    def _ballast(self) -> Path:
        return self.path / "ballast"

    def fill(self, leave_octets: int = 0) -> None:
        """Takes all space that is left but `leave_octets`, counted in blocks."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while file.write(bytes(_BLOCK)) == _BLOCK:
                    pass
            except OSError:
                pass
            file.truncate(max(file.tell() - leave_octets, 0) // _BLOCK * _BLOCK)

    def empty(self) -> None:
        self._ballast.unlink(missing_ok=True)

    @contextmanager
    def full(self, leave_octets: int = 0) -> Iterator[None]:
        self.fill(leave_octets)
        try:
            yield
        finally:
            self.empty()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """16 MiB; skipped where this machine does not let the test mount one."""
    with mounted(tmp_path / "disk") as disk:
        yield disk


@contextmanager
def mounted(at: Path, octets: int = DISK_OCTETS) -> Iterator[SmallDisk]:
    """A disk of its own at a folder, as long as the block; skips where that cannot be had."""
    if os.geteuid() != 0:
        pytest.skip("a full disk takes root: the test mounts a small one")
    at.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={octets}", "tmpfs", str(at)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a full disk takes the right to mount one: {done.stderr.strip()}")
    try:
        yield SmallDisk(at)
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)
