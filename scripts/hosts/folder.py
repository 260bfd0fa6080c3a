"""A network's folder, held by one command at a time and marked, so that nobody's own files are ever taken for ours."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from scripts.hosts.problems import HostProblem

MARK = ".yinxin-hosts"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Makes and marks the folder where it is new, and removes it where nothing came into it in the end.

    Raises HostProblem where it holds anything else.
    """
    mark = folder / MARK
    while True:
        if folder.exists() and any(folder.iterdir()) and not mark.exists():
            raise HostProblem(f"{folder} is not empty and holds no network: choose another --folder")
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = mark.open("w")
        except FileNotFoundError:
            continue  # who held it has just removed it
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if _is(lock, mark):
                try:
                    yield
                finally:
                    if _is(lock, mark) and list(folder.iterdir()) == [mark]:
                        remove(folder)
                return


def remove(folder: Path) -> None:
    """By who holds it, when nothing of the network is left in it. What else somebody put there is left alone."""
    (folder / MARK).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _is(lock: IO[str], mark: Path) -> bool:
    """Not where who held it has removed it meanwhile: nobody else would wait for a lock on what is gone."""
    try:
        return os.path.samestat(os.fstat(lock.fileno()), mark.stat())
    except FileNotFoundError:
        return False
