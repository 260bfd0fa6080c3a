"""Numbers of proposals: the first that no file beside has; whoever chooses another is told whose it is."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.council import CouncilFile, Proposal, serialise_proposal
from ledger.council.numbering import choose_number, numbers_in


@pytest.mark.parametrize(
    ("taken", "number"),
    [
        ({}, 7),
        ({"old.json": 6}, 7),
        ({"a.json": 7}, 8),
        ({"a.json": 7, "b.json": 8, "c.json": 7}, 9),
        ({"later.json": 9}, 7),
        ({"a.json": 7, "far.json": 2**53 - 1}, 8),
    ],
)
def test_the_first_free_number_is_taken(taken: dict[str, int], number: int) -> None:
    chosen = choose_number(7, None, taken)
    assert (chosen.number, chosen.is_next) == (number, number == 7)
    assert bool(chosen.notes) == (number != 7)


def test_a_number_of_ones_own_choice_names_its_rivals() -> None:
    taken = {"a.json": 7, "b.json": 8, "c.json": 7}
    assert "a.json, c.json" in choose_number(7, 7, taken).notes[0]
    assert choose_number(7, 9, taken).notes == ()
    assert not choose_number(7, 9, taken).is_next


@pytest.mark.timeout(60)
def test_only_proposals_of_this_council_are_counted(papers: CouncilFile, tmp_path: Path) -> None:
    made = Proposal(papers.chain_id, papers.safe, 7, papers.safe, b"")
    (tmp_path / "own.json").write_bytes(serialise_proposal(made))
    (tmp_path / "own.txt").write_bytes(serialise_proposal(replace(made, nonce=8)))
    (tmp_path / "foreign.json").write_bytes(serialise_proposal(replace(made, safe=papers.manager)))
    (tmp_path / "chain.json").write_bytes(serialise_proposal(replace(made, chain_id=1)))
    (tmp_path / "junk.json").write_bytes(b"\xff{")
    (tmp_path / "folder.json").mkdir()
    os.mkfifo(tmp_path / "pipe.json")
    assert numbers_in(tmp_path, papers) == {"own.json": 7}
    assert numbers_in(tmp_path / "none", papers) == {}
