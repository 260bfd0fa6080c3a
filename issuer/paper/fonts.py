"""The fonts of the paper copy: the bundled ones, then those of the settings; and what none of them can print."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fpdf import FPDF

from issuer.errors import MissingGlyphs

BUNDLED = ("NotoSansCJKsc-Subset.otf", "NotoSerifTibetan-Regular.ttf", "NotoNaskhArabic-Regular.ttf")
"""Chinese and Latin, Tibetan, Uyghur; see fonts/README.md."""


@dataclass(frozen=True, slots=True)
class Font:
    """One font file: its octets once embedded are a subset, its code points are known from the start."""

    family: str
    file: Path
    code_points: frozenset[int]


@dataclass(frozen=True, slots=True)
class Fonts:
    """All fonts, in the order in which they are asked for a character."""

    fonts: tuple[Font, ...]

    @classmethod
    def load(cls, more: Iterable[Path] = ()) -> Fonts:
        """Raises OSError or fontTools' TTLibError for a file that is no font."""
        added = (_font(f"added{place}", file) for place, file in enumerate(more))
        return cls((*_bundled(), *added))

    def must_have(self, texts: Iterable[str]) -> None:
        """Raises MissingGlyphs, so that no certificate is ever printed with an empty box in a name."""
        known = frozenset().union(*(font.code_points for font in self.fonts))
        wanted = {character for text in texts for character in text if not _is_invisible(character)}
        if missing := frozenset(character for character in wanted if ord(character) not in known):
            raise MissingGlyphs(missing)

    def add_to(self, pdf: FPDF) -> None:
        """Every font is embedded as the subset that is used; the first is the main one, the others fill in."""
        for font in self.fonts:
            pdf.add_font(font.family, fname=font.file)
        pdf.set_font(self.fonts[0].family, size=11)
        pdf.set_fallback_fonts([font.family for font in self.fonts[1:]], exact_match=False)
        pdf.set_text_shaping(True)


@cache
def _bundled() -> tuple[Font, ...]:
    folder = Path(__file__).parent / "fonts"
    return tuple(_font(f"bundled{place}", folder / name) for place, name in enumerate(BUNDLED))


def _font(family: str, file: Path) -> Font:
    with TTFont(file, lazy=True) as opened:
        return Font(family, file, frozenset(opened.getBestCmap()))


def _is_invisible(character: str) -> bool:
    """White space and joiners need no glyph."""
    return character.isspace() or unicodedata.category(character) == "Cf"
