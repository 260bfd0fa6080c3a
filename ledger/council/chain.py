"""What a node says of the council now: members, threshold, nonce, delays. Ask your own node: nothing here is proven.

A lying node can make a proposal useless, or hide one; it cannot change what members read before they sign.
"""

from __future__ import annotations

from typing import Any

from eth_abi.abi import decode

from ledger.abi import encode_call, selector
from ledger.council.acts import Act
from ledger.council.council_file import CouncilFile
from ledger.council.proposal import Proposal
from ledger.council.roles import ADMIN
from ledger.errors import MalformedAnswer, OtherCouncil, UnsoundCouncil
from ledger.hexadecimal import octets, to_hex
from ledger.reverts import reverts_explained
from ledger.rpc import Rpc

FIRST_IN_LIST = bytes(19) + b"\x01"
"""What the Safe's lists of owners and modules begin with."""
_OF_A_TARGET = ("updateAuthority", "setTargetClosed", "setTargetFunctionRole")


def ask(rpc: Rpc, to: bytes, signature: str, returns: str, *values: object) -> tuple[Any, ...]:
    """The answer of a getter, addresses as octets. Raises SourceError."""
    answer = rpc.call("eth_call", {"to": to_hex(to), "data": to_hex(encode_call(signature, *values))}, "latest")
    types = returns.split(",")
    try:
        found = decode(types, octets(answer))
    except Exception as e:  # eth_abi raises many kinds
        raise MalformedAnswer(f"{signature} of {to_hex(to)} was not answered with {returns}") from e
    return tuple(_octets(kind, value) for kind, value in zip(types, found, strict=True))


def _octets(kind: str, value: Any) -> Any:
    if kind == "address":
        return bytes.fromhex(value[2:])
    if kind == "address[]":
        return tuple(bytes.fromhex(each[2:]) for each in value)
    return value


class CouncilChain:
    """One council at one node. Every method raises SourceError where the node fails."""

    def __init__(self, rpc: Rpc, council: CouncilFile) -> None:
        self.rpc = rpc
        self.council = council

    def require_this_chain(self) -> None:
        """Raises OtherCouncil where the node serves another chain."""
        found = self.rpc.chain_id()
        if found != self.council.chain_id:
            raise OtherCouncil(f"the node serves chain {found}, this council is on chain {self.council.chain_id}")

    def members(self) -> tuple[bytes, ...]:
        """In the Safe's order, the newest first."""
        (found,) = ask(self.rpc, self.council.safe, "getOwners()", "address[]")
        return tuple(found)

    def threshold(self) -> int:
        """How many members have to sign."""
        return int(ask(self.rpc, self.council.safe, "getThreshold()", "uint256")[0])

    def nonce(self) -> int:
        """The number of the Safe's next transaction."""
        return int(ask(self.rpc, self.council.safe, "nonce()", "uint256")[0])

    def before(self, member: bytes) -> bytes:
        """Who is before this one in the Safe's list, as its functions want it. Raises OtherCouncil for a stranger."""
        chain = (FIRST_IN_LIST, *self.members())
        if member not in chain[1:]:
            raise OtherCouncil(f"{to_hex(member)} is not a member of this council")
        return chain[chain.index(member) - 1]

    def delay_seconds(self, act: Act) -> int:
        """How long the act has to wait once it is scheduled; 0: it is done at once."""
        if act.place == "safe":
            return 0
        if act.place == "manager":
            return max(self._role_delay(ADMIN), self._target_delay(act))
        called = selector(act.signature)
        immediate, delay = ask(
            self.rpc,
            self.council.manager,
            "canCall(address,address,bytes4)",
            "bool,uint32",
            self.council.safe,
            act.to,
            called,
        )
        if not immediate and not delay:
            raise UnsoundCouncil((f"the manager does not let the Safe {act.words}",))
        return int(delay)

    def require_possible(self, proposal: Proposal) -> None:
        """Makes the Safe's call without sending it. Raises TransactionReverted with the contract's own reason."""
        asked = {"from": to_hex(proposal.safe), "to": to_hex(proposal.to), "data": to_hex(proposal.data)}
        with reverts_explained("the proposal", only_tried=True):
            self.rpc.call("eth_call", asked, "latest")

    def _role_delay(self, role: int) -> int:
        held, delay = ask(
            self.rpc, self.council.manager, "hasRole(uint64,address)", "bool,uint32", role, self.council.safe
        )
        if not held:
            raise UnsoundCouncil((f"the Safe does not hold role {role}",))
        return int(delay)

    def _target_delay(self, act: Act) -> int:
        if not act.signature.startswith(_OF_A_TARGET):
            return 0
        (delay,) = ask(self.rpc, self.council.manager, "getTargetAdminDelay(address)", "uint32", act.values[0])
        return int(delay)
