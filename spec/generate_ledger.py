#!/usr/bin/env python3
"""Writes the ledger's vectors, with keccak-256 and layouts of its own; with --check, only says which would change.

Run from the checkout with the project's Python: `python spec/generate_ledger.py [--check]`. Values are invented.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eth_abi.abi import encode

SPEC = Path(__file__).resolve().parent
sys.path.insert(0, str(SPEC))

from clique_cases import clique_rules  # noqa: E402
from header_cases import header_rules  # noqa: E402
from sealing import digest, hexed  # noqa: E402
from vector_files import bring_up  # noqa: E402

VECTORS = SPEC / "vectors"
CHAIN_ID = 20260
NETWORK_ID = hashlib.sha256(b"example network").digest()
JOURNAL, TRUST, CREDENTIAL = (bytes([value]) * 20 for value in (0xA1, 0xA2, 0xA3))
RECOGNITION, ADMINISTRATOR, VALIDATOR = (bytes([value]) * 20 for value in (0xA4, 0xB1, 0xC1))
AT = 1_790_000_000


def log(address: bytes, event: str, *values: object) -> dict[str, str]:
    types = event[event.index("(") + 1 : -1].split(",")
    data = encode(types, values)
    return {"address": hexed(address), "topic": hexed(digest(event.encode())), "data": hexed(data), "event": event}


def entry(one: dict[str, str]) -> bytes:
    return digest(b"".join(bytes.fromhex(one[name][2:]) for name in ("address", "topic", "data")))


def journal() -> dict[str, Any]:
    first = digest(b"yinxin/journal/1" + CHAIN_ID.to_bytes(32, "big") + JOURNAL + NETWORK_ID)
    logs = [
        log(JOURNAL, "WriterAdded(uint64,address)", AT, hexed(TRUST)),
        log(JOURNAL, "WriterAdded(uint64,address)", AT, hexed(CREDENTIAL)),
        log(TRUST, "RegionAdmitted(uint64,uint32,string,address)", AT + 1, 440000, "广东省", hexed(ADMINISTRATOR)),
        log(
            CREDENTIAL,
            "BatchAnchored(uint64,uint32,uint64,uint64,uint32,bytes32,bytes32,address)",
            AT + 2,
            1,
            0,
            0,
            64,
            b"\x11" * 32,
            b"\x22" * 32,
            hexed(ADMINISTRATOR),
        ),
    ]
    head, steps = first, []
    for one in logs:
        head = digest(head + entry(one))
        steps.append({**one, "entry": hexed(entry(one)), "head": hexed(head)})
    swapped = first
    for one in (logs[1], logs[0], *logs[2:]):
        swapped = digest(swapped + entry(one))
    return {
        "about": "spec/journal.md: the heads after each log; `swapped` is the last with the first two exchanged",
        "chain_id": CHAIN_ID,
        "journal": hexed(JOURNAL),
        "network_id": hexed(NETWORK_ID),
        "first_head": hexed(first),
        "logs": steps,
        "not_journaled": log(TRUST, "AuthorityUpdated(address)", hexed(ADMINISTRATOR)),
        "head_slot": hexed(digest(b"yinxin/journal/1/head")),
        "swapped": hexed(swapped),
    }


def network_file() -> dict[str, Any]:
    return {
        "format": "yinxin-network/1",
        "name": "示例网 example network",
        "network_id": hexed(NETWORK_ID),
        "engine": "embedded",
        "chain_id": CHAIN_ID,
        "checkpoint": {
            "number": 2,
            "hash": hexed(b"\xd1" * 32),
            "time": AT,
            "validators": [hexed(VALIDATOR)],
        },
        "journal": {
            "address": hexed(JOURNAL),
            "code_hash": hexed(b"\xd2" * 32),
            "slot": hexed(digest(b"yinxin/journal/1/head")),
        },
        "registries": {"trust": hexed(TRUST), "credential": hexed(CREDENTIAL), "recognition": hexed(RECOGNITION)},
        "from_block": 1,
    }


REFUSED: tuple[tuple[str, list[str], Any], ...] = (
    ("another format", ["format"], "yinxin-network/2"),
    ("an engine that nobody knows", ["engine"], "aura"),
    ("an empty name", ["name"], ""),
    ("a name that does not print", ["name"], "two\nlines"),
    ("a network id that is too short", ["network_id"], "0x00"),
    ("upper-case digits", ["network_id"], "0x" + "AB" * 32),
    ("no 0x", ["network_id"], "ab" * 32),
    ("a chain id as text", ["chain_id"], "20260"),
    ("a chain id that is a truth value", ["chain_id"], True),
    ("a negative block", ["from_block"], -1),
    ("no validators", ["checkpoint", "validators"], []),
    ("a validator twice", ["checkpoint", "validators"], [hexed(VALIDATOR)] * 2),
    ("a validator that is no address", ["checkpoint", "validators"], ["0x12"]),
    ("a slot that is a number", ["journal", "slot"], 0),
    ("a journal that is no object", ["journal"], []),
    ("a member more", ["comment"], "hello"),
    ("a member more inside", ["registries", "audit"], hexed(RECOGNITION)),
    ("a member less", ["checkpoint"], None),
)


def changed(path: list[str], value: Any) -> dict[str, Any]:
    document = network_file()
    place = document
    for name in path[:-1]:
        place = place[name]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


def network_files() -> dict[str, Any]:
    document = network_file()
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {
        "about": "spec/network-file.md: a file with its canonical form and fingerprint, and files that are refused",
        "file": document,
        "canonical": canonical,
        "fingerprint": hashlib.sha256(canonical.encode()).hexdigest(),
        "refused": [{"why": why, "file": changed(path, value)} for why, path, value in REFUSED],
    }


FILES: dict[str, Callable[[], object]] = {
    "journal.json": journal,
    "network-files.json": network_files,
    "header-rules.json": header_rules,
    "clique-headers.json": clique_rules,
}


if __name__ == "__main__":
    sys.exit(bring_up(FILES))
