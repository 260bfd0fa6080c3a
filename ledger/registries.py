"""The calls of the registries, one method for each function that changes something. Sending them is left to others.

Gas is given, not asked for: an estimate is one more answer of a node to believe, and is wrong for calls that wait in a
queue. Constant work has a constant limit; where text or lists are stored the limit grows with the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from credential import Reason, State
from ledger.abi import encode_call
from ledger.calls import Call
from ledger.network_file import NetworkFile

ANCHOR_GAS = 200_000
STATUS_GAS = 150_000
RESTORATION_GAS = 150_000
GAS_PER_RESTORATION = 65_000
MAX_RESTORATIONS = 256
"""In one call (CredentialRegistry.sol); at the greatest price that is 17 million gas."""
_BASE_GAS = 300_000
_GAS_PER_OCTET = 1_000
"""A stored word of 32 octets costs 22,100."""

USE_CREDENTIAL = 1
USE_STATUS = 2
SUITE_ES256 = 1


@dataclass(frozen=True, slots=True)
class Member:
    """A region's part in a proposed agreement."""

    region: int
    issues: bool
    recognises: bool


@dataclass(frozen=True, slots=True)
class Restoration:
    """One position: the state that the registry holds, and the one that it is brought back to."""

    position: int
    origin: State
    to: State


@dataclass(frozen=True, slots=True)
class Registries:
    """Builds calls for one network. Times are Unix seconds; `ends` None means no end."""

    network: NetworkFile

    # CredentialRegistry: the operators'

    def anchor(self, authority: int, seq: int, root: bytes, count: int, kid: bytes) -> Call:
        data = encode_call("anchor(uint32,uint64,bytes32,uint32,bytes32)", authority, seq, root, count, kid)
        purpose = f"anchor batch {seq} of authority {authority}"
        return Call(self.network.registries.credential, data, ANCHOR_GAS, purpose)

    def set_status(
        self,
        authority: int,
        position: int,
        origin: State,
        to: State,
        reason: Reason,
        effective: int,
        successor: int | None = None,
    ) -> Call:
        """`successor` is a position where `to` is superseded, else None."""
        signature = "setStatus(uint32,uint64,uint8,uint8,uint8,uint64,uint64)"
        data = encode_call(signature, authority, position, origin, to, reason, effective, successor or 0)
        purpose = f"{reason.name.lower()} position {position} of authority {authority}"
        return Call(self.network.registries.credential, data, STATUS_GAS, purpose)

    # CredentialRegistry: a region administrator's

    def restore_statuses(self, authority: int, operator: bytes, restorations: Sequence[Restoration]) -> Call:
        """After a theft (spec/status.md): `operator` is fenced. At most MAX_RESTORATIONS."""
        if not 1 <= len(restorations) <= MAX_RESTORATIONS:
            raise ValueError(f"{len(restorations)} restorations in one call, it takes 1 to {MAX_RESTORATIONS}")
        signature = "restoreStatuses(uint32,address,(uint64,uint8,uint8)[])"
        data = encode_call(
            signature, authority, operator, [(each.position, each.origin, each.to) for each in restorations]
        )
        gas = RESTORATION_GAS + GAS_PER_RESTORATION * len(restorations)
        purpose = f"restore {len(restorations)} statuses of authority {authority}"
        return Call(self.network.registries.credential, data, gas, purpose)

    # TrustRegistry: the council's

    def admit_region(self, region: int, name: str, administrator: bytes) -> Call:
        return self._trust(f"admit region {region}", "admitRegion(uint32,string,address)", region, name, administrator)

    def change_region_administrator(self, region: int, administrator: bytes) -> Call:
        signature = "changeRegionAdministrator(uint32,address)"
        return self._trust(f"change the administrator of region {region}", signature, region, administrator)

    def register_type(self, certificate_type: int, code: str, version: int, metadata_digest: bytes) -> Call:
        signature = "registerType(uint32,string,uint16,bytes32)"
        purpose = f"register type {certificate_type} version {version}"
        return self._trust(purpose, signature, certificate_type, code, version, metadata_digest)

    # TrustRegistry: a region administrator's

    def register_authority(self, region: int, credit_code: str, name: str, url: str) -> Call:
        signature = "registerAuthority(uint32,string,string,string)"
        return self._trust(f"register an authority in region {region}", signature, region, credit_code, name, url)

    def add_authority_url(self, authority: int, url: str) -> Call:
        return self._trust(f"add a URL to authority {authority}", "addAuthorityUrl(uint32,string)", authority, url)

    def dissolve_authority(self, authority: int) -> Call:
        return self._trust(f"dissolve authority {authority}", "dissolveAuthority(uint32)", authority)

    def add_operator(self, authority: int, operator: bytes) -> Call:
        purpose = f"add an operator to authority {authority}"
        return self._trust(purpose, "addOperator(uint32,address)", authority, operator)

    def revoke_operator(self, authority: int, operator: bytes, revoked_from: int) -> Call:
        signature = "revokeOperator(uint32,address,uint64)"
        purpose = f"revoke an operator of authority {authority}"
        return self._trust(purpose, signature, authority, operator, revoked_from)

    def add_key(
        self,
        authority: int,
        kid: bytes,
        public_key: bytes,
        starts: int,
        ends: int | None = None,
        use: int = USE_CREDENTIAL,
    ) -> Call:
        """Adds an ES256 key; `public_key` are 64 octets x ‖ y, `kid` its RFC 7638 thumbprint."""
        signature = "addKey(uint32,bytes32,uint8,uint8,bytes,uint64,uint64)"
        values = (authority, kid, use, SUITE_ES256, public_key, starts, ends or 0)
        return self._trust(f"add a key to authority {authority}", signature, *values)

    def revoke_key(self, kid: bytes, revoked_from: int) -> Call:
        return self._trust(f"revoke key 0x{kid.hex()}", "revokeKey(bytes32,uint64)", kid, revoked_from)

    def accredit(self, authority: int, certificate_type: int, starts: int, ends: int | None = None) -> Call:
        signature = "accredit(uint32,uint32,uint64,uint64)"
        purpose = f"accredit authority {authority} for type {certificate_type}"
        return self._trust(purpose, signature, authority, certificate_type, starts, ends or 0)

    def end_accreditation(self, accreditation: int, ends: int) -> Call:
        purpose = f"end accreditation {accreditation}"
        return self._trust(purpose, "endAccreditation(uint64,uint64)", accreditation, ends)

    # RecognitionRegistry: the region administrators'

    def propose_agreement(
        self,
        proposer: int,
        document_digest: bytes,
        certificate_types: Sequence[int],
        starts: int,
        ends: int | None,
        members: Sequence[Member],
    ) -> Call:
        """The sender administers `proposer`, a member. `document_digest` is the SHA-256 of the signed text."""
        signature = "propose(uint32,bytes32,uint32[],uint64,uint64,(uint32,bool,bool)[])"
        parts = [(each.region, each.issues, each.recognises) for each in members]
        values = (proposer, document_digest, list(certificate_types), starts, ends or 0, parts)
        return self._recognition(f"propose an agreement for region {proposer}", signature, *values)

    def ratify_agreement(self, agreement: int, region: int) -> Call:
        return self._membership("ratify", agreement, region)

    def suspend_agreement(self, agreement: int, region: int) -> Call:
        return self._membership("suspend", agreement, region)

    def resume_agreement(self, agreement: int, region: int) -> Call:
        return self._membership("resume", agreement, region)

    def withdraw_agreement(self, agreement: int, region: int) -> Call:
        return self._membership("withdraw", agreement, region)

    # Journal: the council's

    def add_writer(self, writer: bytes) -> Call:
        return self._call(self.network.journal.address, "add a journal writer", "addWriter(address)", writer)

    def retire_writer(self, writer: bytes) -> Call:
        return self._call(self.network.journal.address, "retire a journal writer", "retireWriter(address)", writer)

    def _membership(self, act: str, agreement: int, region: int) -> Call:
        purpose = f"{act} agreement {agreement} for region {region}"
        return self._recognition(purpose, f"{act}(uint32,uint32)", agreement, region)

    def _trust(self, purpose: str, signature: str, *values: object) -> Call:
        return self._call(self.network.registries.trust, purpose, signature, *values)

    def _recognition(self, purpose: str, signature: str, *values: object) -> Call:
        return self._call(self.network.registries.recognition, purpose, signature, *values)

    def _call(self, to: bytes, purpose: str, signature: str, *values: object) -> Call:
        data = encode_call(signature, *values)
        return Call(to, data, _BASE_GAS + _GAS_PER_OCTET * len(data), purpose)
