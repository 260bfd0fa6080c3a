"""The documents that people read first: what they name is there."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("docs", "docs/adr", "spec", "contracts", "examples", "issuer/paper/fonts")
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *(path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.md")))]
SOURCES = [
    path.read_text(encoding="utf-8")
    for folder in ("credential", "ledger", "issuer", "verifier", "wallet")
    for path in (ROOT / folder).rglob("*.py")
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
    files = [target for target in targets if not target.startswith("https://")]
    assert [target for target in files if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "docs/architecture.md", "docs/trust.md"])
def test_every_path_that_is_named_exists(name: str) -> None:
    """Paths are written from the repository's root."""
    paths = re.findall(r"`([\w.-]+/[\w./*-]*)`", (ROOT / name).read_text(encoding="utf-8"))
    assert [path for path in paths if not any(ROOT.glob(path.rstrip("/")))] == []


def test_names_of_the_glossary_are_names_in_the_code() -> None:
    rows = [line.split("|") for line in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()]
    cells = [row[3] for row in rows if len(row) > 5 and "(later)" not in row[4]]
    names = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert len(names) > 30
    assert [name for name in names if not any(re.search(rf"\b{name}s?\b", source) for source in SOURCES)] == []


def test_everything_public_of_the_registries_says_what_it_means() -> None:
    """A getter's comment says what an unknown number gives, an act's who may and what reverts."""
    named, silent = 0, []
    for interface in sorted((ROOT / "contracts/src/interfaces").glob("*.sol")):
        lines = interface.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if declared := re.match(r" +(?:function|event|error) (\w+)", line):
                named += 1
                comment = list(takewhile(lambda each: each.lstrip().startswith("///"), reversed(lines[:number])))
                if not any("@notice " in each for each in comment):
                    silent.append(f"{interface.stem}.{declared[1]}")
    assert named > 100
    assert silent == []


def test_trust_says_one_sentence_a_component() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", (ROOT / "docs/trust.md").read_text(encoding="utf-8"), re.M)
    assert len(rows) > 20
    assert [component for component, at_most in rows if re.search(r"[.。:]\)? +[A-Z]|[.。]$", at_most)] == []
