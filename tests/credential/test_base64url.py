from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import base64url

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.binary(max_size=300))
def test_decoding_gives_back_what_was_encoded(octets: bytes) -> None:
    text = base64url.encode(octets)
    assert base64url.decode(text) == octets
    assert text == urlsafe_b64encode(octets).rstrip(b"=").decode()


@given(st.text(ALPHABET, max_size=9) | st.text(ALPHABET + "+/=\n é证", max_size=9) | st.text(max_size=9))
def test_each_octet_string_has_one_spelling(text: str) -> None:
    try:
        octets = base64url.decode(text)
    except ValueError:
        assert _is_not_canonical(text)
    else:
        assert base64url.encode(octets) == text


@pytest.mark.parametrize(
    "text", ["A", "AAAAA", "AA==", "AB", "AAB", "A A", "AA\n", "+AAA", "/AAA", "=", "====", "Ａ证", "AA\x00A"]
)
def test_what_encode_never_writes_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        base64url.decode(text)


def _is_not_canonical(text: str) -> bool:
    if not set(text) <= set(ALPHABET) or len(text) % 4 == 1:
        return True
    return base64url.encode(urlsafe_b64decode(text + "=" * (-len(text) % 4))) != text
