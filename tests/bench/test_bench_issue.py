from __future__ import annotations

import pytest
from click.testing import CliRunner

from bench.cli import bench
from bench.issue import LIMIT_COUNT, LIMIT_SECONDS, Figures


@pytest.mark.parametrize(
    ("count", "seconds", "within"),
    [(LIMIT_COUNT, LIMIT_SECONDS - 0.01, True), (LIMIT_COUNT, LIMIT_SECONDS, False), (LIMIT_COUNT + 1, 600.0, True)],
)
def test_ten_thousand_are_within_the_limit_only_below_it(count: int, seconds: float, within: bool) -> None:
    assert Figures(count, (("make drafts", 0.0), ("seal and anchor", seconds))).within_limit is within


@pytest.mark.slow
def test_real_certificates_are_timed_from_file_to_anchored() -> None:
    """How quick 10,000 are depends on the machine; that each step is timed on real services does not."""
    result = CliRunner().invoke(bench, ["issue", "--count", "65"])
    assert result.exit_code == 0, result.output
    for step in ("read and check the file", "make drafts", "approve", "seal and anchor"):
        assert step in result.output
    assert "65 certificates, file to anchored" in result.output
