"""The live network of hosts as the other tests' world: the same regions, types, authorities and agreement."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ledger import LedgerError, Rpc, load_catalogue
from scripts.hosts import Network
from scripts.hosts.joining import TIE_SECONDS
from tests.fixtures_ledger import REGIONS, World, set_up
from tests.waiting import until

PATIENCE_SECONDS = 240
"""For all that comes by itself: two slow cores carry four hosts, a bureau and a window, and stall now and then."""
_ANSWER_SECONDS = 20
"""A host that is down refuses at once; one that is up may be slow."""


def wait_until(condition: Callable[[], bool], what: str) -> None:
    until(condition, what, PATIENCE_SECONDS)


def live_world(network: Network, host: int = 1) -> World:
    """Everything that `make_world` sets up, on hosts that are up; half a minute. Its own calls go to one host."""
    administrators = {code: network.account(f"region-{code}") for code in REGIONS}
    world = World(
        network.url(host),
        network.network,
        network.network_path,
        network.account("council"),
        administrators,
        load_catalogue(),
        fees=network.fees,
        fund=network.fund,
    )
    set_up(world)
    return world


def heights(network: Network, hosts: Sequence[int]) -> list[int]:
    """Each host's newest block; -1 where it does not answer."""
    found = []
    for number in hosts:
        with Rpc(network.url(number), timeout_seconds=_ANSWER_SECONDS) as rpc:
            try:
                found.append(rpc.quantity("eth_blockNumber"))
            except LedgerError:
                found.append(-1)
    return found


def block_hash(network: Network, host: int, number: int) -> str:
    with Rpc(network.url(host), timeout_seconds=_ANSWER_SECONDS) as rpc:
        return str(rpc.header(number)["hash"])


def goes_on(network: Network, hosts: Sequence[int], blocks: int = 3) -> None:
    """Waits until every one of the hosts has so many blocks more than now; where Clique stands still, it is helped."""
    goal, give_up = max(heights(network, hosts)) + blocks, time.monotonic() + PATIENCE_SECONDS
    seen, since = heights(network, hosts), time.monotonic()
    while min(now := heights(network, hosts)) < goal:
        assert time.monotonic() < give_up, f"no block {goal} in time at {hosts}: {network.look()}"
        if now != seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since > TIE_SECONDS:
            network.help_on(*hosts)
            since = time.monotonic()
        time.sleep(0.1)


def stands_still(network: Network, hosts: Sequence[int], still: float = 6, seconds: float = 120) -> bool:
    """Whether none of the hosts gets a block for so long, once what is on its way has come in: ten seconds, or more."""
    give_up = time.monotonic() + seconds
    seen, since = heights(network, hosts), time.monotonic()
    while time.monotonic() - since < still:
        if time.monotonic() > give_up:
            return False
        if (now := heights(network, hosts)) != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.2)
    return True
