"""`yinxin ledger account`: key files of those who act on the chain."""

from __future__ import annotations

from pathlib import Path

import click

from ledger.accounts import Account, Fees, load_account, save_account
from ledger.administration import Administration
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


@click.group("account")
def account_group() -> None:
    """Key files: make one, show its address; free an account whose transactions wait for ever."""


@account_group.command("new")
@click.argument("path", type=NEW_FILE)
@passphrase_option
@json_option
@errors_told
def new_command(path: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Make a key file that only its owner may read; encrypted where a passphrase is given."""
    account = Account.create()
    save_account(account, path, passphrase_of(passphrase_file))
    tell(as_json, f"{account.hex_address} in {path}", address=account.hex_address)


@account_group.command("show")
@click.argument("path", type=FILE)
@passphrase_option
@json_option
@errors_told
def show_command(path: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Show the address of a key file."""
    address = load_account(path, passphrase_of(passphrase_file)).hex_address
    tell(as_json, address, address=address)


@account_group.command("free")
@click.argument("path", type=FILE)
@rpc_option
@passphrase_option
@fees_option
@json_option
@errors_told
def free_command(path: Path, rpc_url: str, passphrase_file: Path | None, fees: Fees, as_json: bool) -> None:
    """Put empty transactions in the place of the account's that wait at the node.

    For an account whose commands wait behind a transaction with too low a fee, which never gets into a block. What the
    waiting ones were to do is not done: give those commands again. Not for a bureau's operator account: the bureau
    sends its waiting calls again with a higher fee by itself.
    """
    account = load_account(path, passphrase_of(passphrase_file))
    with Administration(rpc_url, account, fees=fees) as administration:
        freed = len(administration.free())
    tell(as_json, f"{account.hex_address}: {freed} transactions replaced", address=account.hex_address, freed=freed)
