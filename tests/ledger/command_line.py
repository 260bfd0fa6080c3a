"""The ledger's commands as people type them, run in the test's own process."""

from __future__ import annotations

import json
from typing import Any

import click
from click.testing import CliRunner, Result

from ledger.cli import ledger


def run(*arguments: object, group: click.Group = ledger, typed: str | None = None) -> Result:
    """A command of `yinxin ledger` unless another group is given; `typed` is what is answered to its questions."""
    return CliRunner().invoke(group, [str(each) for each in arguments], input=typed)


def answer(*arguments: object, group: click.Group = ledger) -> dict[str, Any]:
    """The one JSON object of a command that succeeds."""
    result = run(*arguments, "--json", group=group)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found
