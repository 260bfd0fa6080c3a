"""Finds a network's council on the chain and checks that nobody else has any power. Whoever deployed it is not asked.

Ask your own node. The contracts' code is compared with the artifacts, so that their getters say what they should.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eth_hash.auto import keccak

from ledger.abi import selector
from ledger.artifacts import artifact
from ledger.council.chain import FIRST_IN_LIST, CouncilChain, ask
from ledger.council.council_file import CouncilFile
from ledger.council.powers import Powers, read_powers
from ledger.council.roles import ADMIN, ADMITTING, FUNCTIONS, GUARDIAN, RULES
from ledger.errors import MalformedAnswer, OtherCouncil, UnsoundCouncil
from ledger.hexadecimal import octets, to_hex
from ledger.network_file import NetworkFile
from ledger.rpc import Rpc

_MOST_MODULES = 10
_SINGLETON_SLOT = 0
_GUARD_SLOT = int.from_bytes(keccak(b"guard_manager.guard.address"), "big")
_FALLBACK_SLOT = int.from_bytes(keccak(b"fallback_manager.handler.address"), "big")


@dataclass(frozen=True, slots=True)
class Charter:
    """The council as it is now. `delay_seconds` is how long rules wait; guardians may cancel meanwhile."""

    members: tuple[bytes, ...]
    threshold: int
    delay_seconds: int
    guardians: tuple[bytes, ...]
    nonce: int


def find_council(rpc: Rpc, network: NetworkFile) -> tuple[CouncilFile, Charter]:
    """The network's council and its charter.

    Raises OtherCouncil where one account is the admin, UnsoundCouncil with all that is wrong, or SourceError.
    """
    (manager,) = ask(rpc, network.journal.address, "authority()", "address")
    powers = read_powers(rpc, manager, network.from_block)
    council = _council_of(rpc, network, manager, powers)
    return council, read_charter(rpc, council, powers)


def read_charter(rpc: Rpc, council: CouncilFile, powers: Powers | None = None) -> Charter:
    """The charter of a known council, checked. Raises UnsoundCouncil or SourceError."""
    found = powers or read_powers(rpc, council.manager, council.from_block)
    _require_none(_of_code(rpc, council))  # first: what follows believes the contracts' getters
    _require_none((*_of_roles(rpc, council, found), *_of_functions(rpc, council), *_of_safe(rpc, council)))
    chain = CouncilChain(rpc, council)
    _, delay = ask(rpc, council.manager, "hasRole(uint64,address)", "bool,uint32", RULES, council.safe)
    return Charter(chain.members(), chain.threshold(), delay, found.of(GUARDIAN), chain.nonce())


def _require_none(findings: Iterable[str]) -> None:
    if found := tuple(findings):
        raise UnsoundCouncil(found)


def _council_of(rpc: Rpc, network: NetworkFile, manager: bytes, powers: Powers) -> CouncilFile:
    admins = powers.of(ADMIN)
    if len(admins) != 1:
        raise UnsoundCouncil((f"{len(admins)} accounts are the manager's admin: {', '.join(map(to_hex, admins))}",))
    (safe,) = admins
    if not _code(rpc, safe):
        raise OtherCouncil(f"one account, {to_hex(safe)}, is this network's admin: there is no council")
    if _code(rpc, safe) != artifact("SafeProxy").runtime:
        raise UnsoundCouncil((f"the manager's admin {to_hex(safe)} is not a Safe",))
    modules = _modules(rpc, safe)
    if len(modules) != 1:
        raise UnsoundCouncil((f"the Safe has {len(modules)} modules, DueActs alone was expected",))
    return CouncilFile(
        name=network.name,
        network=bytes.fromhex(network.fingerprint),
        chain_id=network.chain_id,
        safe=safe,
        manager=manager,
        due_acts=modules[0],
        trust=network.registries.trust,
        journal=network.journal.address,
        from_block=network.from_block,
    )


def _of_roles(rpc: Rpc, council: CouncilFile, powers: Powers) -> Iterator[str]:
    for role in (ADMIN, ADMITTING, RULES):
        if powers.of(role) != (council.safe,):
            yield f"role {role} is held by {', '.join(map(to_hex, powers.of(role))) or 'nobody'}, not by the Safe alone"
    for role, account in sorted(powers.holders):
        if role not in (ADMIN, ADMITTING, RULES, GUARDIAN):
            yield f"{to_hex(account)} holds role {role}, which no council has"
    for target in sorted(powers.closed):
        yield f"{to_hex(target)} is closed for everybody"
    for role, admin in sorted(powers.role_admins.items()):
        if admin != ADMIN:
            yield f"role {role} is given and taken by role {admin}, not by the admin"
    delays = {
        role: ask(rpc, council.manager, "hasRole(uint64,address)", "bool,uint32", role, council.safe)[1]
        for role in (ADMIN, ADMITTING, RULES)
    }
    if delays[ADMIN] != delays[RULES]:
        yield f"the manager's own functions wait {delays[ADMIN]} seconds, other rules {delays[RULES]}"
    if not delays[RULES]:
        yield "rules change without delay"


def _of_functions(rpc: Rpc, council: CouncilFile) -> Iterator[str]:
    (guardian,) = ask(rpc, council.manager, "getRoleGuardian(uint64)", "uint64", RULES)
    if guardian != GUARDIAN:
        yield f"role {guardian} may cancel what changes rules, not the guardians"
    places = {"trust": council.trust, "journal": council.journal, "manager": council.manager}
    for place, functions in FUNCTIONS.items():
        for signature, role in functions.items():
            asked = "getTargetFunctionRole(address,bytes4)"
            (found,) = ask(rpc, council.manager, asked, "uint64", places[place], selector(signature))
            if found != role:
                yield f"{signature} of the {place} contract belongs to role {found}, not {role}"


def _of_code(rpc: Rpc, council: CouncilFile) -> Iterator[str]:
    singleton = _slot_address(rpc, council.safe, _SINGLETON_SLOT)
    runtime = {
        "manager": (_code(rpc, council.manager), artifact("AccessManager").runtime),
        "Safe": (_code(rpc, council.safe), artifact("SafeProxy").runtime),
        "Safe's singleton": (_code(rpc, singleton), artifact("SafeL2").runtime),
        "module DueActs": (_due_acts_code(rpc, council), artifact("DueActs").runtime),
    }
    for name, (found, known) in runtime.items():
        if found != known:
            yield f"the {name} has other code than its artifact"


def _of_safe(rpc: Rpc, council: CouncilFile) -> Iterator[str]:
    for place, address in (("trust registry", council.trust), ("journal", council.journal)):
        if ask(rpc, address, "authority()", "address") != (council.manager,):
            yield f"the {place} obeys another manager"
    if _modules(rpc, council.safe) != (council.due_acts,):
        yield "the Safe has other modules than DueActs"
    for name, slot in (("guard", _GUARD_SLOT), ("fallback handler", _FALLBACK_SLOT)):
        if any(_slot_address(rpc, council.safe, slot)):
            yield f"the Safe has a {name}"


def _due_acts_code(rpc: Rpc, council: CouncilFile) -> bytes:
    """The module's code with its three immutable addresses blanked, as the compiler leaves them in the artifact."""
    code = _code(rpc, council.due_acts)
    for address in (council.due_acts, council.safe, council.manager):
        code = code.replace(address, bytes(20))
    return code


def _modules(rpc: Rpc, safe: bytes) -> tuple[bytes, ...]:
    asked = "getModulesPaginated(address,uint256)"
    found, _ = ask(rpc, safe, asked, "address[],address", FIRST_IN_LIST, _MOST_MODULES)
    return tuple(found)


def _code(rpc: Rpc, address: bytes) -> bytes:
    return _answer(rpc, "eth_getCode", to_hex(address), "latest")


def _slot_address(rpc: Rpc, address: bytes, slot: int) -> bytes:
    return _answer(rpc, "eth_getStorageAt", to_hex(address), f"0x{slot:064x}", "latest")[-20:]


def _answer(rpc: Rpc, method: str, *params: object) -> bytes:
    try:
        return octets(rpc.call(method, *params))
    except ValueError as e:
        raise MalformedAnswer(f"{method}: {e}") from e
