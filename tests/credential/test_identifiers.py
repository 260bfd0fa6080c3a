from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_37_36

from credential import CertificateIdentifier, MalformedIdentifier, identifiers, parse_certificate_identifier

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DIGITS = "0123456789"


def test_right_credit_codes(right_credit_code: str) -> None:
    assert identifiers.is_credit_code(right_credit_code)


def test_wrong_credit_codes(wrong_credit_code: str) -> None:
    assert not identifiers.is_credit_code(wrong_credit_code)


def test_right_citizen_numbers(right_citizen_number: str) -> None:
    assert identifiers.is_citizen_number(right_citizen_number)


def test_wrong_citizen_numbers(wrong_citizen_number: str) -> None:
    assert not identifiers.is_citizen_number(wrong_citizen_number)


def test_right_certificate_identifiers(right_certificate_identifier: str) -> None:
    """Real samples in use, their check characters included."""
    assert str(parse_certificate_identifier(right_certificate_identifier)) == right_certificate_identifier


def test_wrong_certificate_identifiers(wrong_certificate_identifier: str) -> None:
    with pytest.raises(MalformedIdentifier):
        parse_certificate_identifier(wrong_certificate_identifier)


@given(st.from_regex(r"[159][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}", fullmatch=True))
def test_credit_codes_agree_with_the_usual_library(first_17: str) -> None:
    code = first_17 + identifiers.credit_check_character(first_17)
    assert identifiers.is_credit_code(code)
    assert uscc.is_valid(code)


@given(st.dates(), st.from_regex(r"[0-9]{3}", fullmatch=True))
def test_citizen_numbers_agree_with_the_usual_library(birth: object, order: str) -> None:
    first_17 = "310115" + str(birth).replace("-", "") + order
    check = identifiers.citizen_check_character(first_17)
    assert check == ric.calc_check_digit(first_17 + "?")
    assert identifiers.is_citizen_number(first_17 + check)


@given(st.from_regex(r"[0-9A-Z]{1,80}", fullmatch=True))
def test_check_characters_agree_with_the_usual_library(text: str) -> None:
    assert identifiers.certificate_check_character(text) == mod_37_36.calc_check_digit(text)


@given(st.data())
def test_one_wrong_character_is_always_found(data: st.DataObject) -> None:
    code, alphabet, is_right = data.draw(
        st.sampled_from(
            [
                ("91310115MA1YX00013", CREDIT_ALPHABET, identifiers.is_credit_code),
                ("340100198507110023", DIGITS, identifiers.is_citizen_number),
            ]
        )
    )
    place = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from([each for each in alphabet if each != code[place]]))
    assert not is_right(code[:place] + other + code[place + 1 :])


@given(
    st.from_regex(r"[0-9A-Z]{18}[0-9]{3}", fullmatch=True),
    st.from_regex(r"[0-9A-Z]{6,18}", fullmatch=True),
    st.from_regex(r"[0-9A-Z]{1,64}", fullmatch=True),
    st.from_regex(r"[0-9]{3}", fullmatch=True),
)
def test_an_identifier_is_read_as_it_is_written(type_code: str, issuer: str, serial: str, version: str) -> None:
    identifier = CertificateIdentifier(type_code, issuer, serial, version)
    assert parse_certificate_identifier(str(identifier)) == identifier


@given(st.text(max_size=40))
def test_any_text_is_answered(text: str) -> None:
    assert not identifiers.is_credit_code(text) or uscc.is_valid(text)
    assert isinstance(identifiers.is_citizen_number(text), bool)
    with pytest.raises(MalformedIdentifier):
        parse_certificate_identifier(text)


def test_messages_quote_nothing() -> None:
    with pytest.raises(MalformedIdentifier) as refused:
        parse_certificate_identifier("340100198507110024")
    assert "3401" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://a",
        "http://127.0.0.1:8000/shanghai",
        "https://zhengzhao.example.cn/a-b_c.d~e/f",
        "https://" + "a" * 192,
    ],
)
def test_an_issuers_url_is_taken(url: str) -> None:
    assert identifiers.is_issuer_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "ws://a",
        "HTTPS://a",
        "https://a/",
        "https://a//b",
        "https://a:",
        "https://a:123456",
        "https://u@a",
        "https://a?q",
        "https://a#f",
        "https://a/%20",
        "https://证照.cn",
        "https://a\n",
        "https://" + "a" * 193,
    ],
)
def test_what_is_no_issuers_url_is_refused(url: str) -> None:
    assert not identifiers.is_issuer_url(url)
