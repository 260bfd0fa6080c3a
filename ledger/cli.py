"""The command group `yinxin ledger`. Each command lives beside what it runs; this module only gathers them."""

from __future__ import annotations

import click

from ledger.commands import COMMANDS
from ledger.node.cli import node_command


@click.group()
def ledger() -> None:
    """The chain: run a node, deploy the registries, follow the ledger."""


for command in (node_command, *COMMANDS):
    ledger.add_command(command)
