"""The header code against headers recorded from a live QBFT network, and against every single-octet change of one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_keys.datatypes import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.headers import (
    BlockHeader,
    CliqueHeader,
    Extra,
    Header,
    MalformedHeader,
    block_hash,
    header_from_json,
    parse_extra,
    seal,
    seals,
    signers,
)
from ledger.headers.layout import MAX_HEADER_OCTETS

VECTORS = json.loads((Path(__file__).parents[2] / "spec/vectors/qbft-headers.json").read_text())
BLOCKS: list[dict[str, Any]] = VECTORS["headers"]
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

octets_of_20 = st.binary(min_size=20, max_size=20)
extras = st.builds(
    Extra,
    vanity=st.binary(min_size=32, max_size=32),
    validators=st.lists(octets_of_20, max_size=6).map(tuple),
    vote=st.sampled_from([(), (b"\1" * 20, b"\xff"), (b"\1" * 20, b"")]),
    round=st.integers(0, 2**32),
    seals=st.lists(st.binary(min_size=65, max_size=65), max_size=5).map(tuple),
)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: str(int(block["number"], 16)))
def test_recorded_header_has_its_recorded_hash(block: dict[str, Any]) -> None:
    assert header_from_json(block).hash == bytes.fromhex(block["hash"][2:])


@pytest.mark.parametrize("block", BLOCKS[1::6], ids=lambda block: str(int(block["number"], 16)))
def test_recorded_seals_are_by_distinct_validators(block: dict[str, Any]) -> None:
    header = header_from_json(block)
    signed = signers(header.fields())
    assert len(signed) >= 3
    assert len(set(signed)) == len(signed)
    assert set(signed) <= set(parse_extra(header.extra_data).validators)


def test_vectors_hold_headers_of_a_round_above_zero() -> None:
    assert {parse_extra(header_from_json(block).extra_data).round for block in BLOCKS} == {0, 1, 2}


@given(extra=extras)
def test_extra_data_encodes_and_parses_back(extra: Extra) -> None:
    assert parse_extra(extra.encode()) == extra


@given(extra=extras, other=extras)
def test_block_hash_covers_neither_round_nor_seals(extra: Extra, other: Extra) -> None:
    header = header_from_json(BLOCKS[3])
    one = replace(header, extra_data=extra.encode())
    same = replace(header, extra_data=replace(extra, round=other.round, seals=other.seals).encode())
    assert block_hash(one.fields()) == block_hash(same.fields())


@given(data=st.data())
def test_any_changed_octet_is_malformed_or_changes_hash_or_seals(data: st.DataObject) -> None:
    genuine = header_from_json(BLOCKS[20])
    octets = bytearray(genuine.encode())
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        changed = Header.decode(bytes(octets))
        sealed, hashed = seals(changed.fields()), changed.hash
    except MalformedHeader:
        return
    extra = parse_extra(genuine.extra_data)
    assert hashed != genuine.hash or sealed != extra.seals or parse_extra(changed.extra_data).round != extra.round


def test_own_seal_recovers_to_own_address() -> None:
    key = PrivateKey(b"\x07" * 32)
    sealed = seal(header_from_json(BLOCKS[3]), (key,))
    assert signers(sealed.fields()) == (key.public_key.to_canonical_address(),)
    assert sealed.hash == header_from_json(BLOCKS[3]).hash


def test_high_s_seal_is_refused() -> None:
    header = header_from_json(BLOCKS[3])
    extra = parse_extra(header.extra_data)
    first = extra.seals[0]
    high = (ORDER - int.from_bytes(first[32:64], "big")).to_bytes(32, "big")
    mirrored = first[:32] + high + bytes([first[64] ^ 1])
    bad = replace(header, extra_data=replace(extra, seals=(mirrored,)).encode())
    with pytest.raises(MalformedHeader, match="high s"):
        signers(bad.fields())


@pytest.mark.parametrize("recovery", [2, 3, 27, 28, 255])
def test_a_seal_with_another_recovery_id_is_refused(recovery: int) -> None:
    header = header_from_json(BLOCKS[3])
    extra = parse_extra(header.extra_data)
    other = extra.seals[0][:64] + bytes([recovery])
    with pytest.raises(MalformedHeader, match=f"recovery id {recovery}"):
        signers(replace(header, extra_data=replace(extra, seals=(other,)).encode()).fields())


@pytest.mark.parametrize("block", BLOCKS[::7], ids=lambda block: str(int(block["number"], 16)))
def test_a_header_decodes_to_what_encodes_to_the_same_octets(block: dict[str, Any]) -> None:
    octets = header_from_json(block).encode()
    assert Header.decode(octets) == header_from_json(block)
    assert CliqueHeader.decode(octets).encode() == octets


NO_HEADERS = {
    "nothing": b"",
    "a text": b"\x80",
    "an empty list": b"\xc0",
    "a list of lists": rlp.encode([[b""] * 15] * 15),
    "fields of no length": rlp.encode([b""] * 15),
    "lists without end": bytes([0xC1]) * 3_000 + b"\xc0",
    "an octet more": header_from_json(BLOCKS[3]).encode() + b"\0",
    "an octet less": header_from_json(BLOCKS[3]).encode()[:-1],
    "too many fields": rlp.encode([*header_from_json(BLOCKS[3]).fields(), *[b"\1" * 32] * 7]),
    "too large": rlp.encode([*header_from_json(BLOCKS[3]).fields()[:12], bytes(MAX_HEADER_OCTETS), b"", b""]),
}


@pytest.mark.parametrize("octets", NO_HEADERS.values(), ids=NO_HEADERS)
@pytest.mark.parametrize("kind", [Header, CliqueHeader])
def test_what_is_no_header_is_a_typed_error(kind: type[BlockHeader], octets: bytes) -> None:
    with pytest.raises(MalformedHeader):
        kind.decode(octets)


@pytest.mark.parametrize("octets", [b"", b"\xc0", b"\xff" * 40, b"\x80", bytes(70_000)])
def test_hostile_extra_data_is_a_typed_error(octets: bytes) -> None:
    with pytest.raises(MalformedHeader):
        parse_extra(octets)


@pytest.mark.parametrize("change", [{"number": "12"}, {"number": None}, {"stateRoot": "0xzz"}, {"miner": "0x01"}])
def test_garbled_block_object_is_a_typed_error(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedHeader):
        header_from_json({**BLOCKS[3], **change})
