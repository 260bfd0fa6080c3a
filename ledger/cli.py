"""The command group `yinxin ledger`. Each command lives beside what it runs; this module only gathers them."""

from __future__ import annotations

import click

from ledger.node.cli import node_command


@click.group()
def ledger() -> None:
    """The chain: run a node, deploy the registries, follow the ledger."""


ledger.add_command(node_command)
