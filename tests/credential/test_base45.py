"""Base45 against RFC 9285's examples and the library that the field uses."""

from __future__ import annotations

import base45 as library
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import base45


@pytest.mark.parametrize(
    ("octets", "text"),
    [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0"), (b"", "")],
)
def test_the_examples_of_rfc_9285(octets: bytes, text: str) -> None:
    assert base45.encode(octets) == text
    assert base45.decode(text) == octets


@given(octets=st.binary(max_size=600))
def test_it_writes_what_the_library_writes(octets: bytes) -> None:
    assert base45.encode(octets).encode() == library.b45encode(octets)
    assert base45.decode(base45.encode(octets)) == octets


@given(text=st.text("0129AZ $%*+-./:az\n㽏", max_size=12))
def test_what_it_reads_it_would_write(text: str) -> None:
    try:
        octets = base45.decode(text)
    except ValueError:
        return
    assert base45.encode(octets) == text


@pytest.mark.parametrize("text", ["A", "BB8A", "GGW", ":::", "::", "bb8", "BB8\n"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        base45.decode(text)
