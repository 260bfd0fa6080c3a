"""The light client against a live network's headers: in order, by jumps, and with any octet of them changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.errors import HeaderNotSealed, NotAdvancing, NotProven, TooFewTrusted
from ledger.headers import Header, header_from_json, parse_extra, seal_digest, signers
from ledger.light_client import check_header, header_of_block, header_of_octets, is_contradiction, reach
from tests.ledger.light_client.recorded import BLOCKS, GENESIS, HEADERS, VECTORS, in_order, named_by, trusted_at

JOINS, LEAVES = 13, 38
"""Where the recorded network changes from four validators to five, and back."""


def test_all_hold_in_order() -> None:
    checked = in_order()
    assert [each.number for each in checked] == list(range(1, 43))
    assert [each.hash.hex() for each in checked] == [block["hash"][2:] for block in BLOCKS[1:]]
    assert [each.state_root.hex() for each in checked] == [block["stateRoot"][2:] for block in BLOCKS[1:]]
    assert {len(each.validators) for each in checked} == {4, 5}


def test_higher_rounds_are_among_them() -> None:
    assert {parse_extra(header.extra_data).round for header in HEADERS[1:]} == {0, 1, 2}


@pytest.mark.parametrize("start", [0, 1, 12, 13, 20, 37])
def test_any_later_one_is_reached_in_one_step(start: int) -> None:
    trusted = trusted_at(start) if start else GENESIS
    for header in HEADERS[start + 1 :]:
        assert check_header(header, trusted).number == header.number


def test_the_set_shrinks_with_three_seals_of_the_old_five() -> None:
    """ceil(2N/3) of the old set would be four: a genuine header would be refused."""
    before, header = trusted_at(LEAVES - 1), HEADERS[LEAVES]
    assert len(before.validators) == 5
    assert len(named_by(header)) == 4
    assert len(signers(header.fields())) == 3
    assert set(signers(header.fields())) <= set(before.validators)
    assert check_header(header, before).validators == named_by(header)


def test_the_example_in_the_specification_is_this_header() -> None:
    text, header = (VECTORS.parent / "headers.md").read_text(), HEADERS[LEAVES]
    assert f"0x{seal_digest(header.fields()).hex()}`" in text
    assert f"0x{header.hash.hex()}`" in text
    assert f"{LEAVES}, {header.timestamp}: both later" in text
    short = [f"`0x{each.hex()[:4]}…{each.hex()[-4:]}`" for each in signers(header.fields())]
    assert f"| sealed by | {', '.join(short)}: three" in text


def test_none_is_asked_for_in_between() -> None:
    def never(number: int) -> Header:
        raise AssertionError(number)

    assert [each.number for each in reach(GENESIS, HEADERS[42], never)] == [42]


@pytest.mark.parametrize("number", [2, JOINS, LEAVES, 42])
def test_the_one_before_is_refused_afterwards(number: int) -> None:
    with pytest.raises(NotAdvancing):
        check_header(HEADERS[number - 1], trusted_at(number))


def test_the_genesis_is_not_sealed() -> None:
    with pytest.raises(HeaderNotSealed, match="0 seals, 3 are needed"):
        check_header(HEADERS[0], GENESIS)


@pytest.mark.parametrize("number", [7, 16])
def test_none_contradicts_another(number: int) -> None:
    ours, validators = HEADERS[number].encode(), named_by(HEADERS[number])
    assert not any(is_contradiction(ours, other.encode(), validators) for other in HEADERS[1:20])


def accepted(octets: bytes, trusted: Any) -> bool:
    try:
        check_header(header_of_octets(octets), trusted)
    except NotProven:
        return False
    return True


@pytest.mark.parametrize(("number", "change"), [(16, 0x01), (LEAVES, 0x80), (LEAVES, 0xFF), (1, 0x1B)])
def test_any_octet_of_the_rlp_changed_is_refused(number: int, change: int) -> None:
    """Seals, round, validators and every field, with the set that the header itself names trusted, which is most."""
    genuine, trusted = HEADERS[number].encode(), replace(trusted_at(number), number=number - 1, time=0)
    assert accepted(genuine, trusted)
    for place in range(len(genuine)):
        changed = bytearray(genuine)
        changed[place] ^= change
        assert not accepted(bytes(changed), trusted), place


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, len(HEADERS)))
def test_in_no_recorded_header_can_an_octet_be_changed(number: int) -> None:
    """Every header, every octet; which other value it gets differs from place to place."""
    genuine, trusted = HEADERS[number].encode(), replace(trusted_at(number), number=number - 1, time=0)
    for place in range(len(genuine)):
        changed = bytearray(genuine)
        changed[place] ^= 1 + (37 * place + number) % 255
        assert not accepted(bytes(changed), trusted), place


@pytest.mark.slow
def test_no_octet_of_a_recorded_header_can_have_any_other_value() -> None:
    """Where the set shrinks: all 255 other values at each of its places."""
    genuine, trusted = HEADERS[LEAVES].encode(), replace(trusted_at(LEAVES), number=LEAVES - 1, time=0)
    assert accepted(genuine, trusted)
    for place, octet in enumerate(genuine):
        for other in range(256):
            if other != octet:
                changed = genuine[:place] + bytes([other]) + genuine[place + 1 :]
                assert not accepted(changed, trusted), (place, other)


def test_the_last_octet_of_a_seal_has_one_value() -> None:
    """Recovery ids 27 and 28 name the same keys as 0 and 1: they would be a second form of the same seal."""
    header = HEADERS[7]
    extra = parse_extra(header.extra_data)
    for value in range(256):
        first = extra.seals[0][:64] + bytes([value])
        changed = replace(header, extra_data=replace(extra, seals=(first, *extra.seals[1:])).encode())
        assert accepted(changed.encode(), trusted_at(6)) is (value == extra.seals[0][64])


@pytest.mark.parametrize("cut", [1, 2, 66, 300, 898])
def test_a_cut_one_is_refused(cut: int) -> None:
    assert not accepted(HEADERS[7].encode()[:-cut], trusted_at(6))


MEMBERS = ["parentHash", "stateRoot", "receiptsRoot", "transactionsRoot", "logsBloom", "miner", "timestamp", "gasLimit"]


@pytest.mark.parametrize("member", MEMBERS)
def test_a_changed_block_object_is_refused_with_its_old_hash_and_with_its_new(member: str) -> None:
    block = dict(BLOCKS[7])
    block[member] = block[member][:-1] + ("1" if block[member][-1] != "1" else "2")
    with pytest.raises(HeaderNotSealed, match="hashes to"):
        header_of_block(block)
    block["hash"] = "0x" + header_from_json(block).hash.hex()
    with pytest.raises(HeaderNotSealed):
        check_header(header_of_block(block), trusted_at(6))


@pytest.mark.parametrize("missing", ["hash", "stateRoot", "extraData", "number"])
def test_a_block_object_without_a_member_is_refused(missing: str) -> None:
    with pytest.raises(HeaderNotSealed):
        header_of_block({name: value for name, value in BLOCKS[7].items() if name != missing})


def test_who_trusts_others_refuses() -> None:
    others = tuple(bytes([number]) * 20 for number in range(4))
    with pytest.raises(TooFewTrusted, match="sealed by 0 of the 4 validators trusted before"):
        check_header(HEADERS[7], replace(trusted_at(6), validators=others))
