"""Which coding suits which word of the events that this program knows. Only size depends on it, and only in writing.

A pack carries its codings with it: a reader gives back logs of events that it has never heard of.
"""

from __future__ import annotations

from functools import cache
from itertools import count

from eth_hash.auto import keccak

from ledger import events
from ledger.abi import types_of
from ledger.events import EVENTS
from ledger.pack.columns import Coding, needs

Codings = tuple[Coding, ...]

_BY_NAME = {
    "at": Coding.STEP,
    "seq": Coding.RISE,
    "first": Coding.RISE,
    "effective": Coding.SINCE,
    "starts": Coding.SINCE,
    "revoked_from": Coding.SINCE,
}
_BY_TYPE = {"address": Coding.LISTED, "bytes32": Coding.WORD}
_KIDS = {events.BatchAnchored}
"""Where the kid is one that came before."""

_KEY_OF_64_OCTETS = (Coding.NUMBER, Coding.WORD, Coding.WORD)
"""The words that `bytes` adds to KeyAdded: its length, x and y. In its own place stands where they begin."""


@cache
def codings_of(topic: bytes, words: int) -> Codings | None:
    """The codings of a log with this topic and so many words; None where it is better left as it is."""
    return _known().get((topic, words))


@cache
def _known() -> dict[tuple[bytes, int], Codings]:
    found = {}
    for event in EVENTS:
        codings = _codings(event)
        if codings is not None:
            found[keccak(event.SIGNATURE.encode()), len(codings)] = codings
    return found


def _codings(event: type[events.Event]) -> Codings | None:
    types = types_of(event.SIGNATURE)
    columns = tuple(_coding(event, *column) for column in zip(count(), event.__slots__, types, strict=False))
    if event is events.KeyAdded:
        return columns + _KEY_OF_64_OCTETS
    return None if any(kind in {"string", "bytes"} or kind.endswith("[]") for kind in types) else columns


def _coding(event: type[events.Event], index: int, name: str, kind: str) -> Coding:
    wanted = _BY_NAME.get(name) or _BY_TYPE.get(kind, Coding.NUMBER)
    if name == "kid" and event in _KIDS:
        wanted = Coding.LISTED
    return wanted if needs(wanted) <= index else Coding.WORD
