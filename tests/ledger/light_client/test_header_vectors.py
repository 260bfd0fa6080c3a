"""The light client against spec/vectors/header-rules.json and clique-headers.json, made by code of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from ledger.errors import ContradictoryHeaders, DoesNotFollow, HeaderNotSealed, NotAdvancing, NotProven, TooFewTrusted
from ledger.headers import CliqueHeader, Header, MalformedHeader
from ledger.light_client import Trusted, check_header, header_of_octets, is_contradiction, reach, settle
from tests.ledger.light_client.recorded import VECTORS

RULES = json.loads((VECTORS / "header-rules.json").read_text())
CLIQUE = json.loads((VECTORS / "clique-headers.json").read_text())
ERRORS: dict[str, type[NotProven]] = {
    "not_sealed": HeaderNotSealed,
    "too_few_trusted": TooFewTrusted,
    "not_advancing": NotAdvancing,
    "contradictory": ContradictoryHeaders,
    "does_not_follow": DoesNotFollow,
}


def octets(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def trusted_of(case: dict[str, Any]) -> Trusted:
    found = case["trusted"]
    known = octets(found["header"]) if "header" in found else None
    validators = tuple(map(octets, found["validators"]))
    return Trusted(found["number"], octets(found["hash"]), found["time"], validators, known)


def named(cases: list[dict[str, Any]], member: str) -> Any:
    return pytest.mark.parametrize("case", [case for case in cases if member in case], ids=lambda case: case["name"])


@named(RULES["steps"], "accepted")
def test_the_header_is_accepted(case: dict[str, Any]) -> None:
    sealed, expected = check_header(header_of_octets(octets(case["header"])), trusted_of(case)), case["accepted"]
    assert sealed.number == expected["number"]
    assert sealed.hash == octets(expected["hash"])
    assert sealed.time == expected["time"]
    assert sealed.validators == tuple(map(octets, expected["validators"]))
    assert sealed.octets == octets(case["header"])
    assert sealed.trusted == Trusted(sealed.number, sealed.hash, sealed.time, sealed.validators)


@named(RULES["steps"], "refused")
def test_the_header_is_refused_by_name(case: dict[str, Any]) -> None:
    with pytest.raises(NotProven) as refused:
        check_header(header_of_octets(octets(case["header"])), trusted_of(case))
    assert type(refused.value) is ERRORS[case["refused"]]


def test_what_contradicts_itself_comes_with_both_headers() -> None:
    (case,) = (case for case in RULES["steps"] if case.get("refused") == "contradictory")
    with pytest.raises(ContradictoryHeaders) as refused:
        check_header(header_of_octets(octets(case["header"])), trusted_of(case))
    evidence = refused.value
    assert evidence.number == case["trusted"]["number"]
    assert evidence.first == octets(case["trusted"]["header"])
    assert evidence.second == octets(case["header"])
    assert is_contradiction(evidence.first, evidence.second, trusted_of(case).validators)


def source(case: dict[str, Any]) -> Any:
    return lambda number: Header.decode(octets(case["headers"][str(number)]))


@named(RULES["paths"], "path")
def test_the_target_is_reached(case: dict[str, Any]) -> None:
    path = reach(trusted_of(case), source(case)(case["target"]), source(case))
    assert [each.number for each in path] == case["path"]


@named(RULES["paths"], "refused")
def test_the_target_is_not_reached(case: dict[str, Any]) -> None:
    with pytest.raises(NotProven) as refused:
        reach(trusted_of(case), source(case)(case["target"]), source(case))
    assert type(refused.value) is ERRORS[case["refused"]]


@named(RULES["contradictions"], "contradicts")
def test_whether_two_headers_contradict_each_other(case: dict[str, Any]) -> None:
    both, validators = [octets(case["first"]), octets(case["second"])], tuple(map(octets, case["validators"]))
    assert is_contradiction(*both, validators) is case["contradicts"]
    assert is_contradiction(*reversed(both), validators) is case["contradicts"]


def headers_of(case: dict[str, Any]) -> list[CliqueHeader]:
    return [CliqueHeader.decode(octets(CLIQUE["headers"][place])) for place in case["headers"]]


@named(CLIQUE["cases"], "settled")
def test_the_chain_settles_as_far_as_it_says(case: dict[str, Any]) -> None:
    found, expected = settle(trusted_of(case), headers_of(case)), case["settled"]
    if expected is None:
        assert found is None
        return
    assert found is not None
    assert found.header.number == expected["number"]
    assert found.header.hash == octets(expected["hash"])
    assert found.header.time == expected["time"]
    assert found.header.validators == trusted_of(case).validators
    assert (found.weight, found.tip_weight) == (expected["weight"], expected["tip_weight"])


@named(CLIQUE["cases"], "refused")
def test_the_chain_is_refused_by_name(case: dict[str, Any]) -> None:
    with pytest.raises(NotProven) as refused:
        settle(trusted_of(case), headers_of(case))
    assert type(refused.value) is ERRORS[case["refused"]]


def test_octets_that_are_no_header_are_a_malformed_clique_header() -> None:
    with pytest.raises(MalformedHeader):
        CliqueHeader.decode(b"\xc0")


def test_the_vectors_are_what_the_generator_writes() -> None:
    command = [sys.executable, VECTORS.parent / "generate_ledger.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
