"""Members' signatures: made with a key file and nothing else, kept as files, gathered and checked before sending."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eth_keys.datatypes import PrivateKey
from eth_keys.datatypes import Signature as EcdsaSignature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from ledger.accounts import Account
from ledger.council.documents import Kind, Octets, parse_document, read_document, serialise_document
from ledger.council.proposal import Proposal
from ledger.errors import SignatureRefused, TooFewSignatures
from ledger.hexadecimal import to_hex

FORMAT = "yinxin-signature/1"
_FORM: Mapping[str, Kind] = {"digest": Octets(32), "member": Octets(20), "signature": Octets(65)}
_V_OFFSET = 27
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


@dataclass(frozen=True, slots=True)
class Signature:
    """One member's signature of one digest: r ‖ s ‖ v, v being 27 or 28."""

    digest: bytes
    member: bytes
    signature: bytes


def sign(proposal: Proposal, account: Account) -> Signature:
    """The member's signature of the proposal's digest; the same key and proposal always give the same (RFC 6979)."""
    raw = PrivateKey(account.secret).sign_msg_hash(proposal.digest).to_bytes()
    return Signature(proposal.digest, account.address, raw[:64] + bytes([raw[64] + _V_OFFSET]))


def serialise_signature(signature: Signature) -> bytes:
    return serialise_document(FORMAT, asdict(signature))


def parse_signature(document: bytes) -> Signature:
    """Raises MalformedCouncilDocument."""
    members: dict[str, Any] = parse_document(document, FORMAT, _FORM)
    return Signature(**members)


def read_signature(path: Path) -> Signature:
    return parse_signature(read_document(path))


def gather(proposal: Proposal, signatures: Iterable[Signature], members: Sequence[bytes], threshold: int) -> bytes:
    """What the Safe takes: `threshold` signatures of different members, in the order of their addresses.

    1. Each signature is of this proposal's digest.
    2. It was made by the key of the member that it names.
    3. That is a member of the council now.
    4. Members count once, however many signatures they gave; there are at least `threshold`.

    Raises SignatureRefused (1 to 3) or TooFewSignatures (4).
    """
    by_member = {}
    for each in signatures:
        _require_of(proposal, each)  # 1
        _require_made_by(each)  # 2
        if each.member not in members:  # 3
            raise SignatureRefused(
                f"{to_hex(each.member)} is not a member of the council, its signature counts nothing"
            )
        by_member[each.member] = each.signature
    if len(by_member) < threshold:  # 4
        missing = ", ".join(to_hex(member) for member in members if member not in by_member)
        wanted = threshold - len(by_member)
        raise TooFewSignatures(f"{len(by_member)} of {threshold} signatures; {wanted} more needed, from {missing}")
    return b"".join(by_member[member] for member in sorted(by_member)[:threshold])


def _require_of(proposal: Proposal, signature: Signature) -> None:
    if signature.digest != proposal.digest:
        raise SignatureRefused(
            f"{to_hex(signature.member)} signed digest {to_hex(signature.digest)}, the proposal's is "
            f"{to_hex(proposal.digest)}: another proposal, or another nonce of the same"
        )


def _require_made_by(signature: Signature) -> None:
    v = signature.signature[64]
    low = int.from_bytes(signature.signature[32:64], "big") <= _HALF_ORDER
    if v not in (_V_OFFSET, _V_OFFSET + 1) or not low or _signer(signature, v) != signature.member:
        raise SignatureRefused(f"the signature said to be by {to_hex(signature.member)} was not made by that key")


def _signer(signature: Signature, v: int) -> bytes | None:
    try:
        found = EcdsaSignature(signature.signature[:64] + bytes([v - _V_OFFSET]))
        return bytes(found.recover_public_key_from_msg_hash(signature.digest).to_canonical_address())
    except (BadSignature, ValidationError):
        return None
