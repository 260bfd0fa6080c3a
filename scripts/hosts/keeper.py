"""Takes a network down when the process that asked for it has ended, in whatever way: its end of a pipe closes then."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from scripts.hosts.network import Network
from scripts.hosts.problems import HostProblem


def main(folder: str) -> None:
    sys.stdin.buffer.read()
    with suppress(HostProblem):  # it was taken down already
        Network.open(Path(folder)).down()


if __name__ == "__main__":
    main(*sys.argv[1:])
