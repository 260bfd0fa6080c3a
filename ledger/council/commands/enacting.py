"""`yinxin council execute` and `cancel`: what is sent to the chain, the one by any account, the other by a guardian."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from ledger.accounts import Fees, load_account
from ledger.administration import Administration
from ledger.commands.acting import (
    FILE,
    errors_told,
    fees_option,
    json_option,
    passphrase_of,
    passphrase_option,
    rpc_option,
    tell,
)
from ledger.council.chain import CouncilChain
from ledger.council.commands.looking import told_enacted
from ledger.council.commands.telling import council_option, in_words, yes_option
from ledger.council.council_file import read_council_file
from ledger.council.enacting import Progress, cancel, execute
from ledger.council.proposal import Proposal, read_proposal
from ledger.council.signatures import read_signatures
from ledger.hexadecimal import to_hex
from ledger.rpc import Rpc


@dataclass(frozen=True, slots=True)
class Sending:
    """Which proposal of which council, sent by whom through which node."""

    chain: CouncilChain
    administration: Administration
    proposal: Proposal
    as_json: bool

    def tell(self, progress: Progress) -> None:
        made, now = progress.enacted, int(time.time())
        text = "\n".join([*(f"left out {each}" for each in progress.left_out), *told_enacted(made, now)])
        standings = [each.standing(now) for each in made.operations]
        due = max((each.due for each in made.operations), default=None)
        transactions = [to_hex(each.transaction) for each in progress.receipts]
        tell(
            self.as_json,
            text,
            nonce=made.nonce,
            acts=standings or ["done"],
            due=due,
            transactions=transactions,
            left_out=[asdict(each) for each in progress.left_out],
        )


def sending(command: Callable[..., None]) -> Callable[..., None]:
    """Gives the command `sending`, from a proposal and the options for council, node, account and output."""

    @click.argument("proposal_file", metavar="PROPOSAL", type=FILE)
    @council_option
    @rpc_option
    @click.option("--account", "account_file", type=FILE, required=True, help="Key file of who sends.")
    @passphrase_option
    @fees_option
    @json_option
    @errors_told
    @wraps(command)
    def wrapped(
        account_file: Path, passphrase_file: Path | None, as_json: bool, fees: Fees, rpc_url: str, **rest: Any
    ) -> None:
        council = read_council_file(rest.pop("council_file"))
        proposal = read_proposal(rest.pop("proposal_file"), council)
        account = load_account(account_file, passphrase_of(passphrase_file))
        with Rpc(rpc_url) as rpc, Administration(rpc_url, account, fees=fees) as administration:
            command(sending=Sending(CouncilChain(rpc, council), administration, proposal, as_json), **rest)

    return wrapped


@click.command("execute")
@sending
@click.argument("signature_files", metavar="[SIGNATURE]...", type=FILE, nargs=-1)
def execute_command(sending: Sending, signature_files: tuple[Path, ...]) -> None:
    """Bring a proposal as far as it can go.

    With enough signatures the council's Safe executes it: acts without delay are done, others are scheduled. Called
    again when these are due, without signatures, it executes them. Any account may send it. A signature file
    that counts nothing is left out and named.
    """
    signatures, unreadable = read_signatures(signature_files)
    now = int(time.time())
    chain, administration, proposal = sending.chain, sending.administration, sending.proposal
    sending.tell(execute(chain, administration, proposal, signatures, now, unreadable=unreadable))


@click.command("cancel")
@yes_option
@sending
def cancel_command(sending: Sending, yes: bool) -> None:
    """Cancel what a proposal has scheduled, as a guardian. It can only be done after all by a new proposal."""
    if not yes:
        click.echo(in_words(sending.chain.council, sending.proposal), err=sending.as_json)
        click.confirm("Cancel all of it that is still scheduled?", abort=True, err=sending.as_json)
    sending.tell(cancel(sending.chain, sending.administration, sending.proposal, int(time.time())))
