"""Paper of which somebody shows only a part: a copied code, fields taken out, packed anew."""

from __future__ import annotations

from typing import Any

from credential import present
from tests.verifier.window_samples import CLAIMS, qr_of


def test_a_copied_code_without_the_holder_is_neither_accepted_nor_called_forged(bench: Any) -> None:
    code = qr_of(present(bench.issue(None), ()))
    report = bench.client.post("/checks", json={"text": code}).json()["report"]
    assert report["verdict"] == "undetermined"
    assert [each["code"] for each in report["rows"] if each["outcome"] != "passes"] == ["holder_is_not_named"]
    assert report["rows"][12]["next"]["ask"] == "holder"
    assert report["conditions"] == []


def test_what_a_copied_code_leaves_out_is_told_with_the_verdict(bench: Any) -> None:
    kept = set(CLAIMS) - {"vehicle_classes", "record"}
    code = qr_of(present(bench.issue(None), kept))
    report = bench.client.post("/checks", json={"text": code}).json()["report"]
    assert report["verdict"] == "accepted"
    assert report["claims"].keys() == {"issuer", *kept}
    left_out = [(each["field"], each["label"]["zh"], each["mandatory"]) for each in report["not_shown"]]
    assert left_out == [("vehicle_classes", "准驾车型", True), ("record", "记录", False)]
