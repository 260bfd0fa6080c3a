"""The cases of vectors/header-rules.json: QBFT headers of invented keys, sealed or forged (headers.md, section 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sealing import START, Key, Qbft, hexed, high_s, keys, qbft

FOUR = keys("ABCD")
FIVE = keys("ABCDE")
OTHERS = keys("WXYZ")
(ONE,) = keys("A")
(STRANGER,) = keys("S")
Case = dict[str, Any]


def trusted(named: tuple[Key, ...], block: Qbft | None = None, header: bytes | None = None) -> Case:
    """Block 6 of a network, or `block`; with its RLP where the reader still has it."""
    block = block or qbft(6, named)
    found: Case = {"number": block.block.number, "hash": hexed(block.hash), "time": block.block.time}
    found["validators"] = [hexed(key.address) for key in named]
    return found | ({"header": hexed(header)} if header else {})


def accepted(name: str, after: Case, made: Qbft, header: bytes) -> Case:
    result = {
        "number": made.block.number,
        "hash": hexed(made.hash),
        "time": made.block.time,
        "validators": [hexed(each) for each in made.validators],
    }
    return {"name": name, "trusted": after, "header": hexed(header), "accepted": result}


def refused(name: str, after: Case, header: bytes, why: str) -> Case:
    return {"name": name, "trusted": after, "header": hexed(header), "refused": why}


def good_steps() -> list[Case]:
    seven, six = qbft(7, FOUR), qbft(6, FOUR)
    grown, shrunk, half = qbft(7, FIVE), qbft(7, FOUR), (*FOUR[:2], *OTHERS[:2])
    return [
        accepted("all four sealed", trusted(FOUR), seven, seven.sealed_by(FOUR)),
        accepted("three of four sealed", trusted(FOUR), seven, seven.sealed_by(FOUR[:3])),
        accepted("seals in any order", trusted(FOUR), seven, seven.sealed_by(FOUR[2::-1])),
        accepted("one validator alone", trusted((ONE,)), qbft(7, [ONE]), qbft(7, [ONE]).sealed_by([ONE])),
        accepted("a later round", trusted(FOUR), qbft(7, FOUR, round_=2), qbft(7, FOUR, round_=2).sealed_by(FOUR)),
        accepted("headers left out", trusted(FOUR), qbft(9000, FOUR), qbft(9000, FOUR).sealed_by(FOUR)),
        accepted("a fifth joined", trusted(FOUR), grown, grown.sealed_by(FIVE[:4])),
        accepted("the fifth left, three of the old five sealed", trusted(FIVE), shrunk, shrunk.sealed_by(FOUR[:3])),
        accepted("two of the trusted four sealed", trusted(FOUR), qbft(7, half), qbft(7, half).sealed_by(half[:3])),
        accepted("the trusted block itself", trusted(FOUR), six, six.sealed_by(FOUR)),
        accepted("it again, by other seals", trusted(FOUR, six, six.sealed_by(FOUR)), six, six.sealed_by(FOUR[1:])),
    ]


def bad_seals() -> list[Case]:
    after, seven = trusted(FOUR), qbft(7, FOUR)
    three = [key.seal(seven.digest) for key in FOUR[:3]]
    taken = qbft(7, OTHERS)
    cases = {
        "no seals": seven.octets([]),
        "one seal short": seven.sealed_by(FOUR[:2]),
        "a stranger's seal makes it three": seven.sealed_by([*FOUR[:2], STRANGER]),
        "a stranger's seal beside three": seven.sealed_by([*FOUR[:3], STRANGER]),
        "one seal twice": seven.sealed_by([FOUR[0], FOUR[1], FOUR[1]]),
        "one seal twice beside three": seven.sealed_by([*FOUR[:3], FOUR[0]]),
        "more seals than validators": seven.sealed_by([*FOUR, FOUR[0]]),
        "a seal with high s": seven.octets([*three[:2], high_s(three[2])]),
        "a seal with recovery id 27": seven.octets([*three[:2], three[2][:64] + bytes([three[2][64] + 27])]),
        "a seal of zeros": seven.octets([*three[:2], bytes(65)]),
        "a seal one octet short": seven.octets([*three[:2], three[2][:64]]),
        "seals of another round": replace(seven, round=1).octets(three),
        "seals of another state": qbft(7, FOUR, state=b"forged").octets(three),
        "sealed by the trusted, naming others": taken.sealed_by(FOUR),
        "no validators": qbft(7, []).sealed_by(FOUR),
        "no validators, no seals": qbft(7, []).octets([]),
        "one validator named twice": qbft(7, [*FOUR, FOUR[0]]).sealed_by(FOUR),
        "another mix hash": qbft(7, FOUR, mix=bytes(32)).sealed_by(FOUR),
        "an octet after the end": seven.sealed_by(FOUR) + b"\0",
        "an octet less": seven.sealed_by(FOUR)[:-1],
    }
    return [refused(name, after, header, "not_sealed") for name, header in cases.items()]


def too_few_trusted() -> list[Case]:
    most = (FOUR[0], *OTHERS[:3])
    cases = {
        "a whole new set": (trusted(FOUR), qbft(7, OTHERS).sealed_by(OTHERS)),
        "a stranger who names itself": (trusted(FOUR), qbft(7, [STRANGER]).sealed_by([STRANGER])),
        "one of the trusted four sealed": (trusted(FOUR), qbft(7, most).sealed_by(most)),
        "two of the trusted are named, one sealed": _named_but_idle(),
        "the old set takes over again": (trusted(OTHERS), qbft(7, FOUR).sealed_by(FOUR)),
        "one of five left behind": (trusted(FIVE), qbft(7, FIVE[:1]).sealed_by(FIVE[:1])),
    }
    return [refused(name, after, header, "too_few_trusted") for name, (after, header) in cases.items()]


def _named_but_idle() -> tuple[Case, bytes]:
    named = (*FOUR[:2], *OTHERS)
    return trusted(FOUR), qbft(7, named).sealed_by([FOUR[0], *OTHERS])


def not_advancing() -> list[Case]:
    six, other = qbft(6, FOUR), qbft(6, FOUR, state=b"other")
    known = trusted(FOUR, six, six.sealed_by(FOUR[:3]))
    late = {"time": START + 6}
    return [
        refused("an older header", trusted(FOUR), qbft(5, FOUR).sealed_by(FOUR), "not_advancing"),
        refused("the trusted time again", trusted(FOUR), qbft(7, FOUR, **late).sealed_by(FOUR), "not_advancing"),
        refused("time backwards", trusted(FOUR), qbft(7, FOUR, time=START).sealed_by(FOUR), "not_advancing"),
        refused("another block of that number", trusted(FOUR), other.sealed_by(FOUR), "not_advancing"),
        refused("another block of a known header's number", known, other.sealed_by(FOUR), "contradictory"),
        refused("another that is not sealed", known, other.sealed_by(FOUR[:2]), "not_sealed"),
    ]


def paths() -> list[Case]:
    """A network that exchanges one of its four validators every two blocks, seen by who was off for eight."""
    sets = {number: (*OTHERS[: (number - 6) // 2], *FOUR[(number - 6) // 2 :]) for number in range(6, 15)}
    headers = {number: qbft(number, named).sealed_by(named[:3]) for number, named in sets.items()}
    own = {number: qbft(number, [STRANGER]).sealed_by([STRANGER]) for number in range(7, 14)}
    shifted = {number: headers[number - 1] for number in range(7, 14)}
    return [
        _path("in one step", headers, 9, [9]),
        _path("by way of headers in between", headers, 14, [8, 10, 14]),
        _path("the source puts its own headers in between", {**headers, **own}, 14, "too_few_trusted"),
        _path("the source answers with the header before", {**headers, **shifted}, 14, "not_sealed"),
    ]


def _path(name: str, headers: Mapping[int, bytes], target: int, result: list[int] | str) -> Case:
    case = {"name": name, "trusted": trusted(FOUR), "target": target}
    case["headers"] = {str(number): hexed(octets) for number, octets in headers.items() if 6 < number <= target}
    return case | ({"refused": result} if isinstance(result, str) else {"path": result})


def contradictions() -> list[Case]:
    one, other = qbft(6, FOUR), qbft(6, FOUR, state=b"other")
    first = one.sealed_by(FOUR[:3])
    cases = {
        "two blocks of one number": (other.sealed_by(FOUR[1:]), True),
        "the other was sealed in a later round": (replace(other, round=3).sealed_by(FOUR), True),
        "one block, other seals": (one.sealed_by(FOUR[1:]), False),
        "one block in two rounds": (replace(one, round=1).sealed_by(FOUR), False),
        "two numbers": (qbft(7, FOUR).sealed_by(FOUR), False),
        "the other is one seal short": (other.sealed_by(FOUR[:2]), False),
        "the other is a stranger's": (qbft(6, [STRANGER]).sealed_by([STRANGER]), False),
        "the other is no header": (b"\xc0", False),
    }
    validators = [hexed(key.address) for key in FOUR]
    return [
        {"name": name, "validators": validators, "first": hexed(first), "second": hexed(second), "contradicts": result}
        for name, (second, result) in cases.items()
    ]


def header_rules() -> Case:
    return {
        "about": "spec/headers.md, section 2: QBFT headers of invented keys. `refused` is the name of the error",
        "steps": [*good_steps(), *bad_seals(), *too_few_trusted(), *not_advancing()],
        "paths": paths(),
        "contradictions": contradictions(),
    }
