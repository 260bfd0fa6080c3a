"""Paper of which somebody shows only a part: a copied code, fields taken out, packed anew."""

from __future__ import annotations

import re
from typing import Any

from credential import present
from tests.verifier.window_samples import CLAIMS, qr_of
from verifier.terminal import lines
from verifier.view import view_of

HTML = {"accept": "text/html"}


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


def test_the_clerk_reads_what_is_not_shown_on_the_page_and_on_the_terminal(bench: Any) -> None:
    code = qr_of(present(bench.issue(None), set(CLAIMS) - {"vehicle_classes", "record"}))
    check = bench.window.store.get(bench.client.post("/checks", json={"text": code}).json()["id"])
    page = bench.client.get(f"/checks/{check.id}", headers=HTML).text
    (told,) = re.findall(r"<div data-not-shown>.*?<dd>(.*?)</dd>", page)
    assert re.sub(r"<.*?>", "|", told) == "准驾车型、记录（可能没有）|Vehicle classes, Remarks (it may have none)|"
    (line,) = [each for each in lines(view_of(check, bench.window.catalogue)) if "未出示" in each]
    assert line == "  未出示 not shown: 准驾车型 Vehicle classes、记录 Remarks（可能没有 may have none）"


def test_what_a_holder_leaves_out_of_a_live_code_is_no_line(bench: Any) -> None:
    check = bench.client.post("/checks", json={"text": qr_of(bench.live())}).json()
    assert check["report"]["verdict"] == "accepted"
    assert "data-not-shown" not in bench.client.get(f"/checks/{check['id']}", headers=HTML).text
