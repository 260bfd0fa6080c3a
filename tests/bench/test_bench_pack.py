"""The figure for packs: a hundredth of the country, and the limits told."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bench.cli import bench


@pytest.mark.slow
def test_a_hundredth_of_the_country_is_far_below_the_limits() -> None:
    result = CliRunner().invoke(bench, ["pack", "--share", "0.01", "--mutations", "20"])
    assert result.exit_code == 0, result.output
    assert "altered and believed            0 of 20" in result.output
    assert "limit 2,500,000" in result.output
