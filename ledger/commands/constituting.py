"""The options that constitute a council: members, threshold, delay. For `ledger deploy` and `council found`."""

from __future__ import annotations

from collections.abc import Callable

import click

from ledger.commands.acting import Address
from ledger.council import Constitution

_member = click.option(
    "--member",
    "members",
    type=Address(),
    multiple=True,
    help="A member's account; once for each. Each may cancel alone.",
)
_threshold = click.option("--threshold", type=click.IntRange(min=1), help="How many members have to sign.")
_delay = click.option(
    "--delay",
    type=click.IntRange(min=1),
    default=259_200,
    show_default=True,
    metavar="SECONDS",
    help="How long changes of rules wait, so that a member can cancel them.",
)


def council_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--member`, `--threshold` and `--delay` of a council that is to be founded."""
    for option in (_delay, _threshold, _member):
        command = option(command)
    return command


def constitution_of(members: tuple[bytes, ...], threshold: int | None, delay_seconds: int) -> Constitution:
    """Raises UsageError where the options make no council."""
    if not members or threshold is None:
        raise click.UsageError("a council needs --member, once for each, and --threshold")
    try:
        return Constitution(members, threshold, delay_seconds)
    except ValueError as e:
        raise click.UsageError(str(e)) from e
