"""What the proven ledger has on record of one authority: its batches, how its positions stand, its operators' fences.

For a bureau that compares its own books with it, such as after its operator account was stolen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.fences import AnchoredBatch, anchored_batches
from ledger.replica import Accepted, Replica
from ledger.status_records import held_state, recorded_changes, state_of


@dataclass(frozen=True, slots=True)
class AuthorityRecord:
    """As of one proven block. States are raw; a position that is not among them is valid.

    `held` are the registry's bits, from which an act has to start; `standing` is how windows judge. They differ until
    the region has restored what a fence fell. `operators` are all there ever were, each with its fence.
    """

    authority: int
    block: Accepted | None
    batches: tuple[AnchoredBatch, ...]
    held: Mapping[int, int]
    standing: Mapping[int, int]
    operators: Mapping[bytes, int | None]

    def has_fallen(self, batch: AnchoredBatch) -> bool:
        """Anchored at or after its operator's fence. A key's fence is not looked at."""
        fence = self.operators.get(batch.operator)
        return fence is not None and batch.anchored_at >= fence

    def is_fenced(self, operator: bytes) -> bool:
        """Whether the operator's fence is reached: whatever it still sends is refused."""
        fence = self.operators.get(operator)
        return fence is not None and self.block is not None and fence <= self.block.time


def authority_on_record(replica: Replica, authority: int) -> AuthorityRecord:
    """Nothing is on record where the replica does not know the authority."""
    with replica.reading() as (connection, block):
        query = (
            "SELECT position FROM status_changes WHERE authority = :authority"
            " UNION SELECT position FROM restorations WHERE authority = :authority"
        )
        positions = [position for (position,) in connection.execute(query, {"authority": authority}).fetchall()]
        operators = connection.execute("SELECT operator, revoked_from FROM operators WHERE authority = ?", (authority,))
        return AuthorityRecord(
            authority=authority,
            block=block,
            batches=tuple(anchored_batches(connection, " WHERE authority = ? ORDER BY first", (authority,))),
            held={each: held_state(connection, authority, each) for each in positions},
            standing={each: state_of(recorded_changes(connection, authority, each)) for each in positions},
            operators=dict(map(tuple, operators)),
        )
