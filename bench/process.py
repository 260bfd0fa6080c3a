"""The services that a figure needs, each a `yinxin` command in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_START_SECONDS = 60


@contextmanager
def running(arguments: list[str], ready: Path) -> Iterator[str]:
    """The URL that a `yinxin` command of ours tells once it is ready; stopped at the end."""
    quiet = subprocess.DEVNULL
    whole = yinxin([*arguments, "--ready-file", str(ready)])
    with subprocess.Popen(whole, stdout=quiet, stderr=quiet) as process:  # noqa: S603 - our own command
        try:
            deadline = time.monotonic() + _START_SECONDS
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"`yinxin {' '.join(arguments[:2])}` did not start")
                time.sleep(0.05)
            yield str(json.loads(ready.read_text("utf-8"))["url"])
        finally:
            process.terminate()


def yinxin(arguments: list[str]) -> list[str]:
    """The command line of `yinxin ARGUMENTS`, whether it is on the PATH or not."""
    return [sys.executable, "-c", "from yinxin import main; main()", *arguments]
