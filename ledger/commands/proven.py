"""What a region looks at before it acts: a replica brought up to what a node proves, made for the moment if need be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import click

from ledger.catalogue import load_catalogue
from ledger.commands.acting import NEW_FILE
from ledger.commands.settling import follow_to_height
from ledger.network_file import NetworkFile
from ledger.replica import Replica

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@dataclass(frozen=True, slots=True)
class Basis:
    """What a command's facts come from: a replica's file, None for a new one, and how long they are waited for."""

    replica_file: Path | None
    wait_seconds: float


def basis_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives the command `basis`, from --replica and --wait."""

    @click.option(
        "--replica",
        "replica_file",
        type=NEW_FILE,
        help="A replica's file; without it one is made for the moment, which takes longer on a large ledger.",
    )
    @click.option(
        "--wait",
        "wait_seconds",
        type=click.FloatRange(min=0),
        default=120,
        show_default=True,
        metavar="SECONDS",
        help="How long at most to wait until the node's newest block is settled (Clique; elsewhere it is at once).",
    )
    @wraps(command)
    def wrapped(*, replica_file: Path | None, wait_seconds: float, **rest: Any) -> None:
        command(basis=Basis(replica_file, wait_seconds), **rest)

    return wrapped


@contextmanager
def proven_replica(basis: Basis, network: NetworkFile, rpc_url: str | None) -> Iterator[Replica]:
    """The replica in the file, or a new one; where a node is named, with all that it has now.

    Raises FollowFailed, or FactsBehind where that is not proven in time.
    """
    if rpc_url:
        _require_node(rpc_url)
    with ExitStack() as stack:
        file = basis.replica_file or Path(stack.enter_context(TemporaryDirectory())) / "replica.db"
        sources = (rpc_url,) if rpc_url else ()
        replica = stack.enter_context(Replica(file, network, load_catalogue(), sources))
        if rpc_url:
            follow_to_height(replica, rpc_url, basis.wait_seconds, lambda text: click.echo(text, err=True))
        yield replica


def _require_node(rpc_url: str) -> None:
    """Mirrors and packs are sources as well, but do not know how far the ledger is."""
    if urlsplit(rpc_url).scheme not in {"http", "https"}:
        raise click.UsageError(
            "--rpc names a node (http://…), which knows how far the ledger is; a mirror or pack is followed into a file"
            " (yinxin ledger replica follow), which --replica names"
        )


def confirm(as_json: bool, yes: bool, show: Callable[[], None], question: str) -> None:
    """Shows what the act means and asks; with --yes it only shows. JSON has no questions: --yes goes with it."""
    if as_json and not yes:
        raise click.UsageError("--json asks nothing: look at the preview first, then add --yes")
    if not as_json:
        show()
    if not yes:
        click.confirm(question, abort=True)
