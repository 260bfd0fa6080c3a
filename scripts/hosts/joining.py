"""Bringing branches together again after a partition, where Clique cannot.

A host takes another's branch only if it weighs more, and of two of one weight and length it keeps its own block. Where
every signer of both has signed too recently for a next block all wait for ever: after an even split (seen here: 47 in
turn against 47 and 48 out of turn), and where three are left of four and two of them make a block each, out of turn,
while the third made the one before. The remedy is an operator's: carry one branch over as a file, and set back who does
not take it even so, without letting it seal meanwhile, or it makes the same block again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scripts.hosts.machine import Machine
from scripts.hosts.problems import HostProblem
from scripts.hosts.watch import View

TIE_SECONDS = 15
"""geth looks for heavier branches every ten seconds: what still stands after that will stand."""
JOIN_SECONDS = 180


def wait_until_joined(look: Callable[[], View], machines: Mapping[int, Machine], file: Path, blocks: int) -> bool:
    """Waits until all that answer are on one branch, so many blocks on; whether they had to be helped.

    `file` is used meanwhile. Raises HostProblem.
    """
    goal, give_up = look().height + blocks, time.monotonic() + JOIN_SECONDS
    helped, since, seen = False, time.monotonic(), None
    while (view := look()).is_parted or (view.common or 0) < goal:
        now = time.monotonic()
        if now > give_up:
            raise HostProblem(f"after {JOIN_SECONDS} seconds the hosts do not go on together: {view.heights}")
        if view.heights != seen:
            since, seen = now, view.heights
        elif now - since > TIE_SECONDS:
            help_on(view, machines, file)
            helped, seen = True, None
        time.sleep(0.2)
    return helped


def help_on(view: View, machines: Mapping[int, Machine], file: Path) -> None:
    """What an operator does where nothing moves."""
    if view.is_parted:
        break_tie(view, machines, file)
        return
    hand_on(view, machines, file)
    for each in view.answering:  # a host that stopped sealing while it took blocks may not have begun again
        machines[each.host.number].ask("miner_stop")
        machines[each.host.number].ask("miner_start")


def hand_on(view: View, machines: Mapping[int, Machine], file: Path) -> None:
    """Gives the newest blocks to who did not hear of them: nobody tells them again before the next block."""
    behind = [each.host.number for each in view.answering if (each.height or 0) < view.height]
    giver = next((each.host.number for each in view.answering if each.height == view.height), None)
    if behind and giver is not None and view.common is not None:
        carry(machines, giver, behind, range(view.common + 1, view.height + 1), file)


def break_tie(view: View, machines: Mapping[int, Machine], file: Path) -> None:
    """Gives the lowest head's branch to everybody: of two branches of one weight geth takes the shorter."""
    heads = sorted((each.height or 0, each.host.number) for each in view.answering)
    height, giver = heads[0]
    first, others = (view.common or 0) + 1, [number for _, number in heads[1:]]
    branch = range(first, height + 1)
    carry(machines, giver, others, branch, file)
    block = machines[giver].block(first)
    for number in others:
        if machines[number].block(first) != block:
            machines[number].ask("miner_stop")
            machines[number].ask("debug_setHead", hex(first - 1))
            carry(machines, giver, [number], branch, file)
            machines[number].ask("miner_start")


def carry(machines: Mapping[int, Machine], giver: int, takers: Sequence[int], blocks: range, file: Path) -> None:
    """Blocks from one host to others, as a file."""
    file.unlink(missing_ok=True)
    machines[giver].ask("admin_exportChain", str(file), blocks.start, blocks.stop - 1)
    try:
        for number in takers:
            machines[number].ask("admin_importChain", str(file))
    finally:
        file.unlink(missing_ok=True)
