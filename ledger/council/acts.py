"""The acts of a council: calls of known functions, and what each does in words, from its octets alone.

What cannot be put into words is refused: nobody signs what this program cannot show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode, encode

from ledger.abi import encode_call, selector, types_of
from ledger.council.council_file import CouncilFile
from ledger.council.roles import ADMIN, GUARDIAN, LABELS, RULES
from ledger.council.words import duration, shown_text
from ledger.errors import UnknownAct
from ledger.hexadecimal import to_hex

NATION = 100_000
GRANT = "grantRole(uint64,address,uint32)"
REVOKE = "revokeRole(uint64,address)"
_WAITING = {ADMIN: "delays, roles and guardians", RULES: "types, administrators and who writes the journal"}
"""What waits for the delay that the Safe has with a role."""


@dataclass(frozen=True, slots=True)
class Act:
    """One call of a known function, and what it does. `place` is trust, journal, manager or safe."""

    place: str
    to: bytes
    signature: str
    values: tuple[Any, ...]
    words: str

    @property
    def data(self) -> bytes:
        return encode_call(self.signature, *self.values)


def make_act(council: CouncilFile, place: str, signature: str, *values: object) -> Act:
    """The act as it will be read again from its octets. Raises UnknownAct where it could not be."""
    return read_act(council, _places(council)[place], encode_call(signature, *values))


def read_act(council: CouncilFile, to: bytes, data: bytes) -> Act:
    """The act that these octets are. Raises UnknownAct on other contracts and functions, and on octets that hide."""
    place = next((name for name, address in _places(council).items() if address == to), None)
    if place is None:
        raise UnknownAct(f"a call of {to_hex(to)}, which is none of this council's contracts")
    signature = next((each for each in WORDS[place] if selector(each) == data[:4]), None)
    if signature is None:
        raise UnknownAct(
            f"a call of function {to_hex(data[:4])} of the {place} contract, which this program does not know"
        )
    values = read_values(signature, data)
    return Act(place, to, signature, values, _in_words(council, place, signature, values))


def read_values(signature: str, data: bytes) -> tuple[Any, ...]:
    """The arguments of a call. Raises UnknownAct unless printing them gives back the same octets."""
    types = types_of(signature)
    try:
        values = decode(types, data[4:])
        same = encode(types, values) == data[4:]
    except Exception as e:  # eth_abi raises many kinds
        raise UnknownAct(f"the arguments of {signature} cannot be read") from e
    if not same:
        raise UnknownAct(f"the arguments of {signature} hold octets that would not be shown")
    return tuple(
        bytes.fromhex(value[2:]) if kind == "address" else value for kind, value in zip(types, values, strict=True)
    )


def _places(council: CouncilFile) -> Mapping[str, bytes]:
    return {"trust": council.trust, "journal": council.journal, "manager": council.manager, "safe": council.safe}


def _in_words(council: CouncilFile, place: str, signature: str, values: tuple[Any, ...]) -> str:
    """The council's own delays are said as what they are to its members, not as the roles that carry them."""
    if signature == GRANT and values[1] == council.safe and values[0] in _WAITING:
        role, _, delay = values
        return f"changes of rules {f'wait {duration(delay)}' if delay else 'DO NOT WAIT'} ({_WAITING[role]})"
    return WORDS[place][signature](*values)


def _role(role: int) -> str:
    return f"role {role} ({'admin' if role == ADMIN else LABELS.get(role, 'unnamed')})"


def _admit(region: int, name: str, administrator: bytes) -> str:
    nation = ", THE NATION: its certificates count everywhere, without any agreement" if region == NATION else ""
    return f"admit region {region} {shown_text(name)}{nation}; its administrator is {to_hex(administrator)}"


def _register(number: int, code: str, version: int, digest: bytes) -> str:
    kind = f"certificate type {number} {shown_text(code)}, version {version}"
    return f"register {kind}; its metadata has SHA-256 {to_hex(digest)}"


def _grant(role: int, account: bytes, delay: int) -> str:
    waits = f"with a delay of {duration(delay)}" if delay else "without delay"
    power = "; it may then cancel scheduled acts" if role == GUARDIAN else ""
    return f"give {_role(role)} to {to_hex(account)}, {waits}{power}"


def _function_roles(target: bytes, selectors: tuple[bytes, ...], role: int) -> str:
    return f"put functions {', '.join(map(to_hex, selectors))} of {to_hex(target)} under {_role(role)}"


WORDS: Mapping[str, Mapping[str, Callable[..., str]]] = {
    "trust": {
        "admitRegion(uint32,string,address)": _admit,
        "registerType(uint32,string,uint16,bytes32)": _register,
        "changeRegionAdministrator(uint32,address)": lambda region, administrator: (
            f"make {to_hex(administrator)} the administrator of region {region}, in place of the present one"
        ),
    },
    "journal": {
        "addWriter(address)": lambda writer: f"let contract {to_hex(writer)} write into the journal",
        "retireWriter(address)": lambda writer: f"let contract {to_hex(writer)} write into the journal no more",
    },
    "manager": {
        GRANT: _grant,
        REVOKE: lambda role, account: f"take {_role(role)} from {to_hex(account)}",
        "labelRole(uint64,string)": lambda role, label: f"call role {role} {shown_text(label)}",
        "setRoleAdmin(uint64,uint64)": lambda role, admin: f"let {_role(admin)} give and take {_role(role)}",
        "setRoleGuardian(uint64,uint64)": lambda role, guardian: (
            f"let {_role(guardian)} cancel what {_role(role)} has scheduled"
        ),
        "setGrantDelay(uint64,uint32)": lambda role, delay: (
            f"let {_role(role)} begin {duration(delay)} after it is given"
        ),
        "setTargetAdminDelay(address,uint32)": lambda target, delay: (
            f"let changes of who may call {to_hex(target)} wait {duration(delay)}"
        ),
        "setTargetClosed(address,bool)": lambda target, closed: (
            f"{'close' if closed else 'open'} {to_hex(target)} for everybody, the council included"
            if closed
            else f"open {to_hex(target)} again"
        ),
        "setTargetFunctionRole(address,bytes4[],uint64)": _function_roles,
        "updateAuthority(address,address)": lambda target, authority: (
            f"hand {to_hex(target)} over to {to_hex(authority)}: THIS COUNCIL LOSES IT"
        ),
    },
    "safe": {
        "addOwnerWithThreshold(address,uint256)": lambda member, threshold: (
            f"make {to_hex(member)} a member of the council; {threshold} signatures are needed from then on"
        ),
        "removeOwner(address,address,uint256)": lambda _, member, threshold: (
            f"remove {to_hex(member)} from the council; {threshold} signatures are needed from then on"
        ),
        "swapOwner(address,address,address)": lambda _, old, new: (
            f"replace member {to_hex(old)} of the council by {to_hex(new)}"
        ),
        "changeThreshold(uint256)": lambda threshold: f"need {threshold} signatures from then on",
    },
}
"""How each known function is said, by contract; takes the arguments, raises UnknownAct where they cannot be shown."""
