"""`yinxin ledger mirror`: the proven history as static files, written again and again, and served."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import threading
from ipaddress import ip_address
from pathlib import Path
from types import FrameType

import click

from ledger.catalogue import load_catalogue
from ledger.commands.acting import errors_told, json_option, network_option, tell
from ledger.commands.pack import metadata_of, type_option
from ledger.commands.replica import REPEATABLE, failures_told, when
from ledger.errors import LedgerError, PackProblem
from ledger.mirror import KEEP_SECONDS, MirrorFolder, Round
from ledger.mirror.manifest import NAME, parse_manifest
from ledger.network_file import read_network_file
from ledger.printable import number_of
from ledger.replica import Replica
from ledger.replica.sources import FORMS

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group("mirror")
def mirror_group() -> None:
    """Mirrors: what windows follow, as files that any web server, CDN or stick can carry."""


@mirror_group.command("write")
@click.argument("folder", type=_FOLDER)
@network_option
@click.option("--replica", "path", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A replica.")
@click.option("--source", "sources", multiple=True, metavar="URL", help=f"Follow this first: {FORMS}. {REPEATABLE}")
@click.option("--every", type=click.FloatRange(1), metavar="SECONDS", help="Go on, a round every so often.")
@click.option(
    "--keep",
    "keep_seconds",
    type=click.FloatRange(60),
    default=KEEP_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long a pack stays that no manifest names any more: longer than any cache keeps a manifest.",
)
@type_option
@json_option
@errors_told
def write_command(  # noqa: PLR0913, PLR0917 - one for each option
    folder: Path,
    network: Path,
    path: Path,
    sources: tuple[str, ...],
    every: float | None,
    keep_seconds: float,
    type_files: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Bring the mirror in FOLDER to what the replica has proven: once, or with --every until it is stopped.

    Without --source the replica is only read, for example one that a window follows. One process writes a folder.
    """
    stop, metadata, of_network = threading.Event(), metadata_of(type_files), read_network_file(network)
    with (
        MirrorFolder(folder, metadata, keep_seconds=keep_seconds) as mirror,
        Replica(path, of_network, load_catalogue(), sources) as replica,
        failures_told(),
    ):
        if every is None:
            _round(mirror, replica, sources, as_json)
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                _round(mirror, replica, sources, as_json)
            except (LedgerError, sqlite3.Error) as e:
                tell(as_json, f"the mirror stays as it is: {e}", error=type(e).__name__, message=str(e))
            stop.wait(every)


@mirror_group.command("serve")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8600, show_default=True, help="0: any that is free.")
@click.option("--ready-file", type=click.Path(dir_okay=False, path_type=Path), help="Written once requests are taken.")
def serve_command(folder: Path, host: str, port: int, ready_file: Path | None) -> None:
    """Serve the mirror in FOLDER over plain HTTP. Any other web server does as well."""
    import uvicorn

    from ledger.mirror.serving import application

    if ready_file:
        ready_file.unlink(missing_ok=True)
    _require_mirror(folder)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as e:
        raise click.ClickException(f"cannot listen on {host} port {port}: {e.strerror}") from e
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    with listening:
        _announce(listening, ready_file)
        config = uvicorn.Config(application(folder), log_level="warning", access_log=False, lifespan="off")
        uvicorn.Server(config).run(sockets=[listening])


def _require_mirror(folder: Path) -> None:
    """Raises ClickException for a folder that is none, or not yet: every window would be told 404."""
    try:
        parse_manifest((folder / NAME).read_bytes())
    except FileNotFoundError as e:
        raise click.ClickException(
            f"{folder} has no {NAME}: it is no mirror, or none yet; `yinxin ledger mirror write` makes it one"
        ) from e
    except OSError as e:
        raise click.ClickException(f"cannot read {folder / NAME}: {e.strerror}") from e
    except PackProblem as e:
        raise click.ClickException(f"{folder} is no mirror that can be served: {e}") from e


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """uvicorn takes these signals while it serves, and raises them again when it has shut down."""
    raise SystemExit(0)


def _round(mirror: MirrorFolder, replica: Replica, sources: tuple[str, ...], as_json: bool) -> None:
    failures = [str(failure) for failure in replica.follow_once().failures] if sources else []
    made = mirror.write(replica)
    accepted = replica.accepted
    text = "\n".join([*(f"not used: {failure}" for failure in failures), _text(made)])
    tell(
        as_json,
        text,
        block=accepted.number if accepted else 0,
        as_of=accepted.time if accepted else 0,
        packs=len(made.manifest.packs) if made else None,
        written=made.written if made else 0,
        removed=made.removed if made else 0,
        failures=failures,
    )


def _text(made: Round | None) -> str:
    if made is None:
        return "the mirror is at the replica's block already"
    newest = made.manifest.newest
    return (
        f"block {newest.block}, as of {when(newest.as_of)}, {number_of(newest.end, 'event')} in "
        f"{number_of(len(made.manifest.packs), 'pack')}; "
        f"{made.written} written, {made.removed} removed"
    )


def _announce(listening: socket.socket, ready_file: Path | None) -> None:
    """The socket listens already: a request that comes now waits for the server."""
    address = listening.getsockname()
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    url = f"http://{host}:{address[1]}"
    named = "" if ip_address(address[0]).is_unspecified else f"; windows name it mirror+{url}/"
    click.echo(f"mirror ready at {url}{named}")
    if ready_file:
        draft = ready_file.with_name(ready_file.name + ".new")
        draft.write_text(json.dumps({"url": url, "pid": os.getpid()}) + "\n", encoding="utf-8")
        draft.replace(ready_file)
