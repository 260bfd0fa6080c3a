"""`yinxin ledger agreement`: what the regions agree on, one act of one region each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import click

from ledger.calls import Call
from ledger.commands.acting import FILE, Acting, acting, ends_option, starts_option
from ledger.registries import Member, Registries


@click.group("agreement")
def agreement_group() -> None:
    """The regions: propose, ratify, suspend, resume and withdraw agreements."""


@agreement_group.command("propose")
@click.option("--proposer", type=int, required=True, help="The acting region, a member.")
@click.option("--document", type=FILE, required=True, help="The signed text; its SHA-256 is registered.")
@click.option("--type", "types", type=int, multiple=True, required=True, help="A type's number; repeatable.")
@click.option("--issues", type=int, multiple=True, help="A member that issues; repeatable.")
@click.option("--recognises", type=int, multiple=True, help="A member that recognises; repeatable.")
@starts_option
@ends_option
@acting
def propose_command(  # noqa: PLR0913 - an agreement has this many terms
    acting: Acting,
    *,
    proposer: int,
    document: Path,
    types: tuple[int, ...],
    issues: tuple[int, ...],
    recognises: tuple[int, ...],
    starts: int,
    ends: int | None,
) -> None:
    """Propose an agreement; each member then ratifies it. Terms never change: an amendment is a new one."""
    digest = hashlib.sha256(document.read_bytes()).digest()
    members = [Member(code, code in issues, code in recognises) for code in sorted({*issues, *recognises})]
    acting.send(acting.registries.propose_agreement(proposer, digest, types, starts, ends, members))


def _add_act(name: str, help_text: str, build: Callable[[Registries, int, int], Call]) -> None:
    @agreement_group.command(name, help=help_text)
    @click.argument("agreement", type=int)
    @click.argument("region", type=int)
    @acting
    def command(acting: Acting, agreement: int, region: int) -> None:
        acting.send(build(acting.registries, agreement, region))


_add_act("ratify", "Ratify an agreement for a region.", Registries.ratify_agreement)
_add_act("suspend", "Suspend a region's part, in both directions; reversible.", Registries.suspend_agreement)
_add_act("resume", "End a region's suspension.", Registries.resume_agreement)
_add_act("withdraw", "Withdraw a region for good.", Registries.withdraw_agreement)
