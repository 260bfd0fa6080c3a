"""`yinxin verifier`: run a window, or check one file. Reads the world's inputs; the procedure is in receive.py."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

import click

from ledger import visible_json
from verifier import operating, terminal
from verifier.days import parse_day
from verifier.errors import CannotListen
from verifier.exits import ACCEPTED, REJECTED, UNDETERMINED, config_option, failing, tell
from verifier.opening import follower_of, loader_of, opened
from verifier.reading import read
from verifier.receive import Request, Window, receive
from verifier.record import check_to_json
from verifier.settings import Settings, load_settings
from verifier.store import Check
from verifier.view import view_of

if TYPE_CHECKING:
    from uvicorn import Server

_EXIT = {"accepted": ACCEPTED, "rejected": REJECTED, "undetermined": UNDETERMINED}


@click.group()
def verifier() -> None:
    """The window's service 异地窗口."""


for command in (operating.load_pack, operating.status, operating.withdrawn):
    verifier.add_command(command)


@verifier.command()
@config_option
@click.option("--ready-file", type=click.Path(dir_okay=False, path_type=Path), help="Written when the window listens.")
def serve(config: Path, ready_file: Path | None) -> None:
    """Run the window over HTTP."""
    import uvicorn  # here, because `check` needs no server and should answer at once

    from verifier.app import build_app

    if ready_file:
        ready_file.unlink(missing_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with failing(as_json=False):
        settings = load_settings(config)
        with opened(settings) as window:
            app = build_app(window, follower_of(settings, window), loader_of(settings, window), settings.limits)
            with _listening(settings) as listener:
                url = f"http://{settings.host}:{listener.getsockname()[1]}"
                _announce(url, ready_file)
                _run(uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)), listener)


@verifier.command()
@click.argument("file", type=click.File("rb"))
@click.option("--at", "day", default="", help="Was it valid on that day? YYYY-MM-DD.")
@click.option("--json", "as_json", is_flag=True, help="The check as JSON.")
@click.option("--update", is_flag=True, help="Look for newer facts first; otherwise nothing is asked of anybody.")
@config_option
def check(file: BinaryIO, day: str, as_json: bool, update: bool, config: Path) -> NoReturn:
    """Check FILE (a picture, a PDF or text; - for standard input) on the window's own replica.

    Exit status: 0 accepted, 10 rejected, 20 undetermined, 30 nothing to judge, 64 usage, 70 internal error.
    """
    with failing(as_json=as_json):
        settings = load_settings(config)
        octets = file.read(settings.limits.octets + 1)
        with opened(settings) as window:
            if update:
                follower_of(settings, window).look_now()
            made = receive(Request(window.new_id(), read(octets, settings.limits), parse_day(day)), window)
            _print(made, as_json, window)
    sys.exit(_EXIT[str(made.report["verdict"])] if made.withdrawn_at is None else UNDETERMINED)


def _print(made: Check, as_json: bool, window: Window) -> None:
    if as_json:
        tell(visible_json(check_to_json(made), indent=2))
    else:
        tell("\n".join(terminal.lines(view_of(made, window.catalogue))))


def _run(server: Server, listener: socket.socket) -> None:
    """Until SIGTERM or Ctrl-C, which uvicorn raises again after stopping: that ends here, so that files are closed."""
    with suppress(KeyboardInterrupt):
        server.run([listener])


def _listening(settings: Settings) -> socket.socket:
    try:
        return socket.create_server((settings.host, settings.port))
    except OSError as e:
        raise CannotListen(address=f"{settings.host}:{settings.port}", reason=e.strerror or "") from e


def _announce(url: str, ready_file: Path | None) -> None:
    click.echo(f"窗口 window: {url}")
    if ready_file:
        beside = ready_file.with_name(f"{ready_file.name}.new")
        beside.write_text(json.dumps({"url": url, "pid": os.getpid()}), "utf-8")
        beside.replace(ready_file)
