"""Why two rounds: honest Clique signers under delays and partitions, in thousands of random schedules.

A model without signatures: each signer sees blocks late, seals on the heaviest branch that it knows, and never twice
among floor(N/2) + 1 blocks in a row. Blocks count as settled by the light client's own depth.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from ledger.light_client.clique import SETTLING_ROUNDS, depth, round_length

TURNS = 60
ROUNDS = (1, SETTLING_ROUNDS)


@dataclass(frozen=True, eq=False)
class Block:
    """One block; two are the same only where they are one object."""

    parent: Block | None
    number: int
    signer: int
    weight: int

    def ancestors(self) -> Iterator[Block]:
        """This block and those below it, newest first, without the genesis."""
        block = self
        while block.parent is not None:
            yield block
            block = block.parent


GENESIS = Block(None, 0, -1, 0)


@dataclass
class Signer:
    """What one signer knows: its head, and the blocks under way to it with the turn in which each arrives."""

    number: int
    head: Block = GENESIS
    arriving: list[tuple[int, Block]] = field(default_factory=list)

    def receive(self, turn: int) -> None:
        for when, block in sorted(self.arriving, key=lambda each: each[0]):
            if when <= turn and block.weight > self.head.weight:
                self.head = block
        self.arriving = [each for each in self.arriving if each[0] > turn]

    def seal(self, signers: int) -> Block | None:
        recent = zip(range(round_length(signers) - 1), self.head.ancestors(), strict=False)
        if any(block.signer == self.number for _, block in recent):
            return None
        number = self.head.number + 1
        difficulty = 2 if number % signers == self.number else 1
        self.head = Block(self.head, number, self.number, self.head.weight + difficulty)
        return self.head


def schedule(signers: int, seed: int) -> Iterator[list[Block]]:
    """The heads that are seen, turn by turn, in a network whose messages take up to `slowness` turns."""
    chance = random.Random(seed)
    all_of_them = [Signer(number) for number in range(signers)]
    slowness = chance.choice((2, 4, 8, 16, 32))
    for turn in range(TURNS):
        for signer in chance.sample(all_of_them, signers):
            signer.receive(turn)
            made = signer.seal(signers) if chance.random() < 0.5 else None
            for other in all_of_them:
                if made is not None and other is not signer:
                    other.arriving.append((turn + chance.randrange(slowness), made))
        yield [signer.head for signer in all_of_them]


def conflicts(signers: int, seed: int) -> set[int]:
    """With which depths, in rounds, two different blocks of one number were settled for somebody at some time."""
    settled: dict[tuple[int, int], Block] = {}
    found = set[int]()
    for heads in schedule(signers, seed):
        for head in heads:
            for block in head.ancestors():
                for rounds in ROUNDS:
                    is_settled = block.number + rounds * round_length(signers) <= head.number
                    if is_settled and settled.setdefault((rounds, block.number), block) is not block:
                        found.add(rounds)
    return found


def counted(signers: int, schedules: int) -> Counter[int]:
    """In how many schedules each depth settled two branches."""
    return Counter(rounds for seed in range(schedules) for rounds in conflicts(signers, seed))


def test_with_four_signers_one_round_settles_two_branches_now_and_then_and_two_never_do() -> None:
    found = counted(4, 3_000)
    assert depth(4) == SETTLING_ROUNDS * round_length(4) == 6
    assert found[1] > 0
    assert found[SETTLING_ROUNDS] == 0


@pytest.mark.parametrize("signers", [5, 7])
def test_with_more_signers_two_rounds_are_not_proof_either(signers: int) -> None:
    """Nothing is final under Clique: where messages are late by many blocks, what was settled can be taken back."""
    found = counted(signers, 600)
    assert found[1] >= 20
    assert found[SETTLING_ROUNDS] * 20 <= found[1]
