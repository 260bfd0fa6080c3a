"""`scripts/test`: its words, and what it says where the live network cannot be had. No test is run by it here."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def refused(*words: str) -> str:
    command = [sys.executable, str(ROOT / "scripts" / "test"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: scripts/test [-h] [--network | -- ARGS]\n")
    return done.stderr


@pytest.mark.parametrize("word", ["--nettwork", "--net", "-x", "tests/credential", "network"])
def test_an_unknown_word_is_named_and_nothing_runs(word: str) -> None:
    assert refused(word).endswith(f"unrecognized arguments: {word}\n")
    assert word in refused("--network", word)
    assert word in refused(word, "--", "tests/credential")


def test_the_full_network_tests_take_no_arguments() -> None:
    assert "--network takes no ARGS" in refused("--network", "--", "-x")


def test_help_is_given_before_anything_is_made_ready() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "test"), "-h"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "scripts/test -- ARGS       only pytest, with ARGS" in done.stdout


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`scripts/test` itself, in an environment that is ready; what it would run is kept in `ran`."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    loader = SourceFileLoader("scripts_test", str(ROOT / "scripts" / "test"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    monkeypatch.setenv("PATH", os.environ["PATH"])
    monkeypatch.setattr(module.environment, "python_with", lambda requirements: Path(sys.executable))
    monkeypatch.setattr(module.environment, "path_with_node", lambda: os.environ["PATH"])
    monkeypatch.setattr(module, "packages", lambda program, names: True)
    ran: list[list[str]] = []

    def run(title: str, command: list[str | Path], env: dict[str, str]) -> int:
        ran.append([str(word) for word in command[1:]])
        return 0

    def all_but_the_network(python: Path, env: dict[str, str]) -> int:
        ran.append(["all else"])
        return 0

    monkeypatch.setattr(module, "ran", ran, raising=False)
    monkeypatch.setattr(module, "run", run)
    monkeypatch.setattr(module, "all_but_the_network", all_but_the_network)
    return module


@pytest.fixture
def no_geth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing built, and a Go that is too old to build it."""
    (tmp_path / "go").write_text("#!/bin/sh\necho go1.1.1\n")
    (tmp_path / "go").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_the_full_network_tests_without_geth_run_nothing_and_say_so(
    script: ModuleType, no_geth: None, capfd: pytest.CaptureFixture[str]
) -> None:
    assert script.main(["--network"]) == 1
    assert script.ran == []
    said = capfd.readouterr().err
    assert "geth 1.13.15 is not built" in said
    assert "no geth here, and the network tests need it: nothing was run" in said
    assert "skipped" not in said


def test_all_without_geth_runs_the_rest_and_says_what_is_skipped(
    script: ModuleType, no_geth: None, capfd: pytest.CaptureFixture[str]
) -> None:
    assert script.main([]) == 0
    assert script.ran == [["all else"], ["-m", "pytest", "-q", "tests/network", "-m", "not network_full"]]
    assert "the tests that need the live network are skipped, and say why" in capfd.readouterr().err


def test_what_follows_two_dashes_is_pytests_alone(script: ModuleType) -> None:
    assert script.main(["--", "tests/credential", "-k", "merkle", "--", "-h"]) == 0
    assert script.ran == [["-m", "pytest", "-q", "tests/credential", "-k", "merkle", "--", "-h"]]
