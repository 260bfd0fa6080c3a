from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credential import Presentation, Unreadable, base64url, parse_presentation
from credential.parse import MAX_OCTETS

SPEC = Path(__file__).resolve().parents[2] / "spec"


def test_refused_presentations(refused_vector: dict[str, str]) -> None:
    refused = parse_presentation(refused_vector["text"])
    assert isinstance(refused, Unreadable)
    assert refused.code == refused_vector["code"]
    assert refused.message


def test_octets_and_text_read_the_same(credentials: dict[str, dict[str, Any]]) -> None:
    for each in credentials.values():
        read = parse_presentation(each["presentation"])
        assert isinstance(read, Presentation)
        assert read == parse_presentation(each["presentation"].encode())


def test_the_size_limit_is_exact(reference_licence: dict[str, Any]) -> None:
    text = reference_licence["credential"]
    filler = f'["{base64url.encode(bytes(16))}","business_scope","'
    room = (MAX_OCTETS - len(text) - 1) * 3 // 4 - len(filler) - 2
    disclosure = base64url.encode((filler + "x" * (room - 3) + '"]').encode())
    full = f"{text}{disclosure}~"
    assert isinstance(parse_presentation(full), Presentation)
    assert parse_presentation("~" * MAX_OCTETS) == Unreadable("not_an_sd_jwt", "a JWT has 3 parts, this has 1")
    for shown in ("~" * (MAX_OCTETS + 1), b"~" * (MAX_OCTETS + 1), "证" * (MAX_OCTETS + 1), text + "A" * 10_000_000):
        refused = parse_presentation(shown)
        assert isinstance(refused, Unreadable)
        assert refused.code == "too_large"


@given(st.text(st.characters()) | st.binary(max_size=300) | st.text("ey.~AZaz09-_", max_size=300))
def test_anything_shown_is_answered(shown: str | bytes) -> None:
    assert isinstance(parse_presentation(shown), Unreadable)


@given(data=st.data())
@settings(deadline=None, max_examples=300)
def test_a_damaged_presentation_is_answered(credentials: dict[str, dict[str, Any]], data: st.DataObject) -> None:
    """One place changed, cut out or doubled: read as what it now says, or refused; never an exception."""
    text = credentials["name-and-validity-only"]["presentation"]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    damaged = text[:start] + data.draw(st.text("~.eyJ0_-=证 ", max_size=5) | st.just(text[start:end] * 2)) + text[end:]
    read = parse_presentation(damaged)
    assert isinstance(read, Unreadable) or read.text == damaged


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(data=st.data())
@settings(deadline=None, max_examples=300)
def test_any_value_of_any_member_is_answered(credentials: dict[str, dict[str, Any]], data: st.DataObject) -> None:
    jwt, *rest = credentials["name-and-validity-only"]["presentation"].split("~")
    parts = jwt.split(".")
    part = data.draw(st.integers(0, 1))
    members = json.loads(base64url.decode(parts[part]))
    members[data.draw(st.sampled_from(sorted(members)))] = data.draw(json_values)
    parts[part] = base64url.encode(json.dumps(members).encode())
    assert isinstance(parse_presentation("~".join([".".join(parts), *rest])), Presentation | Unreadable)


@given(data=st.data())
@settings(deadline=None, max_examples=200)
def test_any_key_binding_is_answered(credentials: dict[str, dict[str, Any]], data: st.DataObject) -> None:
    shown, _, binding = credentials["name-and-validity-only"]["presentation"].rpartition("~")
    parts = binding.split(".")
    members = json.loads(base64url.decode(parts[1]))
    members[data.draw(st.sampled_from(sorted(members)))] = data.draw(json_values)
    parts[1] = base64url.encode(json.dumps(members).encode())
    assert isinstance(parse_presentation(f"{shown}~{'.'.join(parts)}"), Presentation | Unreadable)


def test_no_message_quotes_what_was_shown(refused_vector: dict[str, str]) -> None:
    refused = parse_presentation(refused_vector["text"])
    assert isinstance(refused, Unreadable)
    assert not any(secret in refused.message for secret in ("方静", "女", "example.cn", "徽味"))


def test_printing_a_presentation_shows_no_claims(credentials: dict[str, dict[str, Any]]) -> None:
    for each in credentials.values():
        read = parse_presentation(each["presentation"])
        printed = repr(read)
        assert each["presentation"] not in printed
        assert not [value for name, value in each["claims"].items() if len(value) > 3 and value in printed]


def test_every_code_is_documented_and_has_a_vector() -> None:
    document = (SPEC / "credential.md").read_text("utf-8")
    source = "".join((SPEC.parent / "credential" / name).read_text("utf-8") for name in ("parse.py", "reading.py"))
    vectors = json.loads((SPEC / "vectors" / "refused-presentations.json").read_text("utf-8"))
    codes = {each["code"] for each in vectors} | {"too_large"}
    for code in codes:
        assert f"`{code}`" in document
        assert f'"{code}"' in source


@pytest.mark.parametrize("shown", ["", b"", "~", "..~", "~~~", "a.b.c~", ".", "\ud800~"])
def test_next_to_nothing_is_answered(shown: str | bytes) -> None:
    assert isinstance(parse_presentation(shown), Unreadable)
