"""`yinxin verifier load-pack | status | withdrawn`: what the operator of a window does, without the service running."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ledger import visible_json
from verifier import terminal
from verifier.errors import PackTooLarge
from verifier.exits import config_option, failing
from verifier.loading import load, loaded_to_json
from verifier.opening import follower_of, loading_into, opened
from verifier.record import withdrawn_for_operator
from verifier.settings import load_settings
from verifier.standing import standing_of, standing_to_json

_MOST_LISTED = 10_000


@click.command("load-pack")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="What came of it as JSON.")
@config_option
def load_pack(file: Path, as_json: bool, config: Path) -> None:
    """Load the trust pack FILE (离线窗口包), so that a window without any network has newer facts.

    Nothing of a pack is believed that is not proven against the network file. It is taken over whole or not at all, and
    loading it again is harmless.

    Exit status: 0 loaded, or all of it was known; 30 the pack is of no use here; 64 usage; 70 internal error.
    """
    with failing(as_json=as_json):
        settings = load_settings(config)
        with opened(settings) as window:
            known_until = window.replica.as_of
            if file.stat().st_size > settings.max_pack_bytes:
                raise PackTooLarge
            with _progress(hidden=as_json) as told:
                loaded = load(file, loading_into(window), told)
    if as_json:
        click.echo(visible_json(loaded_to_json(loaded, known_until), indent=2))
        return
    for line in terminal.loaded_lines(loaded, known_until):
        click.echo(line)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--update", is_flag=True, help="Look for newer facts first; otherwise nothing is asked of anybody.")
@config_option
def status(as_json: bool, update: bool, config: Path) -> None:
    """How old the facts are, which sources are used or left and why, and what has to be made again."""
    with failing(as_json=as_json):
        settings = load_settings(config)
        with opened(settings) as window:
            follower = follower_of(settings, window)
            follower.withdraw()
            if update:
                follower.look_now()
            standing = standing_of(window, follower.state)
    if as_json:
        click.echo(visible_json(standing_to_json(standing), indent=2))
        return
    for line in terminal.standing_lines(standing):
        click.echo(line)


@click.command()
@click.option("--all", "with_made_again", is_flag=True, help="Those that were made again, too.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@config_option
def withdrawn(with_made_again: bool, as_json: bool, config: Path) -> None:
    """List the checks whose facts a reorganisation of the ledger took back: they have to be made again.

    A check counts as made again when the same credential, found signed by its issuer, or the very same text was checked
    later, about the same time, by facts that stand.
    """
    with failing(as_json=as_json):
        settings = load_settings(config)
        with opened(settings) as window:
            follower_of(settings, window).withdraw()
            found = window.store.withdrawn(only_open=not with_made_again, limit=_MOST_LISTED)
    if as_json:
        click.echo(visible_json([withdrawn_for_operator(each) for each in found], indent=2))
        return
    for line in terminal.withdrawn_lines(found, with_made_again=with_made_again):
        click.echo(line)


@contextmanager
def _progress(*, hidden: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, where a person looks at it."""
    with click.progressbar(length=1, label="正在导入 loading", file=sys.stderr, hidden=hidden) as bar:

        def told(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield told
