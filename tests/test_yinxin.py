"""The command's own part: what every group's errors go through."""

from __future__ import annotations

import click
import pytest

import yinxin


@pytest.mark.parametrize(("kind", "status"), [(click.ClickException, 1), (click.UsageError, 64)])
def test_an_error_does_not_speak_to_the_terminal(
    kind: type[click.ClickException], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(**_: object) -> None:
        raise kind("what a pack says: \x1b]0;x\x07\u202e\nand what to do")

    monkeypatch.setattr(yinxin.yinxin, "main", failing)
    with pytest.raises(SystemExit) as ended:
        yinxin.main()
    assert ended.value.code == status
    assert capsys.readouterr().err == "Error: what a pack says: \ufffd]0;x\ufffd\ufffd\nand what to do\n"
