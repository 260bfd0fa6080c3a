"""Where geth cannot be had: a plain reason, nothing that looks built, and tests that are skipped instead of failing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.hosts import CannotBuild, geth

ROOT = Path(__file__).resolve().parents[2]
NO_PROXY = "go: github.com/ethereum/go-ethereum@v1.13.15: no such host"
NEEDS_HOSTS = "tests/network/test_network_smoke.py", "tests/network/test_council_on_clique.py"


@pytest.fixture
def go_without_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Go that cannot get modules, and nothing built yet; the file has a line for each try."""
    tries, go = tmp_path / "tries", tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = env ]; then echo go1.22.1; exit 0; fi\n'
        f"echo once >> {tries}\n"
        f"echo '{NO_PROXY}' >&2; exit 1\n"
    )
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{go.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tries


def test_a_build_that_fails_says_why_and_leaves_nothing_that_looks_built(go_without_proxy: Path) -> None:
    told: list[str] = []
    with pytest.raises(CannotBuild, match="cannot be built here") as failed:
        geth.build(told.append)
    assert NO_PROXY in str(failed.value)
    assert len(str(failed.value).splitlines()) == 1
    assert len(told) == 1
    assert not geth.is_built()


def test_a_cache_that_cannot_be_written_is_told(go_without_proxy: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(CannotBuild, match="nowhere to be kept"):
        geth.build(lambda text: None)


@pytest.mark.slow
def test_tests_that_need_hosts_are_skipped_after_one_try(go_without_proxy: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs", *NEEDS_HOSTS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout
    assert NO_PROXY in done.stdout
    assert "failed" not in done.stdout
    assert " skipped" in done.stdout
    assert go_without_proxy.read_text().splitlines() == ["once"]
