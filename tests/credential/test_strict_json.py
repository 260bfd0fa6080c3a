from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import strict_json
from credential.strict_json import MAX_DEPTH, MAX_INTEGER, MalformedJson

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
leaves = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))


@given(values)
def test_parsing_gives_back_what_was_encoded(value: object) -> None:
    assert strict_json.parse(strict_json.encode(value)) == value


@given(values)
def test_escaped_json_reads_the_same(value: object) -> None:
    assert strict_json.parse(json.dumps(value, indent=1).encode()) == value


@given(st.lists(texts))
def test_texts_are_encoded_alike(each: list[str]) -> None:
    assert strict_json.encode_texts(each) == strict_json.encode(each)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    try:
        value = strict_json.parse(octets)
    except MalformedJson:
        return
    assert strict_json.parse(strict_json.encode(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '{"a":1,"\\u0061":1}',
        '[{"b":{"a":1,"a":2}}]',
        "1.0",
        "1e3",
        "-0",
        "01",
        "NaN",
        "Infinity",
        "-Infinity",
        '"\\ud800"',
        '"\\udc00\\ud800"',
        '{"\\ud800":1}',
        '"\x01"',
        "'a'",
        "[1,]",
        "[1]x",
        "",
        "\ufeff1",
        str(MAX_INTEGER + 1),
        str(-MAX_INTEGER - 1),
        "9" * 10_000,
    ],
)
def test_two_readings_are_no_json(text: str) -> None:
    with pytest.raises(MalformedJson):
        strict_json.parse(text.encode())


def test_lone_surrogates_in_utf_8_are_refused() -> None:
    with pytest.raises(MalformedJson):
        strict_json.parse(b'"\xed\xa0\x80"')


def test_an_escaped_pair_is_one_character() -> None:
    assert strict_json.parse(b'"\\ud842\\udfb7"') == "𠮷"


def test_the_depth_limit_is_exact() -> None:
    assert strict_json.parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    with pytest.raises(MalformedJson, match="nested deeper than 32"):
        strict_json.parse(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))
    with pytest.raises(MalformedJson):
        strict_json.parse(b'{"a":' * 20_000)


def test_brackets_in_texts_are_not_nesting() -> None:
    value = ["[" * 100, '{\\"' * 100]
    assert strict_json.parse(strict_json.encode(value)) == value


def test_many_brackets_side_by_side_are_not_nesting() -> None:
    value: list[object] = [[] for _ in range(100)]
    assert strict_json.parse(strict_json.encode(value)) == value


def test_an_open_text_full_of_escapes_is_refused_in_linear_time() -> None:
    hostile = b"[]" * (MAX_DEPTH + 1) + b'"' + b'\\"' * 1_000_000
    with pytest.raises(MalformedJson):
        strict_json.parse(hostile)


def test_messages_quote_nothing() -> None:
    with pytest.raises(MalformedJson) as refused:
        strict_json.parse('{"name":"方静","name":"方静"}'.encode())
    assert "方静" not in str(refused.value)


def test_encoding_is_compact_and_unescaped() -> None:
    assert strict_json.encode({"名": "㽏𠮷\u2028/", "b": [1, None]}) == '{"名":"㽏𠮷\u2028/","b":[1,null]}'.encode()
