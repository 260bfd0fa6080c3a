"""The command group `yinxin council`. Each command lives in `commands`; this module only gathers them."""

from __future__ import annotations

import click

from ledger.council.commands import COMMANDS


@click.group()
def council() -> None:
    """The council of provinces: propose, sign offline, execute, watch and cancel."""


for command in COMMANDS:
    council.add_command(command)
