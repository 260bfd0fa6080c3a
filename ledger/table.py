"""Prints tables of what others wrote: as it is, whole, and harmless to a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.printable import visible

_NARROWEST, _WIDEST = 60, 1_000_000
"""Columns of a terminal: a narrower one breaks the lines itself. Of anything else: one row, one line."""


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, err: bool = False) -> None:
    """To standard output or error. Nothing is left out: on a terminal long values take several lines, else one."""
    from rich.console import Console  # here, because most commands print no table
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for heading in headings:
        table.add_column(Text(visible(heading)), overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(value)) for value in row))  # a plain text would be read as markup
    console = Console(stderr=err)
    console.width = max(console.width, _NARROWEST) if console.file.isatty() else _WIDEST
    console.print(table)
