"""How far one step carries, and what lies in between where it does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from eth_keys.datatypes import PrivateKey

from ledger.errors import ContradictoryHeaders, HeaderNotSealed, NodeUnavailable, NotAdvancing, TooFewTrusted
from ledger.headers import Header
from ledger.light_client import MAX_FETCHED, SealedHeader, check_header, quorum, reach
from tests.ledger.light_client.recorded import KEYS, addresses, forged, trusting

STRANGER = [PrivateKey(b"\x77" * 32)]


class Chain:
    """A network whose set changes: `named_at` says who is named; just the quorum seals. Counts what is asked for."""

    def __init__(self, named_at: Callable[[int], list[PrivateKey]]) -> None:
        self.named_at = named_at
        self.asked: list[int] = []

    def __call__(self, number: int) -> Header:
        self.asked.append(number)
        return self.header(number)

    def header(self, number: int) -> Header:
        named = self.named_at(number)
        return forged(number, named, named[-quorum(len(named)) :])


def one_every(blocks: int, size: int = 4) -> Callable[[int], list[PrivateKey]]:
    """One of `size` validators leaves for ever, and a new one joins, after so many blocks each."""

    def named(number: int) -> list[PrivateKey]:
        first = number // blocks + 1
        return [PrivateKey((first + place).to_bytes(32, "big")) for place in range(size)]

    return named


def numbers(path: tuple[SealedHeader, ...]) -> list[int]:
    return [each.number for each in path]


def test_a_set_that_stays_takes_one_step() -> None:
    chain = Chain(lambda number: KEYS[:4])
    assert numbers(reach(trusting(KEYS[:4]), chain.header(5_000_000), chain)) == [5_000_000]
    assert chain.asked == []


def test_the_next_block_takes_one_step() -> None:
    chain = Chain(one_every(1))
    assert numbers(reach(trusting(chain.named_at(0)), chain.header(1), chain)) == [1]
    assert chain.asked == []


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_small_set_that_is_exchanged_whole_is_not_crossed(size: int) -> None:
    chain = Chain(lambda number: KEYS[:size] if number < 50 else KEYS[10 : 10 + size])
    with pytest.raises(TooFewTrusted):
        reach(trusting(KEYS[:size]), chain.header(80), chain)
    assert 49 in chain.asked


@pytest.mark.parametrize("size", [4, 5, 7, 10])
@pytest.mark.parametrize("distance", [37, 2_000, 1_000_003])
def test_a_set_exchanged_one_by_one_is_crossed(size: int, distance: int) -> None:
    changes = 12
    chain = Chain(one_every(distance // changes, size))
    path = reach(trusting(chain.named_at(0)), chain.header(distance), chain)
    assert numbers(path)[-1] == distance
    assert numbers(path) == sorted(set(numbers(path)))
    assert path[-1].validators == addresses(chain.named_at(distance))
    assert len(chain.asked) <= MAX_FETCHED
    trusted = trusting(chain.named_at(0))
    for step in path:
        trusted = check_header(chain.header(step.number), trusted).trusted


def test_each_header_is_asked_for_once() -> None:
    chain = Chain(one_every(100))
    reach(trusting(chain.named_at(0)), chain.header(1_200), chain)
    assert len(chain.asked) == len(set(chain.asked))


def test_a_whole_new_set_at_once_is_refused_at_the_block_where_it_came() -> None:
    chain = Chain(lambda number: KEYS[:4] if number < 700 else KEYS[10:14])
    with pytest.raises(TooFewTrusted, match="header 700 "):
        reach(trusting(KEYS[:4]), chain.header(1_000), chain)
    assert len(chain.asked) <= 20


def test_a_stranger_who_makes_up_everything_in_between_gets_nowhere() -> None:
    chain = Chain(lambda number: STRANGER)
    with pytest.raises(TooFewTrusted):
        reach(trusting(KEYS[:4]), chain.header(2**63), chain)
    assert len(chain.asked) <= MAX_FETCHED


def test_what_is_asked_for_is_bounded() -> None:
    """So many changes, so evenly spread, that every block would have to be looked at."""
    chain = Chain(one_every(1))
    with pytest.raises(TooFewTrusted):
        reach(trusting(chain.named_at(0)), chain.header(10_000), chain)
    assert len(chain.asked) == MAX_FETCHED


def test_another_header_than_asked_for_is_refused() -> None:
    chain = Chain(one_every(10))
    with pytest.raises(HeaderNotSealed, match="header 60 was asked for, 59 came"):
        reach(trusting(chain.named_at(0)), chain.header(120), lambda number: chain.header(number - 1))


def test_headers_in_between_have_to_be_in_order_of_time() -> None:
    chain = Chain(one_every(10))

    def late(number: int) -> Header:
        named = chain.named_at(number)
        return forged(number, named, named, timestamp=chain.header(120).timestamp)

    with pytest.raises(NotAdvancing):
        reach(trusting(chain.named_at(0)), chain.header(120), late)


def test_what_the_source_raises_is_raised() -> None:
    def gone(number: int) -> Header:
        raise NodeUnavailable("gone")

    chain = Chain(one_every(10))
    with pytest.raises(NodeUnavailable):
        reach(trusting(chain.named_at(0)), chain.header(120), gone)


def test_the_trusted_block_is_its_own_path() -> None:
    chain = Chain(lambda number: KEYS[:4])
    trusted = check_header(chain.header(7), trusting(KEYS[:4])).trusted
    assert numbers(reach(trusted, chain.header(7), chain)) == [7]


def test_another_block_of_the_trusted_number_is_a_contradiction() -> None:
    chain = Chain(lambda number: KEYS[:4])
    trusted = check_header(chain.header(7), trusting(KEYS[:4])).trusted
    with pytest.raises(ContradictoryHeaders):
        reach(trusted, forged(7, KEYS[:4], KEYS[:4], state_root=bytes(32)), chain)
