"""Receipts as a node may make them up: each that cannot be used is a node that cannot be, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode

from ledger.abi import selector
from ledger.errors import MalformedAnswer
from ledger.events import BatchAnchored
from ledger.events._layout import layout_of
from ledger.receipts import Receipt, parse_receipt
from ledger.reverts import decode_revert
from ledger.rpc import Rpc

TOPIC = "0x" + layout_of(BatchAnchored).topic.hex()
RECEIPT: dict[str, Any] = {
    "transactionHash": "0x" + "11" * 32,
    "blockNumber": "0x7",
    "blockHash": "0x" + "22" * 32,
    "gasUsed": "0x5208",
    "status": "0x1",
    "logs": [],
}


def parsed(**changes: object) -> Receipt:
    with Rpc("http://127.0.0.1:9") as nobody:
        return parse_receipt(nobody, {**RECEIPT, **changes}, bytes.fromhex("11" * 32))


def test_a_sound_receipt_is_one() -> None:
    assert parsed().block == 7


@pytest.mark.parametrize("data", ["0x", "0x01", "0x" + "ff" * 31, "0x" + "ff" * 32])
def test_a_log_that_cannot_be_decoded_is_a_malformed_answer(data: str) -> None:
    log = {"address": "0x" + "33" * 20, "topics": [TOPIC], "data": data}
    with pytest.raises(MalformedAnswer, match="BatchAnchored"):
        parsed(logs=[log])


@pytest.mark.parametrize("name", ["blockNumber", "gasUsed"])
def test_a_number_that_no_database_holds_is_a_malformed_answer(name: str) -> None:
    with pytest.raises(MalformedAnswer):
        parsed(**{name: hex(2**63)})
    parsed(**{name: hex(2**63 - 1)})


def test_a_receipt_of_another_transaction_is_a_malformed_answer() -> None:
    with pytest.raises(MalformedAnswer, match="another transaction"):
        parsed(transactionHash="0x" + "12" * 32)


def test_a_reason_for_a_revert_is_printable_and_bounded() -> None:
    data = selector("Error(string)") + encode(["string"], ["no\x00\u202e" + "a" * 10_000])
    text = str(decode_revert(data))
    assert text.isprintable()
    assert len(text) < 400
