"""The council on the four-host network: founded, deciding at once and after the delay, cancelling, with fees to pay."""

from __future__ import annotations

import time

import pytest

from ledger import Administration, RegistryReader, Rpc, deploy
from ledger.council import (
    Constitution,
    CouncilChain,
    Deciding,
    Proposal,
    Signature,
    cancel,
    execute,
    find_council,
    found_council,
    propose,
    sign,
)
from scripts.hosts import Network
from tests.network.live import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.network_full]
DELAY = 5


def test_the_council_decides_on_clique_as_on_the_embedded_node(clique_network: Network) -> None:
    """Registries of its own on the shared hosts: it takes over whatever is to be administered there."""
    hosts, url = clique_network, clique_network.url(1)
    founder, sender, *members = hosts.new_accounts(7)
    network = deploy(url, founder, "试验网 of a council", engine="clique", fees=hosts.fees)
    constitution = Constitution(tuple(each.address for each in members), 3, DELAY)
    council, _ = found_council(url, founder, network, constitution, fees=hosts.fees)

    def signed(proposal: Proposal) -> list[Signature]:
        return [sign(proposal, each) for each in members[:3]]

    with (
        Rpc(url) as rpc,
        Administration(url, sender, fees=hosts.fees) as sending,
        Administration(url, members[4], fees=hosts.fees) as guarding,
    ):
        chain = CouncilChain(rpc, council)
        deciding = Deciding(chain)
        admit = propose(chain, deciding.admit_region(650000, "新疆维吾尔自治区", members[0].address))
        execute(chain, sending, admit, signed(admit), int(time.time()))
        assert RegistryReader(url, network).region(650000).name == "新疆维吾尔自治区"

        rule = propose(chain, deciding.change_administrator(650000, members[1].address))
        (operation,) = execute(chain, sending, rule, signed(rule), int(time.time())).enacted.operations
        wait_until(lambda: min(_time(rpc), time.time()) >= operation.due, "the delay is over for the chain, too")
        done = execute(chain, sending, rule, [], int(time.time()))
        assert [each.ended for each in done.enacted.operations] == ["executed"]

        longer = propose(chain, deciding.change_delay(DELAY + 1))
        execute(chain, sending, longer, signed(longer), int(time.time()))
        stopped = cancel(chain, guarding, longer, int(time.time()))
        assert [each.ended for each in stopped.enacted.operations] == ["cancelled"] * 2
        assert find_council(rpc, network)[0] == council


def _time(rpc: Rpc) -> int:
    """What a call is tried at: the newest block's."""
    return int(rpc.header()["timestamp"], 16)
