"""Council file, proposals and signatures against spec/vectors/council.json."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ledger import Account
from ledger.council import parse_council_file, parse_proposal, parse_signature, serialise_signature, sign
from ledger.council.carrying import read_carried
from ledger.errors import MalformedCouncilDocument, UnknownAct

SPEC = Path(__file__).parents[3] / "spec"
VECTORS: dict[str, Any] = json.loads((SPEC / "vectors" / "council.json").read_text())


def octets(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


COUNCIL = parse_council_file(octets(VECTORS["council"]))


def plain(value: Any) -> Any:
    return "0x" + value.hex() if isinstance(value, bytes) else value


def test_the_fingerprint_is_that_of_the_canonical_form() -> None:
    assert COUNCIL.fingerprint == VECTORS["fingerprint"]


@pytest.mark.parametrize("vector", VECTORS["proposals"], ids=lambda vector: vector["acts"][0]["function"])
def test_a_proposal_is_read_and_signed_as_written(vector: dict[str, Any]) -> None:
    proposal = parse_proposal(octets(vector["proposal"]))
    assert proposal.digest.hex() == vector["digest"][2:]
    found = [
        {
            "delayed": each.delayed,
            "contract": each.act.place,
            "function": each.act.signature.split("(")[0],
            "arguments": [plain(value) for value in each.act.values],
        }
        for each in read_carried(COUNCIL, proposal.to, proposal.data)
    ]
    assert found == vector["acts"]
    signature = sign(proposal, Account.from_secret(bytes.fromhex(VECTORS["member_secret"][2:])))
    assert json.loads(serialise_signature(signature)) == vector["signature"]
    assert parse_signature(octets(vector["signature"])) == signature


@pytest.mark.parametrize("vector", VECTORS["unspeakable"], ids=lambda vector: vector["why"])
def test_what_cannot_be_said_is_not_signed(vector: dict[str, Any]) -> None:
    proposal = parse_proposal(octets(vector["proposal"]))
    with pytest.raises(UnknownAct):
        read_carried(COUNCIL, proposal.to, proposal.data)


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["why"])
def test_a_file_that_departs_from_the_format_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(MalformedCouncilDocument):
        parse_proposal(octets(vector["file"]))


def test_the_vectors_are_what_the_generator_writes() -> None:
    command = [sys.executable, SPEC / "generate_council.py", "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
