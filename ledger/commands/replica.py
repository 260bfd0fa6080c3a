"""`yinxin ledger replica`: follow nodes, mirrors or packs into a file on this machine, and show what it has proven."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from credential import dates
from ledger.catalogue import load_catalogue
from ledger.commands.acting import FILE, NEW_FILE, errors_told, json_option, network_option, tell
from ledger.commands.fence_text import when as moment
from ledger.network_file import read_network_file
from ledger.printable import number_of
from ledger.replica import Progress, Replica, keep_following
from ledger.replica.overview import LISTED, overview
from ledger.replica.sources import FORMS

REPEATABLE = "Repeatable, best first."

_MOMENTS = frozenset({"starts", "ends", "revoked_from", "dissolved_at"})

_file_option = click.option("--replica", "path", type=NEW_FILE, required=True, help="The replica's file.")


@click.group("replica")
def replica_group() -> None:
    """The proven copy of the ledger on this machine."""


@replica_group.command("follow")
@network_option
@_file_option
@click.option("--source", "sources", multiple=True, required=True, metavar="URL", help=f"{FORMS}. {REPEATABLE}")
@click.option("--every", type=click.FloatRange(0.1), metavar="SECONDS", help="Go on, a round every so often.")
@json_option
@errors_told
def follow_command(network: Path, path: Path, sources: tuple[str, ...], every: float | None, as_json: bool) -> None:
    """Take over what the sources prove: once, or with --every until it is stopped."""
    with Replica(path, read_network_file(network), load_catalogue(), sources) as replica, failures_told():
        if every is None:
            _tell_progress(as_json, replica.follow_once())
            return
        keep_following(
            replica,
            threading.Event(),
            every_seconds=every,
            on_progress=lambda progress: _tell_progress(as_json, progress),
            on_failure=lambda error: _tell_failure(as_json, error),
        )


@replica_group.command("show")
@network_option
@click.option("--replica", "path", type=FILE, required=True, help="The replica's file.")
@json_option
@errors_told
def show_command(network: Path, path: Path, as_json: bool) -> None:
    """Show how new the facts are, and what is registered: regions, types, authorities with what is theirs, agreements.

    A moment that begins a day in Shanghai is shown as that day.
    """
    with Replica(path, read_network_file(network), load_catalogue(), ()) as replica:
        shown = overview(replica)
    tell(as_json, _as_text(shown), **shown)


@contextmanager
def failures_told() -> Iterator[None]:
    """For a command that says itself which sources are not used: the replica's log does not say it once more."""
    log = logging.getLogger("ledger.replica")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def _tell_progress(as_json: bool, progress: Progress) -> None:
    text = f"block {progress.block}, as of {when(progress.as_of)}, {number_of(progress.new_events, 'new event')}"
    tell(
        as_json,
        "\n".join([*(f"not used: {failure}" for failure in progress.failures), text]),
        source=progress.source,
        block=progress.block,
        as_of=progress.as_of,
        new_events=progress.new_events,
        failures=[str(failure) for failure in progress.failures],
    )


def _tell_failure(as_json: bool, error: Exception) -> None:
    tell(as_json, f"facts stay as they are: {error}", error=type(error).__name__, message=str(error))


def _as_text(shown: dict[str, Any]) -> str:
    lines = [
        f"network      {shown['network']}",
        f"fingerprint  {shown['fingerprint']}",
        f"block        {shown['block']}, {number_of(shown['events'], 'event')}",
        f"as of        {when(shown['as_of'])}",
    ]
    for group in LISTED:
        lines.append(f"\n{group}:")
        lines += ["  " + "  ".join(_told(row)) for row in shown[group]]
    return "\n".join(lines)


def _told(row: dict[str, Any]) -> Iterator[str]:
    """What has no value is left out."""
    for name, value in row.items():
        if value is not None:
            yield f"{name} {day_or_moment(value) if name in _MOMENTS else value}"


def day_or_moment(instant: int) -> str:
    with suppress(ValueError, OverflowError):
        if dates.is_start_of_day(instant):
            return dates.day_of(instant).isoformat()
    return moment(instant)


def when(instant: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(instant)) if instant else "nothing is proven yet"
