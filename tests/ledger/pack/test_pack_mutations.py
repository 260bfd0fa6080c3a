"""No altered pack is believed: what is accepted at all says the very same as the pack that it was made from."""

from __future__ import annotations

from random import Random

import pytest

from bench.invented import invent, keys_of
from bench.mutations import END_OCTETS, altered, mutated, resealed
from ledger.errors import NotProven, PackIncomplete, PackProblem
from ledger.pack.sections import Tag
from tests.ledger.pack.packs import METADATA, NOW, OTHER, WORLD, Facts, facts, history, make

SEED = 20261122
PACK, OTHER_PACK = make(), make(OTHER)
SHORTER = make(end=len(WORLD.logs) - 30, number=900)
HONEST = facts(PACK)
REFUSED = (PackProblem, NotProven)


def same(found: Facts | None) -> bool:
    """A file of a type may be left out: that is holding back, not lying."""
    assert HONEST is not None
    if found is None:
        return False
    (proven, logs), (honest, honest_logs) = found, HONEST
    one, other = ((each.number, each.hash, each.time, each.head, each.validators) for each in (proven, honest))
    return one == other and logs == honest_logs and set(proven.metadata) <= {METADATA}


def test_an_unaltered_pack_is_accepted() -> None:
    assert HONEST is not None
    proven, logs = HONEST
    assert logs == WORLD.logs
    assert proven.metadata == (METADATA,)
    assert proven.time < NOW


@pytest.mark.slow
def test_of_10_000_mutations_of_a_pack_of_1_000_events_none_is_accepted() -> None:
    world = invent(history(20, 100, 681), keys_of(4))
    assert 900 < len(world.logs) <= 1_000
    pack, other, random = make(world), make(world, end=700), Random(SEED)
    accepted = []
    for number in range(10_000):
        octets = mutated(random, pack, other)
        try:
            facts(octets, world.network)
        except REFUSED:
            continue
        accepted.append(number)
    assert accepted == []


def test_with_a_checksum_that_fits_none_says_anything_else() -> None:
    """The file is altered, and its checksum computed again."""
    random, different, accepted = Random(SEED), [], 0
    for number in range(3_000):
        octets = resealed(mutated(random, PACK[:-END_OCTETS], SHORTER) + PACK[-END_OCTETS:])
        try:
            found = facts(octets)
        except REFUSED:
            continue
        accepted += 1
        if not same(found):
            different.append(number)
    assert different == []
    assert accepted < 300  # what may be said in two ways: the fingerprint of the maker's file


INSIDES = (Tag.SPAN, Tag.PROOF, Tag.EVENTS, Tag.TYPES)


@pytest.mark.slow
@pytest.mark.parametrize("tag", INSIDES, ids=lambda tag: tag.name)
def test_altered_inside_and_deflated_again_none_says_anything_else(tag: Tag) -> None:
    """What an attacker would do: every length and checksum around the change fits."""
    random = Random(SEED + tag)
    insides: list[bytes] = []
    for pack in (PACK, OTHER_PACK):
        altered(pack, tag, lambda octets: insides.append(octets) or octets)  # type: ignore[func-returns-value]
    inside, other = insides
    different, accepted = [], 0
    for number in range(2_500):
        change = mutated(random, inside, other)
        try:
            found = facts(altered(PACK, tag, lambda octets, change=change: change))  # type: ignore[misc]
        except REFUSED:
            continue
        accepted += 1
        if not same(found):
            different.append(number)
    assert different == []
    assert accepted < (1_500 if tag is Tag.SPAN else 1)  # a quarter of the span is the fingerprint


@pytest.mark.parametrize("tag", INSIDES, ids=lambda tag: tag.name)
def test_a_part_of_another_networks_pack_does_not_fit(tag: Tag) -> None:
    """Events and types are the same there, and believed for what they are; all else belongs to its network."""
    insides: list[bytes] = []
    altered(OTHER_PACK, tag, lambda octets: insides.append(octets) or octets)  # type: ignore[func-returns-value]
    octets = altered(PACK, tag, lambda _: insides[0])
    if tag in {Tag.EVENTS, Tag.TYPES}:
        assert octets == PACK
        return
    with pytest.raises(REFUSED):
        facts(octets)


def test_cut_short_anywhere_it_is_incomplete_and_not_bad() -> None:
    for length in range(len(PACK)):
        with pytest.raises(PackIncomplete):
            facts(PACK[:length])
