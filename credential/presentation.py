"""What was shown, as plain values: well-formed, but nothing of it proven. Reading is parse.py's, judging the rules'."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from credential.keys import PublicKey


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No presentation. `code` is permanent and public; `message` is for people and quotes nothing shown."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Header:
    """The protected header. `kid` is an RFC 7638 thumbprint, `inclusion_path` bottom up, empty in a batch of one."""

    kid: bytes
    inclusion_path: tuple[bytes, ...]
    octets: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Payload:
    """The issuer's payload. Times are Unix seconds, starts of Shanghai days; validity is [not_before, expires)."""

    issuer: str
    type_code: str
    type_version: int
    issued_at: int
    not_before: int
    expires: int | None
    position: int
    holder_key: PublicKey | None
    digests: tuple[bytes, ...] = field(repr=False)
    octets: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One disclosed field. `digest` is what the payload must hold for it, `text` its base64url as shown."""

    salt: bytes = field(repr=False)
    name: str
    value: str = field(repr=False)
    digest: bytes = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """The holder's answer to this one check (RFC 9901 section 4.3)."""

    audience: str
    nonce: str = field(repr=False)
    issued_at: int
    sd_hash: bytes
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Presentation:
    """An SD-JWT with the disclosures shown and, if any, the key binding. `text` is what was read, octet for octet."""

    text: str = field(repr=False)
    header: Header
    payload: Payload
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    disclosures: tuple[Disclosure, ...]
    key_binding: KeyBinding | None

    @property
    def sd_hash(self) -> bytes:
        """What a key binding to exactly these disclosures signs: SHA-256 up to and with the last `~`."""
        return sha256(self.text[: self.text.rindex("~") + 1].encode("ascii")).digest()
