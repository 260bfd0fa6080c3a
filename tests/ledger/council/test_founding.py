"""Founding a council: afterwards nobody else has any power; whoever looks finds that out without the founder."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_abi import encode

from ledger import Account, Call, Registries, TransactionReverted, deploy
from ledger.abi import encode_call
from ledger.council import Constitution, find_council, found_council, read_charter
from ledger.council.roles import ADMIN, ADMITTING, FUNCTIONS, GUARDIAN, RULES
from ledger.errors import OtherCouncil, UnsoundCouncil
from tests.ledger.council.councils import DELAY, ClockedNode, Council


def test_the_council_is_as_constituted(council: Council) -> None:
    members = sorted(each.address for each in council.members)
    assert sorted(council.charter.members) == members
    assert list(council.charter.guardians) == members
    assert (council.charter.threshold, council.charter.delay_seconds) == (3, DELAY)


def test_anybody_finds_the_same_council_on_the_chain(council: Council) -> None:
    found, charter = find_council(council.rpc, council.network)
    assert found == council.file
    assert charter.members == council.charter.members
    assert found.fingerprint == council.file.fingerprint


def test_who_deployed_has_no_power_afterwards(council: Council) -> None:
    calls = Registries(council.network)
    acts = [
        calls.admit_region(310000, "上海市", b"\x31" * 20),
        calls.register_type(9, "9", 1, b"\x09" * 32),
        calls.change_region_administrator(310000, b"\x31" * 20),
        calls.add_writer(b"\x31" * 20),
        _manager_call(council, "grantRole(uint64,address,uint32)", ADMIN, council.deployer.address, 0),
        _manager_call(council, "revokeRole(uint64,address)", ADMIN, council.file.safe),
        _manager_call(council, "schedule(address,bytes,uint48)", council.file.trust, b"\x01\x02\x03\x04", 0),
    ]
    with council.acting(council.deployer) as administration:
        for act in acts:
            with pytest.raises(TransactionReverted, match="Unauthorized"):
                administration.send(act)


def test_a_member_alone_has_no_power_but_to_cancel(council: Council) -> None:
    act = Registries(council.network).admit_region(310000, "上海市", b"\x31" * 20)
    with council.acting(council.members[0]) as administration, pytest.raises(TransactionReverted, match="Unauthorized"):
        administration.send(act)


def test_a_network_of_one_account_has_no_council(clocked_node: ClockedNode, council: Council) -> None:
    network = deploy(clocked_node.url, Account.create(), "一人网")
    with pytest.raises(OtherCouncil, match="there is no council"):
        find_council(council.rpc, network)


def test_only_the_admin_founds(clocked_node: ClockedNode, council: Council) -> None:
    network = deploy(clocked_node.url, Account.create(), "一人网")
    constitution = Constitution((b"\x01" * 20,), 1, 60)
    with pytest.raises(TransactionReverted, match="AccessManagerUnauthorizedAccount"):
        found_council(clocked_node.url, Account.create(), network, constitution)
    with pytest.raises(OtherCouncil, match="there is no council"):
        find_council(council.rpc, network)


@pytest.mark.parametrize("role", [ADMIN, ADMITTING, RULES, 4])
def test_an_account_that_keeps_a_role_is_found(clocked_node: ClockedNode, council: Council, role: int) -> None:
    deployer = Account.create()
    network = deploy(clocked_node.url, deployer, "留后门网")
    manager = _manager_of(council, network.journal.address)
    grant = encode_call("grantRole(uint64,address,uint32)", role, b"\x66" * 20, 0)
    with council.acting(deployer) as administration:
        administration.send(Call(manager, grant, 200_000, "keep a back door"))
    with pytest.raises(UnsoundCouncil, match="admin" if role == ADMIN else "0x" + "66" * 20):
        found_council(clocked_node.url, deployer, network, Constitution((b"\x01" * 20, b"\x02" * 20), 2, 60))


@pytest.mark.parametrize(
    ("signature", "arguments", "finding"),
    [
        ("setRoleAdmin(uint64,uint64)", (RULES, 2**64 - 1), "role 2 is given and taken by"),
        ("setTargetClosed(address,bool)", (b"\x77" * 20, True), "is closed for everybody"),
    ],
)
def test_a_manager_that_was_tampered_with_before_is_found(
    clocked_node: ClockedNode, council: Council, signature: str, arguments: tuple[object, ...], finding: str
) -> None:
    deployer = Account.create()
    network = deploy(clocked_node.url, deployer, "改规则网")
    call = Call(_manager_of(council, network.journal.address), encode_call(signature, *arguments), 200_000, "tamper")
    with council.acting(deployer) as administration:
        administration.send(call)
    with pytest.raises(UnsoundCouncil, match=finding):
        found_council(clocked_node.url, deployer, network, Constitution((b"\x01" * 20,), 1, 60))


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"due_acts": b"\x07" * 20}, "module DueActs has other code"),
        ({"safe": b"\x07" * 20}, "Safe has other code"),
        ({"manager": b"\x07" * 20}, "manager has other code"),
    ],
)
def test_a_false_council_file_does_not_fit_the_chain(council: Council, changes: dict[str, bytes], finding: str) -> None:
    false: Any = replace(council.file, **changes)  # type: ignore[arg-type]
    with pytest.raises(UnsoundCouncil, match=finding):
        read_charter(council.rpc, false)


def test_another_councils_parts_do_not_fit(council: Council, own_council: Council) -> None:
    """The module names its Safe and its manager in its code, so genuine parts of two councils are no council."""
    other = own_council.file
    for mixed in (replace(council.file, due_acts=other.due_acts), replace(council.file, safe=other.safe)):
        with pytest.raises(UnsoundCouncil, match="module DueActs has other code"):
            read_charter(council.rpc, mixed)


def test_every_guarded_function_has_its_role(council: Council) -> None:
    """The manager's default is the admin: a function that is missing here would be the admin's, with delay."""
    restricted = {"admitRegion", "registerType", "changeRegionAdministrator", "addWriter", "retireWriter"}
    named = {each.split("(")[0] for place in ("trust", "journal") for each in FUNCTIONS[place]}
    assert named == restricted
    assert GUARDIAN not in {role for functions in FUNCTIONS.values() for role in functions.values()}


@pytest.mark.parametrize(
    ("members", "threshold", "delay"),
    [
        ((), 1, 60),
        ((b"\x01" * 20,), 0, 60),
        ((b"\x01" * 20,), 2, 60),
        ((b"\x01" * 20, b"\x01" * 20), 1, 60),
        ((b"\x01" * 20,), 1, 0),
        ((b"\x01" * 20,), 1, 366 * 86_400),
        (tuple(encode(["uint256"], [each])[-20:] for each in range(1, 52)), 26, 60),
    ],
)
def test_what_is_no_constitution(members: tuple[bytes, ...], threshold: int, delay: int) -> None:
    with pytest.raises(ValueError, match=r"twice|members|threshold|delay"):
        Constitution(members, threshold, delay)


def _manager_call(council: Council, signature: str, *values: object) -> Call:
    return Call(council.file.manager, encode_call(signature, *values), 200_000, signature)


def _manager_of(council: Council, journal: bytes) -> bytes:
    from ledger.council.chain import ask

    (manager,) = ask(council.rpc, journal, "authority()", "address")
    return bytes(manager)
