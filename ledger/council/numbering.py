"""Which number a new proposal takes. A Safe executes one transaction of each number, in their order.

The chain knows nothing of proposals that are not executed: what is known of them is the files that lie in one folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from ledger.council.council_file import CouncilFile
from ledger.council.proposal import read_proposal
from ledger.errors import CouncilProblem
from ledger.printable import printable


@dataclass(frozen=True, slots=True)
class Numbered:
    """The number of a new proposal, whether it is the council's next, and what its maker should know of it."""

    number: int
    is_next: bool
    notes: tuple[str, ...]


def choose_number(next_number: int, wanted: int | None, taken: Mapping[str, int]) -> Numbered:
    """`wanted`, or else the first from `next_number` on that no file has; `taken` is each proposal file's number."""
    if wanted is not None:
        return Numbered(wanted, wanted == next_number, _rivals(wanted, taken))
    numbers = set(taken.values())
    number = next(each for each in count(next_number) if each not in numbers)
    return Numbered(number, number == next_number, _before(next_number, number, taken))


def numbers_in(folder: Path, council: CouncilFile) -> Mapping[str, int]:
    """The numbers of that council's proposals in `folder`, executed ones included, by file; others are passed by."""
    found = {}
    for path in sorted(each for each in folder.glob("*.json") if each.is_file()):
        try:
            found[printable(path.name)] = read_proposal(path, council).nonce
        except CouncilProblem:
            continue
    return found


def _rivals(wanted: int, taken: Mapping[str, int]) -> tuple[str, ...]:
    rivals = ", ".join(file for file, number in taken.items() if number == wanted)
    return (f"number {wanted} is also that of {rivals}: only one of them can be executed",) if rivals else ()


def _before(next_number: int, number: int, taken: Mapping[str, int]) -> tuple[str, ...]:
    before = ", ".join(f"{file} (number {each})" for file, each in taken.items() if next_number <= each < number)
    if not before:
        return ()
    return (
        f"not executed yet: {before}; this one takes number {number} and comes after. "
        "--number puts it in another's place instead: of one number only one can be executed",
    )
