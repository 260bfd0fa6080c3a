"""The demo from end to end: its story asserts itself, here only that it was told and left what it promises."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from rich.console import Console

from scripts.story import __main__ as story
from scripts.story.scene import Scene
from scripts.story.teller import Teller

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_demo_tells_its_story_and_leaves_pictures_paper_and_page(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scripts.story", "--folder", str(tmp_path / "demo")]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1400)
    assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-3000:]
    assert "expectations held" in told.stdout
    left = tmp_path / "demo"
    assert (left / "paper.pdf").read_bytes().startswith(b"%PDF")
    assert len(list(left.glob("live-*.png"))) >= 5
    page = (left / "story.html").read_text(encoding="utf-8")
    assert all(word in page for word in ("认可", "不认可", "无法判定", "号互认协议", "还要做", "数据截至"))


def test_a_story_that_cannot_go_on_says_why_and_where_the_logs_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stuck(*_: object) -> None:
        raise TimeoutError("the queue [of] the bureau did not empty")

    monkeypatch.setattr(story, "tell", stuck)
    monkeypatch.setattr(sys, "argv", ["demo", "--folder", str(tmp_path / "demo")])
    assert story.main() == 1
    told = capsys.readouterr().out
    assert "could not go on: the queue [of] the bureau did not empty" in told
    assert "logs" in told


def test_what_the_story_tells_stays_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"[/bold]{number} :smile: {tmp_path} " + "长" * 60 for number in range(3)]
    teller = Teller(Console())
    teller.chapter(lines[0])
    teller.say(lines[1])
    teller.expect(lines[2], True, True)
    assert capsys.readouterr().out == f"\n1. {lines[0]}\n   {lines[1]}\n   ✓ {lines[2]}\n"


def test_where_things_are_is_told_in_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / ("[bold]" + "long" * 30)

    def told(scene: Scene, _: Teller) -> None:
        scene.network = Mock(fingerprint="00")

    monkeypatch.setattr(story, "tell", told)
    monkeypatch.setattr(story, "write_page", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["demo", "--folder", str(folder)])
    assert story.main() == 0
    assert f"page      {folder}/story.html\npaper     {folder}/paper.pdf\n" in capsys.readouterr().out


def test_the_demo_leaves_a_folder_alone_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    command = [sys.executable, "-m", "scripts.story", "--folder", str(tmp_path)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert told.returncode != 0
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "mine"


def test_a_second_demo_does_not_touch_the_folder_of_a_running_one(tmp_path: Path) -> None:
    with (tmp_path / ".yinxin-demo").open("w") as running:
        fcntl.flock(running, fcntl.LOCK_EX)
        command = [sys.executable, "-m", "scripts.story", "--folder", str(tmp_path)]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert told.returncode != 0
    assert "a demo is running" in told.stderr
    assert (tmp_path / ".yinxin-demo").exists()
