"""Every vector of spec/vectors/verdict.json, and that together they reach every code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from credential import Outcome, Verdict, report_to_json
from credential.codes import CODES
from credential.rules import RULES

ROOT = Path(__file__).parents[3]
CASES = json.loads((ROOT / "spec/vectors/verdict.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_row_is_as_the_vector_says(case: Any, read_world: Callable[[Any], Any]) -> None:
    report = read_world(case).report()
    found = {
        str(row.number): {"code": row.code, "needs": row.needs}
        for row in report.rows
        if row.outcome is not Outcome.PASSES
    }
    assert found == case["not_passing"]
    assert list(report.conditions) == case["conditions"]
    assert [each.name for each in report.not_shown] == case["not_shown"]
    assert (report.verdict is Verdict.ACCEPTED) == (not case["not_passing"])
    assert json.loads(json.dumps(report_to_json(report)))["verdict"] == report.verdict


def test_the_vectors_reach_every_code() -> None:
    reached = {row["code"] for case in CASES for row in case["not_passing"].values()}
    assert reached == {code.name for code in CODES}


def test_the_vectors_have_distinct_names() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_the_document_lists_every_rule_and_code_and_no_other() -> None:
    document = (ROOT / "spec/verdict.md").read_text(encoding="utf-8")
    table = document.split("## Codes")[1].split("\n## ")[0]
    listed = re.findall(r"^\| ([0-9]+|any) \| `([a-z_0-9]+)` \| (passes|fails|unknown) \|", table, re.MULTILINE)
    rules = {(str(rule.number), rule.name, "passes") for rule in RULES}
    codes = {(str(code.rule or "any"), code.name, str(code.outcome)) for code in CODES}
    assert sorted(listed) == sorted(rules | codes)
