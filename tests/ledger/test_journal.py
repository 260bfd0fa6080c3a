"""The journal's fold against spec/vectors/journal.json, which other code wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.deployment import HEAD_SLOT
from ledger.journal import AUTHORITY_UPDATED, RawLog, entry, first_head, fold

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "spec/vectors/journal.json").read_text())
FIRST = bytes.fromhex(VECTORS["first_head"][2:])

logs = st.builds(RawLog, st.binary(min_size=20, max_size=20), st.binary(min_size=32, max_size=32), st.binary())


def octets(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def raw(vector: dict[str, str]) -> RawLog:
    return RawLog(octets(vector["address"]), octets(vector["topic"]), octets(vector["data"]))


def head_after(*given_logs: RawLog) -> bytes:
    return fold(FIRST, given_logs)


def test_the_first_head_binds_chain_journal_and_network() -> None:
    journal, network_id = octets(VECTORS["journal"]), octets(VECTORS["network_id"])
    assert first_head(VECTORS["chain_id"], journal, network_id) == FIRST
    assert first_head(VECTORS["chain_id"] + 1, journal, network_id) != FIRST
    assert first_head(VECTORS["chain_id"], bytes(20), network_id) != FIRST
    assert first_head(VECTORS["chain_id"], journal, bytes(32)) != FIRST


def test_each_log_leads_to_the_head_of_the_vectors() -> None:
    head = FIRST
    for vector in VECTORS["logs"]:
        assert entry(raw(vector)) == octets(vector["entry"])
        head = fold(head, [raw(vector)])
        assert head == octets(vector["head"])


def test_exchanged_logs_lead_to_another_head() -> None:
    first, second, *rest = map(raw, VECTORS["logs"])
    assert head_after(second, first, *rest) == octets(VECTORS["swapped"])
    assert octets(VECTORS["swapped"]) != octets(VECTORS["logs"][-1]["head"])


def test_the_log_that_is_not_journaled_is_known_by_its_topic() -> None:
    assert octets(VECTORS["not_journaled"]["topic"]) == AUTHORITY_UPDATED


def test_the_head_is_in_the_slot_of_the_vectors() -> None:
    assert HEAD_SLOT.to_bytes(32, "big") == octets(VECTORS["head_slot"])


@given(st.lists(logs, min_size=1, max_size=6, unique=True), st.data())
def test_dropping_any_log_changes_the_head(history: list[RawLog], data: st.DataObject) -> None:
    gone = data.draw(st.integers(0, len(history) - 1))
    assert head_after(*history[:gone], *history[gone + 1 :]) != head_after(*history)


@given(st.lists(logs, max_size=6), st.integers(0, 6))
def test_folding_in_two_parts_is_folding_at_once(history: list[RawLog], cut: int) -> None:
    assert fold(fold(FIRST, history[:cut]), history[cut:]) == fold(FIRST, history)


@pytest.mark.parametrize("part", ["address", "topic", "data"])
def test_changing_any_part_of_a_log_changes_its_entry(part: str) -> None:
    vector = VECTORS["logs"][2]
    changed = {**vector, part: vector[part][:-1] + ("0" if vector[part][-1] != "0" else "1")}
    assert entry(raw(changed)) != entry(raw(vector))
