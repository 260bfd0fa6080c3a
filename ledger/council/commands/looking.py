"""`yinxin council list` and `status`: what was decided and how far it is; who the council is. Ask your own node."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from ledger.commands.acting import FILE, errors_told, json_option, rpc_option, tell
from ledger.council.carrying import read_carried
from ledger.council.chain import CouncilChain
from ledger.council.charter import Charter, read_charter
from ledger.council.commands.telling import acts_as_json, as_json_values, council_option, grouped, moment
from ledger.council.council_file import CouncilFile, read_council_file
from ledger.council.history import EXPIRATION_SECONDS, Enacted, Operation, enacted
from ledger.council.proposal import Proposal, read_proposal
from ledger.council.words import duration
from ledger.hexadecimal import to_hex
from ledger.rpc import Rpc


@click.command("list")
@click.argument("proposal_files", metavar="[PROPOSAL]...", type=FILE, nargs=-1)
@council_option
@rpc_option
@json_option
@errors_told
def list_command(proposal_files: tuple[Path, ...], council_file: Path, rpc_url: str, as_json: bool) -> None:
    """List what is done, waiting, due, cancelled or expired.

    And how the given proposals stand that the council has not executed.
    """
    council = read_council_file(council_file)
    proposals = [read_proposal(path, council) for path in proposal_files]
    with Rpc(rpc_url) as rpc:
        chain = CouncilChain(rpc, council)
        chain.require_this_chain()
        history, next_nonce = enacted(rpc, council), chain.nonce()
    now = int(time.time())
    known = {each.digest for each in history}
    pending = [each for each in proposals if each.digest not in known]
    lines = [line for each in history for line in told_enacted(each, now)]
    lines += [line for each in pending for line in _told_pending(council, each, next_nonce)]
    tell(
        as_json,
        "\n".join(lines) or "the council has done nothing yet",
        next_nonce=next_nonce,
        executed=[_enacted_values(each, now) for each in history],
        pending=[_pending_values(council, each, next_nonce) for each in pending],
    )


@click.command("status")
@council_option
@rpc_option
@json_option
@errors_told
def status_command(council_file: Path, rpc_url: str, as_json: bool) -> None:
    """Show who the council is, after checking that.

    Members, threshold, delay and guardians; refuses where anybody else has any power.
    """
    council = read_council_file(council_file)
    with Rpc(rpc_url) as rpc:
        CouncilChain(rpc, council).require_this_chain()
        charter = read_charter(rpc, council)
    tell(as_json, told_charter(council, charter), **charter_values(council, charter))


def told_enacted(made: Enacted, now: int) -> list[str]:
    """A line for each act of an executed proposal."""
    head = f"#{made.nonce}  block {made.block}"
    if not made.succeeded:
        return [f"{head}  failed"]
    if made.intended is None:
        return [f"{head}  done  something that this program does not know"]
    operations = iter(made.operations)
    return [
        f"{head}  {_told_operation(next(operations), now) if each.delayed else 'done'}  {each.act.words}"
        for each in made.intended
    ]


def told_charter(council: CouncilFile, charter: Charter) -> str:
    lines = [
        f"council       {council.name}, chain {council.chain_id}, Safe {to_hex(council.safe)}",
        f"council file  {grouped(council.fingerprint[:16])}",
        f"signatures    {charter.threshold} of {len(charter.members)} members",
        *(
            f"member        {to_hex(each)}{'' if each in charter.guardians else ', may not cancel'}"
            for each in charter.members
        ),
        *(
            f"may cancel    {to_hex(each)}, who is no member"
            for each in charter.guardians
            if each not in charter.members
        ),
        f"rules wait    {duration(charter.delay_seconds)}",
        f"next          proposal number {charter.nonce}",
        "nobody else has any power",
    ]
    return "\n".join(lines)


def charter_values(council: CouncilFile, charter: Charter) -> dict[str, Any]:
    return {
        "safe": to_hex(council.safe),
        "council_fingerprint": council.fingerprint,
        "members": [to_hex(each) for each in charter.members],
        "guardians": [to_hex(each) for each in charter.guardians],
        "threshold": charter.threshold,
        "delay_seconds": charter.delay_seconds,
        "next_nonce": charter.nonce,
    }


def _told_operation(operation: Operation, now: int) -> str:
    standing = operation.standing(now)
    if standing == "waiting":
        return f"waiting  {duration(operation.due - now)} left, until {moment(operation.due)}"
    if standing == "due":
        return f"due  to be executed before {moment(operation.due + EXPIRATION_SECONDS)}"
    return standing


def _told_pending(council: CouncilFile, proposal: Proposal, next_nonce: int) -> list[str]:
    acts = read_carried(council, proposal.to, proposal.data)
    return [f"#{proposal.nonce}  {_turn(proposal, next_nonce)}  {each.act.words}" for each in acts]


def _turn(proposal: Proposal, next_nonce: int) -> str:
    if proposal.nonce < next_nonce:
        return "overtaken: propose and sign it anew"
    return "pending: next" if proposal.nonce == next_nonce else f"pending: after #{next_nonce}"


def _enacted_values(made: Enacted, now: int) -> dict[str, Any]:
    return {
        "nonce": made.nonce,
        "digest": to_hex(made.digest),
        "block": made.block,
        "succeeded": made.succeeded,
        "acts": acts_as_json(made.intended or ()),
        "scheduled": [{"standing": each.standing(now), "due": each.due} for each in made.operations],
    }


def _pending_values(council: CouncilFile, proposal: Proposal, next_nonce: int) -> dict[str, Any]:
    return {**as_json_values(council, proposal), "turn": _turn(proposal, next_nonce).split(":")[0]}
