"""Reading a bureau's CSV file: its encoding, its columns, its cells. What the cells mean for a type is rows.py's.

Row numbers are the spreadsheet's: the header is row 1. Rows with nothing in them are passed over.
"""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import StringIO

from credential import CertificateType, Field
from issuer.errors import Code, Invalid

MAX_ROWS = 200_000
MAX_CELL_CHARACTERS = 10_000


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row's cells by field name; empty cells are absent."""

    number: int
    cells: dict[str, str] = field(repr=False)

    @property
    def digest(self) -> bytes:
        """The same row, also in another file or with its columns in another order, has the same digest."""
        parts = (f"{len(text.encode())}:{text}" for pair in sorted(self.cells.items()) for text in pair)
        return sha256("".join(parts).encode()).digest()


def read_rows(octets: bytes, certificate_type: CertificateType) -> Iterator[SourceRow]:
    """The file's rows. Columns are named by GB/T 36903 name or code or by the Chinese label. Raises Invalid."""
    lines = csv.reader(StringIO(_decode(octets), newline=""), strict=True)
    try:
        columns = _columns(next(lines, []), certificate_type)
        for number, cells in enumerate(lines, start=2):
            if number > MAX_ROWS:
                raise Invalid(Code.TOO_LARGE, f"a file has at most {MAX_ROWS} rows")
            if row := _row(number, cells, columns):
                yield row
    except csv.Error as error:
        raise Invalid(Code.UNREADABLE_FILE, f"line {lines.line_num} is not CSV: {error}") from error


def fields_by_name(certificate_type: CertificateType) -> dict[str, Field]:
    """Each field by everything that an officer may call it: GB/T 36903 name, code, Chinese label."""
    return {name: each for each in certificate_type.fields for name in (each.name, each.code, each.zh) if name}


def _decode(octets: bytes) -> str:
    """UTF-8 with or without a byte order mark, else GB18030, as spreadsheets in Chinese write it."""
    if not octets.strip() or b"\x00" in octets:
        raise Invalid(Code.UNREADABLE_FILE, "the file is empty, or not a text file: save it as CSV")
    try:
        return octets.removeprefix(BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return octets.decode("gb18030")
    except UnicodeDecodeError as error:
        message = f"the file is neither UTF-8 nor GB18030: octet {error.start} fits neither"
        raise Invalid(Code.UNREADABLE_FILE, message) from None


def _columns(header: list[str], certificate_type: CertificateType) -> list[Field]:
    """The field of each column. An unknown column is refused: a slip in a name would lose its values silently."""
    by_name = fields_by_name(certificate_type)
    names = [name.strip() for name in header]
    if unknown := [name for name in names if name not in by_name]:
        known = [each.name for each in certificate_type.fields]
        details = {"columns": unknown, "known": known}
        raise Invalid(Code.UNKNOWN_COLUMN, "the type has no such column", details)
    columns = [by_name[name] for name in names]
    if len({each.name for each in columns}) != len(columns):
        raise Invalid(Code.UNKNOWN_COLUMN, "a column is there twice", {"columns": names})
    wanted = {each.name for each in certificate_type.fields if each.required} - {"certificate_identifier"}
    if missing := sorted(wanted - {each.name for each in columns}):
        raise Invalid(Code.MISSING_COLUMN, "a column is missing", {"columns": missing})
    return columns


def _row(number: int, cells: list[str], columns: list[Field]) -> SourceRow | None:
    texts = [cell.strip() for cell in cells]
    if not any(texts):
        return None
    if len(cells) > len(columns) and any(texts[len(columns) :]):
        raise Invalid(Code.UNREADABLE_FILE, f"row {number} has {len(cells)} cells, the header {len(columns)}")
    if any(len(text) > MAX_CELL_CHARACTERS for text in texts):
        raise Invalid(Code.UNREADABLE_FILE, f"row {number} has a cell of more than {MAX_CELL_CHARACTERS} characters")
    named = zip((each.name for each in columns), texts, strict=False)
    return SourceRow(number, {name: text for name, text in named if text})
