"""What cells mean as claims, and how what does not fit is told."""

from __future__ import annotations

import pytest

from credential import CertificateIdentifier, Kind
from issuer.csv_file import SourceRow
from issuer.rows import claims_of, normalise, problems_of
from ledger import load_catalogue
from tests.issuer.desk import business_licence

TYPE = load_catalogue().types[1, 1]
ISSUER = "11310115000YX00012"


def problems(**changes: str) -> list[tuple[int, str, str, str]]:
    found = problems_of(7, business_licence(1, **changes), TYPE, ISSUER)
    return [(each.row, each.column, each.value, each.code) for each in found]


@pytest.mark.parametrize("text", ["2024-03-05", "2024/3/5", "2024-3-5", "2024.03.05", "2024年3月5日", "20240305"])
def test_what_spreadsheets_make_of_a_day_is_understood(text):
    assert normalise(text, Kind.DAY) == "2024-03-05"


@pytest.mark.parametrize("text", ["2024-02-30", "5/3/2024", "昨天", "45356", "长期"])
def test_what_is_no_day_stays_as_it_came(text):
    assert normalise(text, Kind.OPEN_DAY) == text


def test_codes_are_written_in_capitals():
    row = SourceRow(2, {"certificate_holder_code": "91310000ma0000001x"})
    assert claims_of(row, TYPE) == {"certificate_holder_code": "91310000MA0000001X"}


def test_a_row_that_fits_has_no_problem_and_needs_no_identifier():
    assert problems() == []


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"certificate_holder_code": "91310000MA0000001X"}, "certificate_holder_code", "bad_credit_code"),
        ({"certificate_validate_start": "2024-02-30"}, "certificate_validate_start", "bad_day"),
        ({"certificate_validate_end": "2019-01-01"}, "certificate_validate_end", "ends_before_start"),
        ({"business_scope": ""}, "business_scope", "missing"),
        ({"legal_representative": "王\x07五"}, "legal_representative", "stray_characters"),
        ({"legal_representative": "王\ue000五"}, "legal_representative", "unprintable_character"),
        ({"legal_representative": "abc\u202edef"}, "legal_representative", "unprintable_character"),
    ],
)
def test_a_cell_that_does_not_fit_is_told_with_row_column_and_value(changes, column, code):
    assert problems(**changes) == [(7, column, changes[column], code)]


def test_an_identifier_of_another_authority_is_told():
    other = str(CertificateIdentifier(TYPE.code, "11310000MB2F30101U", "1", "001"))
    assert [each[3] for each in problems(certificate_identifier=other)] == ["foreign_issuer"]


def test_an_old_identifier_with_a_short_issuer_is_fine():
    assert problems(certificate_identifier=str(CertificateIdentifier(TYPE.code, "310100", "1", "001"))) == []


def test_rare_characters_are_no_problem():
    assert problems(legal_representative="㽏𠮷 བསྟན་འཛིན ئۇيغۇر") == []


def test_a_problem_does_not_print_its_value():
    (found,) = problems_of(7, business_licence(1, certificate_validate_start="31.12.1999"), TYPE, ISSUER)
    assert "31.12.1999" not in repr(found)
