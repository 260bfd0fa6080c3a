"""The command `yinxin ledger node`: reads settings, binds the address, runs the node until it is told to stop."""

from __future__ import annotations

import json
import os
import signal
import socket
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ledger.node.node import Node


@click.command("node")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), required=True, help="Data directory.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8545, show_default=True, help="0: any free port.")
@click.option(
    "--chain-id", type=click.IntRange(1, 2**53 - 1), help="Of a new chain (20260 if not given); never changes."
)
@click.option("--heartbeat-seconds", type=click.IntRange(1), default=60, show_default=True, help="Greatest block age.")
@click.option(
    "--block-seconds", type=click.IntRange(1), default=1, show_default=True, help="Least time between blocks."
)
@click.option("--ready-file", type=click.Path(dir_okay=False, path_type=Path), help="Written once requests are taken.")
def node_command(
    data: Path,
    host: str,
    port: int,
    chain_id: int | None,
    heartbeat_seconds: int,
    block_seconds: int,
    ready_file: Path | None,
) -> None:
    """Run the embedded node: a one-validator chain on disk, with JSON-RPC over HTTP."""
    # Imported here, so that `yinxin --help` need not load an EVM.
    from ledger.node.errors import StartRefused
    from ledger.node.node import Node
    from ledger.node.settings import NodeSettings

    if ready_file:
        ready_file.unlink(missing_ok=True)
    settings = NodeSettings(data, chain_id, block_seconds, heartbeat_seconds)
    try:
        with _listen(host, port) as listening:
            node = Node(settings)
            try:
                _serve(node, listening, host, ready_file)
            finally:
                node.close()
                if ready_file:
                    ready_file.unlink(missing_ok=True)
    except StartRefused as e:
        raise click.ClickException(f"the node does not start: {e}") from e


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """uvicorn takes these signals while it serves, and raises them again when it has shut down."""
    raise SystemExit(0)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as e:
        raise click.ClickException(f"cannot listen on {host} port {port}: {e.strerror}") from e


def _serve(node: Node, listening: socket.socket, host: str, ready_file: Path | None) -> None:
    import uvicorn

    from ledger.node.rpc import application

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    config = uvicorn.Config(
        application(node, host), log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=5
    )
    node.start()
    _announce(node, listening, ready_file)
    uvicorn.Server(config).run(sockets=[listening])


def _announce(node: Node, listening: socket.socket, ready_file: Path | None) -> None:
    """The socket listens already: a request that comes now waits for the server."""
    address = listening.getsockname()
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    ready = {
        "url": f"http://{host}:{address[1]}",
        "chain_id": node.chain_id,
        "genesis": "0x" + node.genesis_hash.hex(),
        "validator": "0x" + node.validator_address.hex(),
        "pid": os.getpid(),
    }
    click.echo(f"node ready at {ready['url']}, chain {node.chain_id}, validator {ready['validator']}")
    if ready_file:
        draft = ready_file.with_name(ready_file.name + ".new")
        draft.write_text(json.dumps(ready) + "\n", encoding="utf-8")
        draft.replace(ready_file)
