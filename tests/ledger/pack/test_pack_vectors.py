"""spec/vectors/trust-pack.json: packs of another program are read as it meant them, and refused by name."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ledger import parse_network_file
from ledger.errors import (
    HeaderNotSealed,
    JournalMismatch,
    LedgerError,
    MalformedPack,
    OtherNetwork,
    PackGap,
    PackIncomplete,
    PackStale,
    PackTooLarge,
    TooFewTrusted,
    UnsupportedPack,
)
from ledger.journal import RawLog, fold
from ledger.pack import Mark, Pack, new_logs, prove_packs
from ledger.pack.codec import SegmentWriter
from ledger.replica.update import Accepted, Known, Point

SPEC = Path(__file__).resolve().parents[3] / "spec"
VECTORS: dict[str, Any] = json.loads((SPEC / "vectors/trust-pack.json").read_text("utf-8"))
NETWORK = parse_network_file(json.dumps(VECTORS["network"]).encode())
ERRORS: dict[str, type[LedgerError]] = {
    "incomplete": PackIncomplete,
    "unsupported": UnsupportedPack,
    "malformed": MalformedPack,
    "too_large": PackTooLarge,
    "other_network": OtherNetwork,
    "gap": PackGap,
    "stale": PackStale,
    "journal_mismatch": JournalMismatch,
    "too_few_trusted": TooFewTrusted,
    "not_sealed": HeaderNotSealed,
}


def octets(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


LOGS = [RawLog(*(octets(one[part]) for part in ("address", "topic", "data"))) for one in VECTORS["logs"]]


def believed(encoded: str, known: Known) -> tuple[int, int, bytes, list[RawLog], tuple[bytes, ...]]:
    pack = Pack(BytesIO(octets(encoded)))
    proven = prove_packs([pack], NETWORK, known, VECTORS["now"])
    assert proven is not None
    logs = list(new_logs([pack], NETWORK, known))
    head = known.accepted.head if known.accepted else NETWORK.first_head
    if fold(head, logs) != proven.head:
        raise JournalMismatch("the events do not lead to the proven head")
    return proven.number, proven.time, proven.head, logs, proven.metadata


def test_the_pack_says_what_was_put_into_it() -> None:
    block = VECTORS["block"]
    expected = (block["number"], block["time"], octets(block["head"]), LOGS, tuple(map(octets, VECTORS["types"])))
    assert believed(VECTORS["pack"], Known()) == expected


def test_the_pack_that_continues_one() -> None:
    case = VECTORS["continues"]
    time = VECTORS["network"]["checkpoint"]["time"] + 1
    accepted = Accepted(50, bytes(32), time, octets(case["head"]), case["start"])
    known = Known((Point(accepted, NETWORK.checkpoint.validators, None),))
    assert believed(case["pack"], known)[3] == LOGS[case["start"] :]
    assert Pack(BytesIO(octets(case["pack"]))).span.start == Mark(case["start"], accepted.head)


def test_our_writer_writes_the_same_columns() -> None:
    assert SegmentWriter().write(LOGS) == octets(VECTORS["events"])


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["why"])
def test_each_refused_pack_is_refused_by_name(case: dict[str, Any]) -> None:
    with pytest.raises(LedgerError) as refused:
        believed(case["pack"], Known())
    assert type(refused.value) is ERRORS[case["error"]]


def test_the_vectors_are_what_the_generator_writes() -> None:
    command = [sys.executable, SPEC / "generate_pack.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
