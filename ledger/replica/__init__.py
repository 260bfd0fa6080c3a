"""The replica: the ledger's facts on this machine, proven against the network file; any node will do as a source."""

from ledger.replica.replica import Progress, Replica, keep_following
from ledger.replica.store import Accepted

__all__ = ["Accepted", "Progress", "Replica", "keep_following"]
