"""The events of TrustRegistry: regions, types, authorities, operators, keys, accreditations.

Times are Unix seconds, `ends` 0 means no end, addresses are 20 octets, kids and digests 32.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class RegionAdmitted:
    SIGNATURE: ClassVar[str] = "RegionAdmitted(uint64,uint32,string,address)"
    at: int
    region: int
    name: str
    administrator: bytes


@dataclass(frozen=True, slots=True)
class RegionAdministratorChanged:
    SIGNATURE: ClassVar[str] = "RegionAdministratorChanged(uint64,uint32,address)"
    at: int
    region: int
    administrator: bytes


@dataclass(frozen=True, slots=True)
class TypeRegistered:
    SIGNATURE: ClassVar[str] = "TypeRegistered(uint64,uint32,string,uint16,bytes32)"
    at: int
    certificate_type: int
    code: str
    version: int
    metadata_digest: bytes


@dataclass(frozen=True, slots=True)
class AuthorityRegistered:
    SIGNATURE: ClassVar[str] = "AuthorityRegistered(uint64,uint32,uint32,string,string,string)"
    at: int
    authority: int
    region: int
    credit_code: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class AuthorityUrlAdded:
    SIGNATURE: ClassVar[str] = "AuthorityUrlAdded(uint64,uint32,string)"
    at: int
    authority: int
    url: str


@dataclass(frozen=True, slots=True)
class AuthorityDissolved:
    SIGNATURE: ClassVar[str] = "AuthorityDissolved(uint64,uint32)"
    at: int
    authority: int


@dataclass(frozen=True, slots=True)
class OperatorAdded:
    SIGNATURE: ClassVar[str] = "OperatorAdded(uint64,uint32,address)"
    at: int
    authority: int
    operator: bytes


@dataclass(frozen=True, slots=True)
class OperatorRevoked:
    SIGNATURE: ClassVar[str] = "OperatorRevoked(uint64,uint32,address,uint64)"
    at: int
    authority: int
    operator: bytes
    revoked_from: int


@dataclass(frozen=True, slots=True)
class KeyAdded:
    SIGNATURE: ClassVar[str] = "KeyAdded(uint64,uint32,bytes32,uint8,uint8,bytes,uint64,uint64)"
    at: int
    authority: int
    kid: bytes
    use: int
    suite: int
    public_key: bytes
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class KeyRevoked:
    SIGNATURE: ClassVar[str] = "KeyRevoked(uint64,bytes32,uint64)"
    at: int
    kid: bytes
    revoked_from: int


@dataclass(frozen=True, slots=True)
class Accredited:
    SIGNATURE: ClassVar[str] = "Accredited(uint64,uint64,uint32,uint32,uint64,uint64)"
    at: int
    accreditation: int
    authority: int
    certificate_type: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class AccreditationEnded:
    SIGNATURE: ClassVar[str] = "AccreditationEnded(uint64,uint64,uint64)"
    at: int
    accreditation: int
    ends: int
