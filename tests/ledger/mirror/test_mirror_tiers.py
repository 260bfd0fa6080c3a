"""How many files a mirror has, and how many of them a window fetches, however long it was off."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import PackGap
from ledger.mirror.manifest import MAX_PACKS, Listed
from ledger.mirror.tiers import FAN, TIP_EVENTS, chain, cheapest, still_kept, tier_of, to_merge

HEADER_OCTETS, EVENT_OCTETS = 1_500, 12


def pack(start: int, end: int, block: int = 0) -> Listed:
    digest = f"{start:032x}{end:032x}"
    return Listed(f"packs/{digest}.pack", HEADER_OCTETS + EVENT_OCTETS * (end - start), start, end, block, block)


def mirrored(rounds: list[int]) -> tuple[list[Listed], Listed]:
    """What a mirror lists after rounds with so many new events each, as `MirrorFolder` does; and the tip."""
    kept: list[Listed] = []
    end, tip = 0, pack(0, 0)
    for block, events in enumerate(rounds):
        end += events
        settled = [each for each in kept if each.events >= TIP_EVENTS]
        whole = chain(settled)
        tip = pack(whole[-1].end if whole else 0, end, block)
        if tip.events >= TIP_EVENTS:
            whole.append(tip)
        merged = []
        while group := to_merge(whole):
            whole[-len(group) :] = [pack(group[0].start, group[-1].end, block)]
            merged.append(whole[-1])
        kept = [each for each in still_kept([*settled, *merged], whole) if each != tip]
        kept.append(tip)
    return kept, tip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 5, 100, 255, 256, 257, 1_000, 5_000]), min_size=1, max_size=200), st.data())
def test_from_anywhere_the_chosen_packs_lead_to_the_newest_event(rounds: list[int], data: st.DataObject) -> None:
    packs, tip = mirrored(rounds)
    known = data.draw(st.integers(0, tip.end))
    chosen, at = cheapest(packs, known), known
    for each in chosen:
        assert each.start <= at
        at = max(at, each.end)
    assert at == tip.end == sum(rounds)
    assert chosen[-1] == tip


def test_a_window_off_for_a_week_fetches_a_handful_of_small_files() -> None:
    """A year of 3,000 events a day, a round every two hours."""
    packs, tip = mirrored([250] * 12 * 365)
    week = 7 * 3_000
    for known in range(tip.end - 2 * week, tip.end - week, 997):
        chosen = cheapest(packs, known)
        assert len(chosen) <= 10
        assert sum(each.octets for each in chosen) < 2 * EVENT_OCTETS * (tip.end - known)
    assert len(packs) < MAX_PACKS
    assert len(cheapest(packs, 0)) <= 3 * tier_of(tip.end) + 1


def test_the_newest_of_each_tier_are_kept() -> None:
    packs, _ = mirrored([TIP_EVENTS] * 3_000)
    tiers = [tier_of(each.events) for each in packs]
    assert 64 <= tiers.count(0) <= 64 + FAN
    assert len(packs) <= (64 + FAN) * (max(tiers) + 1)


def test_a_small_history_is_one_file() -> None:
    packs, tip = mirrored([100, 100])
    assert packs == [tip]


def test_what_a_mirror_does_not_have_any_more_is_a_gap() -> None:
    with pytest.raises(PackGap, match="begins at event 10, known are 3"):
        cheapest([pack(10, 20), pack(20, 25)], 3)


def test_a_mirror_that_is_behind_still_gives_its_newest() -> None:
    """Which then is found to be stale, by its header."""
    assert cheapest([pack(0, 5), pack(5, 9)], 20) == [pack(5, 9)]


def test_between_one_large_and_two_small_the_cheaper_is_taken() -> None:
    large, small, tip = pack(0, 100_000), pack(90_000, 100_000), pack(100_000, 100_010)
    assert cheapest([large, small, tip], 95_000) == [small, tip]
    assert cheapest([large, small, tip], 0) == [large, tip]


def test_tiers_grow_by_four() -> None:
    assert [tier_of(events) for events in (0, 256, 1_023, 1_024, 4_095, 4_096)] == [0, 0, 0, 1, 1, 2]
