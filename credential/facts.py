"""What a replica knows about one presentation: public facts from the registries, already proven, as plain values.

Times are Unix seconds. A period is [starts, ends) and `ends` None means no end. A fence (`revoked_from`) is None while
there is none. `None` for a fact means that the ledger, as far as `as_of`, does not have it: whether that is guilt or
only stale facts is decided by the rules, not here.
"""

from __future__ import annotations

from dataclasses import dataclass

from credential.certificate_type import CertificateType
from credential.status import Reason

NATION = 100000
"""The nation's GB/T 2260 code; what it issues needs no agreement."""

USE_CREDENTIAL = 1
"""A key's use: signing credentials (ITrustRegistry.sol)."""
SUITE_ES256 = 1
"""A key's suite: ECDSA on P-256 with SHA-256 (ITrustRegistry.sol)."""


@dataclass(frozen=True, slots=True)
class Period:
    """[starts, ends), Unix seconds; `ends` None: no end."""

    starts: int
    ends: int | None

    def covers(self, at: int) -> bool:
        return self.starts <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True)
class RegionFact:
    code: int
    name: str


@dataclass(frozen=True, slots=True)
class AuthorityFact:
    """An authority of `iss`. `urls` are all it ever had, oldest first."""

    number: int
    region: RegionFact
    credit_code: str
    name: str
    urls: tuple[str, ...]
    dissolved_at: int | None


@dataclass(frozen=True, slots=True)
class KeyFact:
    """A key as registered. `public_key` are 64 octets x ‖ y for suite 1 (ES256)."""

    kid: bytes
    authority: int
    use: int
    suite: int
    public_key: bytes
    period: Period
    revoked_from: int | None


@dataclass(frozen=True, slots=True)
class BatchFact:
    """The batch that holds the claimed position; `operator_revoked_from` fences the operator that anchored it."""

    authority: int
    seq: int
    first: int
    count: int
    root: bytes
    kid: bytes
    anchored_at: int
    operator_revoked_from: int | None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One change of status, in journal order. `actor_revoked_from` is the fence of the operator that made it.

    `to` is the raw four bits (a value that is not assigned stays visible); `reason` is None where the code is not
    assigned.
    """

    recorded_at: int
    origin: int
    to: int
    reason: Reason | None
    effective: int
    successor: int | None
    actor_revoked_from: int | None


@dataclass(frozen=True, slots=True)
class MemberFact:
    """One region's part in an agreement. `suspensions` are periods, the last perhaps without end."""

    region: int
    issues: bool
    recognises: bool
    ratified_at: int | None
    withdrawn_at: int | None
    suspensions: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class AgreementFact:
    """An agreement, by its terms and by what its members did."""

    number: int
    document_digest: bytes
    certificate_types: tuple[int, ...]
    period: Period
    members: tuple[MemberFact, ...]


@dataclass(frozen=True, slots=True)
class ContradictionFact:
    """Two valid headers of one number, by their block hashes: the network has said two things at once."""

    number: int
    first: bytes
    second: bytes


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known, as of one proven block, about one presentation.

    `as_of` is that block's time, `block` and `block_hash` name it. `certificate_type` is set only where the metadata at
    hand has the digest that the ledger registered for (number, version); `type_is_registered` tells whether the ledger
    has (code, version) at all: *registered, but this window lacks the metadata* differs from *unknown to the ledger*.
    `anchored_total` is the count of positions the authority has anchored. `agreements` are all whose types contain this
    one, in any state: the rules say which hold and what the others lack. Where there is a `contradiction`, nothing else
    here can be relied on.
    """

    fingerprint: str
    as_of: int
    block: int
    type_is_registered: bool
    certificate_type: CertificateType | None
    authority: AuthorityFact | None
    key: KeyFact | None
    accreditations: tuple[Period, ...]
    anchored_total: int
    batch: BatchFact | None
    status_changes: tuple[StatusChange, ...]
    agreements: tuple[AgreementFact, ...]
    block_hash: bytes = b""
    contradiction: ContradictionFact | None = None
