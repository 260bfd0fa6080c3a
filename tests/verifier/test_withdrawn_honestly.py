"""Nobody but who shows the credential itself again takes a withdrawn check off the list."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.verifier.window_samples import CHECK, NOW, REPORT, ask, block_hash
from verifier.store import Store
from verifier.withdrawals import Count


def withdraw_all(bench: object) -> None:
    bench.replica.take_back(block_hash(7))
    bench.follower.withdraw()
    bench.know(block=8, block_hash=block_hash(8, "new"))


def with_another_signature(text: str) -> str:
    """Of the issuer-signed part, which ends at the first tilde."""
    signed, tilde, rest = text.partition("~")
    payload, dot, signature = signed.rpartition(".")
    return f"{payload}{dot}{'A' if signature[0] != 'A' else 'B'}{signature[1:]}{tilde}{rest}"


def test_a_forged_text_with_the_same_issuer_and_position_clears_nothing(bench) -> None:
    paper = bench.issue(None)
    first = ask(bench, paper)
    withdraw_all(bench)
    forged = ask(bench, with_another_signature(paper))
    assert forged.report["verdict"] == "rejected"
    assert [forged.report["claimed"][each] for each in ("issuer", "position")] == [
        first.report["claimed"][each] for each in ("issuer", "position")
    ]
    (line,) = bench.client.get("/withdrawn").json()["checks"]
    assert line["id"] == first.id
    assert bench.client.get("/health").json()["withdrawn_checks_open"] == 1
    again = ask(bench, paper)
    assert [each.made_again for each in bench.window.store.withdrawn(only_open=False)] == [again.id]
    assert bench.client.get("/health").json()["withdrawn_checks_open"] == 0


def test_the_holder_s_new_presentation_of_the_same_credential_makes_it_again(bench) -> None:
    paper = bench.issue(None)
    ask(bench, paper)
    withdraw_all(bench)
    presented = paper.split("~")
    other_text = "~".join([presented[0], *reversed(presented[1:-1]), presented[-1]])
    assert other_text != paper
    ask(bench, other_text)
    assert bench.window.store.count_withdrawn() == Count(1, 0)


def test_what_was_rejected_is_made_again_by_the_very_same_text(bench) -> None:
    """Its signature never was good, and need not be."""
    forged = with_another_signature(bench.issue(None))
    ask(bench, forged)
    withdraw_all(bench)
    assert bench.window.store.count_withdrawn() == Count(1, 1)
    ask(bench, forged)
    assert bench.window.store.count_withdrawn() == Count(1, 0)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"number": 4, "outcome": "fails"}],
        [{"number": 4, "outcome": "unknown"}],
        [{"number": 3, "outcome": "passes"}, {"number": 4, "outcome": "fails"}, {"number": 5, "outcome": "passes"}],
    ],
)
def test_only_a_row_of_the_signature_that_passes_counts(tmp_path: Path, rows: list[dict[str, object]]) -> None:
    store = Store(tmp_path / "window.sqlite", claims_kept_seconds=100)
    store.keep(CHECK, None)
    store.note_removed([block_hash(7)], NOW)
    later = replace(CHECK, id="c2", request_id="r2", presented_digest=b"2", block_hash=b"new")
    store.keep(replace(later, report={**REPORT, "rows": rows}), None)
    assert store.count_withdrawn() == Count(1, 1)
    store.keep(replace(later, id="c3", request_id="r3"), None)
    assert store.count_withdrawn() == Count(1, 0)
    store.close()
