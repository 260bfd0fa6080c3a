"""No altered pack is believed: what is taken at all says the very same as the pack that it was made from.

Whoever alters a pack can compute its checksum again. Such a pack may be taken where it says the same facts and differs
in what decides nothing (spec/trust-pack.md §5): the fingerprint of the maker's network file; how a section is deflated;
which of more seals than needed are there. Beyond these, on purpose and not by chance: headers in between that are not
needed, how events are cut into segments and coded, files of types held back. The first tests make such packs; then
chance alters, and whatever it gets taken is one of the first three. With the checksum left as it was nothing is taken.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from random import Random

import pytest

from bench.invented import invent, keys_of, sealed_header
from bench.mutations import END_OCTETS, altered, mutated, resealed
from ledger.errors import HeaderNotSealed, NotProven, PackIncomplete, PackProblem
from ledger.headers import parse_extra
from ledger.light_client import header_of_octets
from ledger.pack import Pack
from ledger.pack.codec import SegmentWriter
from ledger.pack.sections import SectionWriter, Tag, deflate, inflate, read_body, read_sections
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


FINGERPRINT, DEFLATED, SEALS = "the maker's fingerprint", "how a section is deflated", "which seals are there"
BY_CHANCE = {FINGERPRINT, DEFLATED, SEALS}


def differences(octets: bytes) -> set[str]:
    """In what a pack differs from the honest one, octet by octet of what its sections hold."""
    (mine, bodies), (honest, honest_bodies) = parts(octets), parts(PACK)
    found = {name for name in mine.keys() | honest.keys() if mine.get(name) != honest.get(name)}
    inside = {name for name in found if name not in {FINGERPRINT, "span"}}
    return found if bodies == honest_bodies or inside else found | {DEFLATED}


def parts(octets: bytes) -> tuple[dict[str, object], list[bytes]]:
    """What a pack says, part for part, and its deflated sections as they are."""
    file = BytesIO(octets)
    sections = read_sections(file)
    pack, header = Pack(BytesIO(octets)), header_of_octets(Pack(BytesIO(octets)).proof.header)
    extra = parse_extra(header.extra_data)
    found: dict[str, object] = {
        FINGERPRINT: pack.span.fingerprint,
        "span": replace(pack.span, fingerprint=b""),
        SEALS: extra.seals,
        "header": replace(header, extra_data=replace(extra, seals=()).encode()),
        "in between": pack.proof.path,
        "nodes": (pack.proof.account, pack.proof.storage),
        "events": [inflate(read_body(file, each)) for each in sections if each.tag is Tag.EVENTS],
        "types": pack.metadata,
    }
    return found, [read_body(file, each) for each in sections if each.tag in {Tag.PROOF, Tag.EVENTS, Tag.TYPES}]


def rewritten(change: Callable[[Tag, bytes], list[bytes]]) -> bytes:
    """The honest pack with other bodies in place of each section's."""
    file, out = BytesIO(PACK), BytesIO()
    writer = SectionWriter(out)
    for section in read_sections(file)[:-1]:
        for body in change(section.tag, read_body(file, section)):
            writer.write(section.tag, body)
    writer.end()
    return out.getvalue()


def deflated_badly(tag: Tag, body: bytes) -> list[bytes]:
    return [body] if tag is Tag.SPAN else [zlib.compress(inflate(body), 0)]


def cut_in_two(tag: Tag, body: bytes) -> list[bytes]:
    if tag is not Tag.EVENTS:
        return [body]
    writer, logs = SegmentWriter(), WORLD.logs
    return [deflate(writer.write(list(each))) for each in (logs[:50], logs[50:])]


def sealed_by(count: int) -> bytes:
    whole = WORLD.proof(len(WORLD.logs), 1_000)
    header = header_of_octets(whole.header)
    extra = parse_extra(header.extra_data)
    fewer = replace(header, extra_data=replace(extra, seals=extra.seals[:count]).encode())
    return make(proof=replace(whole, header=fewer.encode()))


SAME_FACTS = {
    FINGERPRINT: lambda: altered(PACK, Tag.SPAN, lambda span: span[:32] + b"\xab" * 32 + span[64:]),
    DEFLATED: lambda: rewritten(deflated_badly),
    SEALS: lambda: sealed_by(3),
    "in between": lambda: make(path=(sealed_header(500, bytes(32), keys_of(4)).encode(),)),
    "events": lambda: rewritten(cut_in_two),
    "types": lambda: make(metadata={}),
}


@pytest.mark.parametrize("what", SAME_FACTS)
def test_a_pack_may_differ_in_what_decides_nothing_and_says_the_same(what: str) -> None:
    octets = SAME_FACTS[what]()
    assert differences(octets) == {what}
    assert same(facts(octets))


def test_a_seal_too_few_is_refused() -> None:
    with pytest.raises(HeaderNotSealed):
        facts(sealed_by(2))


def test_an_unaltered_pack_is_accepted() -> None:
    assert HONEST is not None
    proven, logs = HONEST
    assert logs == WORLD.logs
    assert proven.metadata == (METADATA,)
    assert proven.time < NOW


@pytest.mark.slow
def test_of_10_000_mutations_of_a_pack_of_1_000_events_none_is_accepted() -> None:
    """The checksum is left as it is: what comes of accidents."""
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


def test_with_a_checksum_that_fits_what_is_taken_differs_only_in_what_decides_nothing() -> None:
    """The file is altered, and its checksum computed again."""
    random, taken = Random(SEED), Counter[str]()
    for number in range(3_000):
        octets = resealed(mutated(random, PACK[:-END_OCTETS], SHORTER) + PACK[-END_OCTETS:])
        try:
            found = facts(octets)
        except REFUSED:
            continue
        assert same(found), number
        assert BY_CHANCE >= differences(octets) != set(), number
        taken.update(differences(octets))
    assert taken[FINGERPRINT] > 0
    assert taken.total() < 30


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
    taken = 0
    for number in range(2_500):
        change = mutated(random, inside, other)
        octets = altered(PACK, tag, lambda _, change=change: change)  # type: ignore[misc]
        try:
            found = facts(octets)
        except REFUSED:
            continue
        assert same(found), number
        assert differences(octets) == {FINGERPRINT}, number
        taken += 1
    assert taken < (1_500 if tag is Tag.SPAN else 1)  # a quarter of the span is the fingerprint


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
