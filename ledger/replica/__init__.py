"""The replica: the ledger's facts on this machine, proven against the network file; any source will do."""

from ledger.replica.replica import Progress, Replica, keep_following
from ledger.replica.update import Accepted, Evidence, Rewind

__all__ = ["Accepted", "Evidence", "Progress", "Replica", "Rewind", "keep_following"]
