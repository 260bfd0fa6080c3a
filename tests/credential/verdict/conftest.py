"""A check in which every rule passes, from spec/vectors/verdict.json, to change one thing in; the vectors' reader."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from credential import (
    AgreementFact,
    AuthorityFact,
    BatchFact,
    Challenge,
    ContradictionFact,
    Facts,
    KeyFact,
    Live,
    MemberFact,
    Outcome,
    Period,
    Policy,
    Presentation,
    Reason,
    RegionFact,
    Report,
    Requested,
    Row,
    StatusChange,
    Unreadable,
    parse_certificate_type,
    verify,
)
from credential.catalogue import Catalogue
from credential.qr import parse_presented

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class World:
    """Everything `verify` is given. Facts and parts of the presentation are changed as values, without signing anew."""

    shown: Presentation | Unreadable
    facts: Facts
    policy: Policy
    challenge: Challenge
    at: int
    now: int

    def report(self) -> Report:
        return verify(self.shown, self.facts, self.policy, self.challenge, self.at, self.now)

    def row(self, number: int) -> Row:
        return self.report().rows[number - 1]

    def code(self, number: int) -> str:
        return self.row(number).code

    def passes(self, number: int) -> bool:
        return self.row(number).outcome is Outcome.PASSES

    def but(self, **changes: Any) -> World:
        return replace(self, **changes)

    def knowing(self, **changes: Any) -> World:
        """With other facts. A part is changed by a mapping of its members: knowing(key={"use": 2})."""
        parts = {
            name: replace(getattr(self.facts, name), **change) if isinstance(change, dict) else change
            for name, change in changes.items()
        }
        return replace(self, facts=replace(self.facts, **parts))

    def showing(self, **changes: Any) -> World:
        """With another presentation: showing(payload={"expires": None}) or showing(key_binding=None)."""
        parts = {
            name: replace(getattr(self.shown, name), **change) if isinstance(change, dict) else change
            for name, change in changes.items()
        }
        assert isinstance(self.shown, Presentation)
        return replace(self, shown=replace(self.shown, **parts))


@pytest.fixture(scope="session")
def vectors() -> Any:
    return json.loads((ROOT / "spec/vectors/verdict.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def read_world(vectors: Any) -> Callable[[Mapping[str, Any]], World]:
    """The check of a vector: what it has, and the rest from `base`."""
    types = {
        path.stem: parse_certificate_type(path.read_bytes()) for path in (ROOT / "credential/types").glob("*.json")
    }
    dictionaries = {int(path.stem): path.read_bytes() for path in (ROOT / "credential/dictionaries").glob("*.txt")}
    catalogue = Catalogue({(each.number, each.version): each for each in types.values()}, dictionaries)

    def _read(case: Mapping[str, Any]) -> World:
        members = {**vectors["base"], **case, "facts": {**vectors["base"]["facts"], **case.get("facts", {})}}
        return World(
            shown=parse_presented(members["text"], catalogue),
            facts=_facts(members["facts"], types),
            policy=Policy(**members["policy"]),
            challenge=_challenge(members["challenge"]),
            at=members["at"],
            now=members["now"],
        )

    return _read


@pytest.fixture
def world(read_world: Callable[[Mapping[str, Any]], World]) -> World:
    """A live code from Anhui at a window in Guangdong: accepted."""
    return read_world({})


def _challenge(written: Mapping[str, Any]) -> Challenge:
    return Live(**written["live"]) if "live" in written else Requested(**written["requested"])


def _facts(written: Mapping[str, Any], types: Mapping[str, Any]) -> Facts:
    return Facts(
        **{
            **written,
            "certificate_type": types.get(written["certificate_type"]),
            "authority": _optional(_authority, written["authority"]),
            "key": _optional(_key, written["key"]),
            "accreditations": tuple(Period(**each) for each in written["accreditations"]),
            "batch": _optional(_batch, written["batch"]),
            "status_changes": tuple(map(_status_change, written["status_changes"])),
            "agreements": tuple(map(_agreement, written["agreements"])),
            "block_hash": bytes.fromhex(written["block_hash"]),
            "contradiction": _optional(_contradiction, written["contradiction"]),
        }
    )


def _optional(read: Callable[[Any], Any], written: Any) -> Any:
    return None if written is None else read(written)


def _authority(written: Mapping[str, Any]) -> AuthorityFact:
    return AuthorityFact(**{**written, "region": RegionFact(**written["region"]), "urls": tuple(written["urls"])})


def _key(written: Mapping[str, Any]) -> KeyFact:
    octets = {name: bytes.fromhex(written[name]) for name in ("kid", "public_key")}
    return KeyFact(**{**written, **octets, "period": Period(**written["period"])})


def _batch(written: Mapping[str, Any]) -> BatchFact:
    return BatchFact(**{**written, "root": bytes.fromhex(written["root"]), "kid": bytes.fromhex(written["kid"])})


def _status_change(written: Mapping[str, Any]) -> StatusChange:
    reason = None if written["reason"] is None else Reason(written["reason"])
    return StatusChange(**{**written, "reason": reason})


def _contradiction(written: Mapping[str, Any]) -> ContradictionFact:
    hashes = {name: bytes.fromhex(written[name]) for name in ("first", "second")}
    return ContradictionFact(**{**written, **hashes})


def _agreement(written: Mapping[str, Any]) -> AgreementFact:
    return AgreementFact(
        number=written["number"],
        document_digest=bytes.fromhex(written["document_digest"]),
        certificate_types=tuple(written["certificate_types"]),
        period=Period(**written["period"]),
        members=tuple(map(_member, written["members"])),
    )


def _member(written: Mapping[str, Any]) -> MemberFact:
    return MemberFact(**{**written, "suspensions": tuple(Period(**each) for each in written["suspensions"])})
