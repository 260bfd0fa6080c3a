"""What the council's commands share: options, a proposal in words, writing new files, moments as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import click

from ledger.commands.acting import FILE
from ledger.council.carrying import Intended, read_carried
from ledger.council.council_file import CouncilFile
from ledger.council.proposal import Proposal
from ledger.hexadecimal import to_hex

council_option = click.option("--council", "council_file", type=FILE, required=True, help="Council file.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
_SHANGHAI = timezone(timedelta(hours=8))


def moment(instant: int) -> str:
    """In Shanghai, to the second."""
    return datetime.fromtimestamp(instant, UTC).astimezone(_SHANGHAI).strftime("%Y-%m-%d %H:%M:%S (UTC+8)")


def grouped(digits: str) -> str:
    """Hexadecimal digits in groups of four, for people to compare."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def in_words(council: CouncilFile, proposal: Proposal) -> str:
    """All that a signer has to see. Raises UnknownAct where it cannot be said."""
    acts = read_carried(council, proposal.to, proposal.data)
    return "\n".join(
        (
            f"council   {council.name}, chain {council.chain_id}, Safe {to_hex(council.safe)}",
            f"          council file {grouped(council.fingerprint[:16])}",
            f"proposal  number {proposal.nonce} of the council; of one number only one can be executed",
            *_numbered(acts),
            f"digest    {proposal.spoken_digest}",
        )
    )


def as_json_values(council: CouncilFile, proposal: Proposal) -> dict[str, Any]:
    acts = read_carried(council, proposal.to, proposal.data)
    return {
        "nonce": proposal.nonce,
        "digest": to_hex(proposal.digest),
        "acts": acts_as_json(acts),
    }


def acts_as_json(acts: Sequence[Intended]) -> list[dict[str, Any]]:
    return [{"delayed": each.delayed, "words": each.act.words} for each in acts]


def write_new(path: Path, document: bytes) -> None:
    """Writes a file that was not there. Raises ClickException."""
    try:
        with path.open("xb") as file:
            file.write(document)
    except FileExistsError as e:
        raise click.ClickException(f"{path} exists already and is not overwritten") from e
    except OSError as e:
        raise click.ClickException(f"cannot write {path}: {e.strerror}") from e


def require_new(path: Path) -> None:
    """Before work that would be lost. Raises ClickException."""
    if path.exists():
        raise click.ClickException(f"{path} exists already and is not overwritten")


def _numbered(acts: tuple[Intended, ...]) -> list[str]:
    return [f"act {number:<5} {each.words}" for number, each in enumerate(acts, 1)]
