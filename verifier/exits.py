"""What the window's commands share: where the settings are, and which exit status an error has."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

import ledger
from ledger import visible_json
from verifier.errors import ReplicaDamaged, VerifierError

_log = logging.getLogger(__name__)

ACCEPTED, REJECTED, UNDETERMINED, NOTHING_TO_JUDGE, USAGE, INTERNAL = 0, 10, 20, 30, 64, 70
config_option = click.option(
    "--config",
    default="window.toml",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The window's settings, TOML.",
)


@contextmanager
def failing(*, as_json: bool) -> Iterator[None]:
    """Ends the command with an error's exit status; what nobody foresaw is an internal error, told without a trace."""
    try:
        yield
    except VerifierError as e:
        _fail(e, as_json=as_json)
    except ledger.ReplicaDamaged:
        _fail(ReplicaDamaged(), as_json=as_json)
    except BrokenPipeError:  # who read what was told has enough: click ends the command
        raise
    except Exception as e:
        _log.debug("internal error", exc_info=e)
        _fail(VerifierError(), as_json=as_json)


def tell(text: str) -> None:
    """To standard output. Who reads only its beginning (`| head`) changes nothing about the command's end."""
    try:
        click.echo(text)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(error: VerifierError, *, as_json: bool) -> NoReturn:
    """The error in words, or as JSON, and its exit status."""
    if as_json:
        body = {"code": error.code, "zh": error.text_zh, "en": error.text_en}
        click.echo(visible_json({"error": body}, indent=2))
    else:
        click.echo(f"{error.text_zh} {error.text_en} [{error.code}]", err=True)
    sys.exit(error.exit_status)
