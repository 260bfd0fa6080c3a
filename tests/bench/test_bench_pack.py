"""The figures for packs, at the size that is promised: ten million credentials."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bench import pack
from bench.cli import bench
from bench.pack import LIMIT_MIB, LIMIT_OCTETS, measure

HANGS_SECONDS = 600.0


@pytest.mark.slow
def test_a_countrys_pack_is_small_loads_in_little_memory_and_no_altered_one_holds(tmp_path: Path) -> None:
    """Seconds are for `yinxin bench pack` to tell; here only that it does not hang."""
    figures = measure(tmp_path, share=1, mutations=100)
    assert figures.events > 110_000
    assert figures.octets <= LIMIT_OCTETS
    assert figures.mebibytes < LIMIT_MIB
    assert figures.seconds < HANGS_SECONDS
    assert (figures.mutations, figures.accepted_mutations) == (100, 0)


@pytest.mark.slow
def test_the_limits_are_told_with_the_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "LIMIT_SECONDS", HANGS_SECONDS)
    result = CliRunner().invoke(bench, ["pack", "--share", "0.01", "--mutations", "20"])
    assert result.exit_code == 0, result.output
    assert "altered and believed            0 of 20" in result.output
    assert "limit 2,500,000" in result.output
