"""`yinxin ledger deploy`: a new network on a chain, and its network file."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from ledger.accounts import Fees, load_account
from ledger.commands.acting import (
    FILE,
    NEW_FILE,
    errors_told,
    fees_option,
    json_option,
    passphrase_of,
    passphrase_option,
    rpc_option,
    tell,
)
from ledger.deployment import deploy
from ledger.network_file import Engine, serialise_network_file


@click.command("deploy")
@rpc_option
@click.option("--name", required=True, help="The network's name, for people.")
@click.option("--council-account", type=FILE, required=True, help="Key file of the council, the first admin.")
@passphrase_option
@fees_option
@click.option("--engine", type=click.Choice(get_args(Engine)), default="embedded", show_default=True)
@click.option("--out", type=NEW_FILE, required=True, help="The network file to write; never overwritten.")
@json_option
@errors_told
def deploy_command(  # noqa: PLR0913, PLR0917 - one for each option
    rpc_url: str,
    name: str,
    council_account: Path,
    passphrase_file: Path | None,
    fees: Fees,
    engine: Engine,
    out: Path,
    as_json: bool,
) -> None:
    """Deploy the journal and the registries, and write the network file that everybody is given."""
    if out.exists():
        raise click.ClickException(f"{out} exists already; a network file is never overwritten")
    council = load_account(council_account, passphrase_of(passphrase_file))
    network = deploy(
        rpc_url,
        council,
        name,
        engine=engine,
        fees=fees,
        on_final=lambda call: None if as_json else click.echo(f"done: {call.purpose}"),
    )
    with out.open("xb") as file:
        file.write(serialise_network_file(network))
    tell(
        as_json,
        f"{network.name!r} is in {out}\nfingerprint {network.short_fingerprint}\n            {network.fingerprint}",
        network=str(out),
        fingerprint=network.fingerprint,
    )
