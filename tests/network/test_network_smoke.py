"""Four real hosts: they go on without one, stop without a majority, part and join; and `scripts/network` tells so."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Account, Call, NodeUnavailable, Rpc, deploy
from ledger.headers import CliqueHeader
from ledger.hexadecimal import quantity, to_hex
from ledger.light_client import depth
from scripts.hosts import HostProblem, Network, namespaces, records
from scripts.hosts.__main__ import main
from scripts.hosts.console import ask
from tests.network.live import goes_on, heights, stands_still, wait_until

ROOT = Path(__file__).resolve().parents[2]
HOSTS = (1, 2, 3, 4)


def command(network: Network, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--folder", str(network.folder)])


def stays_below(network: Network, blocks: int, seconds: float) -> None:
    before = network.look().height
    time.sleep(seconds)
    assert network.look().height - before < blocks


def test_the_network_file_begins_at_a_settled_block_and_names_the_hosts_signers(clique_network: Network) -> None:
    file = clique_network.network
    assert file.engine == "clique"
    assert {"0x" + each.hex() for each in file.checkpoint.validators} == {
        host.signer for host in clique_network.record.hosts
    }
    with Rpc(clique_network.url(1)) as rpc:
        header = CliqueHeader.from_json(rpc.header(file.checkpoint.number))
        assert header.hash == file.checkpoint.hash
        assert rpc.quantity("eth_blockNumber") >= file.checkpoint.number + depth(4)
    assert file.from_block <= file.checkpoint.number


def test_up_again_changes_nothing(clique_network: Network) -> None:
    before = records.read(clique_network.folder / "hosts.json")
    fingerprint = clique_network.network.fingerprint
    assert clique_network.up().fingerprint == fingerprint
    assert records.read(clique_network.folder / "hosts.json") == before


@pytest.mark.network_full
def test_it_goes_on_without_one_host_and_takes_it_back(clique_network: Network) -> None:
    clique_network.kill(2)
    with Rpc(clique_network.url(2), timeout_seconds=2) as rpc, pytest.raises(NodeUnavailable):
        rpc.quantity("eth_blockNumber")
    goes_on(clique_network, (1, 3, 4), blocks=4)
    assert clique_network.look().heights[2] is None
    clique_network.start(2)
    assert clique_network.wait_for_agreement(blocks=2).heights[2] is not None


@pytest.mark.network_full
def test_it_stops_without_a_majority_and_resumes(clique_network: Network) -> None:
    clique_network.kill(3)
    clique_network.kill(4)
    stays_below(clique_network, 3, seconds=6)
    clique_network.start(3)
    clique_network.wait_for_agreement(blocks=3)


@pytest.mark.network_full
def test_a_partition_makes_branches_and_healing_ends_them(clique_network: Network) -> None:
    clique_network.partition((1, 2), (3, 4))
    assert stands_still(clique_network, HOSTS)
    parted = clique_network.look()
    assert parted.common is not None
    heights = {number: height or 0 for number, height in parted.heights.items()}
    assert heights[1] == heights[2]
    assert heights[3] == heights[4]
    assert max(heights.values()) <= parted.common + 2  # two of four signers make two blocks and wait
    assert "cut: 1,2 | 3,4" in command(clique_network, "status").output
    clique_network.heal()
    assert clique_network.wait_for_agreement(blocks=3).common


@pytest.mark.network_full
def test_one_host_cut_off_waits_while_the_others_go_on(clique_network: Network) -> None:
    clique_network.partition((4,))
    goes_on(clique_network, (1, 2, 3), blocks=6)
    seen = clique_network.look().heights
    assert (seen[1] or 0) > (seen[4] or 0) + 3
    clique_network.heal()
    clique_network.wait_for_agreement(blocks=2)


@pytest.mark.network_full
def test_two_of_three_that_made_a_block_each_are_brought_together(clique_network: Network) -> None:
    """Each holds on to its own, the third signed the one before: without help they wait for ever."""
    _make_a_tie(clique_network)
    parted = clique_network.look()
    clique_network.heal()
    assert clique_network.look().height > parted.height
    clique_network.start(next(each.host.number for each in parted.hosts if each.height is None))
    clique_network.wait_for_agreement(blocks=2)


def _make_a_tie(network: Network) -> None:
    """Two stop sealing until all wait for them; the signer before the last is killed; the two go on, each for itself.

    Their turns are not next to one another, so that the next turn is neither one's, and their blocks weigh the same.
    """
    by_turn = [host.number for host in sorted(network.record.hosts, key=lambda each: each.signer)]
    two, others = by_turn[::2], by_turn[1::2]
    _ask(network, "miner_stop", two)
    wait_until(lambda: _made_the_newest(network, others), "the other two made the newest blocks and wait")
    height = network.look().height
    with Rpc(network.url(1)) as rpc:
        before_last = _signer(network, rpc, height - 1)
    network.kill(before_last)
    network.partition(*((number,) for number in by_turn))
    _ask(network, "miner_start", two)
    wait_until(lambda: heights(network, two) == [height + 1, height + 1], "each makes a block of its own")


def _made_the_newest(network: Network, hosts: Sequence[int]) -> bool:
    """Whether all four have the same newest block, and these two made it and the one before."""
    view = network.look()
    with Rpc(network.url(1)) as rpc:
        signers = {_signer(network, rpc, number) for number in (view.height, view.height - 1)}
    return signers == set(hosts) and set(view.heights.values()) == {view.common}


def _signer(network: Network, rpc: Rpc, number: int) -> int:
    signer = "0x" + CliqueHeader.from_json(rpc.header(number)).signer.hex()
    return next(host.number for host in network.record.hosts if host.signer == signer)


def _ask(network: Network, method: str, hosts: Iterable[int]) -> None:
    for number in hosts:
        ask(network.folder / "hosts" / str(number) / "geth.ipc", method)


def test_no_transaction_is_lost_with_the_host_that_took_it(clique_network: Network) -> None:
    """It seals nothing itself: all that it does for the transaction is to tell the others before it is lost."""
    (payer,) = clique_network.new_accounts(1)
    with ExitStack() as stack:
        one, *others = [stack.enter_context(Rpc(clique_network.url(number))) for number in HOSTS]
        wait_until(lambda: all(_can_pay(rpc, payer) for rpc in others), "all know that the payer can pay")
        _ask(clique_network, "miner_stop", [1])
        sent = payer.sign(one.chain_id(), 0, _nothing(), clique_network.fees)
        one.call("eth_sendRawTransaction", to_hex(sent.raw))
        wait_until(lambda: any(_knows(rpc, sent.hash) for rpc in others), "another host knows the transaction")
        clique_network.kill(1)
        goes_on(clique_network, HOSTS[1:], blocks=4)
        wait_until(lambda: others[0].nonce(payer.address) == 1, "the transaction is in a block")


def _can_pay(rpc: Rpc, account: Account) -> bool:
    return quantity(rpc.call("eth_getBalance", account.hex_address, "latest")) > 0


def _knows(rpc: Rpc, transaction: bytes) -> bool:
    return rpc.call("eth_getTransactionByHash", to_hex(transaction)) is not None


def test_status_tells_who_is_down_and_whose_turn_it_is(clique_network: Network) -> None:
    clique_network.kill(3)
    told = json.loads(command(clique_network, "status", "--json").output)
    assert [each["reason"] for each in told["hosts"]] == ["", "", "down", ""]
    assert "3 广东省" in command(clique_network, "status").output
    # A host that takes blocks it missed does not seal meanwhile.
    wait_until(lambda: command(clique_network, "status").output.count("seals") == 3, "three are told to seal")
    assert command(clique_network, "kill", "3").exit_code == 1
    assert command(clique_network, "start", "3").exit_code == 0
    assert command(clique_network, "start", "3").exit_code == 1


def test_a_partition_that_makes_no_sense_is_refused(clique_network: Network) -> None:
    for groups in (["1,1", "2"], ["1,9"], ["1,2,3,4"], ["x"], ["1,2", "2,3"]):
        assert command(clique_network, "partition", *groups).exit_code != 0
        assert len(clique_network.look().groups) == 1


@pytest.mark.network_full
def test_a_new_account_is_funded_by_command(clique_network: Network) -> None:
    account = Account.create()
    assert command(clique_network, "fund", account.hex_address).exit_code == 0
    deployed = deploy(clique_network.url(1), account, "another", engine="clique", fees=clique_network.fees)
    assert deployed.fingerprint != clique_network.network.fingerprint


def test_nothing_of_the_machines_own_network_is_touched(clique_network: Network) -> None:
    if clique_network.record.isolation == "ports":
        pytest.skip("no namespaces here")
    links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout
    assert not {word for word in links.split() if word.startswith(("host", "switch"))}
    assert (
        namespaces.HUB_ADDRESS
        not in subprocess.run(["ip", "-o", "addr"], capture_output=True, text=True, check=True).stdout
    )


@pytest.mark.network_full
def test_data_that_are_kept_are_gone_on_with(new_network: Callable[..., Network]) -> None:
    network = new_network(hosts=1)
    fingerprint, height = network.network.fingerprint, network.look().height
    network.down(keep_data=True)
    assert network.look().answering == ()
    assert network.up().fingerprint == fingerprint
    assert network.wait_for_agreement(1).height >= height


@pytest.mark.network_full
def test_ports_serve_where_namespaces_cannot_be_had(new_network: Callable[..., Network]) -> None:
    network = new_network(hosts=3, isolation="ports")
    network.partition((1,), (2, 3))
    goes_on(network, (2, 3), blocks=4)
    assert (network.look().heights[2] or 0) > (network.look().heights[1] or 0)
    network.heal()
    network.wait_for_agreement(2)


def test_a_test_run_that_is_killed_leaves_nothing(geth_is_here: None, tmp_path: Path) -> None:
    """A process of its own, which is killed while its network runs."""
    code = (
        "import sys, time; from pathlib import Path; from scripts.hosts import Network\n"
        "network = Network.create(Path(sys.argv[1]), 1); network.end_with_this_process(); network.up()\n"
        "print('up', flush=True); time.sleep(600)"
    )
    folder = tmp_path / "net"
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        record = records.read(folder / "hosts.json")
        assert record is not None
        os.kill(process.pid, signal.SIGKILL)
    wait_until(lambda: not (folder / "hosts.json").exists(), "the network ends with its test")
    assert not any(host.is_up for host in record.hosts)
    assert not list(Path("/run/netns").glob(f"*{record.run}*"))


def test_a_folder_with_anything_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "accounts").mkdir()
    with pytest.raises(HostProblem, match="not empty"):
        Network.create(tmp_path, 1)
    with pytest.raises(HostProblem, match="no network"):
        Network.open(tmp_path)


def _nothing() -> Call:
    """A call that does nothing, at an address where nobody is."""
    return Call(bytes([9]) * 20, b"", 30_000, "nothing")
