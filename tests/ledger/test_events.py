"""Events: the same as in the contracts' ABI, and decoded so that nothing a registrar wrote stops a replica."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import decode as decode_abi
from eth_abi.abi import encode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import events
from ledger.abi import types_of
from ledger.artifacts import artifact
from ledger.events import EVENTS, Event, MalformedEvent, decode
from ledger.events._layout import layout_of
from ledger.journal import RawLog

VECTORS = json.loads((Path(__file__).parents[2] / "spec/vectors/journal.json").read_text())
REGISTRIES = ("Journal", "TrustRegistry", "CredentialRegistry", "RecognitionRegistry")
RENAMED = {"from": "origin"}


def log(event: type[Event], *values: Any) -> RawLog:
    return RawLog(bytes(20), keccak(event.SIGNATURE.encode()), encode(types_of(event.SIGNATURE), values))


def snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def test_the_events_are_those_of_the_contracts() -> None:
    compiled: dict[str, list[str]] = {}
    for name in REGISTRIES:
        for signature, entry in artifact(name).signatures("event").items():
            assert not any(each["indexed"] for each in entry["inputs"]), "a replica reads data, not topics"
            compiled[signature] = [snake(each["name"]) for each in entry["inputs"]]
    compiled.pop("AuthorityUpdated(address)")
    known = {event.SIGNATURE: list(event.__slots__) for event in EVENTS}
    assert known == {signature: [RENAMED.get(each, each) for each in names] for signature, names in compiled.items()}


def test_the_logs_of_the_vectors_decode() -> None:
    raw = [RawLog(*(bytes.fromhex(one[part][2:]) for part in ("address", "topic", "data"))) for one in VECTORS["logs"]]
    added, _, admitted, anchored = map(decode, raw)
    assert isinstance(added, events.WriterAdded)
    assert admitted == events.RegionAdmitted(1_790_000_001, 440000, "广东省", b"\xb1" * 20)
    assert isinstance(anchored, events.BatchAnchored)
    assert (anchored.count, anchored.root, anchored.operator) == (64, b"\x11" * 32, b"\xb1" * 20)


def test_an_agreement_decodes_with_its_lists() -> None:
    members = [(310000, True, False), (440000, False, True)]
    event = decode(log(events.AgreementProposed, 1, 2, 310000, b"\x07" * 32, [1, 3], 5, 0, members))
    assert event == events.AgreementProposed(1, 2, 310000, b"\x07" * 32, (1, 3), 5, 0, tuple(members))


def test_an_unknown_topic_is_no_event() -> None:
    assert decode(RawLog(bytes(20), bytes(32), b"")) is None


def test_text_that_is_not_utf_8_keeps_its_good_parts() -> None:
    values = [1, 440000, b"\xff\xfe ok", "0x" + "11" * 20]
    data = encode(["uint64", "uint32", "bytes", "address"], values)
    event = decode(RawLog(bytes(20), keccak(events.RegionAdmitted.SIGNATURE.encode()), data))
    assert isinstance(event, events.RegionAdmitted)
    assert event.name == "\ufffd\ufffd ok"


def test_a_time_beyond_all_times_fits_a_database() -> None:
    event = decode(log(events.Accredited, 1, 1, 1, 1, 0, 2**64 - 1))
    assert isinstance(event, events.Accredited)
    assert event.ends == 2**63 - 1


@pytest.mark.parametrize("octets", [0, 31, 64])
def test_data_of_another_layout_is_refused(octets: int) -> None:
    whole = log(events.RegionAdmitted, 1, 440000, "广东省", "0x" + "11" * 20)
    with pytest.raises(MalformedEvent, match="RegionAdmitted"):
        decode(RawLog(whole.address, whole.topic, whole.data[:octets]))


WORDS = st.one_of(
    st.integers(0, 255).map(lambda value: value.to_bytes(32, "big")),
    st.integers(0, 2**64).map(lambda value: value.to_bytes(32, "big")),
    st.binary(min_size=20, max_size=20).map(lambda value: value.rjust(32, b"\0")),
    st.binary(min_size=32, max_size=32),
)
NO_TEXT = [event for event in EVENTS if not {"string", "bytes"} & {*types_of(event.SIGNATURE)}]


@pytest.mark.parametrize("event", NO_TEXT, ids=lambda event: event.__name__)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_the_quick_way_to_read_words_reads_what_the_general_decoder_does(
    event: type[Event], data: st.DataObject
) -> None:
    layout = layout_of(event)
    assert (layout.words is None) == any(kind.endswith("[]") for kind in layout.declared)
    words = data.draw(st.lists(WORDS, max_size=len(layout.declared) + 1))
    octets = b"".join(words)[: data.draw(st.sampled_from([None, -1]))]
    try:
        expected = layout.build(decode_abi(layout.abi_types, octets, strict=False))
    except (DecodingError, ValueError):
        with pytest.raises(MalformedEvent):
            decode(RawLog(bytes(20), layout.topic, octets))
        return
    assert layout.decode(octets) == expected
