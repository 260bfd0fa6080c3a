"""Which Clique block is settled: the test network's engine, where nothing is ever final.

The signers are those of the network file and never change. Headers are checked one after the other, none left out. What
to do when a heavier branch appears below a settled block is the replica's to decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.errors import DoesNotFollow, HeaderNotSealed, NotAdvancing
from ledger.headers import CliqueHeader, MalformedHeader
from ledger.hexadecimal import to_hex
from ledger.light_client.trusted import SealedHeader, Trusted
from ledger.network_file import NetworkFile

SETTLING_ROUNDS = 2
"""Rounds of more than half the signers on top of a block. With one, delayed honest signers settled two branches."""

_IN_TURN, _OUT_OF_TURN = 2, 1


@dataclass(frozen=True, slots=True)
class Settled:
    """The newest settled block, and the sums of the difficulties after the trusted block: up to it, and to the last."""

    header: SealedHeader
    weight: int
    tip_weight: int


def round_length(signers: int) -> int:
    """How many blocks in a row show more than half of N signers: floor(N/2) + 1, for no two of them are by one."""
    return signers // 2 + 1


def depth(signers: int) -> int:
    """How many blocks must lie on top of a block of N signers to settle it."""
    return SETTLING_ROUNDS * round_length(signers)


def settling_depth(network: NetworkFile) -> int:
    """How many blocks must lie on top of one of the network's to settle it; 0 where blocks are final at once."""
    return depth(len(network.checkpoint.validators)) if network.engine == "clique" else 0


def settle(trusted: Trusted, headers: Sequence[CliqueHeader]) -> Settled | None:
    """The newest settled block of `headers`, which begin right after `trusted`; None where none is yet.

    spec/headers.md, section 3. Raises DoesNotFollow (1), HeaderNotSealed (2 to 5) or NotAdvancing (6) for any header,
    settled or not.

    1. Each header's number and parent are the one's before it.
    2. It has Clique's form, and where it lists the signers, they are the trusted ones.
    3. Its seal is by one of them.
    4. Its difficulty is 2 where it is that signer's turn, else 1.
    5. The signer sealed none of the floor(N/2) headers before.
    6. Its time is later than that of the one before.
    7. Settled is a block with two rounds of floor(N/2) + 1 headers on top of it.
    """
    _require_contiguous(trusted, headers)  # 1
    signers = sorted(trusted.validators)
    sealed_by: list[bytes] = []
    time = trusted.time
    for header in headers:
        _require_sealed(header, signers, sealed_by)  # 2 to 5
        if header.timestamp <= time:  # 6
            raise NotAdvancing(f"header {header.number} is of {header.timestamp}, not later than {time}")
        time = header.timestamp
    count = len(headers) - depth(len(signers))  # 7
    if count <= 0:
        return None
    weights = [header.difficulty for header in headers]
    return Settled(_sealed_header(headers[count - 1], trusted), sum(weights[:count]), sum(weights))


def _require_contiguous(trusted: Trusted, headers: Sequence[CliqueHeader]) -> None:
    number, parent = trusted.number, trusted.hash
    for header in headers:
        if header.number != number + 1 or header.parent_hash != parent:
            raise DoesNotFollow(
                number + 1,
                f"header {header.number} has parent {to_hex(header.parent_hash)}, "
                f"expected was {number + 1} after {to_hex(parent)}",
            )
        number, parent = header.number, header.hash


def _require_sealed(header: CliqueHeader, signers: list[bytes], sealed_by: list[bytes]) -> None:
    try:
        signer, named = header.signer, header.named_signers
    except MalformedHeader as e:
        raise HeaderNotSealed(f"malformed header: {e}") from e
    if header.mix_hash != bytes(32):
        raise HeaderNotSealed(f"header {header.number} is not a Clique header")
    if named and list(named) != signers:
        raise HeaderNotSealed(f"header {header.number} lists other signers than the network file: get a new one")
    if signer not in signers:
        raise HeaderNotSealed(f"header {header.number} is sealed by {to_hex(signer)}, who is not a signer")
    expected = _IN_TURN if signers[header.number % len(signers)] == signer else _OUT_OF_TURN
    if header.difficulty != expected:
        raise HeaderNotSealed(f"header {header.number} has difficulty {header.difficulty}, expected {expected}")
    recent = round_length(len(signers)) - 1
    if recent and signer in sealed_by[-recent:]:
        raise HeaderNotSealed(f"header {header.number} is by {to_hex(signer)}, who sealed one of the {recent} before")
    sealed_by.append(signer)


def _sealed_header(header: CliqueHeader, trusted: Trusted) -> SealedHeader:
    return SealedHeader(
        header.number, header.hash, header.timestamp, header.state_root, trusted.validators, header.encode()
    )
