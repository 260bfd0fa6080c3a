from __future__ import annotations

from typing import Any

import pytest


def test_a_batch_of_another_authority_does_not_count(world: Any) -> None:
    assert world.knowing(batch={"authority": 9}).code(8) == "batch_is_not_known_yet"


@pytest.mark.parametrize(("first", "count"), [(1, 64), (-64, 64), (0, 0), (0, -1)])
def test_a_batch_that_does_not_cover_the_position_does_not_count(world: Any, first: int, count: int) -> None:
    position = world.shown.payload.position
    assert world.knowing(batch={"first": position + first, "count": count}).code(8) == "batch_is_not_known_yet"


@pytest.mark.parametrize(
    ("before", "count", "is_known"), [(0, 1, True), (63, 64, True), (-1, 64, False), (64, 64, False)]
)
def test_a_batch_covers_its_first_position_to_its_last(world: Any, before: int, count: int, is_known: bool) -> None:
    first = world.shown.payload.position - before
    covering = world.knowing(batch={"first": first, "count": count})
    assert (covering.code(8) != "batch_is_not_known_yet") is is_known


def test_a_position_past_the_batches_is_unknown_however_new_the_facts(world: Any) -> None:
    years_later = world.now + 10 * 366 * 86_400
    past = world.but(now=years_later, at=years_later).knowing(batch=None, as_of=years_later)
    assert past.code(8) == "batch_is_not_known_yet"


@pytest.mark.parametrize("hashes", [0, 5, 7])
def test_the_path_has_exactly_the_length_of_its_place(world: Any, hashes: int) -> None:
    path = (world.shown.header.inclusion_path * 2)[:hashes]
    assert world.showing(header={"inclusion_path": path}).code(8) == "inclusion_path_has_wrong_length"


def test_size_and_index_are_the_ledgers(world: Any) -> None:
    assert world.knowing(batch={"first": world.facts.batch.first - 1}).code(8) == "inclusion_path_leads_elsewhere"


def test_every_octet_of_the_payload_counts(world: Any) -> None:
    changed = world.shown.payload.octets + b" "
    assert world.showing(payload={"octets": changed}).code(8) == "inclusion_path_leads_elsewhere"


@pytest.mark.parametrize(("fence", "code"), [(1, "credential_is_anchored"), (0, "batch_fell_with_its_operator")])
def test_the_fence_of_the_operator_falls_at_its_instant(world: Any, fence: int, code: str) -> None:
    fenced = world.knowing(batch={"operator_revoked_from": world.facts.batch.anchored_at + fence})
    assert fenced.code(8) == code
