"""Who holds which role of a manager, folded from its events: getters answer only for accounts that one asks for."""

from __future__ import annotations

from dataclasses import dataclass, field

from eth_abi.abi import decode
from eth_hash.auto import keccak

from ledger.council.logs import Log, logs_of
from ledger.errors import MalformedAnswer
from ledger.rpc import Rpc

_GRANTED = keccak(b"RoleGranted(uint64,address,uint32,uint48,bool)")
REVOKED = keccak(b"RoleRevoked(uint64,address)")
_CLOSED = keccak(b"TargetClosed(address,bool)")
_ROLE_ADMIN = keccak(b"RoleAdminChanged(uint64,uint64)")
_TOPICS = {_GRANTED: 3, REVOKED: 3, _CLOSED: 2, _ROLE_ADMIN: 3}


@dataclass(slots=True)
class Powers:
    """`holders` are (role, account); `closed` are targets that nobody may call; `role_admins` where changed."""

    holders: set[tuple[int, bytes]] = field(default_factory=set)
    closed: set[bytes] = field(default_factory=set)
    role_admins: dict[int, int] = field(default_factory=dict)

    def of(self, role: int) -> tuple[bytes, ...]:
        """The accounts that hold the role, in their order."""
        return tuple(sorted(account for held, account in self.holders if held == role))

    def take(self, log: Log) -> None:
        event, *topics = log.topics
        if len(log.topics) != _TOPICS[event]:
            raise MalformedAnswer("an event of the manager without its topics")
        if event == _GRANTED:
            self.holders.add((int.from_bytes(topics[0], "big"), topics[1][-20:]))
        elif event == REVOKED:
            self.holders.discard((int.from_bytes(topics[0], "big"), topics[1][-20:]))
        elif event == _ROLE_ADMIN:
            self.role_admins[int.from_bytes(topics[0], "big")] = int.from_bytes(topics[1], "big")
        elif _flag(log.data):
            self.closed.add(topics[0][-20:])
        else:
            self.closed.discard(topics[0][-20:])


def read_powers(rpc: Rpc, manager: bytes, from_block: int) -> Powers:
    """Nothing of the manager may lie before `from_block`. Raises SourceError."""
    powers = Powers()
    for log in logs_of(rpc, [manager], list(_TOPICS), from_block):
        powers.take(log)
    return powers


def _flag(data: bytes) -> bool:
    try:
        (found,) = decode(["bool"], data)
    except Exception as e:  # eth_abi raises many kinds
        raise MalformedAnswer("an event of the manager without its values") from e
    return bool(found)
