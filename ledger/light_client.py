"""The light client: whether a header is sealed by the validators that the network file trusts.

The embedded node and QBFT share this path: a fixed set of N validators, a quorum of ceil(2N/3); embedded is N = 1.
A header that names another set is refused by name. Which headers to ask for is the replica's to decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.errors import CheckpointTooOld, HeaderNotSealed, NotAdvancing, UnsupportedEngine, ValidatorsChanged
from ledger.headers import MIX_HASH, Header, MalformedHeader, block_hash, header_from_json, parse_extra, seals, signers
from ledger.hexadecimal import octets, to_hex
from ledger.network_file import NetworkFile

TRUSTING_DAYS = 180
"""How long a validator set is trusted after the last header that it confirmed."""

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Trusted:
    """The newest block known to be good, and the validators that must seal the next."""

    number: int
    hash: bytes
    time: int
    validators: tuple[bytes, ...]

    @classmethod
    def by_checkpoint(cls, network: NetworkFile) -> Trusted:
        if network.engine == "clique":
            raise UnsupportedEngine(f"engine {network.engine!r} is not supported by this version: update")
        checkpoint = network.checkpoint
        return cls(checkpoint.number, checkpoint.hash, checkpoint.time, checkpoint.validators)


@dataclass(frozen=True, slots=True)
class SealedHeader:
    """What a header proved to be sealed says."""

    number: int
    hash: bytes
    time: int
    state_root: bytes


def quorum(validators: int) -> int:
    """How many of N validators must seal: ceil(2N/3)."""
    return -(-2 * validators // 3)


def require_recent(trusted: Trusted, now: int) -> None:
    """Raises CheckpointTooOld where the set was last confirmed more than TRUSTING_DAYS before `now`."""
    days = (now - trusted.time) // _DAY_SECONDS
    if now - trusted.time > TRUSTING_DAYS * _DAY_SECONDS:
        raise CheckpointTooOld(
            f"checkpoint too old: its validators were last confirmed {days} days ago and are trusted for "
            f"{TRUSTING_DAYS}; get a new network file"
        )


def check_header(block: Mapping[str, Any], trusted: Trusted) -> SealedHeader:
    """The header of a JSON-RPC block object, if it may be relied on after `trusted`.

    1. It is a QBFT header and hashes to what the node says.
    2. It names the trusted validators, each of them and no other.
    3. There are no more seals than validators and at least ceil(2N/3), and every one is by another of them.
    4. Its number and time are later than the trusted block's; or it is that very block.
    """
    try:
        header = header_from_json(block)
        hash_ = _hash_of(header, block)  # 1
        _require_same_validators(header, trusted)  # 2
        _require_seals(header, trusted)  # 3
    except MalformedHeader as e:
        raise HeaderNotSealed(f"malformed header: {e}") from e
    _require_advance(header, hash_, trusted)  # 4
    return SealedHeader(header.number, hash_, header.timestamp, header.state_root)


def _hash_of(header: Header, block: Mapping[str, Any]) -> bytes:
    if header.mix_hash != MIX_HASH:
        raise HeaderNotSealed(f"header {header.number} is not a QBFT header")
    found = block_hash(header.fields())
    try:
        claimed = octets(block.get("hash"), 32)
    except ValueError as e:
        raise HeaderNotSealed(f"header {header.number} comes without its hash") from e
    if claimed != found:
        raise HeaderNotSealed(f"header {header.number} hashes to {to_hex(found)}, the node says {to_hex(claimed)}")
    return found


def _require_same_validators(header: Header, trusted: Trusted) -> None:
    named = parse_extra(header.extra_data).validators
    if len(named) != len(trusted.validators) or set(named) != set(trusted.validators):
        raise ValidatorsChanged(
            f"header {header.number} names the validators {_list(named)}, "
            f"the network file trusts {_list(trusted.validators)}: get a new network file"
        )


def _require_seals(header: Header, trusted: Trusted) -> None:
    found, most = len(seals(header.fields())), len(trusted.validators)
    if found > most:  # before any is recovered: a thousand take seconds, and a node makes them up for nothing
        raise HeaderNotSealed(f"header {header.number} has {found} seals, more than its {most} validators")
    sealed_by = signers(header.fields())
    needed = quorum(len(trusted.validators))
    if strangers := set(sealed_by) - set(trusted.validators):
        raise HeaderNotSealed(f"header {header.number} has seals by {_list(tuple(strangers))}, who do not validate")
    if len(set(sealed_by)) != len(sealed_by):
        raise HeaderNotSealed(f"header {header.number} has two seals by one validator")
    if len(sealed_by) < needed:
        raise HeaderNotSealed(f"header {header.number} has {len(sealed_by)} seals, {needed} are needed")


def _require_advance(header: Header, hash_: bytes, trusted: Trusted) -> None:
    if header.number == trusted.number:
        if hash_ != trusted.hash:
            raise NotAdvancing(f"two sealed headers of number {header.number}: {to_hex(trusted.hash)}, {to_hex(hash_)}")
        return
    if header.number < trusted.number:
        raise NotAdvancing(f"the newest header is {header.number}, already accepted is {trusted.number}")
    if header.timestamp <= trusted.time:
        raise NotAdvancing(f"header {header.number} is of {header.timestamp}, not later than {trusted.time}")


def _list(addresses: tuple[bytes, ...]) -> str:
    return ", ".join(sorted(map(to_hex, addresses))) or "nobody"
