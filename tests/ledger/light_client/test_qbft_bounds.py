"""Every bound of the QBFT rules, probed with forged headers of 1 to 10 validators."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_keys.datatypes import PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import (
    CheckpointTooOld,
    ContradictoryHeaders,
    HeaderNotSealed,
    NotAdvancing,
    NotProven,
    TooFewTrusted,
)
from ledger.headers import seal
from ledger.light_client import (
    TRUSTING_DAYS,
    Trusted,
    check_header,
    is_contradiction,
    needed_of_trusted,
    quorum,
    require_recent,
)
from ledger.network_file import MAX_VALIDATORS
from tests.ledger.light_client.recorded import HEADERS, KEYS, addresses, forged, trusting

SIZES = range(1, 11)
STRANGER = KEYS[19]
each_size = pytest.mark.parametrize("size", SIZES)


def test_the_quorum_is_two_thirds_rounded_up() -> None:
    assert [quorum(size) for size in SIZES] == [1, 2, 2, 3, 4, 4, 5, 6, 6, 7]


def test_more_than_a_third_of_the_trusted_are_needed() -> None:
    assert [needed_of_trusted(size) for size in SIZES] == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4]


@each_size
def test_the_quorum_is_enough(size: int) -> None:
    keys = KEYS[:size]
    assert check_header(forged(1, keys, keys[-quorum(size) :]), trusting(keys)).validators == addresses(keys)


@each_size
def test_one_seal_short_is_refused(size: int) -> None:
    with pytest.raises(HeaderNotSealed, match=f"{quorum(size) - 1} seals, {quorum(size)} are needed"):
        check_header(forged(1, KEYS[:size], KEYS[: quorum(size) - 1]), trusting(KEYS[:size]))


@each_size
def test_a_strangers_seal_does_not_count(size: int) -> None:
    header = forged(1, KEYS[:size], [*KEYS[: quorum(size) - 1], STRANGER])
    with pytest.raises(HeaderNotSealed, match="who do not validate"):
        check_header(header, trusting(KEYS[:size]))


@each_size
def test_the_same_seal_twice_does_not_count(size: int) -> None:
    sealers = [KEYS[0], *KEYS[: quorum(size) - 1]] if size > 1 else [KEYS[0], KEYS[0]]
    with pytest.raises(HeaderNotSealed, match=r"two seals by one validator|more than its"):
        check_header(forged(1, KEYS[:size], sealers), trusting(KEYS[:size]))


@each_size
def test_more_seals_than_validators_are_refused_before_any_is_recovered(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = forged(1, KEYS[:size], [*KEYS[:size], KEYS[0]])
    monkeypatch.delattr("ledger.light_client.qbft.signers")
    with pytest.raises(HeaderNotSealed, match=f"{size + 1} seals, more than its {size} validators"):
        check_header(header, trusting(KEYS[:size]))


@each_size
def test_just_enough_of_the_trusted_carry_a_new_set(size: int) -> None:
    old, needed = KEYS[:size], needed_of_trusted(size)
    new = [*old[:needed], *KEYS[10 : 20 - needed]]
    assert check_header(forged(1, new, new), trusting(old)).validators == addresses(new)


@each_size
def test_one_of_the_trusted_fewer_does_not(size: int) -> None:
    old, enough = KEYS[:size], needed_of_trusted(size) - 1
    new = [*old[:enough], *KEYS[10 : 20 - enough]]
    with pytest.raises(TooFewTrusted, match=f"sealed by {enough} of the {size} validators trusted before"):
        check_header(forged(1, new, new), trusting(old))


@each_size
def test_to_name_the_trusted_is_not_to_have_their_seals(size: int) -> None:
    """The trusted are all in the new set; so many join that these reach the quorum without them."""
    old, joined = KEYS[:size], [PrivateKey(bytes([99]) + bytes([number]) * 31) for number in range(1, 2 * size + 1)]
    with pytest.raises(TooFewTrusted):
        check_header(forged(1, [*old, *joined], joined), trusting(old))


@each_size
def test_the_old_set_cannot_take_over_again(size: int) -> None:
    old, new = KEYS[:size], KEYS[size : 2 * size]
    with pytest.raises(TooFewTrusted):
        check_header(forged(1, old, old), trusting(new))
    with pytest.raises(HeaderNotSealed, match="who do not validate"):
        check_header(forged(1, new, old), trusting(new))


@each_size
def test_the_newer_set_is_trusted_from_there_on(size: int) -> None:
    """Those that left do not count any more, though they were in the checkpoint's set."""
    old, new = KEYS[:size], [*KEYS[: needed_of_trusted(size)], *KEYS[10:15]]
    trusted = check_header(forged(1, new, new), trusting(old)).trusted
    assert trusted.validators == addresses(new)
    assert check_header(forged(2, new, new), trusted).number == 2
    if needed_of_trusted(size) < needed_of_trusted(len(new)):
        with pytest.raises(TooFewTrusted):
            check_header(forged(2, old, old), trusted)


@each_size
def test_two_headers_of_one_number_are_kept_as_evidence(size: int) -> None:
    keys = KEYS[:size]
    first = check_header(forged(5, keys, keys), trusting(keys))
    second = forged(5, keys, keys[: quorum(size)], state_root=bytes(32))
    with pytest.raises(ContradictoryHeaders) as refused:
        check_header(second, first.trusted)
    assert (refused.value.number, refused.value.first) == (5, first.octets)
    assert refused.value.second == second.encode()
    assert is_contradiction(first.octets, second.encode(), addresses(keys))
    with pytest.raises(NotAdvancing):
        check_header(second, replace(first.trusted, octets=None))


@each_size
def test_a_second_header_one_seal_short_is_no_evidence(size: int) -> None:
    keys = KEYS[:size]
    first = check_header(forged(5, keys, keys), trusting(keys))
    second = forged(5, keys, keys[: quorum(size) - 1], state_root=bytes(32))
    with pytest.raises(HeaderNotSealed):
        check_header(second, first.trusted)
    assert not is_contradiction(first.octets, second.encode(), addresses(keys))


@each_size
def test_the_trusted_block_itself_is_accepted_again(size: int) -> None:
    keys = KEYS[:size]
    first = check_header(forged(5, keys, keys), trusting(keys))
    again = seal(forged(5, keys, keys), tuple(keys[-quorum(size) :]))
    assert check_header(again, first.trusted).hash == first.hash


@each_size
def test_number_and_time_must_advance(size: int) -> None:
    keys, at = KEYS[:size], trusting(KEYS[:size], 5)
    assert check_header(forged(6, keys, keys, timestamp=at.time + 1), at).number == 6
    for number, time in ((6, at.time), (6, at.time - 1), (4, at.time + 1)):
        with pytest.raises(NotAdvancing):
            check_header(forged(number, keys, keys, timestamp=time), at)


@each_size
def test_a_checkpoint_too_old_leads_nowhere(size: int) -> None:
    """However well a header is sealed: who has left could sell the keys."""
    keys = KEYS[:size]
    at, later = trusting(keys, 5), trusting(keys, 5).time + TRUSTING_DAYS * 86_400
    assert check_header(forged(6, keys, keys, timestamp=later), at).number == 6
    require_recent(at, later)
    with pytest.raises(CheckpointTooOld, match="get a new network file"):
        require_recent(at, later + 1)


def test_a_hundred_validators_are_the_most() -> None:
    some = [PrivateKey(number.to_bytes(32, "big")) for number in range(1, MAX_VALIDATORS + 2)]
    assert check_header(forged(1, some[:-1], some[:67]), trusting(some[:-1])).number == 1
    with pytest.raises(HeaderNotSealed, match="names 101 validators"):
        check_header(forged(1, some, some), trusting(some))


def test_nobody_validates_nothing() -> None:
    for sealers in ([], KEYS[:4]):
        with pytest.raises(HeaderNotSealed, match="names 0 validators"):
            check_header(forged(1, [], sealers), trusting(KEYS[:4]))


def test_a_validator_named_twice_is_refused() -> None:
    with pytest.raises(HeaderNotSealed, match="names a validator twice"):
        check_header(forged(1, [*KEYS[:4], KEYS[0]], KEYS[:4]), trusting(KEYS[:4]))


def test_a_header_that_is_not_of_qbft_is_refused() -> None:
    with pytest.raises(HeaderNotSealed, match="not a QBFT header"):
        check_header(forged(1, KEYS[:1], KEYS[:1], mix_hash=bytes(32)), trusting(KEYS[:1]))


def test_extra_data_that_is_no_list_of_five_is_refused() -> None:
    header = replace(HEADERS[7], extra_data=bytes(97))
    with pytest.raises(HeaderNotSealed, match="malformed header"):
        check_header(header, trusting(KEYS[:1]))


@pytest.mark.parametrize("validators", [(), (b"\1" * 20, b"\1" * 20)])
def test_nobody_can_be_trusted_without_validators_or_with_one_twice(validators: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="validators"):
        Trusted(0, bytes(32), 0, validators)


keys_in = st.lists(st.sampled_from(KEYS[:10]), max_size=10, unique=True)


@settings(max_examples=150, deadline=None)
@given(old=st.lists(st.sampled_from(KEYS[:10]), min_size=1, max_size=10, unique=True), named=keys_in, sealers=keys_in)
def test_accepted_is_what_the_two_thirds_and_the_third_allow(
    old: list[PrivateKey], named: list[PrivateKey], sealers: list[PrivateKey]
) -> None:
    """The rules once more, as sets."""
    strangers = set(sealers) - set(named)
    enough = 3 * len(sealers) >= 2 * len(named) > 0
    carried = 3 * len(set(sealers) & set(old)) > len(old) - 1
    try:
        check_header(forged(1, named, sealers), trusting(old))
    except NotProven:
        assert strangers or not enough or not carried
    else:
        assert enough
        assert carried
        assert not strangers
