"""`yinxin ledger authority restore`: brings an authority's statuses back after a theft, in as many calls as needed."""

from __future__ import annotations

import click

from ledger.administration import Administration
from ledger.commands.acting import Acting, acting, tell
from ledger.commands.fence_text import as_of_json, due_as_json, due_as_text, nothing_due_as_text
from ledger.commands.proven import Basis, basis_options, confirm, proven_replica, yes_option
from ledger.commands.settling import block_text, settled_at
from ledger.errors import LedgerError, RestorationStopped
from ledger.printable import number_of
from ledger.receipts import Receipt
from ledger.restorations import Due, chunks, fenced_operators, restorations_due


@click.command("restore")
@click.argument("authority", type=int)
@click.option("--dry-run", is_flag=True, help="Only show what is to be restored.")
@basis_options
@yes_option
@acting
def restore_command(acting: Acting, *, authority: int, dry_run: bool, basis: Basis, yes: bool) -> None:
    """Bring the registry's statuses back to where they stand without what fell with a fence.

    A region does it after `operator revoke`, so that the authority can record its acts again. Windows do not wait for
    it: they leave out by themselves what fell. What is to be restored is computed from the proven ledger each time, so
    run it again after an interruption, or after a fence was moved earlier.
    """
    replica = proven_replica(basis, acting.network, acting.rpc_url)
    with replica as proven, proven.reading() as (connection, block):
        due, fences = restorations_due(connection, authority), fenced_operators(connection, authority)
    told = {"authority": authority, **as_of_json(block), "fences": fences, "due": [due_as_json(each) for each in due]}
    if not due or dry_run:
        text = due_as_text(authority, due, block) if due else nothing_due_as_text(authority, fences, block)
        tell(acting.as_json, text, **told, restored=0)
        return
    show = due_as_text(authority, due, block)
    confirm(acting.as_json, yes, lambda: click.echo(show), f"Restore {number_of(len(due), 'status', 'statuses')}?")
    receipts = _restore(acting, authority, due)
    last = receipts[-1].block
    restored = f"{number_of(len(due), 'status', 'statuses')} of authority {authority} restored"
    text = f"done: {restored} ({block_text(acting.network, last)})"
    transactions = ["0x" + each.transaction.hex() for each in receipts]
    settled = settled_at(acting.network, last)
    tell(acting.as_json, text, **told, restored=len(due), transactions=transactions, settled_at_block=settled)


def _restore(acting: Acting, authority: int, due: tuple[Due, ...]) -> list[Receipt]:
    """Sends one call after the other, each once the one before is in a block."""
    receipts: list[Receipt] = []
    done = 0
    with Administration(acting.rpc_url, acting.account, fees=acting.fees) as administration:
        for operator, restorations in chunks(due):
            try:
                receipt = administration.send(acting.registries.restore_statuses(authority, operator, restorations))
            except LedgerError as e:
                if not done:
                    raise
                raise RestorationStopped(done, len(due), e) from e
            done += len(restorations)
            receipts.append(receipt)
            if not acting.as_json:
                click.echo(f"{done} of {len(due)} (block {receipt.block})")
    return receipts
