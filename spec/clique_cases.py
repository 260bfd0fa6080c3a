"""The cases of vectors/clique-headers.json: the test network's chains, honest and forged (headers.md, section 3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sealing import START, Block, Clique, Key, clique, digest, hexed, high_s, keys

FOUR = keys("ABCD")
(STRANGER,) = keys("S")
GENESIS = digest(b"block 0")
Case = dict[str, Any]
Chain = list[Clique]


def block_after(before: Clique | None, signer: int, signers: Sequence[Key] = FOUR, **changes: Any) -> Block:
    """The block that a signer, named by its place among the sorted, makes on another or on the trusted block 0."""
    number = before.block.number + 1 if before else 1
    state, parent = f"state {number}".encode(), before.hash if before else GENESIS
    made = Block(number, START + number, state, parent, 2 if number % len(signers) == signer else 1, bytes(32))
    return replace(made, **changes)


def chain(by: Sequence[int], signers: Sequence[Key] = FOUR) -> Chain:
    """Headers from block 1 on, by the signers at these places."""
    headers: Chain = []
    for signer in by:
        headers.append(clique(block_after(headers[-1] if headers else None, signer, signers), signers[signer]))
    return headers


def in_turn(count: int, signers: int = 4) -> list[int]:
    return [number % signers for number in range(1, count + 1)]


def settled(name: str, headers: Chain, number: int | None, signers: Sequence[Key] = FOUR) -> Case:
    found = None
    if number is not None:
        block = headers[number - 1]
        weights = [each.block.difficulty for each in headers]
        found = {"number": number, "hash": hexed(block.hash), "time": block.block.time}
        found |= {"weight": sum(weights[:number]), "tip_weight": sum(weights)}
    return _case(name, headers, signers) | {"settled": found}


def refused(name: str, headers: Chain, why: str) -> Case:
    return _case(name, headers, FOUR) | {"refused": why}


def _case(name: str, headers: Chain, signers: Sequence[Key]) -> Case:
    trusted = {"number": 0, "hash": hexed(GENESIS), "time": START}
    trusted["validators"] = [hexed(key.address) for key in signers]
    return {"name": name, "trusted": trusted, "headers": [hexed(header.octets) for header in headers]}


def honest() -> list[Case]:
    down, alone = [1, 2, 3, 1, 2, 3, 1, 2, 3], keys("A")
    return [
        settled("six headers settle none", chain(in_turn(6)), None),
        settled("the seventh settles the first", chain(in_turn(7)), 1),
        settled("ten settle the fourth", chain(in_turn(10)), 4),
        settled("one of four is down", chain(down), 3),
        settled("one signer alone: two headers settle none", chain([0, 0], alone), None, alone),
        settled("one signer alone: the third settles the first", chain([0, 0, 0], alone), 1, alone),
        settled("five signers: the seventh settles the first", chain(in_turn(7, 5), keys("ABCDE")), 1, keys("ABCDE")),
        settled("an epoch's header lists the signers", with_last([key.address for key in FOUR]), 1),
        settled("no headers", [], None),
    ]


def with_last(listed: Sequence[bytes]) -> Chain:
    """Seven headers, the last with a list of signers."""
    headers = chain(in_turn(6))
    return [*headers, clique(block_after(headers[-1], 3), FOUR[3], listed)]


def forged() -> list[Case]:
    """Each changes the third header of seven; the four after it build on what it became."""
    changes: dict[str, tuple[Callable[[Clique], Clique], str]] = {
        "sealed by a stranger in turn": (lambda second: clique(block_after(second, 3), STRANGER), "not_sealed"),
        "sealed by a stranger out of turn": (lambda second: clique(block_after(second, 0), STRANGER), "not_sealed"),
        "sealed by who sealed the one before": (lambda second: clique(block_after(second, 2), FOUR[2]), "not_sealed"),
        "sealed by who sealed the one before that": (
            lambda second: clique(block_after(second, 1), FOUR[1]),
            "not_sealed",
        ),
        "out of turn with difficulty 2": (_third(0, difficulty=2), "not_sealed"),
        "in turn with difficulty 1": (_third(3, difficulty=1), "not_sealed"),
        "difficulty 3": (_third(3, difficulty=3), "not_sealed"),
        "another mix hash": (_third(3, mix=b"\1" * 32), "not_sealed"),
        "the time of the one before": (_third(3, time=START + 2), "not_advancing"),
        "time backwards": (_third(3, time=START + 1), "not_advancing"),
        "another parent": (_third(3, parent=bytes(32)), "does_not_follow"),
        "another number": (_third(3, number=4), "does_not_follow"),
        "a seal with high s": (lambda second: _resealed(second, high_s), "not_sealed"),
        "a seal with recovery id 27": (lambda second: _resealed(second, _by_27), "not_sealed"),
        "a seal of zeros": (lambda second: _resealed(second, lambda seal: bytes(65)), "not_sealed"),
        "no seal": (lambda second: Clique(block_after(second, 3), bytes(32)), "not_sealed"),
        "half an address": (lambda second: clique(block_after(second, 3), FOUR[3], [bytes(10)]), "not_sealed"),
    }
    return [refused(name, _continued(change), why) for name, (change, why) in changes.items()]


def misplaced() -> list[Case]:
    whole = chain(in_turn(8))
    others, backwards = [key.address for key in keys("ABCE")], [key.address for key in reversed(FOUR)]
    return [
        refused("begins with another block's child", whole[1:], "does_not_follow"),
        refused("one left out", [*whole[:4], *whole[5:]], "does_not_follow"),
        refused("two exchanged", [whole[0], whole[2], whole[1], *whole[3:]], "does_not_follow"),
        refused("one twice", [whole[0], *whole], "does_not_follow"),
        refused("an epoch's header lists other signers", with_last(others), "not_sealed"),
        refused("an epoch's header lists them unsorted", with_last(backwards), "not_sealed"),
        refused("only the last is bad", [*whole[:7], _resealed(whole[6], lambda seal: bytes(65))], "not_sealed"),
    ]


def _third(signer: int, **changes: Any) -> Callable[[Clique], Clique]:
    return lambda second: clique(block_after(second, signer, **changes), FOUR[signer])


def _resealed(parent: Clique, change: Callable[[bytes], bytes]) -> Clique:
    number = parent.block.number + 1
    header = clique(block_after(parent, number % 4), FOUR[number % 4])
    return Clique(header.block, header.extra[:-65] + change(header.extra[-65:]))


def _by_27(seal: bytes) -> bytes:
    return seal[:64] + bytes([seal[64] + 27])


def _continued(change: Callable[[Clique], Clique]) -> Chain:
    headers = chain(in_turn(2))
    headers.append(change(headers[-1]))
    for signer in in_turn(7)[3:]:
        number = len(headers) + 1
        after = block_after(headers[-1], signer, number=number, time=START + number, difficulty=2)
        headers.append(clique(after, FOUR[signer]))
    return headers


def clique_rules() -> Case:
    cases = [*honest(), *forged(), *misplaced()]
    different = list(dict.fromkeys(header for case in cases for header in case["headers"]))
    for case in cases:
        case["headers"] = [different.index(header) for header in case["headers"]]
    return {
        "about": "spec/headers.md, section 3: chains of `headers` (by place) after block 0. `refused` names the error",
        "headers": different,
        "cases": cases,
    }
