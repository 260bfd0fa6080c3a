"""Members' signatures: made with a key file and nothing else, kept as files, gathered and checked before sending."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from eth_keys.datatypes import PrivateKey
from eth_keys.datatypes import Signature as EcdsaSignature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from ledger.accounts import Account
from ledger.council.carrying import Intended
from ledger.council.documents import Kind, Octets, parse_document, read_document, serialise_document
from ledger.council.proposal import Proposal
from ledger.errors import MalformedCouncilDocument, SignatureRefused, TooFewSignatures
from ledger.hexadecimal import to_hex
from ledger.printable import printable

FORMAT = "yinxin-signature/1"
_FORM: Mapping[str, Kind] = {"digest": Octets(32), "member": Octets(20), "signature": Octets(65)}
_NEWCOMER = {"addOwnerWithThreshold(address,uint256)": 0, "swapOwner(address,address,address)": 2}
"""Which argument of the Safe's functions is an account that becomes a member."""
_V_OFFSET = 27
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


@dataclass(frozen=True, slots=True)
class Signature:
    """One member's signature of one digest: r ‖ s ‖ v, v being 27 or 28. `file` is where it came from, if anywhere."""

    digest: bytes
    member: bytes
    signature: bytes
    file: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A signature file that counts nothing, and why. `file` is empty for a signature that came from none."""

    file: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file or 'a signature'}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the Safe takes, 65 octets for each signature, and what was left out of it."""

    octets: bytes
    left_out: tuple[LeftOut, ...]


def sign(proposal: Proposal, account: Account) -> Signature:
    """The member's signature of the proposal's digest; the same key and proposal always give the same (RFC 6979)."""
    raw = PrivateKey(account.secret).sign_msg_hash(proposal.digest).to_bytes()
    return Signature(proposal.digest, account.address, raw[:64] + bytes([raw[64] + _V_OFFSET]))


def require_no_newcomer(acts: Iterable[Intended], account: Account) -> None:
    """Raises SignatureRefused for whom the proposal makes a member: that is none yet, whoever the others are.

    Nothing else can be told of a signer without a node: neither council file nor proposal names the members.
    """
    for each in acts:
        place = _NEWCOMER.get(each.act.signature)
        if place is not None and each.act.values[place] == account.address:
            raise SignatureRefused(
                f"{account.hex_address} is not a member yet, this proposal would make it one: "
                "its signature counts nothing"
            )


def serialise_signature(signature: Signature) -> bytes:
    return serialise_document(FORMAT, {name: getattr(signature, name) for name in _FORM})


def parse_signature(document: bytes) -> Signature:
    """Raises MalformedCouncilDocument."""
    members: dict[str, Any] = parse_document(document, FORMAT, _FORM)
    return Signature(**members)


def read_signature(path: Path) -> Signature:
    """Raises MalformedCouncilDocument."""
    return replace(parse_signature(read_document(path)), file=printable(str(path)))


def read_signatures(paths: Iterable[Path]) -> tuple[list[Signature], list[LeftOut]]:
    """The signatures at `paths`, and the files that hold none."""
    found, unreadable = [], []
    for path in paths:
        try:
            found.append(read_signature(path))
        except MalformedCouncilDocument as e:
            unreadable.append(LeftOut(printable(str(path)), str(e)))
    return found, unreadable


def gather(
    proposal: Proposal,
    signatures: Iterable[Signature],
    members: Sequence[bytes],
    threshold: int,
    unreadable: Sequence[LeftOut] = (),
) -> Gathered:
    """What the Safe takes: `threshold` signatures of different members, in the order of their addresses.

    1. A signature counts if it is of this proposal's digest.
    2. It was made by the key of the member that it names.
    3. That is a member of the council now.
    4. Members count once, however many signatures they gave.
    5. There are at least `threshold`.

    Whatever does not count is left out and named, so that nobody stops a council by a bad signature.
    Raises TooFewSignatures (5), with who could sign still, and all that was left out.
    """
    counted: dict[bytes, Signature] = {}
    left_out = list(unreadable)
    for each in signatures:
        try:
            _require_of(proposal, each)  # 1
            _require_made_by(each)  # 2
            _require_member(each, members)  # 3
            _require_first(each, counted)  # 4
        except SignatureRefused as e:
            left_out.append(LeftOut(each.file, str(e)))
        else:
            counted[each.member] = each
    if len(counted) < threshold:  # 5
        raise TooFewSignatures(_too_few(counted, members, threshold, left_out))
    octets = b"".join(counted[member].signature for member in sorted(counted)[:threshold])
    return Gathered(octets, tuple(left_out))


def _too_few(
    counted: Mapping[bytes, Signature], members: Sequence[bytes], threshold: int, left_out: Sequence[LeftOut]
) -> str:
    missing = ", ".join(to_hex(member) for member in members if member not in counted)
    told = f"{len(counted)} of {threshold} signatures; {threshold - len(counted)} more needed, from {missing}"
    return told + "".join(f"; left out {each}" for each in left_out)


def _require_of(proposal: Proposal, signature: Signature) -> None:
    if signature.digest != proposal.digest:
        raise SignatureRefused(
            f"{to_hex(signature.member)} signed digest {to_hex(signature.digest)}, the proposal's is "
            f"{to_hex(proposal.digest)}: another proposal, or another number of the same"
        )


def _require_made_by(signature: Signature) -> None:
    v = signature.signature[64]
    low = int.from_bytes(signature.signature[32:64], "big") <= _HALF_ORDER
    if v not in (_V_OFFSET, _V_OFFSET + 1) or not low or _signer(signature, v) != signature.member:
        raise SignatureRefused(f"the signature said to be by {to_hex(signature.member)} was not made by that key")


def _require_member(signature: Signature, members: Sequence[bytes]) -> None:
    if signature.member not in members:
        raise SignatureRefused(f"{to_hex(signature.member)} is not a member of the council")


def _require_first(signature: Signature, counted: Mapping[bytes, Signature]) -> None:
    if signature.member in counted:
        file = counted[signature.member].file
        raise SignatureRefused(f"{to_hex(signature.member)} has signed already{file and f', in {file}'}")


def _signer(signature: Signature, v: int) -> bytes | None:
    try:
        found = EcdsaSignature(signature.signature[:64] + bytes([v - _V_OFFSET]))
        return bytes(found.recover_public_key_from_msg_hash(signature.digest).to_canonical_address())
    except (BadSignature, ValidationError):
        return None
