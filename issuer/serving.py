"""Runs the service as one process: one at a time for a database, on one port, until it is told to stop."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from issuer.app import create_app
from issuer.bureau import open_bureau
from issuer.errors import AlreadyRunning
from issuer.settings import Settings


def log_our_own_work() -> None:
    """Of others only warnings: fontTools tells the characters of every paper copy, which are somebody's licence."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for ours in ("issuer", "ledger"):
        logging.getLogger(ours).setLevel(logging.INFO)


def serve(
    settings: Settings, ready_file: Path | None = None, on_listening: Callable[[str], None] | None = None
) -> None:
    """Tells `on_listening` and the file its address once requests are taken.

    Raises what `open_bureau` and `create_app` raise, AlreadyRunning, and OSError where the port is taken.
    """
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with alone(settings.database), socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        app = create_app(open_bureau(settings))
        try:
            listening.bind((settings.host, settings.port))
        except OSError as error:
            raise OSError(f"cannot listen on {settings.host} port {settings.port}: {error.strerror}") from error
        listening.listen(128)
        url = f"http://{settings.host}:{listening.getsockname()[1]}"
        if on_listening is not None:
            on_listening(url)
        if ready_file is not None:
            _tell(ready_file, url)
        # Addresses may hold an offer's reference, so there is no access log.
        uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run(sockets=[listening])


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """Two workers would close the same batches; the second service is told instead."""
    lock = os.open(database.with_name(database.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise AlreadyRunning(f"another service is using {database.name}") from error
    try:
        yield
    finally:
        os.close(lock)


def _tell(ready_file: Path, url: str) -> None:
    """Written whole or not at all."""
    new = ready_file.with_name(ready_file.name + ".new")
    new.write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")
    new.replace(ready_file)
