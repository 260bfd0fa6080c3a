"""What a region looks at before it acts: a replica brought up to what a node proves, made for the moment if need be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ledger.catalogue import load_catalogue
from ledger.commands.acting import NEW_FILE
from ledger.network_file import NetworkFile
from ledger.replica import Replica

replica_option = click.option(
    "--replica",
    "replica_file",
    type=NEW_FILE,
    help="A replica's file; without it one is made for the moment, which takes longer on a large ledger.",
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@contextmanager
def proven_replica(path: Path | None, network: NetworkFile, rpc_url: str | None) -> Iterator[Replica]:
    """The replica in `path`, or a new one; where a node is named, with all that it proves. Raises FollowFailed."""
    with ExitStack() as stack:
        file = path or Path(stack.enter_context(TemporaryDirectory())) / "replica.db"
        sources = (rpc_url,) if rpc_url else ()
        replica = stack.enter_context(Replica(file, network, load_catalogue(), sources))
        if rpc_url:
            replica.follow_once()
        yield replica


def confirm(as_json: bool, yes: bool, show: Callable[[], None], question: str) -> None:
    """Shows what the act means and asks; with --yes it only shows. JSON has no questions: --yes goes with it."""
    if as_json and not yes:
        raise click.UsageError("--json asks nothing: look at the preview first, then add --yes")
    if not as_json:
        show()
    if not yes:
        click.confirm(question, abort=True)
