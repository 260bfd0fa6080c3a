"""Packing is lossless for whatever the types can hold, and refuses what it could not give back."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credential import ANY_WINDOW, Kind, base64url, bind
from credential.catalogue import Catalogue
from credential.identifiers import (
    CertificateIdentifier,
    citizen_check_character,
    credit_check_character,
)
from credential.qr import NotPackable, pack, unpack

RARE = "㽏𠮷བོད་ཡིགئۇيغۇرچە"
LIVE = base64url.encode(bytes(range(16)))
TYPES = [(1, 1), (2, 1), (3, 1)]
ENDS = ("certificate_validate_start", "certificate_validate_end")

texts = st.text(st.characters(codec="utf-8"), max_size=40)
days = st.dates(min_value=date(1900, 1, 1), max_value=date(9998, 12, 31))
credit_codes = st.builds(
    lambda head, digits, tail: (code := head + digits + tail) + credit_check_character(code),
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9),
)
citizen_numbers = st.builds(
    lambda place, day, number: (code := f"{place}{day:%Y%m%d}{number:03}") + citizen_check_character(code),
    st.integers(100_000, 999_999),
    st.dates(min_value=date(1900, 1, 1)),
    st.integers(0, 999),
)


def identifiers(code: str) -> st.SearchStrategy[str]:
    return st.builds(
        lambda issuer, serial, version: str(CertificateIdentifier(code, issuer, serial, version)),
        credit_codes | st.text("0123456789ABCXYZ", min_size=6, max_size=18),
        st.text("0123456789", min_size=1, max_size=64) | st.text("0123456789ABCXYZ", min_size=1, max_size=64),
        st.integers(0, 999).map("{:03}".format),
    )


def values(kind: Kind, code: str) -> st.SearchStrategy[str]:
    """Values of a kind, well-formed ones and any text instead."""
    written = {
        Kind.TEXT: texts,
        Kind.DAY: days.map(str),
        Kind.OPEN_DAY: days.map(str) | st.just("长期"),
        Kind.CREDIT_CODE: credit_codes,
        Kind.CITIZEN_NUMBER: citizen_numbers,
        Kind.HOLDER_CODE: credit_codes | citizen_numbers,
        Kind.CERTIFICATE_IDENTIFIER: identifiers(code),
    }
    return written[kind] | texts


@st.composite
def certificates(draw, certificate_type):
    """Claims of a type: any fields present, validity always and well-formed."""
    start, end = sorted((draw(days), draw(days)))
    chosen = {
        each.name: draw(values(each.kind, certificate_type.code))
        for each in certificate_type.fields
        if each.name not in ENDS and draw(st.booleans())
    }
    return chosen | {ENDS[0]: str(start), ENDS[1]: draw(st.sampled_from([str(end), "长期"]))}


@pytest.mark.parametrize("key", TYPES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_every_presentation_of_every_type_comes_back_octet_for_octet(data, key, catalogue: Catalogue, write, seed):
    certificate_type = catalogue.types[key]
    claims = data.draw(certificates(certificate_type))
    nonces = texts | st.binary(min_size=1, max_size=40).map(base64url.encode)
    nonce = data.draw(st.none() | nonces.filter(lambda text: text != ""))
    shown = data.draw(st.none() | st.sets(st.sampled_from(sorted(claims))))
    text = write(
        certificate_type,
        claims,
        shown=shown,
        has_key=data.draw(st.booleans()),
        nonce=nonce,
        audience=data.draw(st.just(ANY_WINDOW) | texts.filter(bool)),
        bound_at=data.draw(st.integers(0, 2**53 - 1)),
        position=data.draw(st.integers(0, 2**53 - 1)),
    )
    assert unpack(pack(text, catalogue), catalogue) == text
    if shown is None:
        assert unpack(pack(text, catalogue, seed=seed), catalogue) == text


@pytest.mark.parametrize("nonce", [None, LIVE])
@pytest.mark.parametrize(
    "value", [RARE, "", "技" * 500, "许可项目：道路货物运输；" * 42, 'quotes " and \\ and \n and \0']
)
@pytest.mark.parametrize("key", TYPES)
def test_rare_empty_and_long_values_come_back(key, value, nonce, catalogue, write, seed):
    certificate_type = catalogue.types[key]
    claims = {each.name: value for each in certificate_type.fields if each.kind is Kind.TEXT}
    claims |= {ENDS[0]: "2024-03-18", ENDS[1]: "长期"}
    text = write(certificate_type, claims, nonce=nonce)
    assert unpack(pack(text, catalogue, seed=seed), catalogue) == text
    assert unpack(pack(text, catalogue), catalogue) == text


def test_a_scope_of_500_different_characters_comes_back(catalogue, licence, claims, write, seed):
    scope = "".join(chr(0x4E00 + 31 * i) for i in range(500))
    text = write(licence, claims | {"business_scope": scope}, nonce=LIVE, batch=1024)
    assert unpack(pack(text, catalogue, seed=seed), catalogue) == text


@pytest.mark.parametrize("absent", ["registered_capital", "certificate_identifier", "business_scope"])
def test_an_absent_field_comes_back_as_its_decoy(absent, catalogue, licence, claims, write, seed):
    text = write(licence, {name: value for name, value in claims.items() if name != absent})
    assert unpack(pack(text, catalogue, seed=seed), catalogue) == text
    assert unpack(pack(text, catalogue), catalogue) == text


def test_the_seed_travels_in_place_of_all_salts(catalogue, licence, claims, write, seed):
    text = write(licence, claims, nonce=LIVE)
    assert len(pack(text, catalogue)) - len(pack(text, catalogue, seed=seed)) == 10 * 16 - 16


def test_the_seed_never_travels_while_a_present_field_is_hidden(catalogue, licence, claims, write, seed):
    text = write(licence, claims, shown=claims.keys() - {"registered_capital"})
    with pytest.raises(NotPackable, match="only where every field that is present is shown"):
        pack(text, catalogue, seed=seed)
    assert seed not in pack(text, catalogue)


def test_the_seed_of_another_credential_is_refused(catalogue, licence, claims, write):
    with pytest.raises(NotPackable):
        pack(write(licence, claims), catalogue, seed=bytes(16))


def test_a_seed_has_16_octets(catalogue, licence, claims, write):
    with pytest.raises(ValueError, match="a seed has 16 octets, got 15"):
        pack(write(licence, claims), catalogue, seed=bytes(15))


def test_a_hidden_field_costs_its_digest(catalogue, licence, claims, write):
    days = {"certificate_validate_start", "certificate_validate_end"}
    both, one = (pack(write(licence, claims, shown=names), catalogue) for names in (days, {max(days)}))
    assert len(one) - len(both) == 32 - 16 - 3


@pytest.mark.parametrize("key", TYPES)
def test_nothing_shown_comes_back(key, catalogue, write):
    claims = dict(zip(ENDS, ("2024-03-18", "长期"), strict=True))
    text = write(catalogue.types[key], claims, shown=(), nonce=LIVE)
    assert unpack(pack(text, catalogue), catalogue) == text


def test_disclosures_in_another_order_are_refused(catalogue, licence, claims, write):
    jwt, first, second, *others = write(licence, claims).split("~")
    with pytest.raises(NotPackable, match="another text"):
        pack("~".join((jwt, second, first, *others)), catalogue)


@pytest.mark.parametrize("change", [lambda json: json.replace(b",", b", ", 1), lambda json: json.replace(b"/", b"\\/")])
def test_a_payload_written_in_another_way_is_refused(change, catalogue, licence, claims, write):
    header, payload, rest = write(licence, claims).split(".", 2)
    other = base64url.encode(change(base64url.decode(payload)))
    assert other != payload
    with pytest.raises(NotPackable, match="another text"):
        pack(f"{header}.{other}.{rest}", catalogue)


def test_a_disclosure_shown_twice_is_refused(catalogue, licence, claims, write):
    jwt, first, *others = write(licence, claims).split("~")
    with pytest.raises(NotPackable, match="shown twice"):
        pack("~".join((jwt, first, first, *others)), catalogue)


def test_a_disclosure_that_no_digest_implies_is_refused(catalogue, licence, claims, write):
    foreign = write(licence, claims | {"legal_representative": "方静"}).split("~")[5]
    parts = write(licence, claims).split("~")
    parts[5] = foreign
    with pytest.raises(NotPackable, match="do not cover"):
        pack("~".join(parts), catalogue)


def test_a_field_of_another_type_is_refused(catalogue, licence, claims, write):
    foreign = base64url.encode(b'["AAAAAAAAAAAAAAAAAAAAAA","sex","x"]')
    with pytest.raises(NotPackable, match="not one of the type's"):
        pack(write(licence, claims) + foreign + "~", catalogue)


def test_key_binding_without_a_key_is_refused(catalogue, licence, claims, write, holder_key):
    with pytest.raises(NotPackable, match="without a key"):
        pack(bind(write(licence, claims), holder_key, ANY_WINDOW, LIVE, 1), catalogue)


def test_a_key_binding_of_another_presentation_is_refused(catalogue, licence, claims, write):
    other = write(licence, claims | {"legal_representative": "方静"}, nonce=LIVE).rpartition("~")[2]
    shown = write(licence, claims, has_key=True)
    with pytest.raises(NotPackable, match="another text"):
        pack(shown + other, catalogue)


def test_an_instant_before_1970_in_a_key_binding_is_refused(catalogue, licence, claims, write):
    with pytest.raises(NotPackable, match="no room"):
        pack(write(licence, claims, nonce=LIVE, bound_at=-1), catalogue)


def test_more_than_a_qr_code_holds_is_refused(catalogue, licence, claims, write):
    scope = "".join(chr(0x4E00 + 7 * i % 20_000) for i in range(1_500))
    with pytest.raises(NotPackable, match="a QR code holds 2862"):
        pack(write(licence, claims | {"business_scope": scope}), catalogue)


def test_what_is_no_presentation_is_refused(catalogue):
    with pytest.raises(NotPackable, match="not_an_sd_jwt"):
        pack("hello", catalogue)


def test_a_type_or_dictionary_that_is_missing_here_is_refused(catalogue, licence, claims, write):
    with pytest.raises(NotPackable, match="version 1 is not known"):
        pack(write(licence, claims), Catalogue({}, catalogue.dictionaries))
    with pytest.raises(NotPackable, match="dictionary 1 is not known"):
        pack(write(licence, claims), Catalogue(catalogue.types, {}))
