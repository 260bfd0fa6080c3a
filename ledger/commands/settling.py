"""When an act is in the proven facts: at once where blocks are final, some blocks later on Clique.

Decides how long a command waits for that, and says what is not in its facts yet. What is settled the replica decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from ledger.errors import FactsBehind, FollowFailed, SourceError, SourceFailure
from ledger.light_client import settling_depth
from ledger.network_file import NetworkFile
from ledger.replica import Replica
from ledger.replica.sources import shown_address
from ledger.rpc import Rpc

POLL_SECONDS = 1.0


def block_text(network: NetworkFile, block: int) -> str:
    """A block as people are told that an act is in it."""
    settled = settled_at(network, block)
    return f"block {block}" if settled == block else f"in block {block}, not settled until about block {settled}"


def settled_at(network: NetworkFile, block: int) -> int:
    """The ledger's height from which on the facts have `block`; on Clique about, for blocks can be taken back."""
    return block + settling_depth(network)


def follow_to_height(replica: Replica, rpc_url: str, wait_seconds: float, say: Callable[[str], None]) -> None:
    """Follows until the facts reach the height that the node has now: one round where blocks are final at once.

    On Clique it takes as many blocks more as settle that one; `say` is told how far it is. The height is the node's
    word: one that hides its newest blocks hides what is in them, too. Raises FollowFailed; or FactsBehind where
    `wait_seconds` pass first, and the replica has all that could be proven until then.
    """
    network, give_up = replica.network, time.monotonic() + wait_seconds
    with Rpc(rpc_url) as rpc:
        newest, told = _height(rpc), ""
        # Right after a deployment there is nothing to settle yet but the block after the checkpoint.
        goal = max(newest, network.checkpoint.number + 1) if settling_depth(network) else newest
        while True:
            is_late = time.monotonic() >= give_up
            _follow(replica, is_last=is_late)
            if (proven := _proven(replica)) >= goal:
                return
            with suppress(SourceError):
                newest = rpc.quantity("eth_blockNumber")
            if is_late:
                raise FactsBehind(_behind(network, proven, newest, goal), proven, newest)
            text = f"facts end at block {proven}, the ledger is at {newest}: {_waiting_for(network, goal)}"
            if text != told:
                say(text)
            told = text
            time.sleep(min(POLL_SECONDS, max(0.0, give_up - time.monotonic())))


def _height(rpc: Rpc) -> int:
    try:
        return rpc.quantity("eth_blockNumber")
    except SourceError as e:
        raise FollowFailed((SourceFailure(shown_address(rpc.url), e),)) from e


def _follow(replica: Replica, *, is_last: bool) -> None:
    """A round. On Clique a node that has nothing settled yet is asked again; one that does not prove things is not."""
    try:
        replica.follow_once()
    except FollowFailed as e:
        is_for_now = all(isinstance(each.error, SourceError) for each in e.failures)
        if is_last or not (is_for_now and settling_depth(replica.network)):
            raise


def _proven(replica: Replica) -> int:
    found = replica.accepted
    return found.number if found else replica.network.checkpoint.number


def _waiting_for(network: NetworkFile, goal: int) -> str:
    settled = settled_at(network, goal)
    return f"block {goal} is not proven yet" if settled == goal else f"block {goal} is settled at about block {settled}"


def _behind(network: NetworkFile, proven: int, newest: int, goal: int) -> str:
    return (
        f"the facts end at block {proven} while the ledger is at block {newest}: what lies in between, perhaps a fence,"
        f" is not in them, and nothing was computed or sent; {_waiting_for(network, goal)}: run it again then,"
        " or wait longer with --wait"
    )
