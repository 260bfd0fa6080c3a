"""What people read of a report, in Chinese and English; nothing is ever decided by a text."""

from __future__ import annotations

from credential.report import Outcome, Row
from credential.texts.findings import TEXTS
from credential.texts.rules import RULES
from credential.texts.text import Ask, Text
from credential.texts.words import ASKED, CONDITIONS, OUTCOMES, REASONS, STATES, VERDICTS, Word, region, time, word


def title_of(rule: int) -> Word:
    """The sentence that is true when rule `rule` passes."""
    return RULES[rule]


def text_of(row: Row) -> Text | None:
    """What the clerk reads about a row that fails or is unknown, its evidence in words; None for a row that passes."""
    if row.outcome is Outcome.PASSES:
        return None
    evidence = {**row.evidence} if row.needs is None else {**row.evidence, "needs": row.needs}
    words = {name: word(name, value) for name, value in evidence.items()}
    return TEXTS[row.code].filled(
        {name: zh for name, (zh, _) in words.items()}, {name: en for name, (_, en) in words.items()}
    )


__all__ = [
    "ASKED",
    "CONDITIONS",
    "OUTCOMES",
    "REASONS",
    "STATES",
    "TEXTS",
    "VERDICTS",
    "Ask",
    "Text",
    "Word",
    "region",
    "text_of",
    "time",
    "title_of",
    "word",
]
