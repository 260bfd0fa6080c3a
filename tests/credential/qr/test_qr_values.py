"""Compact values are exact, of the length that the format says, and used only for canonical spellings."""

from __future__ import annotations

import pytest

from credential import Kind
from credential.qr import MalformedQr
from credential.qr.octets import Reader
from credential.qr.values import Form, pack_value, unpack_value

TYPE = "11100000MB0YX0001Q001"
IDENTIFIER = f"1.2.156.3005.2.{TYPE}.11310115000YX00012.310115202400417.001.X"


@pytest.mark.parametrize(
    ("kind", "value", "form", "length"),
    [
        (Kind.DAY, "1900-01-01", Form.FIRST, 3),
        (Kind.DAY, "9998-12-31", Form.FIRST, 3),
        (Kind.OPEN_DAY, "2030-02-28", Form.FIRST, 3),
        (Kind.OPEN_DAY, "长期", Form.SECOND, 0),
        (Kind.CREDIT_CODE, "91310115MA1YX00013", Form.FIRST, 11),
        (Kind.CITIZEN_NUMBER, "340100198507110023", Form.FIRST, 8),
        (Kind.HOLDER_CODE, "91310115MA1YX00013", Form.FIRST, 11),
        (Kind.HOLDER_CODE, "340100198507110023", Form.SECOND, 8),
        (Kind.CERTIFICATE_IDENTIFIER, IDENTIFIER, Form.FIRST, 11 + 2 + 1 + 7),
    ],
)
def test_a_canonical_value_travels_as_octets(kind, value, form, length):
    chosen, octets = pack_value(value, kind, TYPE)
    assert (chosen, len(octets)) == (form, length)
    assert unpack_value(form, kind, TYPE, Reader(octets)) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEXT, "2024-03-18"),
        (Kind.DAY, "20240318"),
        (Kind.DAY, "2024-02-30"),
        (Kind.DAY, "长期"),
        (Kind.DAY, "1899-12-31"),
        (Kind.OPEN_DAY, "长期 "),
        (Kind.CREDIT_CODE, "91310115MA1YX00014"),
        (Kind.CREDIT_CODE, "91310115ma1yx00013"),
        (Kind.CREDIT_CODE, ""),
        (Kind.CITIZEN_NUMBER, "340100198507110024"),
        (Kind.CITIZEN_NUMBER, "340100850711002"),
        (Kind.CERTIFICATE_IDENTIFIER, IDENTIFIER[:-1] + "Y"),
        (Kind.CERTIFICATE_IDENTIFIER, f"1.2.156.3005.2.{TYPE}.340100.000000016.001.9"),
        (Kind.CERTIFICATE_IDENTIFIER, "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"),
    ],
)
def test_any_other_value_travels_as_text(kind, value):
    assert pack_value(value, kind, TYPE) == (Form.TEXT, b"")


@pytest.mark.parametrize(
    ("kind", "form", "octets", "reason"),
    [
        (Kind.TEXT, Form.FIRST, b"", "no form"),
        (Kind.DAY, Form.SECOND, b"", "no form"),
        (Kind.DAY, Form.FIRST, b"\0\0", "truncated"),
        (Kind.DAY, Form.FIRST, b"\0\0\0", "no such day"),
        (Kind.CREDIT_CODE, Form.FIRST, b"\xff" * 11, "past the last"),
        (Kind.CITIZEN_NUMBER, Form.FIRST, b"\xff" * 8, "past the last"),
        (Kind.CERTIFICATE_IDENTIFIER, Form.FIRST, bytes(11) + b"\x03\xe8\x01\0", "more than three digits"),
        (Kind.CERTIFICATE_IDENTIFIER, Form.FIRST, bytes(13) + b"\x80", "1 to 64 characters, not 0"),
        (Kind.CERTIFICATE_IDENTIFIER, Form.FIRST, bytes(13) + b"\x41", "1 to 64 characters, not 65"),
        (Kind.CERTIFICATE_IDENTIFIER, Form.FIRST, bytes(13) + b"\x81\x0a", "past the last"),
    ],
)
def test_octets_that_no_value_has_are_refused(kind, form, octets, reason):
    with pytest.raises(MalformedQr, match=reason):
        unpack_value(form, kind, TYPE, Reader(octets))
