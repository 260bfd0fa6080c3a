"""Reading files as bureaus send them."""

from __future__ import annotations

import pytest

from issuer.csv_file import read_rows
from issuer.errors import Invalid
from ledger import load_catalogue
from tests.issuer.desk import business_licence, csv_of

TYPE = load_catalogue().types[1, 1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_utf8_with_and_without_mark_and_gb18030_say_the_same(encoding):
    claims = business_licence(1)
    (row,) = read_rows(csv_of([claims], encoding), TYPE)
    assert (row.number, row.cells) == (2, claims)


def test_columns_are_named_in_chinese_by_code_or_by_name():
    by_name = csv_of([business_licence(1)]).decode()
    zh = {each.name: each.zh for each in TYPE.fields}
    codes = {each.name: each.code or each.name for each in TYPE.fields}
    expected = [row.cells for row in read_rows(by_name.encode(), TYPE)]
    for names in (zh, codes):
        header, _, rest = by_name.partition("\r\n")
        renamed = ",".join(names[name] for name in header.split(","))
        assert [row.cells for row in read_rows(f"{renamed}\r\n{rest}".encode(), TYPE)] == expected


def test_row_numbers_are_the_spreadsheets_and_empty_rows_are_passed_over():
    rows = csv_of([business_licence(1), business_licence(2, business_scope="两行\n经营范围")]).decode().split("\r\n")
    text = "\r\n".join([rows[0], rows[1], ",,,,", *rows[2:]])
    assert [row.number for row in read_rows(text.encode(), TYPE)] == [2, 4]


def test_the_same_row_has_the_same_digest_whatever_the_order_of_columns():
    claims = business_licence(1)
    (one,) = read_rows(csv_of([claims]), TYPE)
    (other,) = read_rows(csv_of([dict(reversed(claims.items()))], "gb18030"), TYPE)
    (changed,) = read_rows(csv_of([business_licence(1, legal_representative="李四")]), TYPE)
    assert one.digest == other.digest != changed.digest


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"", "unreadable_file"),
        (b"PK\x03\x04\x00\x00", "unreadable_file"),
        (b"\xff\xff\xff\x81", "unreadable_file"),
        ('名称,"没有结束的引号\r\n'.encode(), "unreadable_file"),
        ("名称,不认识的列\r\n".encode(), "unknown_column"),
        ("名称,名称\r\n".encode(), "unknown_column"),
        ("名称\r\n".encode(), "missing_column"),
    ],
)
def test_what_is_no_table_of_the_type_is_refused_by_code(octets, code):
    with pytest.raises(Invalid) as refused:
        list(read_rows(octets, TYPE))
    assert refused.value.code == code


def test_a_row_with_more_cells_than_columns_is_refused():
    octets = csv_of([business_licence(1)]) + b'"a",' * 9 + b'"surplus"\r\n'
    with pytest.raises(Invalid, match="row 3 has 10 cells"):
        list(read_rows(octets, TYPE))
