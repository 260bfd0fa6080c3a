"""A network file with a newer checkpoint: from what a replica has proven, or from a block that people agreed upon.

Decides which blocks may become a checkpoint, what the two files differ in, and whether a file agrees with a block.
Fetching a block from a node is `ledger.checkpoints`', asking and writing the command's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from ledger.errors import NotRenewable, OtherReplica
from ledger.hexadecimal import to_hex
from ledger.light_client import TRUSTING_DAYS
from ledger.network_file import Checkpoint, NetworkFile
from ledger.replica.recorded import Record
from ledger.replica.update import Point

_TRUSTING_SECONDS = TRUSTING_DAYS * 86_400


class Agreement(Enum):
    """What somebody who looks at a network file can say of its checkpoint; the values are exit statuses."""

    AGREED = 0
    CANNOT_TELL = 3
    CONTRADICTS = 4


@dataclass(frozen=True, slots=True)
class Finding:
    agreement: Agreement
    words: str


def renewed(network: NetworkFile, checkpoint: Checkpoint) -> NetworkFile:
    """The same network from a later block on. Raises NotRenewable where the block is not later."""
    new, old = replace(network, checkpoint=checkpoint), network.checkpoint
    if not is_later(new, network):
        raise NotRenewable(f"block {checkpoint.number} is not later than the file's checkpoint, block {old.number}")
    return new


def checkpoint_from(record: Record, network: NetworkFile, number: int | None, agreed: bytes | None) -> Checkpoint:
    """The newest accepted block of a replica, or that of a number. Raises OtherReplica or NotRenewable.

    1. The replica is of this network.
    2. The block was accepted by it.
    3. Where the replica saw a contradiction that no network file has settled, the block lies at or after it, and its
       hash is the one that people agreed upon: what was accepted may be on the other side.
    4. Where a hash was agreed upon, the block has it.
    """
    if record.first_head != network.first_head:  # 1
        raise OtherReplica(f"the replica's file belongs to another network than {network.name!r}")
    point = _chosen(record, number)  # 2
    checkpoint = checkpoint_at(point)
    if (at := record.contradicted_at) is not None:  # 3
        if checkpoint.number < at:
            raise NotRenewable(
                f"the validators contradict themselves at block {at}: only a block from there on decides; where the "
                "replica has none, take it from a node of the council's side (--source)"
            )
        require_agreed(checkpoint, agreed, f"The validators contradict themselves at block {at}.")
    if agreed is not None:  # 4
        require_agreed(checkpoint, agreed, "")
    return checkpoint


def require_agreed(checkpoint: Checkpoint, agreed: bytes | None, why: str) -> None:
    """Raises NotRenewable unless the block has the hash that was agreed upon."""
    shown = f"Here block {checkpoint.number} is {to_hex(checkpoint.hash)}"
    if agreed is None:
        raise NotRenewable(
            f"{why} {shown}: compare it by voice with the operators of the council's side, then give it by --hash"
        )
    if agreed != checkpoint.hash:
        raise NotRenewable(f"{shown}, agreed upon was {to_hex(agreed)}: this is the other side, or another block")


def checkpoint_at(point: Point) -> Checkpoint:
    block = point.accepted
    return Checkpoint(block.number, block.hash, block.time, point.validators)


def changes(old: NetworkFile, new: NetworkFile) -> tuple[str, ...]:
    """In words, what the new file has that the old has not; the last line is about all the rest."""
    before, after = old.checkpoint, new.checkpoint
    lines = [f"checkpoint: block {before.number} becomes block {after.number}, {to_hex(after.hash)}"]
    lines += [f"validator joined: {to_hex(each)}" for each in after.validators if each not in before.validators]
    lines += [f"validator left: {to_hex(each)}" for each in before.validators if each not in after.validators]
    if set(before.validators) == set(after.validators):
        lines.append(f"validators: the same {len(after.validators)}")
    rest = replace(new, checkpoint=before)
    names = [name for name in NetworkFile.__dataclass_fields__ if getattr(rest, name) != getattr(old, name)]
    lines.append(f"ANOTHER {', '.join(names)}: not a renewal" if names else "all else is as it was")
    return tuple(lines)


def is_renewal(old: NetworkFile, new: NetworkFile) -> bool:
    """Whether the files differ in the checkpoint alone."""
    return replace(new, checkpoint=old.checkpoint) == old


def is_later(new: NetworkFile, old: NetworkFile) -> bool:
    """Whether the new file's checkpoint has a greater number and a greater time (spec/network-file.md, section 4)."""
    return new.checkpoint.number > old.checkpoint.number and new.checkpoint.time > old.checkpoint.time


def trusted_until(network: NetworkFile) -> int:
    """The last instant, in Unix seconds, at which who has nothing newer may trust the checkpoint's validators."""
    return network.checkpoint.time + _TRUSTING_SECONDS


def compare_record(network: NetworkFile, record: Record) -> Finding:
    """What a replica can say of a network file's checkpoint."""
    at = network.checkpoint
    if record.first_head != network.first_head:
        return Finding(Agreement.CONTRADICTS, "the file is of another network than the replica")
    point = record.point(at.number)
    if point is None:
        return Finding(Agreement.CANNOT_TELL, _missing(at.number, record))
    finding = compare(at, checkpoint_at(point), "the replica")
    contradicted_at = record.contradicted_at
    if finding.agreement is Agreement.AGREED and contradicted_at is not None and contradicted_at <= at.number:
        words = f"the replica saw a contradiction at block {contradicted_at} and may itself be on the other side"
        return Finding(Agreement.CANNOT_TELL, words)
    return finding


def compare(checkpoint: Checkpoint, found: Checkpoint, who: str) -> Finding:
    """Whether what `who` has is the very block, with its time and validators."""
    if checkpoint.hash != found.hash:
        words = f"block {found.number} is {to_hex(found.hash)} at {who}, {to_hex(checkpoint.hash)} in the file"
    elif checkpoint.time != found.time:
        words = f"block {found.number} is of {found.time}, the file says {checkpoint.time}"
    elif set(checkpoint.validators) != set(found.validators):
        words = f"the file names other validators than block {found.number}"
    else:
        return Finding(Agreement.AGREED, f"{who} has block {found.number}, with this hash, time and validators")
    return Finding(Agreement.CONTRADICTS, words)


def _chosen(record: Record, number: int | None) -> Point:
    if not record.points:
        raise NotRenewable("the replica has proven nothing yet: follow a source first")
    point = record.points[-1] if number is None else record.point(number)
    if point is None:
        raise NotRenewable(f"the replica has not accepted block {number}; the newest are {_newest(record)}")
    return point


def _newest(record: Record) -> str:
    return ", ".join(str(each.accepted.number) for each in record.points[-5:])


def _missing(number: int, record: Record) -> str:
    if not record.points:
        return "the replica has proven nothing yet"
    first, last = record.points[0].accepted.number, record.points[-1].accepted.number
    if number > last:
        return f"the replica has come to block {last} only: let it follow, or ask a node (--source)"
    return f"the replica kept no block {number}, only some from {first} to {last}: ask a node (--source)"
