from __future__ import annotations

import json
import re
from dataclasses import astuple
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from credential import Outcome, Reason, Row, State, Verdict, parse_presentation, report_to_json
from credential.codes import CODES
from credential.rules import RULES
from credential.texts import ASKED, CONDITIONS, OUTCOMES, REASONS, STATES, TEXTS, VERDICTS, Ask, text_of, title_of, word

ROOT = Path(__file__).parents[3]
JARGON = (
    "哈希",
    "摘要",
    "默克尔",
    "根",
    "叶",
    "区块",
    "链",
    "公钥",
    "私钥",
    "令牌",
    "字段",
    "解析",
    "协议栈",
    "证明路径",
)
NOT_JARGON = ("根据",)
NAMES = [code.name for code in CODES]


def test_every_code_has_a_text_and_no_text_lacks_a_code() -> None:
    assert list(TEXTS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_text_says_what_and_what_next_in_both_languages(name: str) -> None:
    text = TEXTS[name]
    assert all(astuple(text))
    assert re.search("[一-鿿]", text.zh)
    assert re.search("[一-鿿]", text.next_zh)
    assert not re.search("[一-鿿]", text.en + text.next_en)


@pytest.mark.parametrize("name", NAMES)
def test_every_next_step_names_whom_to_ask(name: str) -> None:
    text = TEXTS[name]
    if text.ask is not Ask.NOBODY:
        zh, en = ASKED[text.ask]
        assert zh in text.next_zh
        assert en.removeprefix("your ").removeprefix("the ") in text.next_en


@pytest.mark.parametrize("name", NAMES)
def test_chinese_texts_are_plain_words_for_a_clerk(name: str) -> None:
    text = TEXTS[name]
    plain = re.sub(r"\{[a-z_]+\}", "", text.zh + text.next_zh)
    for harmless in NOT_JARGON:
        plain = plain.replace(harmless, "")
    assert not re.search("[A-Za-z]", plain)
    assert not [each for each in JARGON if each in plain]
    assert len(plain) <= 80


def test_every_name_in_a_text_is_evidence_that_its_code_carries(vectors: Any, read_world: Any) -> None:
    carried: dict[str, set[str]] = {}
    for case in vectors["cases"]:
        for row in read_world(case).report().rows:
            carried.setdefault(row.code, {"needs"}).update(row.evidence)
    for name in NAMES:
        named = {field for part in astuple(TEXTS[name]) for _, field, _, _ in Formatter().parse(str(part)) if field}
        assert named <= carried[name], name


def test_verdicts_states_reasons_and_outcomes_all_have_words() -> None:
    assert [VERDICTS[verdict][0] for verdict in Verdict] == ["认可", "不认可", "无法判定"]
    assert set(OUTCOMES) == set(Outcome)
    assert set(STATES) == {state.name.lower() for state in State}
    assert set(REASONS) == {reason.name.lower() for reason in Reason}
    assert [title_of(rule.number) for rule in RULES]
    assert set(CONDITIONS) == {"identity_document"}


def test_times_are_shanghai_times_and_regions_have_names() -> None:
    assert word("anchored_at", 0) == ("1970-01-01 08:00", "1970-01-01 08:00")
    assert word("anchored_at", 2**80) == (str(2**80), str(2**80))
    assert word("region", 340000) == ("安徽省", "Anhui")
    assert word("region", 7) == ("7", "7")
    assert word("reason", "rescinded") == ("撤销", "rescinded")
    assert word("reason", "a later reason") == ("a later reason", "a later reason")


def test_a_text_comes_out_even_without_its_evidence() -> None:
    text = text_of(Row(7, "facts_are_fresh_enough", Outcome.UNKNOWN, "facts_are_too_old"))
    assert text is not None
    assert text.zh == "本窗口的数据停在—，太旧了"


def test_evidence_is_never_read_as_a_template() -> None:
    evidence = {"recognising_region": 440000, "issuing_region": 340000, "type_zh": "{needs.__class__}", "type_en": "{}"}
    text = text_of(Row(12, "issuing_region_was_recognised", Outcome.FAILS, "agreement_is_missing", evidence))
    assert text is not None
    assert text.zh == "没有查到广东省认可安徽省签发的“{needs.__class__}”的协议"


def test_the_documents_examples_are_what_is_written(vectors: Any, read_world: Any) -> None:
    blocks = re.findall("```json\n(.*?)```", (ROOT / "spec/report.md").read_text(encoding="utf-8"), re.DOTALL)
    whole, one_row = map(json.loads, blocks)
    cases = {case["name"]: case for case in vectors["cases"]}
    paper = json.loads(json.dumps(report_to_json(read_world(cases["paper that shows only whose it is"]).report())))
    assert list(whole) == list(paper)
    cut = {"rows": paper["rows"][:1], "not_shown": paper["not_shown"][:2], "fingerprint": whole["fingerprint"]}
    assert whole == paper | cut
    assert len(paper["not_shown"]) - len(whole["not_shown"]) == 8
    missing = report_to_json(read_world(cases["no agreement with this region"]).report())["rows"]
    assert one_row == json.loads(json.dumps(missing))[11]


def test_a_report_of_nothing_readable_renders(world: Any) -> None:
    rendered = report_to_json(world.but(shown=parse_presentation("hello")).report())
    assert rendered["verdict"] == "rejected"
    assert rendered["claimed"] == {
        "proven": False,
        "issuer": None,
        "certificate_type": None,
        "certificate_identifier": None,
        "position": None,
    }
