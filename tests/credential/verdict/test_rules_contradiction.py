"""Two valid headers of one number: nothing that the network says holds, and nobody is accused for it."""

from __future__ import annotations

from typing import Any

import pytest

from credential import ContradictionFact, NotAccepted, Outcome, Verdict, parse_presentation, report_to_json

TWO = ContradictionFact(7, bytes.fromhex("aa" * 32), bytes.fromhex("bb" * 32))


def test_every_row_is_unknown_for_that_reason_and_waits_for_no_other(world: Any) -> None:
    report = world.knowing(contradiction=TWO).report()
    assert {(row.outcome, row.code, row.needs) for row in report.rows} == {
        (Outcome.UNKNOWN, "network_contradicts_itself", None)
    }
    assert report.verdict is Verdict.UNDETERMINED


def test_not_even_what_would_fail_without_it_fails(world: Any) -> None:
    """A revocation, too, is only what one of the two headers says."""
    for other in (world.knowing(key=None), world.but(shown=parse_presentation("hello")), world.but(at=world.now + 1)):
        assert other.report().verdict is not Verdict.ACCEPTED
        assert other.knowing(contradiction=TWO).report().verdict is Verdict.UNDETERMINED


def test_the_report_carries_the_number_and_both_hashes(world: Any) -> None:
    rows: Any = report_to_json(world.knowing(contradiction=TWO).report())["rows"]
    evidence = {"block": 7, "first_hash": "aa" * 32, "second_hash": "bb" * 32}
    assert all(row["evidence"] == evidence for row in rows)
    assert "7" in rows[0]["text"]["zh"]
    assert "7" in rows[0]["text"]["en"]
    assert rows[0]["next"]["ask"] == "operators"


def test_no_claims_and_no_conditions_leave_it(world: Any) -> None:
    report = world.showing(payload={"holder_key": None}, key_binding=None).knowing(contradiction=TWO).report()
    assert report.conditions == ()
    with pytest.raises(NotAccepted):
        report.claims()
