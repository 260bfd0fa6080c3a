"""`yinxin ledger status`: what a node serves, checked against the network file."""

from __future__ import annotations

import time
from pathlib import Path

import click

from ledger.commands.acting import errors_told, json_option, network_option, rpc_option, tell
from ledger.network_file import read_network_file
from ledger.replica.follow import proven_block
from ledger.rpc import Rpc


@click.command("status")
@network_option
@rpc_option
@json_option
@errors_told
def status_command(network: Path, rpc_url: str, as_json: bool) -> None:
    """Check a node's newest header and the journal's head against the network file."""
    trusted = read_network_file(network)
    with Rpc(rpc_url) as rpc:
        now = int(time.time())
        header, head = proven_block(rpc, trusted, None, now)
    lines = (
        f"network      {trusted.name}, chain {trusted.chain_id}, engine {trusted.engine}",
        f"fingerprint  {trusted.short_fingerprint}",
        f"             {trusted.fingerprint}",
        f"block        {header.number}, {now - header.time} s old, sealed",
        f"journal      0x{head.hex()}, proven",
    )
    tell(
        as_json,
        "\n".join(lines),
        network=trusted.name,
        chain_id=trusted.chain_id,
        engine=trusted.engine,
        fingerprint=trusted.fingerprint,
        block=header.number,
        age_seconds=now - header.time,
        head=f"0x{head.hex()}",
    )
