"""What geth takes over its Unix socket: commands for its operator, which its HTTP door does not have."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

from scripts.hosts.problems import HostIsSilent, HostProblem

MAX_PATH = 103
"""A Unix socket's path has at most 107 octets; geth refuses a few less on some systems."""


def ask(console: Path, method: str, *params: object, seconds: float = 20) -> Any:
    """The result of one call. Raises HostIsSilent where nothing listens or answers, HostProblem where geth refuses."""
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(seconds)
            connection.connect(str(console))
            connection.sendall(json.dumps(request).encode() + b"\n")
            answer = json.loads(_line(connection))
    except (OSError, ValueError) as e:
        raise HostIsSilent(f"{console}: {method}: {e}") from e
    if "error" in answer:
        raise HostProblem(f"{method}: {answer['error'].get('message')}")
    return answer.get("result")


def _line(connection: socket.socket) -> bytes:
    received = b""
    while not received.endswith(b"\n"):
        chunk = connection.recv(1 << 16)
        if not chunk:
            raise ConnectionError("the connection ended before the answer")
        received += chunk
    return received
