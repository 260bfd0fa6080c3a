"""Puts a Safe of the members in an account's place as the manager's admin, and checks that nobody else keeps any power.

All transactions are sent at once: the addresses follow from the sender's nonce and from CREATE2. The last one gives the
Safe its roles and takes the sender's, so that a founding that breaks off leaves the network as it was: do it again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import rlp
from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger.abi import encode_call, selector
from ledger.accounts import Account, Fees
from ledger.administration import Administration
from ledger.artifacts import artifact
from ledger.calls import Call
from ledger.council.chain import ask
from ledger.council.charter import Charter, find_council
from ledger.council.council_file import CouncilFile
from ledger.council.roles import ADMIN, ADMITTING, FUNCTIONS, GUARDIAN, LABELS, RULES
from ledger.errors import UnsoundCouncil
from ledger.network_file import NetworkFile
from ledger.rpc import Rpc

MAX_MEMBERS = 50
MAX_DELAY_SECONDS = 365 * 86_400
_CREATION_GAS = 300_000
_CREATION_GAS_PER_OCTET = 300
_BASE_GAS = 600_000
_GAS_PER_MEMBER = 120_000
_NOBODY = bytes(20)
_SETUP = "setup(address[],uint256,address,bytes,address,address,uint256,address)"
_CREATE_PROXY = "createProxyWithNonce(address,bytes,uint256)"


@dataclass(frozen=True, slots=True)
class Constitution:
    """Who the council's members are (addresses), how many must sign, how long changes of rules wait."""

    members: tuple[bytes, ...]
    threshold: int
    delay_seconds: int

    def __post_init__(self) -> None:
        if len(set(self.members)) != len(self.members):
            raise ValueError("a member is named twice")
        if not 0 < len(self.members) <= MAX_MEMBERS:
            raise ValueError(f"a council has 1 to {MAX_MEMBERS} members, not {len(self.members)}")
        if not 0 < self.threshold <= len(self.members):
            raise ValueError(f"the threshold is {self.threshold}, must be 1 to {len(self.members)}")
        if not 0 < self.delay_seconds <= MAX_DELAY_SECONDS:
            raise ValueError(f"the delay is {self.delay_seconds} seconds, must be 1 to {MAX_DELAY_SECONDS}")


@dataclass(frozen=True, slots=True)
class _Addresses:
    manager: bytes
    singleton: bytes
    factory: bytes
    due_acts: bytes
    safe: bytes
    initializer: bytes
    salt: int

    @classmethod
    def after(cls, sender: bytes, nonce: int, manager: bytes, constitution: Constitution) -> _Addresses:
        """Where the sender's next three contracts will be, and the Safe that the factory makes of them."""
        singleton, factory, due_acts = (keccak(rlp.encode([sender, nonce + each]))[12:] for each in range(3))
        members = list(constitution.members)
        enable = encode_call("enable()")
        values = (members, constitution.threshold, due_acts, enable, _NOBODY, _NOBODY, 0, _NOBODY)
        initializer = encode_call(_SETUP, *values)
        salt = int.from_bytes(os.urandom(32), "big")
        made_of = artifact("SafeProxy").bytecode + encode(["uint256"], [int.from_bytes(singleton, "big")])
        salted = keccak(keccak(initializer) + salt.to_bytes(32, "big"))
        safe = keccak(b"\xff" + factory + salted + keccak(made_of))[12:]
        return cls(manager, singleton, factory, due_acts, safe, initializer, salt)


def found_council(
    rpc_url: str,
    account: Account,
    network: NetworkFile,
    constitution: Constitution,
    *,
    fees: Fees = Fees(),  # noqa: B008 - frozen
    on_final: Callable[[Call], None] = lambda call: None,
) -> tuple[CouncilFile, Charter]:
    """Hands the network of which `account` is the only admin over to a new council. The account has no power then.

    Raises UnsoundCouncil where something is wrong afterwards, TransactionReverted where the account is not the admin,
    FeeTooLow, TransactionNotFinal or SourceError.
    """
    with Rpc(rpc_url) as rpc, Administration(rpc_url, account, fees=fees) as administration:
        (manager,) = ask(rpc, network.journal.address, "authority()", "address")
        nonce = rpc.nonce(account.address, "pending")
        at = _Addresses.after(account.address, nonce, manager, constitution)
        administration.send_all(_calls(at, account.address, network, constitution), on_final)
        council, charter = find_council(rpc, network)
        _require_as_constituted(council, charter, at.safe, constitution)
    return council, charter


def _require_as_constituted(council: CouncilFile, charter: Charter, safe: bytes, constitution: Constitution) -> None:
    found = Constitution(tuple(sorted(charter.members)), charter.threshold, charter.delay_seconds)
    wanted = Constitution(tuple(sorted(constitution.members)), constitution.threshold, constitution.delay_seconds)
    if council.safe != safe or found != wanted or charter.guardians != wanted.members:
        raise UnsoundCouncil(("the council on the chain is not the one that was to be founded",))


def _calls(at: _Addresses, sender: bytes, network: NetworkFile, constitution: Constitution) -> list[Call]:
    gas = _BASE_GAS + _GAS_PER_MEMBER * len(constitution.members)
    create = encode_call(_CREATE_PROXY, at.singleton, at.initializer, at.salt)
    return [
        _creation("SafeL2"),
        _creation("SafeProxyFactory"),
        _creation("DueActs", at.safe, at.manager),
        Call(at.factory, create, gas, "create the council's Safe"),
        Call(at.manager, _hand_over(at, sender, network, constitution), 2 * gas, "hand over to the council"),
    ]


def _creation(name: str, *addresses: bytes) -> Call:
    data = artifact(name).bytecode + encode(["address"] * len(addresses), addresses)
    return Call(None, data, _CREATION_GAS + _CREATION_GAS_PER_OCTET * len(data), f"create {name}")


def _hand_over(at: _Addresses, sender: bytes, network: NetworkFile, constitution: Constitution) -> bytes:
    """Everything or nothing: labels, functions, guardians, the Safe's roles, and the sender's power last."""
    delay = constitution.delay_seconds
    steps = [
        *(encode_call("labelRole(uint64,string)", role, label) for role, label in LABELS.items()),
        *_function_roles(
            {"trust": network.registries.trust, "journal": network.journal.address, "manager": at.manager}
        ),
        encode_call("setRoleGuardian(uint64,uint64)", RULES, GUARDIAN),
        *(_grant(GUARDIAN, member, 0) for member in constitution.members),
        _grant(ADMITTING, at.safe, 0),
        _grant(RULES, at.safe, delay),
        _grant(ADMIN, at.safe, delay),
        encode_call("renounceRole(uint64,address)", ADMIN, sender),
    ]
    return encode_call("multicall(bytes[])", steps)


def _function_roles(places: dict[str, bytes]) -> Sequence[bytes]:
    asked = "setTargetFunctionRole(address,bytes4[],uint64)"
    calls = []
    for place, functions in FUNCTIONS.items():
        for role in sorted(set(functions.values())):
            selectors = [selector(signature) for signature, held in functions.items() if held == role]
            calls.append(encode_call(asked, places[place], selectors, role))
    return calls


def _grant(role: int, account: bytes, delay: int) -> bytes:
    return encode_call("grantRole(uint64,address,uint32)", role, account, delay)
