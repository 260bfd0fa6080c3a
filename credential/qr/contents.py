"""What travels of one presentation: the values that its type's template leaves open."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from credential.certificate_type import CertificateType
from credential.key_binding import ANY_WINDOW
from credential.keys import PublicKey


class Binding(IntEnum):
    """How a presentation is bound to its holder: two bits of the flags."""

    PAPER = 0
    """No holder's key in the payload."""
    AT_REST = 1
    """A holder's key, but no key binding: a credential at rest."""
    LIVE = 2
    """Key binding for any window."""
    REQUESTED = 3
    """Key binding for one window, whose audience travels."""


@dataclass(frozen=True, slots=True)
class Seed:
    """The one secret that all salts and decoys come from; only where every field that is present is shown."""

    octets: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Salts:
    """A salt for each field shown, in the type's order, and the digests of all others, decoys among them."""

    salts: tuple[bytes, ...] = field(repr=False)
    hidden_digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class HolderSignature:
    """A key binding without `sd_hash`, which the rest implies."""

    audience: str
    nonce: str
    issued_at: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class Contents:
    """`values` has one entry for each field of the type, None where it is not shown. Instants are Unix seconds."""

    certificate_type: CertificateType
    issuer: str
    issued_at: int
    not_before: int
    expires: int | None
    position: int
    kid: bytes
    inclusion_path: tuple[bytes, ...]
    signature: bytes
    holder_key: PublicKey | None
    values: tuple[str | None, ...] = field(repr=False)
    secret: Seed | Salts
    key_binding: HolderSignature | None

    @property
    def binding(self) -> Binding:
        if self.key_binding is None:
            return Binding.PAPER if self.holder_key is None else Binding.AT_REST
        return Binding.LIVE if self.key_binding.audience == ANY_WINDOW else Binding.REQUESTED
