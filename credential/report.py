"""The report: one row for each rule, always all of them, always in order; the verdict is derived from the rows.

Claims are held back unless the report is accepted: `Report.claims()` raises otherwise. The claimed issuer and
identifier are there, marked unproven, so that a clerk has something to ask about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from credential.certificate_type import Field

_NUMBERS = tuple(range(1, 15))


class Outcome(StrEnum):
    """What a rule found."""

    PASSES = "passes"
    FAILS = "fails"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """认可, 不认可, 无法判定."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDETERMINED = "undetermined"


class NotAccepted(RuntimeError):
    """Claims were asked of a report that is not accepted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One rule's row.

    `code` is permanent and public: the rule's name where it passes, else the name of one of `credential.codes`.
    `evidence` holds public facts only (numbers, times, names of authorities and regions), never claims. `needs` is the
    rule that first left this one without its precondition.
    """

    number: int
    rule: str
    outcome: Outcome
    code: str
    evidence: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))
    needs: int | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the presentation says of itself, unproven: enough to ask about, nothing to rely on."""

    issuer: str | None
    certificate_identifier: str | None = field(repr=False)
    certificate_type: str | None
    position: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one check, as of `at`, made at `now`, with the facts of `as_of` on the network of `fingerprint`.

    `conditions` are what the clerk still has to do where it is accepted: `identity_document`, compare one with the
    holder named. `not_shown` are the type's fields that accepted paper does not show: left out, or not in the
    certificate.
    """

    rows: tuple[Row, ...]
    claimed: Claimed
    conditions: tuple[str, ...]
    not_shown: tuple[Field, ...]
    fingerprint: str
    as_of: int
    at: int
    now: int
    _claims: Mapping[str, object] = field(repr=False)

    def __post_init__(self) -> None:
        if tuple(row.number for row in self.rows) != _NUMBERS:
            raise ValueError("a report has a row for each rule, in order: one that lacks a row could seem accepted")

    @property
    def verdict(self) -> Verdict:
        outcomes = {row.outcome for row in self.rows}
        if Outcome.FAILS in outcomes:
            return Verdict.REJECTED
        return Verdict.UNDETERMINED if Outcome.UNKNOWN in outcomes else Verdict.ACCEPTED

    def claims(self) -> Mapping[str, object]:
        """The disclosed claims by GB/T 36903 name, and `issuer`. Raises NotAccepted unless the verdict is accepted."""
        if self.verdict is not Verdict.ACCEPTED:
            raise NotAccepted(f"claims cannot be read: the verdict is {self.verdict}")
        return self._claims
