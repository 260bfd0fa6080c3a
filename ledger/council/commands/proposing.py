"""`yinxin council propose`: one command for each thing that a council decides; writes a proposal file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from credential import CertificateType, MalformedType, parse_certificate_type
from ledger.catalogue import load_catalogue
from ledger.commands.acting import FILE, NEW_FILE, Address, errors_told, json_option, rpc_option, tell
from ledger.council.acts import Act
from ledger.council.chain import CouncilChain
from ledger.council.commands.telling import as_json_values, council_option, in_words, require_new, write_new
from ledger.council.council_file import read_council_file
from ledger.council.founding import MAX_DELAY_SECONDS
from ledger.council.numbering import Numbered, choose_number, numbers_in
from ledger.council.proposal import Proposal, serialise_proposal
from ledger.council.proposing import Deciding, propose
from ledger.council.words import duration
from ledger.errors import TransactionReverted
from ledger.rpc import Rpc

_threshold = click.option(
    "--threshold", type=click.IntRange(min=1), help="Signatures needed from then on; else as now."
)


@dataclass(frozen=True, slots=True)
class Proposing:
    """Where the proposal goes and how to tell it."""

    chain: CouncilChain
    number: int | None
    out: Path
    as_json: bool

    @property
    def deciding(self) -> Deciding:
        return Deciding(self.chain)

    def write(self, acts: Sequence[Act], *notes: str) -> None:
        """`notes` are what only the chain knows: they are told with the proposal and stand in no file."""
        council = self.chain.council
        self.chain.require_this_chain()
        numbered = choose_number(self.chain.nonce(), self.number, numbers_in(self.out.parent, council))
        proposal = propose(self.chain, acts, numbered.number)
        words, values = in_words(council, proposal), as_json_values(council, proposal)
        told = [*notes, *numbered.notes, *self._trial(proposal, numbered)]
        write_new(self.out, serialise_proposal(proposal))
        text = "\n".join([words, *(f"note      {each}" for each in told), f"written to {self.out}"])
        tell(self.as_json, text, proposal=str(self.out), notes=told, **values)

    def _trial(self, proposal: Proposal, numbered: Numbered) -> list[str]:
        """Of what is not the next: a refusal is told, and not final, as what comes before may change it."""
        if numbered.is_next:
            return []
        try:
            self.chain.require_possible(proposal)
        except TransactionReverted as e:
            return [f"as things are now, {e}; what is executed before it may change that"]
        return []


def proposing(command: Callable[..., None]) -> Callable[..., None]:
    """Gives the command `proposing`, from the options for council, node, number and output."""

    @council_option
    @rpc_option
    @click.option(
        "--number",
        type=click.IntRange(min=0),
        help="The proposal's number. Else the council's next that no proposal beside the output has; "
        "of several with one number only one can be executed.",
    )
    @click.option("--out", type=NEW_FILE, required=True, help="The proposal file to write; never overwritten.")
    @json_option
    @errors_told
    @wraps(command)
    def wrapped(council_file: Path, rpc_url: str, number: int | None, out: Path, as_json: bool, **rest: Any) -> None:
        require_new(out)
        with Rpc(rpc_url) as rpc:
            chain = CouncilChain(rpc, read_council_file(council_file))
            command(proposing=Proposing(chain, number, out, as_json), **rest)

    return wrapped


@click.group("propose")
def propose_group() -> None:
    """Make a proposal file for members to sign."""


@propose_group.command("admit-region")
@click.argument("region", type=int)
@click.argument("name")
@click.option("--administrator", type=Address(), required=True, help="The account that will act for the region.")
@proposing
def admit_command(proposing: Proposing, region: int, name: str, administrator: bytes) -> None:
    """Admit a region, by its GB/T 2260 code: at once."""
    proposing.write(proposing.deciding.admit_region(region, name, administrator))


@propose_group.command("register-types")
@click.argument("files", type=FILE, nargs=-1)
@proposing
def register_command(proposing: Proposing, files: tuple[Path, ...]) -> None:
    """Register certificate types: after the delay.

    Those of the metadata files; without any, all that are installed.
    """
    proposing.write(proposing.deciding.register_types(_types(files)))


@propose_group.command("change-administrator")
@click.argument("region", type=int)
@click.argument("administrator", type=Address())
@proposing
def administrator_command(proposing: Proposing, region: int, administrator: bytes) -> None:
    """Change who acts for a region: after the delay."""
    proposing.write(proposing.deciding.change_administrator(region, administrator))


@propose_group.command("add-writer")
@click.argument("contract", type=Address())
@proposing
def add_writer_command(proposing: Proposing, contract: bytes) -> None:
    """Let a registry write the journal: after the delay."""
    proposing.write(proposing.deciding.add_writer(contract))


@propose_group.command("retire-writer")
@click.argument("contract", type=Address())
@proposing
def retire_writer_command(proposing: Proposing, contract: bytes) -> None:
    """Let a registry write no more: after the delay."""
    proposing.write(proposing.deciding.retire_writer(contract))


@propose_group.command("change-delay")
@click.argument("seconds", type=click.IntRange(1, MAX_DELAY_SECONDS))
@proposing
def delay_command(proposing: Proposing, seconds: int) -> None:
    """Change how long rules wait: after the delay."""
    acts = proposing.deciding.change_delay(seconds)
    now = proposing.chain.delay_seconds(acts[0])
    note = f"changes of rules wait {duration(seconds)} instead of {duration(now)}"
    later = f"; a shorter delay begins {duration(now - seconds)} after it is executed" if seconds < now else ""
    proposing.write(acts, note + later)


@propose_group.command("add-guardian")
@click.argument("account", type=Address())
@proposing
def add_guardian_command(proposing: Proposing, account: bytes) -> None:
    """Let an account cancel what waits: after the delay."""
    proposing.write(proposing.deciding.add_guardian(account))


@propose_group.command("remove-guardian")
@click.argument("account", type=Address())
@proposing
def remove_guardian_command(proposing: Proposing, account: bytes) -> None:
    """Let an account cancel no more: after the delay.

    No guardian can cancel this.
    """
    proposing.write(proposing.deciding.remove_guardian(account))


@propose_group.command("add-member")
@click.argument("member", type=Address())
@_threshold
@proposing
def add_member_command(proposing: Proposing, member: bytes, threshold: int | None) -> None:
    """Make an account a member, who may sign: at once.

    To cancel, it has to become a guardian, too.
    """
    proposing.write(proposing.deciding.add_member(member, threshold))


@propose_group.command("remove-member")
@click.argument("member", type=Address())
@_threshold
@proposing
def remove_member_command(proposing: Proposing, member: bytes, threshold: int | None) -> None:
    """Remove a member: at once.

    It stays a guardian until that is removed, too.
    """
    proposing.write(proposing.deciding.remove_member(member, threshold))


@propose_group.command("replace-member")
@click.argument("old", type=Address())
@click.argument("new", type=Address())
@proposing
def replace_member_command(proposing: Proposing, old: bytes, new: bytes) -> None:
    """Put another account in a member's place: at once.

    Guardians stay as they are: see add-guardian and remove-guardian.
    """
    proposing.write(proposing.deciding.replace_member(old, new))


@propose_group.command("change-threshold")
@click.argument("threshold", type=click.IntRange(min=1))
@proposing
def threshold_command(proposing: Proposing, threshold: int) -> None:
    """Change how many members have to sign: at once."""
    proposing.write(proposing.deciding.change_threshold(threshold))


def _types(files: Sequence[Path]) -> list[CertificateType]:
    try:
        found = [parse_certificate_type(path.read_bytes()) for path in files]
    except MalformedType as e:
        raise click.ClickException(f"not a certificate type: {e}") from e
    return found or list(load_catalogue().types.values())
