"""`yinxin council show` and `sign`: a member reads a proposal and signs it. Neither asks any node or network."""

from __future__ import annotations

from pathlib import Path

import click

from ledger.accounts import Account, load_account
from ledger.commands.acting import FILE, NEW_FILE, errors_told, json_option, passphrase_of, passphrase_option, tell
from ledger.council.carrying import read_carried
from ledger.council.commands.telling import as_json_values, council_option, in_words, require_new, write_new, yes_option
from ledger.council.council_file import read_council_file
from ledger.council.proposal import read_proposal
from ledger.council.signatures import require_no_newcomer, serialise_signature, sign


@click.command("show")
@click.argument("proposal_file", metavar="PROPOSAL", type=FILE)
@council_option
@json_option
@errors_told
def show_command(proposal_file: Path, council_file: Path, as_json: bool) -> None:
    """Show what a proposal does, and its digest.

    It is read from the proposal's octets alone; what cannot be put into words is refused.
    """
    council = read_council_file(council_file)
    proposal = read_proposal(proposal_file, council)
    words, values = in_words(council, proposal), as_json_values(council, proposal)
    tell(as_json, words, **values)


@click.command("sign")
@click.argument("proposal_file", metavar="PROPOSAL", type=FILE)
@council_option
@click.option("--account", "account_file", type=FILE, required=True, help="Key file of the member.")
@passphrase_option
@click.option("--out", type=NEW_FILE, help="The signature file to write; else named after proposal and member.")
@yes_option
@json_option
@errors_told
def sign_command(
    proposal_file: Path,
    council_file: Path,
    account_file: Path,
    passphrase_file: Path | None,
    out: Path | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Show a proposal, ask, and write the member's signature.

    Works on a machine without any network, and so cannot tell whose key is a member's; `status` lists the members.
    """
    council = read_council_file(council_file)
    proposal = read_proposal(proposal_file, council)
    words = in_words(council, proposal)
    account = load_account(account_file, passphrase_of(passphrase_file))
    require_no_newcomer(read_carried(council, proposal.to, proposal.data), account)
    target = out or proposal_file.with_name(f"{proposal_file.stem}.{account.hex_address[:10]}.signature.json")
    require_new(target)
    if not yes:
        click.echo(words, err=as_json)
        click.echo("Compare the digest with the others', by another way than the file came.", err=as_json)
        click.echo(_untold(account), err=as_json)
        click.confirm(f"Sign as {account.hex_address}?", abort=True, err=as_json)
    signature = sign(proposal, account)
    write_new(target, serialise_signature(signature))
    values = as_json_values(council, proposal)
    text = f"signed as {account.hex_address}; written to {target}"
    tell(
        as_json,
        f"{_untold(account)}\n{text}" if yes else text,
        signature=str(target),
        member=account.hex_address,
        is_member=None,
        **values,
    )


def _untold(account: Account) -> str:
    return (
        f"Whether {account.hex_address} is a member cannot be told here: neither council file nor proposal names the "
        "members. Compare it with `yinxin council status`; a stranger's signature counts nothing."
    )
