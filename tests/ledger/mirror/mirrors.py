"""A replica of an invented network that learns its history bit by bit, for mirrors to be made of; and their server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from bench.invented import STARTS, Invented
from ledger import load_catalogue
from ledger.light_client import header_of_octets
from ledger.mirror import MirrorFolder, Round
from ledger.mirror.serving import application
from ledger.replica import Replica
from ledger.replica.update import Proven, Update
from tests.ledger.pack.packs import NOW


def replica_of(world: Invented, path: Path, *sources: str, now: int = NOW) -> Replica:
    return Replica(path, world.network, load_catalogue(), sources, clock=lambda: now)


def write_mirror(
    folder: Path, replica: Replica, types: Mapping[bytes, bytes] | None = None, **options: Any
) -> Round | None:
    """One round of writing, as by a process of its own."""
    with MirrorFolder(folder, types or {}, **options) as mirror:
        return mirror.write(replica)


def learn(replica: Replica, world: Invented, events: int, number: int) -> None:
    """The replica accepts block `number`, with so many events."""
    known = replica.known()
    proof = world.proof(events, number)
    header = header_of_octets(proof.header)
    proven = Proven(
        number=number,
        hash=header.hash,
        time=STARTS + 60 * number,
        head=world.heads[events],
        validators=world.network.checkpoint.validators,
        proof=proof,
        after=known.points[-1] if known.points else None,
    )
    start = known.accepted.events if known.accepted else 0
    assert replica.take(known, Update(proven, world.logs[start:events]), "invented") is not None


@contextmanager
def served(folder: Path, asked: list[str] | None = None) -> Iterator[str]:
    """The address of a mirror's folder on the server that is shipped. `asked` gets the path of each request."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        app = _noting(application(folder), [] if asked is None else asked)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()


def _noting(app: ASGIApp, asked: list[str]) -> ASGIApp:
    async def noted(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope["path"])
        await app(scope, receive, send)

    return noted
