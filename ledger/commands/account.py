"""`yinxin ledger account`: key files of those who act on the chain."""

from __future__ import annotations

from pathlib import Path

import click

from ledger.accounts import Account, load_account, save_account
from ledger.commands.acting import FILE, NEW_FILE, errors_told, json_option, passphrase_of, passphrase_option, tell


@click.group("account")
def account_group() -> None:
    """Key files: make one, show its address."""


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
