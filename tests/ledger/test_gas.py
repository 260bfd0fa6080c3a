"""What gas costs is looked at before anything is signed: commands, founding and deploying end by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger import Account, Administration, Fees, Rpc, deploy, save_account
from ledger.council import Constitution, found_council
from ledger.errors import FeeTooLow, MalformedAnswer, NodeUnavailable, TransactionNotFinal
from ledger.gas import Gas, fees_of, gas_at, replacing
from tests.fixtures_ledger import SHANGHAI, World
from tests.ledger.command_line import run
from tests.ledger.door import Door
from tests.ledger.outbox_desk import NOTHING, sending
from tests.ledger.priced_node import PricedNode


@pytest.fixture
def priced(door: Door) -> PricedNode:
    made = PricedNode(base_fee=7)
    door.instead = made.answer
    return made


def base_fee_of(door: Door, value: object) -> None:
    """The node is the embedded one, and its newest block says this."""

    def lie(method: str, params: list[Any], result: Any) -> Any:
        return {**result, "baseFeePerGas": value} if method == "eth_getBlockByNumber" else result

    door.lie = lie


def asked_to_send(door: Door) -> bool:
    return any(map(sending, door.calls))


@pytest.mark.parametrize(("base_fee", "least"), [(0, 0), (1, 3), (7, 15), (10**9, 2 * 10**9 + 1)])
def test_the_least_fee_is_twice_the_base_fee_and_the_tip(base_fee: int, least: int) -> None:
    gas = Gas(base_fee)
    assert gas.least_fee == least
    assert gas.suffices(Fees.up_to(least))
    gas.require(Fees.up_to(least))
    if least:
        with pytest.raises(FeeTooLow) as refused:
            gas.require(Fees.up_to(least - 1))
        assert (refused.value.offered, refused.value.base_fee, refused.value.least) == (least - 1, base_fee, least)


@pytest.mark.parametrize(("said", "base_fee"), [("0x0", 0), (None, 0), ("0x7", 7)])
def test_the_newest_block_says_what_gas_costs(door: Door, said: object, base_fee: int) -> None:
    base_fee_of(door, said)
    with Rpc(door.url) as rpc:
        assert gas_at(rpc) == Gas(base_fee)


@pytest.mark.parametrize("said", ["7", 7, "0x", [], "0x07", "-0x1"])
def test_a_base_fee_that_is_none_is_the_nodes_failure(door: Door, said: object) -> None:
    base_fee_of(door, said)
    with Rpc(door.url) as rpc, pytest.raises(MalformedAnswer, match="baseFeePerGas"):
        gas_at(rpc)


@pytest.mark.parametrize("fees", [Fees(), Fees(7, 1), Fees.up_to(10**18)])
def test_a_signed_transaction_says_what_it_offers(fees: Fees) -> None:
    assert fees_of(Account.create().sign(1, 0, NOTHING, fees).raw) == fees


def test_what_replaces_a_transaction_offers_a_tenth_more_as_tip() -> None:
    assert replacing(Fees(), Fees.up_to(15)) == Fees(15, 1)
    assert replacing(Fees(6, 1), Fees.up_to(15)) == Fees(15, 2)
    assert replacing(Fees(200, 100), Fees.up_to(1000)) == Fees(1000, 111)
    assert replacing(Fees(6, 6), Fees.up_to(7)) == Fees(7, 7)


@pytest.mark.parametrize("offered", [0, 14])
def test_calls_with_too_low_a_fee_are_not_signed(door: Door, priced: PricedNode, offered: int) -> None:
    with Administration(door.url, Account.create(), fees=Fees.up_to(offered)) as administration:
        with pytest.raises(
            FeeTooLow, match=r"at least 15, by --max-fee-per-gas or YINXIN_MAX_FEE_PER_GAS.*max_fee_per"
        ):
            administration.send_all([NOTHING])
        with pytest.raises(FeeTooLow):
            administration.send(NOTHING)
    assert not asked_to_send(door)


def test_calls_with_enough_are_sent(door: Door, priced: PricedNode) -> None:
    with Administration(door.url, Account.create(), fees=Fees.up_to(15)) as administration:
        assert len(administration.send_all([NOTHING, NOTHING])) == 2
    assert len(priced.mined) == 2


def test_a_command_ends_by_name(door: Door, own_world: World, tmp_path: Path) -> None:
    base_fee_of(door, "0x7")
    save_account(own_world.council, tmp_path / "council.json")
    admit = ("region", "admit", 320000, "江苏省", "--administrator", Account.create().hex_address)
    options = ("--network", own_world.network_path, "--rpc", door.url, "--account", tmp_path / "council.json")
    refused = run(*admit, *options, "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.output)["error"] == "FeeTooLow"
    told = run(*admit, *options, "--max-fee-per-gas", "14").output
    assert "offered are 14" in told
    assert "--max-fee-per-gas" in told
    assert not asked_to_send(door)


def test_deploying_and_founding_send_nothing(door: Door, own_world: World) -> None:
    base_fee_of(door, "0x7")
    with pytest.raises(FeeTooLow):
        deploy(door.url, Account.create(), "nowhere")
    constitution = Constitution((Account.create().address,), 1, 60)
    with pytest.raises(FeeTooLow):
        found_council(door.url, own_world.council, own_world.network, constitution)
    assert not asked_to_send(door)


def test_where_gas_is_free_a_command_needs_no_fee(door: Door, own_world: World) -> None:
    base_fee_of(door, None)
    call = own_world.registries.register_authority(SHANGHAI, "FREE", "免费", "https://free.example")
    with Administration(door.url, own_world.administrators[SHANGHAI]) as administration:
        administration.send(call)
    own_world.authorities.append(own_world.shanghai)


def test_an_account_whose_transactions_wait_for_ever_is_freed(door: Door, priced: PricedNode, tmp_path: Path) -> None:
    account = Account.create()
    stuck = [account.sign(1, nonce, NOTHING, Fees()) for nonce in (0, 1)]
    for each in stuck:
        priced.take(each.raw)
    save_account(account, tmp_path / "account.json")
    free = ("account", "free", tmp_path / "account.json", "--rpc", door.url, "--json")
    assert json.loads(run(*free).output)["error"] == "FeeTooLow"
    assert json.loads(run(*free, "--max-fee-per-gas", "100").output)["freed"] == 2
    assert len(priced.mined) == 2
    assert not {"0x" + each.hash.hex() for each in stuck} & set(priced.mined)
    assert json.loads(run(*free, "--max-fee-per-gas", "100").output)["freed"] == 0


def test_who_waits_behind_others_is_told(door: Door, priced: PricedNode) -> None:
    account = Account.create()
    priced.take(account.sign(1, 0, NOTHING, Fees()).raw)
    with Administration(door.url, account, fees=Fees.up_to(15)) as administration:
        administration._timeout_seconds = 1  # for the receipt; each answer of the node has its usual time
        with pytest.raises(TransactionNotFinal, match=r"2 transactions of the account wait.*account free"):
            administration.send_all([NOTHING])


def test_a_node_that_is_down_is_told_as_before() -> None:
    with Administration("http://127.0.0.1:9", Account.create()) as administration, pytest.raises(NodeUnavailable):
        administration.send_all([NOTHING])
