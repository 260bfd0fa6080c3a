"""Who made a seal. A seal has one form only: r, s and a recovery id of 0 or 1, with the low s."""

from __future__ import annotations

from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from ledger.headers.layout import MalformedHeader

SEAL_OCTETS = 65
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


def signer_of(seal: bytes, digest: bytes) -> bytes:
    """The address whose key sealed `digest`. Raises MalformedHeader where a seal could be written in two ways, or
    recovers to no address."""
    if len(seal) != SEAL_OCTETS:
        raise MalformedHeader(f"seal has {len(seal)} octets, expected {SEAL_OCTETS}")
    if int.from_bytes(seal[32:64], "big") > _HALF_ORDER:
        raise MalformedHeader("seal has a high s")
    if seal[64] > 1:  # 27 and 28 mean the same: one octet more that could be changed
        raise MalformedHeader(f"seal has recovery id {seal[64]}, expected 0 or 1")
    try:
        return bytes(Signature(seal).recover_public_key_from_msg_hash(digest).to_canonical_address())
    except (BadSignature, ValidationError, ValueError) as e:
        raise MalformedHeader(f"seal recovers to no address: {e}") from e
