"""A proposal: one transaction of the council's Safe as a file, and the digest that members sign (EIP-712, Safe 1.4.1).

What a proposal does is read from its data alone (`acts`); the file holds no text that could say something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger.council.council_file import CouncilFile
from ledger.council.documents import Kind, Number, Octets, parse_document, read_document, serialise_document
from ledger.errors import OtherCouncil
from ledger.hexadecimal import to_hex

FORMAT = "yinxin-proposal/1"
MAX_DATA = 64 * 1024
_FORM: Mapping[str, Kind] = {
    "chain_id": Number(),
    "safe": Octets(20),
    "nonce": Number(),
    "to": Octets(20),
    "data": Octets(most=MAX_DATA),
}
_DOMAIN_TYPE = keccak(b"EIP712Domain(uint256 chainId,address verifyingContract)")
_TRANSACTION_TYPE = keccak(
    b"SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,"
    b"uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)"
)
_NOBODY = bytes(20)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A call that the Safe is to make as its transaction number `nonce`: no value, no refund, never a delegatecall."""

    chain_id: int
    safe: bytes
    nonce: int
    to: bytes
    data: bytes

    @property
    def digest(self) -> bytes:
        """The 32 octets that a member signs. They bind chain, Safe, nonce, and every octet of the call."""
        domain = keccak(encode(["bytes32", "uint256", "address"], [_DOMAIN_TYPE, self.chain_id, self.safe]))
        kinds = ["bytes32", "address", "uint256", "bytes32", *["uint256"] * 4, "address", "address", "uint256"]
        values = [_TRANSACTION_TYPE, self.to, 0, keccak(self.data), 0, 0, 0, 0, _NOBODY, _NOBODY, self.nonce]
        return keccak(b"\x19\x01" + domain + keccak(encode(kinds, values)))

    @property
    def spoken_digest(self) -> str:
        """The digest in groups of four digits, for people to compare by telephone."""
        digits = self.digest.hex()
        return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))

    def require_of(self, council: CouncilFile) -> None:
        """Raises OtherCouncil unless this is for that council's Safe on that chain."""
        if self.chain_id != council.chain_id:
            raise OtherCouncil(
                f"the proposal is for chain {self.chain_id}, this council is on chain {council.chain_id}"
            )
        if self.safe != council.safe:
            raise OtherCouncil(
                f"the proposal is for Safe {to_hex(self.safe)}, this council's is {to_hex(council.safe)}"
            )


def serialise_proposal(proposal: Proposal) -> bytes:
    return serialise_document(FORMAT, asdict(proposal))


def parse_proposal(document: bytes) -> Proposal:
    """Raises MalformedCouncilDocument."""
    members: dict[str, Any] = parse_document(document, FORMAT, _FORM)
    return Proposal(**members)


def read_proposal(path: Path, council: CouncilFile) -> Proposal:
    """The proposal at `path`. Raises MalformedCouncilDocument, or OtherCouncil where it is not that council's."""
    proposal = parse_proposal(read_document(path))
    proposal.require_of(council)
    return proposal
