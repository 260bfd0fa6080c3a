"""The window's door takes both forms, and answers whatever is shown without raising."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credential import Presentation, Unreadable
from credential.qr import pack, parse_presented, to_text


def test_both_forms_give_the_same_presentation(catalogue, licence, claims, write, seed):
    text = write(licence, claims)
    code = to_text(pack(text, catalogue, seed=seed))
    expected = parse_presented(text, catalogue)
    assert isinstance(expected, Presentation)
    assert expected.text == text
    for shown in (code, code.encode("ascii"), text.encode("ascii")):
        assert parse_presented(shown, catalogue) == expected


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ("YX:", "malformed_qr"),
        ("YX:00", "unknown_version"),
        (to_text(b"\x02anything"), "unknown_version"),
        (to_text(b"\x01\x63"), "malformed_qr"),
        (to_text(b"\x01\x63\x01\x01"), "unknown_version"),
        ("YX:" + "0" * 5000, "malformed_qr"),
        ("", "not_an_sd_jwt"),
        ("https://example.com", "not_an_sd_jwt"),
        ("a" * 70_000, "too_large"),
        (b"\xff\xfe", "not_an_sd_jwt"),
        ("印信", "not_an_sd_jwt"),
    ],
)
def test_what_is_no_presentation_is_unreadable_by_its_code(shown, code, catalogue):
    unreadable = parse_presented(shown, catalogue)
    assert isinstance(unreadable, Unreadable)
    assert unreadable.code == code


@settings(deadline=None)
@given(shown=st.text() | st.binary() | st.binary(max_size=900).map(to_text))
def test_whatever_is_shown_gives_an_answer(shown, catalogue):
    assert isinstance(parse_presented(shown, catalogue), Presentation | Unreadable)
