"""What others wrote, shown on a terminal: as text without what it obeys, as JSON with the very same value."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import number_of, visible, visible_json

OBEYED = ["\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\u2028", "\ud800"]
ANYTHING = st.characters(codec=None, min_codepoint=0, max_codepoint=sys.maxunicode)


@pytest.mark.parametrize("character", OBEYED)
def test_what_a_terminal_obeys_is_replaced_in_text_and_escaped_in_json(character: str) -> None:
    assert visible(f"㽏{character}𠮷") == "㽏\N{REPLACEMENT CHARACTER}𠮷"
    assert visible_json(f"㽏{character}𠮷") == f'"㽏\\u{ord(character):04x}𠮷"'


@given(st.dictionaries(st.text(ANYTHING), st.text(ANYTHING)), st.sampled_from([None, 2]))
def test_json_has_the_very_same_value_and_can_always_be_written(value: dict[str, str], indent: int | None) -> None:
    text = visible_json(value, indent)
    assert json.loads(text) == value
    text.encode("utf-8")
    assert all(character not in text for character in OBEYED)


def test_an_indented_value_keeps_its_lines() -> None:
    assert visible_json({"a": "b\n\x85"}, indent=2) == '{\n  "a": "b\\n\\u0085"\n}'


def test_one_is_not_told_as_several() -> None:
    assert [number_of(each, "batch", "batches") for each in (0, 1, 2)] == ["0 batches", "1 batch", "2 batches"]
    assert [number_of(each, "pack") for each in (0, 1, 2)] == ["0 packs", "1 pack", "2 packs"]
