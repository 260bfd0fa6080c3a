"""`yinxin council found` and `find`: hand a network over to a council, and find a network's council on the chain."""

from __future__ import annotations

from pathlib import Path

import click

from ledger.accounts import Fees, load_account
from ledger.commands.acting import (
    FILE,
    NEW_FILE,
    errors_told,
    fees_option,
    json_option,
    network_option,
    passphrase_of,
    passphrase_option,
    rpc_option,
    tell,
)
from ledger.commands.constituting import constitution_of, council_options
from ledger.council.charter import Charter, find_council
from ledger.council.commands.looking import charter_values, told_charter
from ledger.council.commands.telling import require_new, write_new, yes_option
from ledger.council.council_file import CouncilFile, serialise_council_file
from ledger.council.founding import found_council
from ledger.errors import OtherCouncil
from ledger.network_file import read_network_file
from ledger.rpc import Rpc

_out = click.option("--out", type=NEW_FILE, required=True, help="The council file to write; never overwritten.")


@click.command("found")
@network_option
@rpc_option
@click.option("--account", "account_file", type=FILE, required=True, help="Key file of the only admin until now.")
@passphrase_option
@fees_option
@council_options
@_out
@yes_option
@json_option
@errors_told
def found_command(  # noqa: PLR0913, PLR0917 - one for each option
    network: Path,
    rpc_url: str,
    account_file: Path,
    passphrase_file: Path | None,
    fees: Fees,
    members: tuple[bytes, ...],
    threshold: int | None,
    delay: int,
    out: Path,
    yes: bool,
    as_json: bool,
) -> None:
    """Hand a network that one account administers over to a council. The account has no power afterwards."""
    require_new(out)
    constitution = constitution_of(members, threshold, delay)
    account = load_account(account_file, passphrase_of(passphrase_file))
    if not yes:
        click.confirm(
            f"{account.hex_address} gives all its power to {len(members)} members. Hand over?", abort=True, err=as_json
        )
    council, charter = found_council(
        rpc_url,
        account,
        read_network_file(network),
        constitution,
        fees=fees,
        on_final=lambda call: None if as_json else click.echo(f"done: {call.purpose}"),
    )
    _write(out, council, charter, as_json)


@click.command("find")
@network_option
@rpc_option
@_out
@json_option
@errors_told
def find_command(network: Path, rpc_url: str, out: Path, as_json: bool) -> None:
    """Find a network's council on the chain, and check it.

    Refuses where anybody else has any power or a contract has other code; writes the council file.
    """
    require_new(out)
    trusted = read_network_file(network)
    with Rpc(rpc_url) as rpc:
        if (found := rpc.chain_id()) != trusted.chain_id:
            raise OtherCouncil(f"the node serves chain {found}, the network file is of chain {trusted.chain_id}")
        council, charter = find_council(rpc, trusted)
    _write(out, council, charter, as_json)


def _write(out: Path, council: CouncilFile, charter: Charter, as_json: bool) -> None:
    write_new(out, serialise_council_file(council))
    text = f"{told_charter(council, charter)}\nwritten to {out}"
    tell(as_json, text, council=str(out), **charter_values(council, charter))
