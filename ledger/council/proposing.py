"""Makes proposals: a function for each thing that a council decides. Asks the chain for nonce, delay and members."""

from __future__ import annotations

from collections.abc import Sequence

from credential import CertificateType
from ledger.council.acts import GRANT, Act, make_act
from ledger.council.carrying import Intended, carry
from ledger.council.chain import CouncilChain
from ledger.council.proposal import Proposal
from ledger.council.roles import ADMIN, GUARDIAN, RULES
from ledger.errors import NonceUsed, OtherCouncil


def propose(chain: CouncilChain, acts: Sequence[Act], nonce: int | None = None) -> Proposal:
    """A proposal of these acts, each at once or scheduled as the manager has it, with the Safe's next nonce or a later.

    With the next nonce the Safe's call is tried, so that what cannot succeed is not signed. What waits for the delay is
    tried only when it is done. Raises NonceUsed, TransactionReverted, UnsoundCouncil, OtherCouncil or SourceError.
    """
    chain.require_this_chain()
    next_nonce = chain.nonce()
    if nonce is not None and nonce < next_nonce:
        raise NonceUsed(f"number {nonce} is used already; the council's next is {next_nonce}")
    to, data = carry(chain.council, [Intended(act, chain.delay_seconds(act) > 0) for act in acts])
    proposal = Proposal(chain.council.chain_id, chain.council.safe, next_nonce if nonce is None else nonce, to, data)
    if proposal.nonce == next_nonce:
        chain.require_possible(proposal)
    return proposal


class Deciding:
    """Builds the acts of one council. Raises UnknownAct for texts that could not be shown to signers."""

    def __init__(self, chain: CouncilChain) -> None:
        self._chain = chain
        self._council = chain.council

    def admit_region(self, region: int, name: str, administrator: bytes) -> list[Act]:
        return [self._trust("admitRegion(uint32,string,address)", region, name, administrator)]

    def change_administrator(self, region: int, administrator: bytes) -> list[Act]:
        return [self._trust("changeRegionAdministrator(uint32,address)", region, administrator)]

    def register_types(self, types: Sequence[CertificateType]) -> list[Act]:
        signature = "registerType(uint32,string,uint16,bytes32)"
        return [self._trust(signature, each.number, each.code, each.version, each.digest) for each in types]

    def add_writer(self, writer: bytes) -> list[Act]:
        return [make_act(self._council, "journal", "addWriter(address)", writer)]

    def retire_writer(self, writer: bytes) -> list[Act]:
        return [make_act(self._council, "journal", "retireWriter(address)", writer)]

    def change_delay(self, seconds: int) -> list[Act]:
        """For the manager's own functions and the other rules together; a shorter delay begins only after the old."""
        return [self._grant(role, self._council.safe, seconds) for role in (ADMIN, RULES)]

    def add_guardian(self, account: bytes) -> list[Act]:
        return [self._grant(GUARDIAN, account, 0)]

    def remove_guardian(self, account: bytes) -> list[Act]:
        return [make_act(self._council, "manager", "revokeRole(uint64,address)", GUARDIAN, account)]

    def add_member(self, member: bytes, threshold: int | None = None) -> list[Act]:
        """`threshold` None leaves it as it is."""
        wanted = self._chain.threshold() if threshold is None else threshold
        return [self._safe("addOwnerWithThreshold(address,uint256)", member, wanted)]

    def remove_member(self, member: bytes, threshold: int | None = None) -> list[Act]:
        wanted = self._chain.threshold() if threshold is None else threshold
        return [self._safe("removeOwner(address,address,uint256)", self._chain.before(member), member, wanted)]

    def replace_member(self, old: bytes, new: bytes) -> list[Act]:
        if new in self._chain.members():
            raise OtherCouncil("the new member is one already")
        return [self._safe("swapOwner(address,address,address)", self._chain.before(old), old, new)]

    def change_threshold(self, threshold: int) -> list[Act]:
        return [self._safe("changeThreshold(uint256)", threshold)]

    def _trust(self, signature: str, *values: object) -> Act:
        return make_act(self._council, "trust", signature, *values)

    def _grant(self, role: int, account: bytes, delay: int) -> Act:
        return make_act(self._council, "manager", GRANT, role, account, delay)

    def _safe(self, signature: str, *values: object) -> Act:
        return make_act(self._council, "safe", signature, *values)
