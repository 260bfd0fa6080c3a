"""The transitions of `credential.status` are those of spec/vectors/status-transitions.json, all combinations tried."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from credential.status import FINAL, Reason, State, gravest, is_allowed, reaches_back

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "status-transitions.json"


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
    return content


def test_states_and_reasons_are_those_of_the_vectors(vectors: dict[str, Any]) -> None:
    assert {state.name.lower(): state.value for state in State} == vectors["states"]
    assert {reason.name.lower(): reason.value for reason in Reason} == vectors["reasons"]


def test_allows_what_the_vectors_list_and_nothing_else(vectors: dict[str, Any]) -> None:
    listed = {(row["from"], row["to"], reason) for row in vectors["transitions"] for reason in row["reasons"]}
    allowed = {
        (origin, to, reason) for origin, to, reason in product(State, State, Reason) if is_allowed(origin, to, reason)
    }
    assert allowed == listed


def test_vectors_list_each_pair_once_in_order(vectors: dict[str, Any]) -> None:
    pairs = [(row["from"], row["to"]) for row in vectors["transitions"]]
    assert pairs == sorted(set(pairs))
    assert all(row["reasons"] == sorted(set(row["reasons"])) != [] for row in vectors["transitions"])


def test_final_states_are_those_of_the_vectors(vectors: dict[str, Any]) -> None:
    assert sorted(FINAL) == vectors["final"]


def test_no_transition_leaves_a_final_state(vectors: dict[str, Any]) -> None:
    assert {row["from"] for row in vectors["transitions"]}.isdisjoint(FINAL)


def test_reasons_that_reach_back_are_those_of_the_vectors(vectors: dict[str, Any]) -> None:
    assert [reason for reason in sorted(Reason) if reaches_back(reason)] == vectors["reaches_back"]


def test_gravest_follows_the_vectors_order(vectors: dict[str, Any]) -> None:
    order = [State(value) for value in vectors["gravity"]]
    assert sorted(order) == sorted(State)
    for grave, graver in product(order, order):
        expected = max(grave, graver, key=order.index)
        assert gravest({grave, graver}) is expected


def test_gravest_of_nothing_is_valid() -> None:
    assert gravest(frozenset()) is State.VALID
