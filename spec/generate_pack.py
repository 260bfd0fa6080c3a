#!/usr/bin/env python3
"""Writes vectors/trust-pack.json, made by other code than the program's; with --check, only says if it would change.

Run from the checkout with the project's Python: `python spec/generate_pack.py [--check]`. Values are invented. Streams
are stored, not deflated, so that the file does not depend on a library's version.
"""

from __future__ import annotations

import hashlib
import sys
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

SPEC = Path(__file__).resolve().parent
sys.path.insert(0, str(SPEC))

from generate_ledger import ADMINISTRATOR, AT, CREDENTIAL, JOURNAL, TRUST, entry, log, network_file  # noqa: E402
from sealing import digest, hexed, keys, qbft, rlp  # noqa: E402
from vector_files import bring_up  # noqa: E402

TARGET = SPEC / "vectors" / "trust-pack.json"
VALIDATORS = keys(range(4))
STRANGERS = keys(range(10, 14))
TYPE = b'{"a certificate type": "that nobody has installed"}'
WORD, NUMBER, STEP, SINCE, RISE, LISTED = range(6)
BATCH = "BatchAnchored(uint64,uint32,uint64,uint64,uint32,bytes32,bytes32,address)"
STATUS = "StatusChanged(uint64,uint32,uint64,uint8,uint8,uint8,uint64,uint64,address)"
OPERATOR = "OperatorAdded(uint64,uint32,address)"
WRITER = "WriterAdded(uint64,address)"
TYPES = "TypeRegistered(uint64,uint32,string,uint16,bytes32)"
CODINGS = {
    WRITER: (STEP, WORD),
    OPERATOR: (STEP, NUMBER, LISTED),
    BATCH: (STEP, NUMBER, RISE, RISE, NUMBER, WORD, LISTED, LISTED),
    STATUS: (STEP, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, SINCE, NUMBER, LISTED),
}
KID, BLOCK, BLOCK_TIME = b"\x22" * 32, 90, AT + 1_000


def logs() -> list[dict[str, str]]:
    one, other = hexed(ADMINISTRATOR), hexed(b"\xb2" * 20)
    type_digest = hashlib.sha256(TYPE).digest()
    return [
        log(JOURNAL, WRITER, AT, hexed(TRUST)),
        log(JOURNAL, WRITER, AT, hexed(CREDENTIAL)),
        log(TRUST, "RegionAdmitted(uint64,uint32,string,address)", AT + 1, 440000, "广东省", one),
        log(TRUST, TYPES, AT + 1, 9, "11100000MB0YX0001Q009", 1, type_digest),
        log(TRUST, OPERATOR, AT + 2, 1, one),
        log(TRUST, OPERATOR, AT + 2, 2, other),
        log(CREDENTIAL, BATCH, AT + 3, 1, 0, 0, 64, b"\x11" * 32, KID, one),
        log(CREDENTIAL, BATCH, AT + 4, 2, 0, 0, 1_000, b"\x12" * 32, KID, other),
        log(CREDENTIAL, BATCH, AT + 4, 1, 1, 64, 64, b"\x13" * 32, KID, one),
        log(CREDENTIAL, STATUS, AT + 5, 1, 127, 0, 2, 16, AT, 0, one),
        log(CREDENTIAL, "OfALaterVersion(uint64,uint32)", AT + 6, 7),
        log(CREDENTIAL, STATUS, AT + 9, 1, 127, 2, 0, 17, AT + 9, 0, one),
        log(CREDENTIAL, STATUS, AT + 9, 2, 999, 0, 14, 20, AT + 9, 998, other),
    ]


def octets(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def heads(made: list[dict[str, str]]) -> list[bytes]:
    network = network_file()
    chain_id = network["chain_id"].to_bytes(32, "big")
    found = [digest(b"yinxin/journal/1" + chain_id + JOURNAL + octets(network["network_id"]))]
    for each in made:
        found.append(digest(found[-1] + entry(each)))
    return found


def number(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + number(rest) if rest else bytes([low])


def difference(value: int) -> bytes:
    return number(2 * value if value >= 0 else -2 * value - 1)


def item(value: bytes) -> bytes:
    return number(len(value)) + value


def items(values: Iterable[bytes]) -> bytes:
    each = [item(value) for value in values]
    return number(len(each)) + b"".join(each)


def kind_of(one: dict[str, str]) -> tuple[str, str]:
    return one["address"], one["topic"]


def segment(made: list[dict[str, str]]) -> bytes:
    kinds = list(dict.fromkeys(map(kind_of, made)))
    signatures = {kind_of(one): one["event"] for one in made}
    named = [CODINGS.get(signatures[kind], ()) for kind in kinds]
    parts = [number(len(kinds))]
    for (address, topic), codings in zip(kinds, named, strict=True):
        parts.append(octets(address) + octets(topic) + number(len(codings)) + bytes(codings))
    parts.append(number(len(made)))
    parts += [number(kinds.index(kind_of(one))) for one in made]
    listed: list[bytes] = []
    for kind, codings in zip(kinds, named, strict=True):
        data = [octets(one["data"]) for one in made if kind_of(one) == kind]
        bare = b"".join(map(number, map(len, data))) + b"".join(data)
        parts.append(columns(data, codings, listed) if codings else bare)
    return b"".join(parts)


def columns(data: list[bytes], codings: tuple[int, ...], listed: list[bytes]) -> bytes:
    rows = [[each[at : at + 32] for at in range(0, len(each), 32)] for each in data]
    return b"".join(column(rows, place, coding, listed) for place, coding in enumerate(codings))


def column(rows: list[list[bytes]], place: int, coding: int, listed: list[bytes]) -> bytes:
    written, new = b"", b""
    last, of_key = 0, {}
    for row in rows:
        word, value = row[place], int.from_bytes(row[place], "big")
        if coding == WORD:
            written += word
        elif coding == NUMBER:
            written += number(value)
        elif coding == STEP:
            written += difference(value - last)
        elif coding == SINCE:
            written += difference(value - int.from_bytes(row[0], "big"))
        elif coding == RISE:
            written += difference(value - of_key.get(row[1], 0))
            of_key[row[1]] = value
        elif of_key.get(row[1]) == word:
            written += number(0)
        else:
            if word not in listed:
                listed.append(word)
                new += word
            written += number(listed.index(word) + 1)
            of_key[row[1]] = word
        last = value
    return written + new


def leaf(key: bytes, value: bytes) -> bytes:
    """A trie that holds one value: its only node."""
    return rlp([b"\x20" + digest(key), value])


def proof(head: bytes, named: Sequence[Any] = VALIDATORS, block: int = BLOCK, seals: int = 4) -> bytes:
    network = network_file()["journal"]
    storage = leaf(octets(network["slot"]), rlp(head))
    account = leaf(JOURNAL, rlp([1, 0, digest(storage), octets(network["code_hash"])]))
    header = qbft(block, named, time=BLOCK_TIME, state=account).sealed_by(named[:seals])
    return item(header) + items([]) + items([account]) + items([storage])


def span(start: int, end: int, found: list[bytes]) -> bytes:
    marks = number(start) + found[start] + number(end) + found[end]
    return found[0] + hashlib.sha256(b"the maker's network file").digest() + marks


def section(tag: int, body: bytes) -> bytes:
    return bytes([tag]) + number(len(body)) + body


def stored(inside: bytes) -> bytes:
    return zlib.compress(inside, 0)


def sealed(body: bytes) -> bytes:
    return body + section(5, hashlib.sha256(body).digest())


def pack(start: int = 0, after_types: bytes = b"", **changes: Any) -> bytes:
    """The example, or a pack that differs from it in one part."""
    made = changes.get("logs", logs()[start:])
    found = heads(logs())
    parts = [
        changes.get("first", b"yinxin-pack/1\n"),
        section(1, changes.get("span", span(start, len(logs()), found))),
        section(2, stored(changes.get("proof", proof(found[-1])))),
        section(3, stored(changes.get("events", segment(made)))),
        section(4, stored(changes.get("types", items([TYPE] if start <= 3 else []))) + after_types),
    ]
    return sealed(b"".join(parts))


def refused() -> list[dict[str, Any]]:
    made, found, whole = logs(), heads(logs()), pack()
    other = bytes(32) + span(0, len(made), found)[32:]
    swapped = [made[1], made[0], *made[2:]]
    events = segment(made)
    cases: list[tuple[str, str, bytes]] = [
        ("cut short by one octet", "incomplete", whole[:-1]),
        ("cut within its first line", "incomplete", whole[:5]),
        ("a later format", "unsupported", pack(first=b"yinxin-pack/2\n")),
        ("another file", "malformed", b"PK\x03\x04" + whole),
        ("a checksum that does not fit", "malformed", whole[:-1] + bytes([whole[-1] ^ 1])),
        ("an octet after the end", "malformed", whole + b"\0"),
        ("a section of 16 MiB", "too_large", b"yinxin-pack/1\n\x01\x80\x80\x80\x08"),
        ("a stream with an octet after it", "malformed", pack(after_types=b"\0")),
        ("another network", "other_network", pack(span=other)),
        ("the first event is missing, and it says so", "gap", pack(start=1)),
        ("another first head", "journal_mismatch", pack(span=begun_at(bytes(32), found))),
        ("sealed by others", "too_few_trusted", pack(proof=proof(found[-1], STRANGERS))),
        ("one seal short of a quorum", "not_sealed", pack(proof=proof(found[-1], seals=2))),
        ("a proof of an earlier head", "malformed", pack(proof=proof(found[-2]))),
        ("an event less, and the number says so", "journal_mismatch", pack(logs=made[:-1], span=fewer(found))),
        ("an event less than the number says", "malformed", pack(logs=made[:-1])),
        ("two events exchanged", "journal_mismatch", pack(logs=swapped)),
        ("a number that is longer than it has to be", "malformed", pack(events=b"\x86\x00" + events[1:])),
        ("an octet after the last column", "malformed", pack(events=events + b"\0")),
        ("a type that no event registers", "malformed", pack(types=items([b"{}"]))),
        ("a block before the checkpoint", "stale", pack(proof=proof(found[-1], block=1))),
    ]
    return [{"why": why, "error": error, "pack": hexed(made_pack)} for why, error, made_pack in cases]


def begun_at(head: bytes, found: list[bytes]) -> bytes:
    return found[0] + bytes(32) + number(0) + head + number(len(found) - 1) + found[-1]


def fewer(found: list[bytes]) -> bytes:
    return found[0] + bytes(32) + number(0) + found[0] + number(len(found) - 2) + found[-1]


def network() -> dict[str, Any]:
    """The network of the other vectors, by these validators."""
    made = network_file()
    made["engine"] = "qbft"
    made["checkpoint"]["validators"] = [hexed(key.address) for key in VALIDATORS]
    return made


def vectors() -> dict[str, Any]:
    made = logs()
    return {
        "about": "spec/trust-pack.md: a pack from the first event, one that continues at event 5, the inside of the "
        "first one's events, and packs that a reader that knows nothing refuses; streams are stored, not deflated",
        "network": network(),
        "now": BLOCK_TIME + 60,
        "pack": hexed(pack()),
        "continues": {"start": 5, "head": hexed(heads(made)[5]), "pack": hexed(pack(start=5))},
        "block": {"number": BLOCK, "time": BLOCK_TIME, "head": hexed(heads(made)[-1])},
        "logs": made,
        "types": [hexed(TYPE)],
        "events": hexed(segment(made)),
        "refused": refused(),
    }


if __name__ == "__main__":
    sys.exit(bring_up({TARGET.name: vectors}))
