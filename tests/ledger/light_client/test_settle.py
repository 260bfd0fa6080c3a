"""Which block of a Clique chain is settled, and every way in which a header of it can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from eth_keys.datatypes import PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import DoesNotFollow, HeaderNotSealed, NotAdvancing, NotProven
from ledger.headers import CliqueHeader, MalformedHeader
from ledger.light_client import clique_header_of_block, depth, settle
from ledger.light_client.clique import SETTLING_ROUNDS, round_length
from tests.ledger.light_client.cliques import chain, child, sealed, signers, trusting
from tests.ledger.light_client.recorded import KEYS

SIZES = range(1, 11)
FOUR = signers(4)
TEN = chain(FOUR, [1, 2, 3, 0, 1, 2, 3, 0, 1, 2])


def settled_number(keys: list[PrivateKey], headers: list[CliqueHeader]) -> int:
    found = settle(trusting(keys), headers)
    return found.header.number if found else 0


def test_more_than_half_the_signers_twice_lie_on_top() -> None:
    assert SETTLING_ROUNDS == 2
    assert [round_length(size) for size in SIZES] == [1, 2, 2, 3, 3, 4, 4, 5, 5, 6]
    assert [depth(size) for size in SIZES] == [2, 4, 4, 6, 6, 8, 8, 10, 10, 12]


@pytest.mark.parametrize("size", SIZES)
def test_a_block_is_settled_by_the_last_of_its_depth_and_not_before(size: int) -> None:
    keys = signers(size)
    headers = chain(keys, [number % size for number in range(1, depth(size) + 2)])
    assert settle(trusting(keys), headers[:-1]) is None
    assert settled_number(keys, headers) == 1


@pytest.mark.parametrize("size", SIZES)
def test_just_more_than_half_of_the_signers_settle(size: int) -> None:
    keys, awake = signers(size), round_length(size)
    headers = chain(keys, [number % awake for number in range(depth(size) + 5)])
    assert settled_number(keys, headers) == 5


@pytest.mark.parametrize("size", SIZES[1:])
def test_half_of_the_signers_cannot_go_on(size: int) -> None:
    keys, awake = signers(size), round_length(size) - 1
    with pytest.raises(HeaderNotSealed, match="who sealed one of the"):
        settle(trusting(keys), chain(keys, [number % awake for number in range(awake + 1)]))


def rounds_on_top(by: list[int], size: int) -> int:
    """How many rounds of more than half the signers one after the other are in `by`."""
    rounds, seen = 0, set[int]()
    for signer in by:
        seen.add(signer)
        if 2 * len(seen) > size:
            rounds, seen = rounds + 1, set()
    return rounds


@settings(max_examples=60, deadline=None)
@given(data=st.data(), size=st.integers(1, 7))
def test_settled_is_what_has_two_rounds_on_top(data: st.DataObject, size: int) -> None:
    """The rule as it is told, by counting signers, and the depth that it comes to."""
    by: list[int] = []
    for _ in range(data.draw(st.integers(0, 2 * depth(size)))):
        recent = by[-(round_length(size) - 1) :] if round_length(size) > 1 else []
        by.append(data.draw(st.sampled_from([one for one in range(size) if one not in recent])))
    expected = max((number for number in range(1, len(by) + 1) if rounds_on_top(by[number:], size) >= 2), default=0)
    assert settled_number(signers(size), chain(signers(size), by)) == expected


def test_the_weights_are_the_sums_of_the_difficulties() -> None:
    headers = chain(FOUR, [1, 2, 3, 1, 2, 3, 1, 2])  # signer 0 is down
    found = settle(trusting(FOUR), headers)
    assert found is not None
    assert found.header.number == 2
    assert found.weight == sum(header.difficulty for header in headers[:2]) == 4
    assert found.tip_weight == sum(header.difficulty for header in headers) == 11


def test_settling_in_two_goes_is_settling_in_one() -> None:
    whole, first = settle(trusting(FOUR), TEN), settle(trusting(FOUR), TEN[:8])
    assert whole is not None
    assert first is not None
    rest = settle(first.header.trusted, TEN[first.header.number :])
    assert rest is not None
    assert rest.header == whole.header
    assert (first.weight + rest.weight, first.weight + rest.tip_weight) == (whole.weight, whole.tip_weight)


def test_the_order_of_the_signers_in_the_network_file_does_not_matter() -> None:
    assert settle(replace(trusting(FOUR[::-1])), TEN) is not None


def third(signer: int, **changes: object) -> CliqueHeader:
    return child(TEN[1], FOUR, signer, **changes)


THIRDS: dict[str, tuple[CliqueHeader, type[NotProven]]] = {
    "a stranger's as if in turn": (sealed(replace(third(3), extra_data=bytes(32)), KEYS[9]), HeaderNotSealed),
    "a stranger's out of turn": (sealed(replace(third(0), extra_data=bytes(32)), KEYS[9]), HeaderNotSealed),
    "by who sealed the one before": (third(2), HeaderNotSealed),
    "by who sealed the one before that": (third(1), HeaderNotSealed),
    "out of turn, but as heavy as in turn": (third(0, difficulty=2), HeaderNotSealed),
    "in turn, but light": (third(3, difficulty=1), HeaderNotSealed),
    "of no weight": (third(3, difficulty=0), HeaderNotSealed),
    "heavier than all": (third(3, difficulty=2**64), HeaderNotSealed),
    "of a mix hash": (third(3, mix_hash=b"\1" * 32), HeaderNotSealed),
    "as late as the one before": (third(3, timestamp=TEN[1].timestamp), NotAdvancing),
    "earlier than the one before": (third(3, timestamp=TEN[0].timestamp), NotAdvancing),
    "of another parent": (third(3, parent_hash=TEN[0].hash), DoesNotFollow),
    "of another number": (third(3, number=4), DoesNotFollow),
}


@pytest.mark.parametrize(("header", "error"), THIRDS.values(), ids=THIRDS)
def test_a_header_is_refused_that_is(header: CliqueHeader, error: type[NotProven]) -> None:
    assert settle(trusting(FOUR), [*TEN[:2], third(3)]) is None
    with pytest.raises(error):
        settle(trusting(FOUR), [*TEN[:2], header])


GAPS: dict[str, tuple[Callable[[], list[CliqueHeader]], int]] = {
    "the first is missing": (lambda: TEN[1:], 1),
    "one is missing": (lambda: [*TEN[:4], *TEN[5:]], 5),
    "one is twice there": (lambda: [*TEN[:4], TEN[3], *TEN[4:]], 5),
    "two are exchanged": (lambda: [*TEN[:4], TEN[5], TEN[4], *TEN[6:]], 5),
    "they go backwards": (lambda: TEN[::-1], 1),
    "another branch's rest": (lambda: [*TEN[:4], *chain(FOUR, [2, 3, 0], child(TEN[3], FOUR, 1, timestamp=2**32))], 5),
}


@pytest.mark.parametrize(("headers", "number"), GAPS.values(), ids=GAPS)
def test_what_does_not_follow_says_at_which_number(headers: Callable[[], list[CliqueHeader]], number: int) -> None:
    with pytest.raises(DoesNotFollow) as refused:
        settle(trusting(FOUR), headers())
    assert refused.value.number == number


def test_what_does_not_follow_is_found_before_any_seal_is_looked_at() -> None:
    """The replica then looks for a common ancestor; a bad seal behind the gap is not its concern yet."""
    with pytest.raises(DoesNotFollow):
        settle(trusting(FOUR), [replace(TEN[0], parent_hash=bytes(32)), *TEN[1:]])


@pytest.mark.parametrize("change", [0x01, 0x80, 0x1B, 0xFF])
def test_any_octet_of_the_newest_header_changed_is_refused(change: int) -> None:
    """The ones before are held by the hashes in those after them; the newest is held by its seal alone."""
    genuine = TEN[9].encode()
    for place in range(len(genuine)):
        octets = bytearray(genuine)
        octets[place] ^= change
        with pytest.raises((NotProven, MalformedHeader)):
            settle(trusting(FOUR), [*TEN[:9], CliqueHeader.decode(bytes(octets))])


def test_any_octet_of_an_earlier_header_changed_is_refused() -> None:
    genuine = TEN[4].encode()
    for place in range(len(genuine)):
        octets = bytearray(genuine)
        octets[place] ^= 0x01
        with pytest.raises((NotProven, MalformedHeader)):
            settle(trusting(FOUR), [*TEN[:4], CliqueHeader.decode(bytes(octets)), *TEN[5:]])


def test_signers_listed_at_an_epoch_must_be_the_trusted() -> None:
    listed = b"".join(key.public_key.to_canonical_address() for key in FOUR)
    settle(trusting(FOUR), [child(None, FOUR, 1, extra_data=bytes(32) + listed)])
    for other in (listed[:60], listed[20:] + listed[:20], listed + bytes(20)):
        with pytest.raises(HeaderNotSealed, match="lists other signers"):
            settle(trusting(FOUR), [child(None, FOUR, 1, extra_data=bytes(32) + other)])


@pytest.mark.parametrize("extra", [b"", bytes(64), bytes(96), bytes(98), bytes(116)])
def test_extra_data_of_another_form_has_no_signer(extra: bytes) -> None:
    with pytest.raises(HeaderNotSealed, match="malformed header"):
        settle(trusting(FOUR), [replace(TEN[0], extra_data=extra)])


def test_a_block_object_must_state_its_hash() -> None:
    header = TEN[0]
    names = ("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom")
    numbers = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp")
    items = header.fields()
    block = {name: "0x" + item.hex() for name, item in zip(names, items, strict=False)}
    block |= {name: hex(int.from_bytes(item, "big")) for name, item in zip(numbers, items[7:], strict=False)}
    block |= {
        name: "0x" + item.hex() for name, item in zip(("extraData", "mixHash", "nonce"), items[12:], strict=False)
    }
    assert clique_header_of_block({**block, "hash": "0x" + header.hash.hex()}) == header
    with pytest.raises(HeaderNotSealed, match="hashes to"):
        clique_header_of_block({**block, "hash": "0x" + bytes(32).hex()})
    with pytest.raises(HeaderNotSealed, match="without its hash"):
        clique_header_of_block(block)
