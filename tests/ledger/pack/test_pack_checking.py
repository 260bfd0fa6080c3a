"""Which packs are believed, and how the others are called."""

from __future__ import annotations

import zlib
from dataclasses import replace
from io import BytesIO

import pytest

from bench.invented import STARTS, Invented, invent, keys_of, sealed_header
from bench.mutations import altered, resealed
from ledger.errors import (
    CheckpointTooOld,
    ContradictoryHeaders,
    HeaderNotSealed,
    JournalMismatch,
    MalformedPack,
    OtherNetwork,
    PackGap,
    PackIncomplete,
    PackProblem,
    PackStale,
    PackTooLarge,
    ProofRefused,
    TooFewTrusted,
    UnsupportedPack,
)
from ledger.journal import RawLog
from ledger.pack import Mark, Span, check_pack, prove_packs
from ledger.pack.container import MAX_EVENTS, write_pack
from ledger.pack.sections import FORMAT, MAX_INFLATED, MAX_PACK_OCTETS, SectionWriter, Tag, deflate
from ledger.replica.update import Known
from tests.ledger.pack.packs import DIGEST, METADATA, NOW, OTHER, WORLD, facts, known, make, opened

LAST = len(WORLD.logs)
MIDDLE = LAST // 2


def new_events(octets: bytes, before: Known) -> tuple[RawLog, ...]:
    found = facts(octets, before=before)
    assert found is not None
    return found[1]


def test_from_the_beginning() -> None:
    assert new_events(make(), Known()) == WORLD.logs


def test_what_came_after_an_earlier_pack() -> None:
    assert new_events(make(start=MIDDLE), known(events=MIDDLE)) == WORLD.logs[MIDDLE:]


@pytest.mark.parametrize("events", [1, MIDDLE, LAST - 1, LAST])
def test_what_is_known_already_is_compared_and_left_out(events: int) -> None:
    assert new_events(make(), known(events=events)) == WORLD.logs[events:]


def test_a_pack_without_events_moves_the_time() -> None:
    found = facts(make(start=LAST), before=known(events=LAST))
    assert found is not None
    assert found[1] == ()
    assert found[0].time == STARTS + 60 * 1_000


def test_a_history_that_differs_in_what_is_known_is_refused() -> None:
    logs = [WORLD.logs[1], WORLD.logs[0], *WORLD.logs[2:]]
    other = invent(logs, keys_of(4))
    with pytest.raises(JournalMismatch, match=f"first {MIDDLE} events"):
        facts(make(), before=known(other, events=MIDDLE))
    with pytest.raises(JournalMismatch, match=f"at event {MIDDLE}"):
        facts(make(start=MIDDLE), before=known(other, events=MIDDLE))


def test_a_pack_that_begins_later_is_a_gap_and_not_bad() -> None:
    with pytest.raises(PackGap, match=f"begins at event {MIDDLE}, known are 3") as refused:
        facts(make(start=MIDDLE), before=known(events=3))
    assert (refused.value.begins, refused.value.known) == (MIDDLE, 3)
    assert isinstance(refused.value, PackIncomplete)


def test_an_older_pack_is_stale_and_not_bad() -> None:
    with pytest.raises(PackStale, match="block 900, known is block 901"):
        facts(make(number=900), before=known(events=LAST, number=901))


def test_a_pack_older_than_a_new_network_files_checkpoint_is_stale() -> None:
    network = replace(WORLD.network, checkpoint=replace(WORLD.network.checkpoint, number=2_000))
    with pytest.raises(PackStale):
        facts(make(), network)


def test_the_same_pack_again_is_nothing_new() -> None:
    proven = prove_packs([opened(make())], WORLD.network, Known(), NOW)
    assert proven is not None
    before = known(events=LAST, number=proven.number)
    point = replace(before.points[0], accepted=replace(before.points[0].accepted, hash=proven.hash))
    assert facts(make(), before=Known((point,))) is None


def test_another_block_of_the_known_number_is_a_contradiction() -> None:
    before = known(events=LAST, number=1_000)
    with_header = replace(before.points[0], header=b"the one that was accepted")
    with pytest.raises(ContradictoryHeaders):
        facts(make(), before=Known((with_header,)))


def test_another_block_of_an_older_number_is_a_contradiction_too() -> None:
    accepted = sealed_header(5, b"\x05" * 32, keys_of(4))
    before = known(events=LAST, number=1_000)
    older = known(number=5).points[0]
    points = (replace(older, header=accepted.encode()), *before.points)
    with pytest.raises(ContradictoryHeaders):
        facts(make(number=5), before=Known(points))


def test_another_networks_pack_is_refused_by_name() -> None:
    with pytest.raises(OtherNetwork, match="another network than"):
        facts(make(OTHER))


def test_a_pack_that_only_calls_itself_ours_is_refused() -> None:
    octets = altered(make(OTHER), Tag.SPAN, lambda span: WORLD.network.first_head + span[32:])
    with pytest.raises(JournalMismatch):
        facts(octets)


def test_a_clique_network_has_no_packs() -> None:
    with pytest.raises(UnsupportedPack, match="Clique"):
        facts(make(), replace(WORLD.network, engine="clique"))


def test_the_embedded_engine_has_them() -> None:
    alone = invent(WORLD.logs, keys_of(1), engine="embedded")
    assert facts(make(alone), alone.network) is not None


def test_a_checkpoint_too_old_is_called_that() -> None:
    with pytest.raises(CheckpointTooOld):
        prove_packs([opened(make())], WORLD.network, Known(), STARTS + 181 * 86_400)


def test_seals_of_others_are_not_believed() -> None:
    with pytest.raises(TooFewTrusted):
        facts(make(WORLD.signed_by(keys_of(8)[4:])))


def turned_over() -> tuple[Invented, tuple[bytes, ...]]:
    """The validators are replaced, a half at a time; the headers in between are what makes the last believed."""
    keys = keys_of(8)
    step = sealed_header(500, bytes(32), keys[2:6]).encode()
    return WORLD.signed_by(keys[4:]), (step,)


def test_changed_validators_are_believed_by_the_headers_in_between() -> None:
    world, path = turned_over()
    assert check_pack(opened(make(world, path=path)), WORLD.network).number == 1_000
    found = facts(make(world, path=path))
    assert found is not None
    assert found[0].proof.path == path
    with pytest.raises(TooFewTrusted):
        facts(make(world))


def test_headers_in_between_that_are_known_already_are_left_out() -> None:
    _, path = turned_over()
    found = facts(make(path=path), before=known(events=3, number=600))
    assert found is not None
    assert found[0].proof.path == ()


def test_headers_in_between_out_of_order_are_refused() -> None:
    world, (step,) = turned_over()
    with pytest.raises(MalformedPack, match="order of their numbers"):
        facts(make(world, path=(step, step)))
    with pytest.raises(HeaderNotSealed, match="malformed"):
        facts(make(world, path=(step[:-1],)))


def test_a_proof_of_another_head_is_refused() -> None:
    octets = make(proof=WORLD.proof(LAST - 1, 1_000))
    with pytest.raises(MalformedPack, match="another head"):
        facts(octets)


def test_a_proof_without_a_node_is_refused() -> None:
    proof = WORLD.proof(LAST, 1_000)
    with pytest.raises(ProofRefused):
        facts(make(proof=replace(proof, account=proof.account[:-1])))


def test_left_out_events_are_found() -> None:
    octets = make()
    span = opened(octets).span
    fewer = Span(span.network, span.fingerprint, span.start, Mark(LAST - 1, span.end.head))
    file = BytesIO()
    write_pack(file, fewer, WORLD.proof(LAST, 1_000), WORLD.logs[:-1], {})
    with pytest.raises(JournalMismatch):
        facts(file.getvalue())


@pytest.mark.parametrize("named", [LAST - 1, LAST + 1])
def test_the_number_of_events_must_be_what_the_pack_says(named: int) -> None:
    octets = altered(make(), Tag.SPAN, lambda span: span.replace(mark_octets(LAST), mark_octets(named)))
    with pytest.raises(MalformedPack, match="events"):
        facts(octets)


def mark_octets(events: int) -> bytes:
    from ledger.pack.numbers import write_number

    return write_number(events) + WORLD.heads[LAST]


def test_the_files_of_types_come_along() -> None:
    found = facts(make())
    assert found is not None
    assert found[0].metadata == (METADATA,)
    assert opened(make(end=LAST - 101)).metadata == ()


def test_a_type_that_no_event_registers_is_refused() -> None:
    from ledger.pack.numbers import write_item, write_number

    octets = altered(make(), Tag.TYPES, lambda _: write_number(1) + write_item(b"{}"))
    with pytest.raises(MalformedPack, match="none of its events registers"):
        facts(octets)


def test_a_type_that_the_maker_does_not_have_is_left_out() -> None:
    assert opened(make(metadata={})).metadata == ()
    assert opened(make(metadata={DIGEST: METADATA, bytes(32): b"not registered"})).metadata == (METADATA,)


def test_the_maker_is_told_by_the_fingerprint() -> None:
    assert opened(make()).span.fingerprint.hex() == WORLD.network.fingerprint


@pytest.mark.parametrize(
    ("octets", "error", "why"),
    [
        (b"", PackIncomplete, "first line"),
        (b"yinxin-pack/2\n...", UnsupportedPack, "yinxin-pack/2, known here is 1"),
        (b"yinxin-pack/17\n...", UnsupportedPack, "yinxin-pack/17"),
        (b"yinxin-mirror/1\n", MalformedPack, "not a trust pack"),
        (b"yinxin-pack/x\n", MalformedPack, "not a trust pack"),
        (b"\x89PNG", MalformedPack, "not a trust pack"),
        (FORMAT + b"\x09\x00", MalformedPack, "section 9"),
        (FORMAT + b"\x01\xff\xff\xff\x7f", PackTooLarge, "limit is"),
        (FORMAT + b"\x01\xff\xff\xff\xff", PackTooLarge, "more than"),
        (FORMAT + b"\x01\x80\x00", MalformedPack, "longer than it has to be"),
        (FORMAT + b"\x05\x20" + bytes(32), MalformedPack, "not in their order"),
        (make() + b"\0", MalformedPack, "after its end"),
        (make()[:-1] + b"\0", MalformedPack, "damaged"),
    ],
)
def test_a_file_of_another_form_is_called_what_it_is(octets: bytes, error: type[PackProblem], why: str) -> None:
    with pytest.raises(error, match=why):
        opened(octets)


def test_a_section_that_inflates_without_end_is_refused() -> None:
    bomb = zlib.compress(bytes(MAX_INFLATED + 1), 9)
    file = BytesIO()
    writer = SectionWriter(file)
    writer.write(Tag.SPAN, bytes(64) + (b"\x00" + bytes(32)) * 2)
    for tag in (Tag.PROOF, Tag.TYPES):
        writer.write(tag, bomb)
    writer.end()
    with pytest.raises(PackTooLarge, match="inflates to more"):
        opened(file.getvalue())


def test_what_no_reader_would_take_is_not_written() -> None:
    with pytest.raises(PackTooLarge):
        deflate(bytes(MAX_INFLATED + 1))
    span = opened(make()).span
    with pytest.raises(PackTooLarge, match="begin at a later"):
        write_pack(BytesIO(), replace(span, end=Mark(MAX_EVENTS + 1, bytes(32))), WORLD.proof(0, 1), [], {})


def test_a_file_beyond_the_limit_is_refused_unread() -> None:
    class Huge(BytesIO):
        def seek(self, at: int, whence: int = 0) -> int:
            return MAX_PACK_OCTETS + 1 if whence == 2 else super().seek(at)

    from ledger.pack import Pack

    with pytest.raises(PackTooLarge, match="this file has"):
        Pack(Huge(b""))


def test_a_span_that_names_too_many_events_is_refused() -> None:
    octets = altered(make(), Tag.SPAN, lambda span: span.replace(mark_octets(LAST), mark_octets(LAST + MAX_EVENTS)))
    with pytest.raises(PackTooLarge, match="events, the limit"):
        opened(octets)
    with pytest.raises(MalformedPack, match="does not begin"):
        opened(altered(make(start=LAST), Tag.SPAN, lambda span: span[:-1] + b"\0"))


def test_garbage_after_a_deflated_stream_is_refused() -> None:
    octets = make()
    body = deflate(b"")
    assert resealed(octets) == octets
    file = BytesIO()
    writer = SectionWriter(file)
    writer.write(Tag.SPAN, bytes(64) + (b"\x00" + bytes(32)) * 2)
    writer.write(Tag.PROOF, body + b"\0")
    writer.write(Tag.TYPES, body)
    writer.end()
    with pytest.raises(MalformedPack, match="not one deflated stream"):
        opened(file.getvalue())
