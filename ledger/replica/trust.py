"""From what is known to what is trusted: the later of the network file's checkpoint and the accepted block."""

from __future__ import annotations

from ledger.light_client import Trusted
from ledger.network_file import NetworkFile
from ledger.replica.update import Known, Point


def trusted_now(network: NetworkFile, known: Known) -> Trusted:
    """A new network file may be ahead of an old replica. Where the two contradict each other the file counts."""
    checkpoint, newest = Trusted.by_checkpoint(network), known.newest
    if newest is None or newest.accepted.number < checkpoint.number:
        return checkpoint
    return trusted_at(newest)


def is_before_checkpoint(network: NetworkFile, known: Known) -> bool:
    """Whether the accepted block lies before the checkpoint of a newer network file: that one counts, not the block."""
    return known.accepted is not None and known.accepted.number < network.checkpoint.number


def trusted_at(point: Point) -> Trusted:
    """A block that was accepted, as what later headers are held against."""
    accepted = point.accepted
    return Trusted(accepted.number, accepted.hash, accepted.time, point.validators, point.header)
