from __future__ import annotations

import pytest
from click.testing import CliRunner

from bench.cli import bench
from bench.verify import LIMIT_MS, PICTURE_LIMIT_MS, Figures


@pytest.mark.parametrize(
    ("check_ms", "picture_check_ms", "within"),
    [(1.999, 24.999, True), (LIMIT_MS, 1.0, False), (1.0, PICTURE_LIMIT_MS, False)],
)
def test_a_median_is_within_its_limit_only_below_it(check_ms: float, picture_check_ms: float, within: bool) -> None:
    assert Figures(1, check_ms, picture_check_ms, 0.2).within_limits is within


def test_the_ratio_is_one_check_in_pairs_of_signature_checks() -> None:
    assert Figures(1, 1.2, 9.0, 0.2).ratio == pytest.approx(6.0)


@pytest.mark.slow
def test_a_real_check_is_measured_with_and_without_its_picture() -> None:
    """How quick depends on the machine and on what else it does; that real, accepted checks are timed does not."""
    result = CliRunner().invoke(bench, ["verify", "--rounds", "20"])
    assert "median of 20 checks" in result.output, result.output
    for line in ("from the code's text", "reading the PNG too", "two bare P-256 signature checks"):
        assert line in result.output
    assert result.exit_code == 0 or "over the limit" in result.output
