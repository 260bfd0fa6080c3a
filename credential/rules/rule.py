"""A rule: a number, a name that is true when it passes, and the function that judges. What it finds becomes one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, ParamSpec

from credential.codes import PRECONDITION_NOT_MET, Code
from credential.report import Outcome, Row

P = ParamSpec("P")
Evidence = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: no `code` means that it passes."""

    code: Code | None
    evidence: Evidence
    needs: int | None = None


@dataclass(frozen=True, slots=True)
class Rule(Generic[P]):
    """Called like its function, answers with its row."""

    number: int
    judge: Callable[P, Finding]

    @property
    def name(self) -> str:
        return self.judge.__name__

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Row:
        return self.row(self.judge(*args, **kwargs))

    def row(self, finding: Finding) -> Row:
        outcome = finding.code.outcome if finding.code else Outcome.PASSES
        code = finding.code.name if finding.code else self.name
        return Row(self.number, self.name, outcome, code, MappingProxyType(dict(finding.evidence)), finding.needs)


def rule(number: int) -> Callable[[Callable[P, Finding]], Rule[P]]:
    """Makes the function under it rule `number`, named as the function is."""
    return lambda judge: Rule(number, judge)


def passes(**evidence: str | int) -> Finding:
    return Finding(None, evidence)


def found(code: Code, **evidence: str | int) -> Finding:
    """The rule fails or is unknown, as `code` says."""
    return Finding(code, evidence)


def needs(row: Row) -> Finding:
    """Unknown, for want of `row`; the row named is the first cause, not a link of the chain to it."""
    return Finding(PRECONDITION_NOT_MET, {}, first_cause(row))


def unmet(*preconditions: Row) -> Finding | None:
    """`needs` of the first of them that does not pass; None where all pass."""
    return next((needs(row) for row in preconditions if row.outcome is not Outcome.PASSES), None)


def first_cause(row: Row) -> int:
    return row.number if row.needs is None else row.needs
