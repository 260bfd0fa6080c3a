"""The judge of the windows' verdicts is right itself: each kind of wrong verdict is told, and no right one is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import pytest

from credential import Reason, State, Verdict, leaf_hash
from ledger import load_catalogue
from ledger.events import BatchAnchored, StatusChanged
from tests.network.judging import Chain, Note, Shown, slips
from tests.verifier.window_samples import NOW, Bureau, block_hash

ACCEPTED, REJECTED, UNDETERMINED = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.UNDETERMINED
AUTHORITY = 1
ANCHORED_IN, SUSPENDED_IN, REINSTATED_IN, REVOKED_IN, LAST = 3, 5, 7, 9, 12
SUSPENDED, REVOKED = ("status_is_suspended",), ("status_is_revoked",)


@dataclass
class Case:
    """A paper that was anchored, suspended, reinstated and revoked, and the chain that logged it."""

    shown: Shown
    chain: Chain

    def note(self, block: int, verdict: Verdict, *failing: str, branch: str = "") -> Note:
        return Note(self.shown, verdict, failing, NOW, block, block_hash(block, branch))

    def why(self, *notes: Note, removed: frozenset[bytes] = frozenset()) -> list[str]:
        return [slip.why for slip in slips(notes, self.chain, removed)]


@pytest.fixture
def case() -> Case:
    bureau = Bureau(load_catalogue().types[(3, 1)])
    text, _ = bureau.credential(None)
    chain = Chain(hashes={number: block_hash(number) for number in range(LAST + 1)})
    root = leaf_hash(bureau.payload)
    chain.add(ANCHORED_IN, BatchAnchored(NOW, AUTHORITY, 0, bureau.position, 1, root, bureau.key.kid, bytes(20)))
    change = partial(StatusChanged, NOW, AUTHORITY, bureau.position)
    chain.add(SUSPENDED_IN, change(State.VALID, State.SUSPENDED, Reason.SUSPENDED, NOW - 30, 0, bytes(20)))
    chain.add(REINSTATED_IN, change(State.SUSPENDED, State.VALID, Reason.REINSTATED, NOW - 20, 0, bytes(20)))
    chain.add(REVOKED_IN, change(State.VALID, State.INVALID, Reason.REVOKED, NOW - 10, 0, bytes(20)))
    return Case(Shown.changing("paper", AUTHORITY, text), chain)


def test_what_the_chain_says_at_each_block_is_right(case: Case) -> None:
    notes = [
        case.note(ANCHORED_IN - 1, UNDETERMINED),
        case.note(ANCHORED_IN, ACCEPTED),
        case.note(SUSPENDED_IN, REJECTED, *SUSPENDED),
        case.note(REINSTATED_IN, ACCEPTED),
        case.note(REVOKED_IN, REJECTED, *REVOKED),
        case.note(LAST, REJECTED, *REVOKED),
    ]
    assert case.why(*notes) == []


@pytest.mark.parametrize(
    ("block", "verdict", "failing"),
    [
        (ANCHORED_IN - 1, ACCEPTED, ()),
        (ANCHORED_IN, UNDETERMINED, ()),
        (SUSPENDED_IN - 1, REJECTED, SUSPENDED),
        (SUSPENDED_IN, ACCEPTED, ()),
        (REINSTATED_IN, REJECTED, SUSPENDED),
        (REVOKED_IN, ACCEPTED, ()),
        (REVOKED_IN, UNDETERMINED, ()),
    ],
)
def test_what_the_chain_does_not_say_is_told(
    case: Case, block: int, verdict: Verdict, failing: tuple[str, ...]
) -> None:
    assert case.why(case.note(block, verdict, *failing)) == ["the chain says otherwise"]


def test_a_credential_of_another_root_is_good_at_no_block(case: Case) -> None:
    text, _ = Bureau(load_catalogue().types[(3, 1)]).credential(None)
    forged = replace(case, shown=Shown.bad("forged", AUTHORITY, text))
    assert forged.why(forged.note(LAST, REJECTED, "inclusion_path_leads_elsewhere")) == []
    assert forged.why(forged.note(ANCHORED_IN, ACCEPTED)) == ["never so", "the chain says otherwise"]


def test_a_true_one_is_rejected_for_its_status_only(case: Case) -> None:
    note = case.note(SUSPENDED_IN, REJECTED, "inclusion_path_leads_elsewhere")
    assert case.why(note) == ["a true one is branded a forgery"]


@pytest.mark.parametrize("verdict", Verdict)
def test_by_a_block_that_was_taken_back_all_may_be_said_and_all_must_be_marked(case: Case, verdict: Verdict) -> None:
    note = case.note(ANCHORED_IN, verdict, branch="minority")
    assert case.why(note) == ["its block was taken back, and is not marked"]
    assert case.why(note, removed=frozenset({note.block_hash})) == []


def test_what_has_ended_comes_back_only_where_its_end_was_taken_back(case: Case) -> None:
    ended = case.note(REVOKED_IN, REJECTED, *REVOKED)
    later = case.note(LAST, ACCEPTED, branch="minority")
    assert case.why(ended, later, removed=frozenset({later.block_hash})) == ["it had ended before"]
    ended = case.note(REVOKED_IN, REJECTED, *REVOKED, branch="minority")
    back = case.note(REVOKED_IN - 1, ACCEPTED)
    assert case.why(ended, back, removed=frozenset({ended.block_hash})) == []
