"""What a pack says of itself, for people. Nothing of it is proven unless `check_pack` says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from credential import MalformedType, parse_certificate_type
from ledger.errors import MalformedEvent
from ledger.events import TypeRegistered, decode
from ledger.headers import parse_extra
from ledger.journal import RawLog
from ledger.light_client import header_of_octets
from ledger.pack.container import OnProgress, Pack, unheard

UNKNOWN = "of a kind that this version does not know"


@dataclass(frozen=True, slots=True)
class Contents:
    """The block that the pack ends at, how many events of which kind it has, and the types whose files it carries.

    `registered` are the types that its events register, by digest as (number, version, code).
    """

    block: int
    time: int
    validators: int
    headers_in_between: int
    kinds: tuple[tuple[str, int], ...]
    carried: tuple[str, ...]
    registered: int


def contents_of(pack: Pack, on_progress: OnProgress = unheard) -> Contents:
    """Reads the whole pack. Raises PackProblem, HeaderNotSealed where its header cannot be read."""
    proof = pack.proof
    header = header_of_octets(proof.header)
    kinds: Counter[str] = Counter()
    for log in pack.logs(on_progress):
        kinds[_kind(log)] += 1
    return Contents(
        block=header.number,
        time=header.timestamp,
        validators=len(parse_extra(header.extra_data).validators),
        headers_in_between=len(proof.path),
        kinds=tuple(sorted(kinds.items())),
        carried=tuple(map(_type, pack.metadata)),
        registered=kinds[TypeRegistered.__name__],
    )


def _kind(log: RawLog) -> str:
    try:
        event = decode(log)
    except MalformedEvent:
        return UNKNOWN
    return UNKNOWN if event is None else type(event).__name__


def _type(octets: bytes) -> str:
    try:
        found = parse_certificate_type(octets)
    except MalformedType:
        return "a type that this version cannot read"
    return f"{found.number} version {found.version}: {found.zh}"
