"""One check: what was shown, what is known, what was asked. Only facts that are about what was shown count as known."""

from __future__ import annotations

from dataclasses import dataclass

from credential.certificate_type import CertificateType
from credential.dates import DAY_SECONDS, cut_to_day
from credential.facts import AuthorityFact, BatchFact, Facts, KeyFact
from credential.policy import CLOCK_TOLERANCE_SECONDS, Challenge, Policy
from credential.presentation import Presentation


@dataclass(frozen=True, slots=True)
class Case:
    """`at` is the instant asked about, `now` the window's clock; both Unix seconds."""

    shown: Presentation
    facts: Facts
    policy: Policy
    challenge: Challenge
    at: int
    now: int

    @property
    def certificate_type(self) -> CertificateType | None:
        known, payload = self.facts.certificate_type, self.shown.payload
        fits = known is not None and (known.code, known.version) == (payload.type_code, payload.type_version)
        return known if fits else None

    @property
    def authority(self) -> AuthorityFact | None:
        known = self.facts.authority
        return known if known is not None and self.shown.payload.issuer in known.urls else None

    @property
    def key(self) -> KeyFact | None:
        known = self.facts.key
        return known if known is not None and known.kid == self.shown.header.kid else None

    @property
    def batch(self) -> BatchFact | None:
        """The batch that holds the position which the presentation claims."""
        known, authority, position = self.facts.batch, self.authority, self.shown.payload.position
        if known is None or authority is None or known.authority != authority.number:
            return None
        return known if known.first <= position < known.first + known.count else None

    @property
    def clock_is_wrong(self) -> bool:
        """The facts are proven to be of a time that this window's clock has not reached."""
        return self.facts.as_of > self.now + CLOCK_TOLERANCE_SECONDS

    @property
    def facts_reach_past_the_day_of_issue(self) -> bool:
        """`iat` names only the day, so the whole of it may be the time of issue."""
        return self.facts.as_of >= cut_to_day(self.shown.payload.issued_at) + DAY_SECONDS

    @property
    def facts_are_as_new_as_the_credential(self) -> bool:
        """Whether a thing that the facts lack was missing when the credential was issued (spec/verdict.md, "Absence").

        Either the batch at its position is known, and with it what the registry demands before, or the day is over.
        """
        return self.batch is not None or self.facts_reach_past_the_day_of_issue
