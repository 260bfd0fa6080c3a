"""What a text for the clerk consists of, and how evidence is worded in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Ask(StrEnum):
    """Whom a clerk asks. `nobody`: scanning or waiting is enough."""

    NOBODY = "nobody"
    HOLDER = "holder"
    ISSUER = "issuer"
    SUPPORT = "support"
    REGION = "region"
    OPERATORS = "operators"


@dataclass(frozen=True, slots=True)
class Text:
    """What was found and what to do next, in Chinese and English. Texts may change; codes never do."""

    zh: str
    en: str
    ask: Ask
    next_zh: str
    next_en: str

    def filled(self, zh: Mapping[str, str], en: Mapping[str, str]) -> Text:
        """The text with its {names} replaced by the evidence in words."""
        return Text(
            self.zh.format_map(_Known(zh)),
            self.en.format_map(_Known(en)),
            self.ask,
            self.next_zh.format_map(_Known(zh)),
            self.next_en.format_map(_Known(en)),
        )


class _Known(dict[str, str]):
    """Evidence that a row lacks reads as a dash: a text never fails to come out."""

    def __missing__(self, key: str) -> str:
        return "—"
