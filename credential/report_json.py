"""A report as JSON, format `yinxin-report/1` (spec/report.md): what services hand out and pages render."""

from __future__ import annotations

from credential import texts
from credential.report import Report, Row, Verdict

FORMAT = "yinxin-report/1"


def report_to_json(report: Report) -> dict[str, object]:
    """JSON types only, always the same members in the same order. Claims are null unless the report is accepted."""
    accepted = report.verdict is Verdict.ACCEPTED
    claimed = report.claimed
    return {
        "format": FORMAT,
        "verdict": report.verdict.value,
        "verdict_text": _word(texts.VERDICTS[report.verdict]),
        "at": report.at,
        "now": report.now,
        "as_of": report.as_of,
        "fingerprint": report.fingerprint,
        "conditions": [{"code": code, "text": _word(texts.CONDITIONS[code])} for code in report.conditions],
        "claims": dict(report.claims()) if accepted else None,
        "not_shown": [
            {"field": each.name, "label": _word((each.zh, each.en)), "mandatory": each.required}
            for each in report.not_shown
        ],
        "claimed": {
            "proven": accepted,
            "issuer": claimed.issuer,
            "certificate_type": claimed.certificate_type,
            "certificate_identifier": claimed.certificate_identifier,
            "position": claimed.position,
        },
        "rows": [_row(row) for row in report.rows],
    }


def _row(row: Row) -> dict[str, object]:
    text = texts.text_of(row)
    return {
        "number": row.number,
        "rule": row.rule,
        "title": _word(texts.title_of(row.number)),
        "outcome": row.outcome.value,
        "code": row.code,
        "needs": row.needs,
        "evidence": dict(row.evidence),
        "text": _word((text.zh, text.en)) if text else None,
        "next": {"ask": text.ask.value, **_word((text.next_zh, text.next_en))} if text else None,
    }


def _word(word: texts.Word) -> dict[str, str]:
    zh, en = word
    return {"zh": zh, "en": en}
