"""The characters in the code: Base45 behind a prefix, in one spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential.qr import MalformedQr, from_text, to_text


@given(octets=st.binary(max_size=2862))
def test_text_gives_back_the_octets(octets):
    assert from_text(to_text(octets)) == octets


@given(octets=st.binary(max_size=2862))
def test_text_is_in_the_alphanumeric_mode_of_qr_codes_and_fits_the_largest(octets):
    text = to_text(octets)
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert len(text) <= 4296


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a Yinxin code"),
        ("https://example.com", "not a Yinxin code"),
        ("HC1:6BF", "not a Yinxin code"),
        ("yx:BB8", "not a Yinxin code"),
        ("YX:BB8\n", "not Base45"),
        ("YX:bb8", "not Base45"),
        ("YX:GGW", "not Base45"),
        ("YX:::", "not Base45"),
        ("YX:A", "not Base45"),
        ("YX:BB8A", "not Base45"),
        ("YX:㽏", "not Base45"),
        ("YX:" + "0" * 4294, "4297 characters, a QR code holds 4296"),
    ],
)
def test_any_other_text_is_refused(text, reason):
    with pytest.raises(MalformedQr, match=reason):
        from_text(text)


@given(text=st.text(max_size=100).map("YX:{}".format))
def test_what_is_read_was_written_so(text):
    try:
        octets = from_text(text)
    except MalformedQr:
        return
    assert to_text(octets) == text
