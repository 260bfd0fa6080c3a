"""Tells the story as it goes, holds every expectation, and keeps what the page shows afterwards."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape


class NotAsExpected(AssertionError):
    """The story went otherwise than it must."""


@dataclass
class Check:
    """One check at a window, as the page shows it."""

    title: str
    report: dict[str, Any] = field(repr=False)
    picture: str | None
    milliseconds: float


@dataclass
class Chapter:
    title: str
    started: float
    seconds: float = 0.0
    lines: list[str] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)


@dataclass
class Teller:
    console: Console
    chapters: list[Chapter] = field(default_factory=list)
    expectations: int = 0

    def chapter(self, title: str) -> None:
        self.end_chapter()
        self.chapters.append(Chapter(title, time.monotonic()))
        self.console.print(f"\n[bold]{len(self.chapters)}. {escape(title)}[/bold]", emoji=False, soft_wrap=True)

    def end_chapter(self) -> None:
        if self.chapters and not self.chapters[-1].seconds:
            chapter = self.chapters[-1]
            chapter.seconds = time.monotonic() - chapter.started
            self.console.print(f"   [dim]{chapter.seconds:.1f} s[/dim]")

    def say(self, line: str) -> None:
        self.chapters[-1].lines.append(line)
        self.console.out(f"   {line}", highlight=False)

    def expect(self, claim: str, found: object, expected: object) -> None:
        """Goes on only if `found` is what was expected."""
        self.expectations += 1
        if found != expected:
            raise NotAsExpected(f"{claim}: expected {expected!r}, found {found!r}")
        self.chapters[-1].lines.append(f"✓ {claim}")
        self.console.print(f"   [green]✓[/green] {escape(claim)}", emoji=False, highlight=False, soft_wrap=True)

    def show(self, check: Check) -> None:
        self.chapters[-1].checks.append(check)
