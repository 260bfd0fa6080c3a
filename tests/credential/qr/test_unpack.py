"""Unpacking refuses by type and by name, holds its limits, and raises nothing but its own errors."""

from __future__ import annotations

import json
import zlib
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credential import base64url
from credential.catalogue import Catalogue
from credential.qr import MalformedQr, QrError, UnknownVersion, pack, unpack

NONCE = base64url.encode(bytes(range(16)))
FLAGS, FORMS, DAYS = 4, 5, 8
"""Where they begin in a business licence: four one-octet numbers go before, ten fields have three octets of forms."""


@pytest.fixture(scope="module")
def packed(catalogue, licence, claims, write, seed):
    return pack(write(licence, claims, nonce=NONCE), catalogue, seed=seed)


def changed(octets: bytes, at: int, new: bytes, length: int | None = None) -> bytes:
    return octets[:at] + new + octets[at + (len(new) if length is None else length) :]


def deflated(packed: bytes, catalogue: Catalogue, texts: bytes) -> bytes:
    """`packed` with other octets in its deflate stream."""
    for at in range(len(packed) - 1, 0, -1):
        inflater = zlib.decompressobj(-15, catalogue.dictionaries[1])
        try:
            if b"https://" in inflater.decompress(packed[at:]) and inflater.eof and not inflater.unused_data:
                break
        except zlib.error:
            continue
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=catalogue.dictionaries[1])
    return packed[:at] + deflater.compress(texts) + deflater.flush()


@pytest.mark.parametrize(
    ("at", "what"),
    [(0, "format"), (1, "certificate type"), (2, "of certificate type 1 the version"), (3, "dictionary")],
)
@pytest.mark.parametrize("number", [0, 9, 127])
def test_a_version_that_is_missing_here_is_refused_by_name(at, what, number, packed, catalogue):
    with pytest.raises(UnknownVersion, match="update") as caught:
        unpack(changed(packed, at, bytes([number])), catalogue)
    assert (caught.value.what, caught.value.number) == (what, number)


def test_a_version_past_127_is_refused_by_name_too(packed, catalogue):
    with pytest.raises(UnknownVersion) as caught:
        unpack(changed(packed, 1, b"\xac\x02", 1), catalogue)
    assert caught.value.number == 300


def test_a_missing_type_is_not_taken_for_a_foreign_code(packed, catalogue):
    with pytest.raises(UnknownVersion, match="certificate type 1 "):
        unpack(packed, Catalogue({}, catalogue.dictionaries))


def test_an_octet_too_many_is_refused(packed, catalogue):
    with pytest.raises(MalformedQr, match="1 octets after"):
        unpack(packed + b"\0", catalogue)


def test_more_octets_than_a_qr_code_holds_are_refused(packed, catalogue):
    with pytest.raises(MalformedQr, match="3000 octets, a QR code holds 2862"):
        unpack(packed.ljust(3000, b"\0"), catalogue)


@pytest.mark.parametrize("bit", [0x20, 0x40, 0x80])
def test_flags_that_the_format_does_not_have_are_refused(bit, packed, catalogue):
    with pytest.raises(MalformedQr, match="bits that format 1 does not"):
        unpack(changed(packed, FLAGS, bytes([packed[FLAGS] | bit])), catalogue)


def test_a_nonce_without_key_binding_is_refused(packed, catalogue):
    with pytest.raises(MalformedQr, match="a nonce without key binding"):
        unpack(changed(packed, FLAGS, bytes([packed[FLAGS] & ~0b11])), catalogue)


def test_forms_past_the_fields_of_the_type_are_refused(packed, catalogue):
    with pytest.raises(MalformedQr, match="more forms than the type's 10 fields"):
        unpack(changed(packed, FORMS + 2, bytes([packed[FORMS + 2] | 1])), catalogue)


def test_a_form_that_the_kind_does_not_have_is_refused(packed, catalogue):
    with pytest.raises(MalformedQr, match="kind certificate_identifier has no form 3"):
        unpack(changed(packed, FORMS, bytes([packed[FORMS] | 0b1100_0000])), catalogue)


@pytest.mark.parametrize("day", [b"\0\0\0", b"\xff\xff\xff"])
def test_a_day_that_no_calendar_has_is_refused(day, packed, catalogue):
    with pytest.raises(MalformedQr, match="no such day"):
        unpack(changed(packed, DAYS, day), catalogue)


def test_a_number_is_written_in_one_way_only(packed, catalogue):
    with pytest.raises(MalformedQr, match="a needless last octet"):
        unpack(changed(packed, 0, b"\x81\x00", 1), catalogue)


def test_a_number_of_more_than_64_bits_is_refused(packed, catalogue):
    for number in (b"\xff" * 9 + b"\x02", b"\xff" * 2000):
        with pytest.raises(MalformedQr, match="64 bits"):
            unpack(changed(packed, 0, number, 1), catalogue)


def test_a_holders_key_off_the_curve_is_refused(packed, catalogue, holder_key):
    at = packed.index(holder_key.public_key.compressed)
    with pytest.raises(MalformedQr, match="no point of P-256"):
        unpack(changed(packed, at, b"\x02" + b"\xff" * 32), catalogue)


def test_a_text_too_many_or_too_few_is_refused(packed, catalogue):
    texts = b"\x08https://" + b"\x01a" * 6
    assert "https://" in unpack_payload(unpack(deflated(packed, catalogue, texts), catalogue))
    with pytest.raises(MalformedQr, match="2 octets too many"):
        unpack(deflated(packed, catalogue, texts + b"\x01a"), catalogue)
    with pytest.raises(MalformedQr, match="truncated"):
        unpack(deflated(packed, catalogue, texts[:-2]), catalogue)


def unpack_payload(text: str) -> str:
    return base64url.decode(text.split(".")[1]).decode()


def test_a_text_that_is_not_utf_8_is_refused(packed, catalogue):
    with pytest.raises(MalformedQr, match="not UTF-8"):
        unpack(deflated(packed, catalogue, b"\x08https://\x01\xff" + b"\x01a" * 5), catalogue)


def test_a_surrogate_is_refused(packed, catalogue):
    with pytest.raises(MalformedQr, match="not UTF-8"):
        unpack(deflated(packed, catalogue, b"\x08https://\x03\xed\xa0\x80" + b"\x01a" * 5), catalogue)


def test_a_bomb_stops_at_its_limit(packed, catalogue):
    began = process_time()
    with pytest.raises(MalformedQr, match="inflate to more than 65536 octets"):
        unpack(deflated(packed, catalogue, b"\x08https://" + bytes(2_000_000)), catalogue)
    assert process_time() - began < 10


def test_a_presentation_of_more_than_64_kib_is_refused(packed, catalogue):
    texts = b"\x08https://" + b"\xb0\xea\x03" + bytes([65]) * 62_768 + b"\x01a" * 5
    with pytest.raises(MalformedQr, match="unpacks to 8"):
        unpack(deflated(packed, catalogue, texts), catalogue)


@settings(deadline=None, max_examples=300)
@given(octets=st.binary(max_size=3000))
def test_any_octets_give_a_text_or_an_error_of_this_package(octets, catalogue):
    result(octets, catalogue)


@settings(deadline=None, max_examples=500)
@given(octets=st.binary(max_size=1500), type_number=st.integers(1, 3), flags=st.integers(0, 31))
def test_any_octets_after_a_good_head_give_a_text_or_an_error_of_this_package(octets, type_number, flags, catalogue):
    result(bytes([1, type_number, 1, type_number, flags]) + octets, catalogue)


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_any_octets_in_a_good_code_give_a_text_or_an_error_of_this_package(data, packed, catalogue):
    at = data.draw(st.integers(0, len(packed)))
    new = data.draw(st.binary(max_size=40))
    result(changed(packed, at, new, data.draw(st.integers(0, 40))), catalogue)


def result(octets: bytes, catalogue: Catalogue) -> str | QrError:
    try:
        return unpack(octets, catalogue)
    except QrError as error:
        return error


def test_hidden_digests_may_come_in_any_order(catalogue, licence, claims, write):
    text = write(licence, claims, shown=())
    octets = pack(text, catalogue)
    hidden = sorted(base64url.decode(each) for each in json.loads(unpack_payload(text))["_sd"])
    at = min(map(octets.index, hidden))
    assert unpack(changed(octets, at, b"".join(hidden)), catalogue) == text
    assert unpack(changed(octets, at, b"".join(reversed(hidden))), catalogue) == text
