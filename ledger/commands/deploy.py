"""`yinxin ledger deploy`: a new network on a chain, its network file, and its council."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from ledger.accounts import Fees, load_account
from ledger.calls import Call
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
from ledger.commands.constituting import constitution_of, council_options
from ledger.council import Constitution, found_council, serialise_council_file
from ledger.deployment import deploy
from ledger.network_file import Engine, serialise_network_file


@click.command("deploy")
@rpc_option
@click.option("--name", required=True, help="The network's name, for people.")
@click.option("--account", "deployer", type=FILE, help="Key file of who deploys; it has no power afterwards.")
@council_options
@click.option("--council-out", type=NEW_FILE, help="The council file to write; never overwritten.")
@click.option("--council-account", type=FILE, help="For trying out, in place of members: this account is the council.")
@passphrase_option
@fees_option
@click.option(
    "--engine",
    type=click.Choice(get_args(Engine)),
    default="embedded",
    show_default=True,
    help="What seals the node's chain: `yinxin ledger node`, Besu with QBFT, or geth with Clique, for tests.",
)
@click.option("--out", type=NEW_FILE, required=True, help="The network file to write; never overwritten.")
@json_option
@errors_told
def deploy_command(  # noqa: PLR0913, PLR0917 - one for each option
    rpc_url: str,
    name: str,
    deployer: Path | None,
    members: tuple[bytes, ...],
    threshold: int | None,
    delay: int,
    council_out: Path | None,
    council_account: Path | None,
    passphrase_file: Path | None,
    fees: Fees,
    engine: Engine,
    out: Path,
    as_json: bool,
) -> None:
    """Deploy the journal and the registries, and write the network file that everybody is given.

    With --account, --member for each, --threshold and --council-out, a council of the members is their admin, and
    nobody else has any power. With --council-account alone, that account is.
    """
    for path in filter(None, (out, council_out)):
        if path.exists():
            raise click.ClickException(f"{path} exists already; it is never overwritten")
    constitution = _constitution(deployer, members, threshold, delay, council_out, council_account)
    key_file = deployer or council_account
    assert key_file is not None
    account = load_account(key_file, passphrase_of(passphrase_file))
    told = _silent if as_json else _told
    network = deploy(rpc_url, account, name, engine=engine, fees=fees, on_final=told)
    with out.open("xb") as file:
        file.write(serialise_network_file(network))
    if constitution is not None and council_out is not None:
        council, _ = found_council(rpc_url, account, network, constitution, fees=fees, on_final=told)
        with council_out.open("xb") as file:
            file.write(serialise_council_file(council))
    text = f"{network.name!r} is in {out}\nfingerprint {network.short_fingerprint}\n            {network.fingerprint}"
    tell(as_json, text, network=str(out), fingerprint=network.fingerprint)


def _constitution(
    deployer: Path | None,
    members: tuple[bytes, ...],
    threshold: int | None,
    delay_seconds: int,
    council_out: Path | None,
    council_account: Path | None,
) -> Constitution | None:
    """None for the single account. Raises UsageError where the options are of neither form, or of both."""
    of_council = (deployer, members or None, threshold, council_out)
    if council_account is not None and of_council == (None,) * 4:
        return None
    if council_account is None and None not in of_council:
        return constitution_of(members, threshold, delay_seconds)
    raise click.UsageError(
        "either --account, --member for each, --threshold and --council-out; or, for trying out, --council-account"
    )


def _told(call: Call) -> None:
    click.echo(f"done: {call.purpose}")


def _silent(call: Call) -> None:
    """With --json there is one object at the end."""
