"""`scripts/network` as people run it: the file itself, in a process of its own, from anywhere."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def network(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "scripts" / "network"), *words, "--folder", str(folder)]
    return subprocess.run(command, cwd=folder.parent, capture_output=True, text=True, check=False, timeout=300)


def told(folder: Path, *words: str) -> str:
    done = network(folder, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.network_full
def test_one_host_from_up_to_down_and_nothing_is_left(geth_is_here: None, tmp_path: Path) -> None:
    folder = tmp_path / "net"
    try:
        assert "fingerprint" in told(folder, "up", "--hosts", "1")
        shown = json.loads(told(folder, "status", "--json"))
        assert [each["sealing"] for each in shown["hosts"]] == [True]
        assert (shown["forked"], shown["groups"]) == (False, [[1]])
        assert told(folder, "heal") == "healed\n"
        assert told(folder, "down") == "down; chain and keys are removed\n"
        assert not folder.exists()
    finally:
        network(folder, "down")
    refused = network(folder, "status")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"Error: there is no network in {folder}: `up` makes one\n"


def test_what_is_not_the_networks_is_left(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("mine", encoding="utf-8")
    assert network(tmp_path, "up").returncode == 1
    assert list(tmp_path.iterdir()) == [letter]
