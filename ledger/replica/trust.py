"""From what is known to what is trusted: the later of the network file's checkpoint and the accepted block."""

from __future__ import annotations

from ledger.errors import NotAdvancing
from ledger.hexadecimal import to_hex
from ledger.light_client import Trusted
from ledger.network_file import NetworkFile
from ledger.replica.update import Known, Point


def trusted_now(network: NetworkFile, known: Known) -> Trusted:
    """A new network file may be ahead of an old replica. Raises NotAdvancing where the two contradict each other."""
    checkpoint = Trusted.by_checkpoint(network)
    accepted = known.accepted
    if accepted is None or accepted.number < checkpoint.number:
        return checkpoint
    if accepted.number == checkpoint.number and accepted.hash != checkpoint.hash:
        raise NotAdvancing(
            f"block {accepted.number} is {to_hex(accepted.hash)} here, {to_hex(checkpoint.hash)} in the file"
        )
    return trusted_at(known.points[-1])


def trusted_at(point: Point) -> Trusted:
    """A block that was accepted, as what later headers are held against."""
    accepted = point.accepted
    return Trusted(accepted.number, accepted.hash, accepted.time, point.validators, point.header)
