"""The columns: any logs come back octet for octet and in order, and there is one way to write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.invented import CREDENTIAL, TRUST
from ledger.errors import MalformedPack, PackProblem, PackTooLarge
from ledger.events import EVENTS, BatchAnchored
from ledger.events._layout import layout_of
from ledger.journal import RawLog
from ledger.pack import columns
from ledger.pack.codec import MAX_LOG_OCTETS, MAX_SEGMENT_EVENTS, SegmentReader, SegmentWriter, segments_of
from ledger.pack.columns import Coding, Memory, make_column, needs
from ledger.pack.numbers import MAX_NUMBER_OCTETS, Reader, from_difference, to_difference, write_number
from tests.ledger.pack.packs import WORLD, history

TOPICS = [layout_of(event).topic for event in EVENTS]
WORDS = st.one_of(
    st.sampled_from([bytes(32), b"\xff" * 32, bytes(31) + b"\x01", b"\x01" + bytes(31)]),
    st.integers(0, 300).map(lambda value: value.to_bytes(32, "big")),
    st.integers(0, 2**64).map(lambda value: value.to_bytes(32, "big")),
    st.binary(min_size=32, max_size=32),
)
DATA = st.one_of(st.lists(WORDS, max_size=12).map(b"".join), st.binary(max_size=100))
LOGS = st.builds(
    RawLog,
    st.sampled_from([TRUST, CREDENTIAL, bytes(20)]),
    st.sampled_from([*TOPICS, bytes(32)]),
    DATA,
)
"""Known events with any words, and what no version knows."""


@settings(max_examples=300, deadline=None)
@given(st.lists(LOGS, min_size=1, max_size=30), st.integers(1, 10))
def test_any_logs_come_back_in_order(logs: list[RawLog], size: int) -> None:
    segments = [logs[start : start + size] for start in range(0, len(logs), size)]
    writer, reader = SegmentWriter(), SegmentReader()
    assert [reader.read(writer.write(segment)) for segment in segments] == segments


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(Coding)), st.lists(WORDS, max_size=20), st.data())
def test_every_coding_writes_every_word(coding: Coding, words: list[bytes], data: st.DataObject) -> None:
    same = [data.draw(WORDS) for _ in words]
    before = [same, same][: needs(coding)]
    written = make_column(coding, Memory()).write(words, before)
    reader = Reader(written)
    assert list(make_column(coding, Memory()).read(reader, len(words), before)) == words
    reader.end()


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from(list(Coding)), st.lists(WORDS, max_size=4), st.binary(max_size=200))
def test_what_a_column_reads_it_writes_to_the_same_octets(coding: Coding, keys: list[bytes], octets: bytes) -> None:
    before = [keys, keys][: needs(coding)]
    reader = Reader(octets)
    try:
        words = make_column(coding, Memory()).read(reader, len(keys), before)
    except PackProblem:
        return
    left = len(octets) - len(make_column(coding, Memory()).write(words, before))
    assert make_column(coding, Memory()).write(words, before) == octets[: len(octets) - left]
    reader.octets(left)
    reader.end()


def test_a_ledgers_events_take_few_octets() -> None:
    logs = history(20, 100, 1_000)
    written = sum(len(SegmentWriter().write(segment)) for segment in segments_of(logs))
    assert written < sum(84 + len(log.data) for log in logs) / 10


@given(st.integers(0, 2**257))
def test_a_number_comes_back(value: int) -> None:
    reader = Reader(write_number(value))
    assert reader.number() == value
    reader.end()


@given(st.integers(-(2**256), 2**256))
def test_a_difference_comes_back(value: int) -> None:
    assert from_difference(to_difference(value)) == value


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "ends within a number"),
        (b"\x80", "ends within a number"),
        (b"\x80\x00", "longer than it has to be"),
        (b"\xff" * MAX_NUMBER_OCTETS, f"more than {MAX_NUMBER_OCTETS} octets"),
    ],
)
def test_another_form_of_a_number_is_refused(octets: bytes, why: str) -> None:
    with pytest.raises(MalformedPack, match=why):
        Reader(octets).number()


LOG = RawLog(bytes(20), bytes(32), b"data")
KIND = bytes(52)


def segment(*parts: bytes | int) -> bytes:
    return b"".join(write_number(part) if isinstance(part, int) else part for part in parts)


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (segment(0, 0), "empty"),
        (segment(1, KIND, 0, 0), "empty"),
        (segment(1, KIND, 0, 1, 1), "order of their first use"),
        (segment(2, KIND, 0, KIND[:-1] + b"\x01", 0, 1, 0, 4, b"data"), "do not come"),
        (segment(2, KIND, 0, KIND, 0, 2, 0, 1, 4, b"data"), "twice"),
        (segment(1, KIND, 1, b"\x09", 1, 0, bytes(32)), "coding 9"),
        (segment(1, KIND, 1, b"\x05", 1, 0, bytes(32)), "coding listed in column 0"),
        (segment(1, KIND, 0, 1, 0, 4, b"data too long"), "octets too many"),
        (segment(1, KIND, 0, 1, 0, 5, b"data"), "before its last octets"),
        (segment(1, KIND, 2, b"\x01\x01", 1, 0, 2**256, 0), "256 bits"),
        (segment(1, KIND, 1, b"\x02", 1, 0, 1), "256 bits"),
        (segment(1, KIND, 3, b"\x01\x01\x05", 1, 0, 1, 1, 2, bytes(32)), "order of their first use"),
        (segment(1, KIND, 3, b"\x01\x01\x05", 1, 0, 1, 1, 0), "not there before"),
        (segment(1, KIND, 3, b"\x01\x01\x05", 2, 0, 0, 1, 1, 1, 1, 1, 2, bytes(64)), "lists a word twice"),
        (segment(1, KIND, 3, b"\x01\x01\x05", 2, 0, 0, 1, 1, 1, 1, 1, 1, bytes(32)), "that is repeated"),
    ],
)
def test_a_segment_of_another_form_is_refused(octets: bytes, why: str) -> None:
    with pytest.raises(MalformedPack, match=why):
        SegmentReader().read(octets)


def test_the_segment_that_those_were_made_from_is_read() -> None:
    assert SegmentReader().read(segment(1, KIND, 0, 1, 0, 4, b"data")) == [LOG]


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (segment(0, MAX_SEGMENT_EVENTS + 1), "events in one segment"),
        (segment(5_000), "new kinds of logs"),
        (segment(1, KIND, 65), "words in a log"),
        (segment(1, KIND, 0, 1, 0, MAX_LOG_OCTETS + 1), "a log of the pack"),
    ],
)
def test_a_segment_beyond_the_limits_is_refused_before_anything_is_made_of_it(octets: bytes, why: str) -> None:
    with pytest.raises(PackTooLarge, match=why):
        SegmentReader().read(octets)


def test_what_columns_remember_is_limited_over_the_whole_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two authorities' batches with a kid and an operator each: four last words of each, and four words on the list."""
    monkeypatch.setattr(columns, "MAX_REMEMBERED", 12)
    topic = layout_of(BatchAnchored).topic
    logs = [
        RawLog(bytes(20), topic, b"".join(_word(each) for each in (0, who, 1, 0, 1, 0, 10 + who, 20 + who)))
        for who in (1, 2, 1, 3)
    ]
    writer = SegmentWriter()
    segments = [writer.write([log]) for log in logs[:3]]
    with pytest.raises(PackTooLarge, match="at most 12 words to remember"):
        writer.write(logs[3:])
    reader = SegmentReader()
    assert [reader.read(each) for each in segments] == [[log] for log in logs[:3]]
    monkeypatch.setattr(columns, "MAX_REMEMBERED", 11)
    reader = SegmentReader()
    reader.read(segments[0])
    with pytest.raises(PackTooLarge, match="at most 11 words to remember"):
        reader.read(segments[1])


def _word(number: int) -> bytes:
    return number.to_bytes(columns.WORD_OCTETS, "big")


def test_segments_are_within_the_limits() -> None:
    logs = [LOG] * (MAX_SEGMENT_EVENTS + 1)
    assert [len(each) for each in segments_of(logs)] == [MAX_SEGMENT_EVENTS, 1]
    large = RawLog(bytes(20), bytes(32), bytes(MAX_LOG_OCTETS))
    assert [len(each) for each in segments_of([large] * 9)] == [4, 4, 1]
    with pytest.raises(PackTooLarge, match="a log has"):
        list(segments_of([RawLog(bytes(20), bytes(32), bytes(MAX_LOG_OCTETS + 1))]))


def test_what_has_columns_is_what_there_is_most_of() -> None:
    from ledger.pack.codec import Kind

    bare = [log for log in WORLD.logs if not Kind.of(log).codings]
    assert len(bare) < len(WORLD.logs) / 2
