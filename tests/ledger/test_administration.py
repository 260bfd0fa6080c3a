"""Deploying and administering a real network: what the contracts' getters say afterwards, and how a refusal is told."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from ledger import (
    Account,
    Administration,
    Call,
    Member,
    NodeUnavailable,
    Registries,
    RegistryReader,
    Rpc,
    TransactionNotFinal,
    TransactionReverted,
)
from ledger.deployment import deploy
from ledger.errors import NodeRefused
from ledger.events import AuthorityRegistered
from ledger.journal import fold
from ledger.registries import ANCHOR_GAS, STATUS_GAS
from tests.fixtures_ledger import REGIONS, SHANGHAI, STARTS, RunningNode, World
from tests.ledger.door import Door


def test_a_new_network_has_its_own_id_and_head(own_world: World, ledger_node: RunningNode) -> None:
    network = deploy(ledger_node.url, Account.create(), "second")
    assert network.network_id != own_world.network.network_id
    assert network.first_head != own_world.network.first_head
    with Rpc(ledger_node.url) as rpc:
        logs = rpc.logs([network.journal.address], network.from_block, network.checkpoint.number)
        proof = rpc.proof(network.journal.address, network.journal.slot, network.checkpoint.number)
    journaled = [each for each in logs if each.data != logs[0].data or len(each.data) == 64]
    head = fold(network.first_head, journaled)
    assert isinstance(proof, dict)
    assert int(proof["storageProof"][0]["value"], 16) == int.from_bytes(head, "big")


def test_the_getters_say_what_was_set_up(own_world: World) -> None:
    reader = RegistryReader(own_world.url, own_world.network)
    for code, name in REGIONS.items():
        region = reader.region(code)
        assert (region.name, region.administrator.lower()) == (name, own_world.administrators[code].hex_address)
    authority = reader.authority(1)
    assert (authority.region, authority.name) == (SHANGHAI, own_world.shanghai.name)
    assert authority.total == own_world.shanghai.total
    assert reader.authority_of_url(own_world.shanghai.url) == 1
    assert reader.authority_of_url("https://nobody.example") is None
    assert reader.agreement_count() == 1
    for kind in own_world.catalogue.types.values():
        assert reader.metadata_digest(kind.number, kind.version) == kind.digest


def test_a_reader_of_a_stopped_node_says_so(own_world: World) -> None:
    with pytest.raises(NodeUnavailable):
        RegistryReader("http://127.0.0.1:9", own_world.network).authority_count()


def test_a_getter_that_reverts_is_a_refusal(own_world: World) -> None:
    with pytest.raises(NodeRefused, match="statusOf"):
        RegistryReader(own_world.url, own_world.network).status(1, 2**40)


def test_who_may_not_is_told_the_contracts_reason(own_world: World) -> None:
    stranger = Account.create()
    call = own_world.registries.register_authority(SHANGHAI, "X", "局", "https://stranger.example")
    with (
        Administration(own_world.url, stranger) as administration,
        pytest.raises(TransactionReverted, match="NotTheAdministrator") as refused,
    ):
        administration.send(call)
    values = dict(refused.value.revert.values)
    assert values["region"] == str(SHANGHAI)
    assert values["account"].lower() == stranger.hex_address


def test_a_refusal_of_a_call_sent_with_others_has_its_reason_too(own_world: World) -> None:
    calls = own_world.registries
    with (
        Administration(own_world.url, own_world.council) as administration,
        pytest.raises(TransactionReverted, match="NotARegionCode"),
    ):
        administration.send_all([calls.admit_region(440001, "不是省", bytes(19) + b"\x01")])


def test_a_call_that_never_becomes_final_is_given_up(door: Door) -> None:
    door.lie = lambda method, params, result: None if method == "eth_getTransactionReceipt" else result
    with Administration(door.url, Account.create()) as administration:
        administration._timeout_seconds = 1  # for the receipt; each answer of the node has its usual time
        with pytest.raises(TransactionNotFinal):
            administration.send_all([Call(bytes(19) + b"\x05", b"", 30_000, "nothing")])


def test_every_call_has_gas_enough(own_world: World) -> None:
    """Each kind of call once, with long texts, against the gas that it really took."""
    world, calls = own_world, own_world.registries
    made = world.add_authority(SHANGHAI, "G" + "码" * 20, "名" * 60, f"https://{'g' * 150}.example")
    number, now = made.number, int(time.time())
    administrator = world.administrators[SHANGHAI]
    regional = [
        calls.add_authority_url(number, f"https://{'h' * 150}.example"),
        calls.accredit(number, 1, STARTS, now + 100),
        calls.revoke_key(made.key.kid, now),
        calls.revoke_operator(number, made.operator.address, now),
        calls.propose_agreement(
            SHANGHAI, b"\x01" * 32, [1, 2, 3], STARTS, None, [Member(code, True, True) for code in REGIONS]
        ),
    ]
    with Administration(world.url, administrator) as administration:
        receipts = administration.send_all(regional)
        agreement = next(each.agreement for each in receipts[-1].events if hasattr(each, "agreement"))
        for act in (calls.ratify_agreement, calls.suspend_agreement, calls.resume_agreement, calls.withdraw_agreement):
            call = act(agreement, SHANGHAI)
            receipts.append(administration.send(call))
            regional.append(call)
        dissolve = calls.dissolve_authority(number)
        receipts.append(administration.send(dissolve))
        regional.append(dissolve)
    for call, receipt in zip(regional, receipts, strict=True):
        assert receipt.gas_used < 0.8 * call.gas, call.purpose


def test_anchors_and_statuses_take_less_gas_than_they_are_given(own_world: World) -> None:
    from credential import Reason, State

    world = own_world
    made = world.add_authority(SHANGHAI, "ANCHOR", "锚定", "https://anchor.example")
    calls = Registries(world.network)
    with Administration(world.url, made.operator) as administration:
        first, later = administration.send_all(
            [calls.anchor(made.number, seq, bytes(32), 65_536, made.key.kid) for seq in (0, 1)]
        )
        now = int(time.time()) - 5
        status = administration.send(
            calls.set_status(made.number, 3, State.VALID, State.SUPERSEDED, Reason.ALTERED, now, 5)
        )
    assert later.gas_used <= 100_000
    assert first.gas_used < 0.8 * ANCHOR_GAS
    assert status.gas_used < 0.8 * STATUS_GAS


def test_the_receipt_of_a_registration_brings_the_number(own_world: World) -> None:
    world = own_world
    number = len(world.authorities) + 1
    call = world.registries.register_authority(SHANGHAI, "NUMBER", "编号", "https://number.example")
    with Administration(world.url, world.administrators[SHANGHAI]) as administration:
        (registered,) = administration.send(call).events
    assert isinstance(registered, AuthorityRegistered)
    assert registered.authority == number
    world.authorities.append(replace(world.shanghai, number=number, url=registered.url, next_seq=0, total=0))
