"""Tables of what others wrote: as it is, whole, and harmless."""

from __future__ import annotations

import io
import re

import pytest

from ledger import print_table, visible

HEADINGS = ("row", "column", "value", "reason")
ROW = ("12", "certificate_validate_start", "[/bold]9131[red]0104:smile:", "统一社会信用代码有误（GB 32100）" * 9)
_STYLES = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def cells(printed: str) -> list[str]:
    """The only row's cells, their lines put together."""
    lines = [line for line in printed.splitlines() if line.startswith("│")]
    return ["".join(parts) for parts in zip(*(map(str.strip, line.split("│")[1:-1]) for line in lines), strict=True)]


@pytest.mark.parametrize("err", [False, True])
def test_outside_a_terminal_a_row_is_a_line(capsys: pytest.CaptureFixture[str], err: bool) -> None:
    print_table(HEADINGS, [ROW, ROW], err=err)
    printed = capsys.readouterr()[err]
    lines = [line for line in printed.splitlines() if all(value in line for value in ROW)]
    assert len(lines) == 2
    assert all(heading in printed for heading in HEADINGS)


@pytest.mark.parametrize("columns", [1, 20, 60, 80, 200])
def test_on_a_terminal_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    print_table(HEADINGS, [ROW])
    printed = _STYLES.sub("", screen.getvalue())
    assert [each.replace(" ", "") for each in cells(printed)] == [each.replace(" ", "") for each in ROW]
    assert all(heading in printed for heading in HEADINGS)


def test_no_value_and_no_heading_speaks_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("[bold]\x1b]0;x\x07", "b"), [("\x1b[2J\r\x9b2J\x7f", "a\nb")])
    printed = capsys.readouterr().out
    assert "[bold]\ufffd]0;x\ufffd" in printed
    assert "\ufffd[2J\ufffd\ufffd2J\ufffd" in printed
    assert "a↵b" in printed


@pytest.mark.parametrize(
    "text", ["王㽏𠮷", "བོད་ཡིག", "ئۇيغۇرچە", "ᠮᠣᠩᠭᠤᠯ\u180eᠠ", "全角\u3000空格", "私\ue000用", "邊\U000e0100", "𱍐"]
)
def test_every_letter_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize("obeyed", ["\x00", "\x1b", "\x7f", "\x9b", "\t", "\r", "\u2028", "\u2029", "\u202e", "\ud800"])
def test_what_a_terminal_obeys_is_replaced(obeyed: str) -> None:
    assert visible(f"甲{obeyed}乙" * 200) == "甲\ufffd乙" * 200
