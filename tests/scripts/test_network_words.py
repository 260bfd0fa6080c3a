"""`scripts/network`: what its words mean, what it tells, and what it leaves where geth cannot be had. No host runs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scripts.hosts import Host, HostProblem, Network, View, records
from scripts.hosts.__main__ import main
from scripts.hosts.folder import held
from scripts.hosts.records import Record
from scripts.hosts.watch import HostView

HOSTS = tuple(Host(number, 0, f"省{number}", f"0x{number}", "", ("127.0.0.1", 0), 0) for number in range(1, 5))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A network of four hosts, all down, on ports."""
    with held(tmp_path / "net"):
        records.write(Record("00000000", "ports", 1, HOSTS, ((1, 2, 3, 4),)), tmp_path / "net" / "hosts.json")
    return tmp_path / "net"


def told(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--folder", str(folder)])


def groups(folder: Path) -> list[list[int]]:
    found: list[list[int]] = json.loads(told(folder, "status", "--json").stdout)["groups"]
    return found


@pytest.mark.parametrize(
    "words",
    [
        ["1,2|3,4"],
        ["1,2 | 3,4"],
        [" 1, 2 | 3 ,4 "],
        ["1,2", "|", "3,4"],
        ["1,2", "3,4"],
        ["1,2 3,4"],
        ["1,2"],
    ],
)
def test_a_partition_is_written_with_bars_or_as_words(folder: Path, words: list[str]) -> None:
    done = told(folder, "partition", *words)
    assert (done.exit_code, done.stdout) == (0, "cut: 1,2 | 3,4\n")
    assert groups(folder) == [[1, 2], [3, 4]]


def test_what_status_prints_of_a_cut_can_be_given_again(folder: Path) -> None:
    told(folder, "partition", "4|1,3|2")
    told_of_it = next(line for line in told(folder, "status").stdout.splitlines() if line.startswith("cut: "))
    told(folder, "partition", "1|2")
    assert groups(folder) == [[1], [2], [3, 4]]
    assert told(folder, "partition", told_of_it.removeprefix("cut: ")).exit_code == 0
    assert groups(folder) == [[4], [1, 3], [2]]


@pytest.mark.parametrize("text", ["1,2|", "|1,2", "1||2", "1 2|3,4", "1;2|3", "1,,2|3", "-1|2", "shanghai"])
def test_what_is_no_partition_is_refused_and_cuts_nothing(folder: Path, text: str) -> None:
    done = told(folder, "partition", "--", text)
    assert done.exit_code == 2
    assert "is no group of hosts like 1,2; write groups as '1,2|3,4', quoted" in " ".join(done.stderr.split())
    assert groups(folder) == [[1, 2, 3, 4]]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1,2,3,4", "a partition has two groups or more, such as '1,2|3,4'"),
        ("1,2|2,3", "a host can be in one group only"),
        ("1|5", "there is no host 5"),
    ],
)
def test_groups_that_these_hosts_cannot_make_are_refused(folder: Path, text: str, problem: str) -> None:
    done = told(folder, "partition", text)
    assert done.exit_code == 1
    assert problem in done.stderr
    assert groups(folder) == [[1, 2, 3, 4]]


def test_help_shows_the_bar_in_quotes() -> None:
    assert "scripts/network partition '1,2|3,4'" in CliRunner().invoke(main, ["partition", "-h"]).stdout


def shown(monkeypatch: pytest.MonkeyPatch, folder: Path, cut: tuple[tuple[int, ...], ...], peers: list[int]) -> str:
    """What `status` tells where three hosts answer, with so many peers by their own account, and host 4 is down."""
    answering = [HostView(host, 7, "0x7", count, True) for host, count in zip(HOSTS, peers, strict=False)]
    view = View((*answering, HostView(HOSTS[3], None, "", 0, False, "down")), 7, cut)
    monkeypatch.setattr(Network, "look", lambda self: view)
    return told(folder, "status").stdout


def test_status_shows_the_cut_beside_the_peers_that_hosts_report(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    lines = shown(monkeypatch, folder, ((1, 2), (3, 4)), [2, 2, 2]).splitlines()
    assert ["2 peers, 1 in reach" in line for line in lines[:2]] == [True, True]
    assert "2 peers, 0 in reach" in lines[2]
    assert lines[3].endswith("down")
    assert lines[4] == "cut: 1,2 | 3,4"
    assert lines[5].startswith("peers are as the hosts report them: geth notices a cut cable after about")


def test_status_explains_nothing_where_hosts_have_noticed_or_nothing_is_cut(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    assert "as the hosts report" not in shown(monkeypatch, folder, ((1, 2), (3, 4)), [1, 1, 0])
    whole = shown(monkeypatch, folder, ((1, 2, 3, 4),), [2, 2, 2])
    assert "2 peers  seals" in whole
    assert "in reach" not in whole
    assert "as the hosts report" not in whole


@pytest.fixture
def no_geth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing built, and a Go that is too old to build it."""
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text("#!/bin/sh\necho go1.1.1\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{go.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_up_without_geth_leaves_nothing(no_geth: None, tmp_path: Path) -> None:
    new = tmp_path / "new"
    done = told(new, "up", "--isolation", "ports")
    assert done.exit_code == 1
    assert done.stderr == "Error: geth 1.13.15 is not built, and Go is 1.1: install Go 1.21 or newer\n"
    assert not new.exists()
    assert "there is no network" in told(new, "status").stderr


def test_up_without_geth_keeps_the_network_that_was_there(no_geth: None, folder: Path) -> None:
    before = (folder / "hosts.json").read_bytes()
    assert told(folder, "up").exit_code == 1
    assert (folder / "hosts.json").read_bytes() == before


def test_a_folder_into_which_nothing_came_is_gone(tmp_path: Path) -> None:
    with pytest.raises(HostProblem), held(tmp_path / "net"):
        raise HostProblem("cannot begin")
    assert not (tmp_path / "net").exists()


def test_a_folder_that_was_removed_and_made_anew_by_others_meanwhile_is_theirs(tmp_path: Path) -> None:
    new = tmp_path / "net"
    with held(new):
        (new / ".yinxin-hosts").unlink()
        (new / ".yinxin-hosts").touch()
    assert (new / ".yinxin-hosts").exists()
