"""Packs made to harm whoever reads them: to fill its memory or its disk, or to spoil what it exports later."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from io import BytesIO

import pytest

from bench.invented import invent, keys_of, sealed_header
from bench.mutations import altered
from ledger.errors import JournalMismatch, MalformedPack, PackProblem, PackStale, PackTooLarge, TooFewTrusted
from ledger.journal import RawLog, fold
from ledger.pack import Mark, Pack, metadata_of, new_logs, prove_pack
from ledger.pack.numbers import write_item, write_number
from ledger.pack.sections import FORMAT, MAX_SECTIONS, SectionWriter, Tag, read_sections
from ledger.replica.update import Known
from tests.ledger.pack.packs import METADATA, NOW, WORLD, facts, known, make, opened, pack_of, with_garbage

LAST = len(WORLD.logs)
MIDDLE = LAST // 2


def with_sections(*tags: Tag, body: bytes = b"x") -> BytesIO:
    """A file with a fitting checksum whose sections these are."""
    file = BytesIO()
    writer = SectionWriter(file)
    for tag in tags:
        writer.write(tag, body)
    writer.end()
    return file


@pytest.mark.parametrize("tag", list(Tag)[:-1])
def test_a_section_without_octets_is_refused(tag: Tag) -> None:
    tags = [Tag.SPAN, Tag.PROOF, Tag.EVENTS, Tag.TYPES]
    file = BytesIO()
    writer = SectionWriter(file)
    for each in tags:
        writer.write(each, b"" if each is tag else b"x")
    writer.end()
    with pytest.raises(MalformedPack, match="without octets"):
        read_sections(file)


def test_sections_are_in_their_order_before_the_next_is_read() -> None:
    """Millions of the same section must not become millions of objects first."""
    file = BytesIO(FORMAT + b"\x01\x01x" * 1_000_000)
    tracemalloc.start()
    with pytest.raises(MalformedPack, match="not in their order"):
        read_sections(file)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_pack_of_millions_of_small_sections_is_too_large_at_once() -> None:
    file = BytesIO(FORMAT + b"\x01\x01x\x02\x01x" + b"\x03\x01x" * 1_000_000)
    tracemalloc.start()
    with pytest.raises(PackTooLarge, match=f"more than {MAX_SECTIONS} sections"):
        read_sections(file)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_as_many_sections_as_there_may_be() -> None:
    tags = [Tag.SPAN, Tag.PROOF, *[Tag.EVENTS] * (MAX_SECTIONS - 4), Tag.TYPES]
    assert len(read_sections(with_sections(*tags))) == MAX_SECTIONS
    with pytest.raises(PackTooLarge):
        read_sections(with_sections(*tags[:-1], Tag.EVENTS, Tag.TYPES))


class Failing(BytesIO):
    """A stick that is pulled after so many reads."""

    def __init__(self, octets: bytes, reads: int, error: Exception) -> None:
        super().__init__(octets)
        self.reads = reads
        self.error = error

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads -= 1
        if self.reads < 0:
            raise self.error
        return super().read(size)


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), OSError(116, "Stale file handle"), ValueError()])
@pytest.mark.parametrize("reads", range(20))
def test_a_file_that_cannot_be_read_any_more_is_a_problem_of_the_pack(reads: int, error: Exception) -> None:
    file = Failing(make(), reads, error)
    with pytest.raises(PackProblem, match="cannot be read"):
        [tuple(Pack(file).logs()) for _ in range(10)]


def test_a_file_that_was_closed_or_cut_while_it_was_read_is_a_problem_of_the_pack() -> None:
    file = BytesIO(make())
    pack = Pack(file)
    file.truncate(200)
    with pytest.raises(PackProblem, match="cut short"):
        tuple(pack.logs())
    file.close()
    with pytest.raises(PackProblem, match="cannot be read"):
        tuple(pack.logs())
    with pytest.raises(PackProblem, match="cannot be read"):
        _ = pack.proof


def test_no_event_is_handed_out_of_a_pack_whose_events_do_not_lead_to_its_end() -> None:
    assert prove_pack(with_garbage(), WORLD.network, Known(), NOW) is not None
    with pytest.raises(JournalMismatch):
        new_logs([with_garbage()], WORLD.network, Known())


def test_no_event_is_handed_out_of_good_packs_before_a_bad_one() -> None:
    packs = [opened(make(end=MIDDLE)), with_garbage(MIDDLE)]
    with pytest.raises(JournalMismatch):
        new_logs(packs, WORLD.network, Known())


def test_of_garbage_that_leads_to_its_own_end_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last pack is read first; its events then say where the one before it has to end."""
    lies = [RawLog(bytes(20), bytes(32), bytes([number])) for number in range(3)]
    heads = [WORLD.network.first_head]
    for log in lies:
        heads.append(fold(heads[-1], [log]))
    packs = [pack_of([log], Mark(at, heads[at]), Mark(at + 1, heads[at + 1])) for at, log in enumerate(lies)]
    last = opened(make(start=2))
    read: list[Pack] = []
    logs = Pack.logs

    def noted(pack: Pack) -> Iterator[RawLog]:
        read.append(pack)
        return logs(pack)

    monkeypatch.setattr(Pack, "logs", noted)
    with pytest.raises(JournalMismatch):
        new_logs([*packs, last], WORLD.network, Known())
    assert read == [last]


@pytest.mark.parametrize("starts", [(0, MIDDLE), (0, MIDDLE - 7), (0, 0)])
def test_packs_that_overlap_are_handed_out_once(starts: tuple[int, int]) -> None:
    first, second = opened(make(start=starts[0], end=MIDDLE)), opened(make(start=starts[1]))
    for events in (0, 3, MIDDLE):
        assert tuple(new_logs([first, second], WORLD.network, known(events=events))) == WORLD.logs[events:]


def test_a_pack_whose_overlap_with_the_one_before_differs_is_refused() -> None:
    other = invent([WORLD.logs[1], WORLD.logs[0], *WORLD.logs[2:]], keys_of(4))
    packs = [opened(make(other, end=MIDDLE)), opened(make(start=0))]
    with pytest.raises(JournalMismatch, match=f"first {MIDDLE} events"):
        new_logs(packs, WORLD.network, Known())


def test_packs_that_stand_for_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packs = [opened(make(end=MIDDLE)), opened(make(start=MIDDLE))]
    octets = sum(len(log.data) for log in WORLD.logs)
    monkeypatch.setattr("ledger.pack.history.MAX_DATA", octets)
    assert tuple(new_logs(packs, WORLD.network, Known())) == WORLD.logs
    monkeypatch.setattr("ledger.pack.history.MAX_DATA", octets - 1)
    with pytest.raises(PackTooLarge, match="one by one"):
        new_logs(packs, WORLD.network, Known())


def test_a_later_block_with_fewer_events_is_refused() -> None:
    with pytest.raises(JournalMismatch, match=f"{MIDDLE} events in a later block than 10, which has {LAST}"):
        facts(make(end=MIDDLE), before=known(events=LAST))


def test_packs_that_end_before_what_is_known_are_stale() -> None:
    with pytest.raises(PackStale):
        new_logs([opened(make(end=MIDDLE))], WORLD.network, known(events=LAST))


def test_a_type_that_no_event_registers_is_found_before_any_event_is_handed_out() -> None:
    pack = opened(altered(make(), Tag.TYPES, lambda _: write_number(1) + write_item(b"{}")))
    with pytest.raises(MalformedPack, match="none of its events registers"):
        new_logs([pack], WORLD.network, Known())


def test_packs_bring_a_bounded_amount_of_types(monkeypatch: pytest.MonkeyPatch) -> None:
    packs = [opened(make()), opened(make())]
    monkeypatch.setattr("ledger.pack.history.MAX_METADATA", len(METADATA))
    assert metadata_of(packs) == (METADATA,)
    monkeypatch.setattr("ledger.pack.history.MAX_METADATA", len(METADATA) - 1)
    with pytest.raises(PackTooLarge, match="certificate types"):
        metadata_of(packs)


def steps(*numbers: int, keys: int = 0) -> tuple[bytes, ...]:
    return tuple(sealed_header(number, bytes(32), keys_of(8)[keys : keys + 4]).encode() for number in numbers)


def kept(path: tuple[bytes, ...], keys: int = 0) -> tuple[bytes, ...]:
    found = facts(make(WORLD.signed_by(keys_of(8)[keys : keys + 4]), path=path))
    assert found is not None
    return found[0].proof.path


def test_headers_that_nobody_needs_are_not_kept() -> None:
    """A pack must not plant so many that what is exported later is too large."""
    assert kept(steps(*range(10, 60))) == ()


def test_of_changed_validators_only_the_steps_that_lead_there_are_kept() -> None:
    same, half, new = steps(*range(10, 30)), steps(*range(100, 120), keys=2), steps(*range(200, 220), keys=4)
    path = kept((*same, *half, *new), keys=4)
    assert len(path) == 1
    assert path[0] in half
    assert kept(path, keys=4) == path


def test_a_detour_is_not_kept() -> None:
    """The validators change, and change back again."""
    assert kept((*steps(100), *steps(200, keys=2), *steps(300))) == ()


def test_headers_that_are_not_needed_must_hold_all_the_same() -> None:
    """So that every octet of a pack is known to be as its maker wrote it."""
    good = make(path=steps(10, 20))
    assert facts(good) is not None
    stranger = sealed_header(20, bytes(32), keys_of(12)[8:]).encode()
    with pytest.raises(TooFewTrusted):
        facts(make(path=(*steps(10), stranger)))
