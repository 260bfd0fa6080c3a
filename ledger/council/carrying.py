"""From acts to the one call that the Safe makes, and back: at once, or scheduled with the manager's delay.

Several acts travel in one `multicall`, so that members sign once. Acts on the Safe itself go alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger.abi import encode_call, selector
from ledger.council.acts import REVOKE, Act, read_act, read_values
from ledger.council.council_file import CouncilFile
from ledger.errors import UnknownAct

MAX_ACTS = 20
SCHEDULE = "schedule(address,bytes,uint48)"
EXECUTE = "execute(address,bytes)"
_MULTICALL = "multicall(bytes[])"
_AS_SOON_AS_ALLOWED = 0


@dataclass(frozen=True, slots=True)
class Intended:
    """An act, and whether it is done at once or scheduled to be done after the delay."""

    act: Act
    delayed: bool

    @property
    def words(self) -> str:
        if not self.delayed:
            return f"at once: {self.act.words}"
        unless = "; no member can cancel it" if self.act.signature == REVOKE else ", unless a member cancels it before"
        return f"after the delay{unless}: {self.act.words}"


def operation_id(council: CouncilFile, act: Act) -> bytes:
    """What the manager calls the act while it is scheduled."""
    return keccak(encode(["address", "address", "bytes"], [council.safe, act.to, act.data]))


def carry(council: CouncilFile, intended: Sequence[Intended]) -> tuple[bytes, bytes]:
    """Where to and with what data the Safe makes its call. Raises ValueError for acts that cannot go together."""
    if not 0 < len(intended) <= MAX_ACTS:
        raise ValueError(f"a proposal has 1 to {MAX_ACTS} acts, not {len(intended)}")
    own = [each.act for each in intended if each.act.place == "safe"]
    if own and len(intended) > 1:
        raise ValueError("an act on the Safe itself goes alone")
    if own:
        return council.safe, own[0].data
    calls = [_managed(each) for each in intended]
    return council.manager, calls[0] if len(calls) == 1 else encode_call(_MULTICALL, calls)


def read_carried(council: CouncilFile, to: bytes, data: bytes) -> tuple[Intended, ...]:
    """What the Safe's call does. Raises UnknownAct unless every octet of it can be put into words."""
    if to == council.safe:
        return (Intended(read_act(council, to, data), delayed=False),)
    if to != council.manager:
        raise UnknownAct("a call that goes past the manager")
    calls = [data]
    if data[:4] == selector(_MULTICALL):
        (found,) = read_values(_MULTICALL, data)
        calls = list(found)
    if not 0 < len(calls) <= MAX_ACTS:
        raise UnknownAct(f"{len(calls)} acts in one call, 1 to {MAX_ACTS} are known here")
    return tuple(_read_managed(council, call) for call in calls)


def _managed(intended: Intended) -> bytes:
    act = intended.act
    if intended.delayed:
        return encode_call(SCHEDULE, act.to, act.data, _AS_SOON_AS_ALLOWED)
    return encode_call(EXECUTE, act.to, act.data)


def _read_managed(council: CouncilFile, call: bytes) -> Intended:
    if call[:4] == selector(SCHEDULE):
        to, data, when = read_values(SCHEDULE, call)
        if when != _AS_SOON_AS_ALLOWED:
            raise UnknownAct("an act scheduled for a time of its own")
        return Intended(_read_guarded(council, to, data), delayed=True)
    if call[:4] == selector(EXECUTE):
        to, data = read_values(EXECUTE, call)
        return Intended(_read_guarded(council, to, data), delayed=False)
    raise UnknownAct("a call of the manager that neither schedules nor executes")


def _read_guarded(council: CouncilFile, to: bytes, data: bytes) -> Act:
    act = read_act(council, to, data)
    if act.place == "safe":
        raise UnknownAct("a call of the Safe through the manager")
    return act
