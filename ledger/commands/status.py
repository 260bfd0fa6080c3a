"""`yinxin ledger status`: what a node serves, checked against the network file."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import click

from ledger.commands.acting import errors_told, json_option, network_option, rpc_option, tell
from ledger.network_file import read_network_file
from ledger.replica.node_source import NodeSource
from ledger.replica.update import Known


@click.command("status")
@network_option
@rpc_option
@json_option
@errors_told
def status_command(network: Path, rpc_url: str, as_json: bool) -> None:
    """Check a node's newest header and the journal's head against the network file."""
    trusted = read_network_file(network)
    now = int(time.time())
    with closing(NodeSource(rpc_url, trusted)) as node:
        proven = node.prove(Known(), now)
    assert proven is not None  # nothing was known before
    lines = (
        f"network      {trusted.name}, chain {trusted.chain_id}, engine {trusted.engine}",
        f"fingerprint  {trusted.short_fingerprint}",
        f"             {trusted.fingerprint}",
        f"block        {proven.number}, {now - proven.time} s old, sealed",
        f"journal      0x{proven.head.hex()}, proven",
    )
    tell(
        as_json,
        "\n".join(lines),
        network=trusted.name,
        chain_id=trusted.chain_id,
        engine=trusted.engine,
        fingerprint=trusted.fingerprint,
        block=proven.number,
        age_seconds=now - proven.time,
        head=f"0x{proven.head.hex()}",
    )
