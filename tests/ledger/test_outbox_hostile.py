"""An outbox at a hostile node: whatever it says is a node's failure, kept as text, and never an error of the outbox."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from ledger.errors import MalformedAnswer
from tests.ledger.door import FORWARD
from tests.ledger.liars import refusing
from tests.ledger.outbox_desk import Desk, sending
from tests.servers import reply


def receiving(method: str) -> bool:
    return method == "eth_getTransactionReceipt"


def test_what_a_node_refuses_with_is_kept_as_text(desk: Desk) -> None:
    """A lone surrogate, which SQLite does not take, would have stopped this account's calls for ever."""
    rude = refusing(-32000, "no \ud800 funds")

    def only_what_is_sent(handler: BaseHTTPRequestHandler, octets: bytes) -> None:
        if sending(desk.door.calls[-1]):
            rude(handler, octets)
            return
        reply(handler, octets)

    desk.door.instead = lambda method, params: None if sending(method) else FORWARD
    desk.door.rude = only_what_is_sent
    desk.enqueue("a")
    (problem,) = desk.deliver().problems
    assert "no \N{REPLACEMENT CHARACTER} funds" in problem
    desk.door.honest()
    desk.until_empty()


@pytest.mark.parametrize(
    "change",
    [
        lambda receipt: receipt["logs"][0].update(data="0x"),
        lambda receipt: receipt.update(blockNumber=hex(2**64)),
        lambda receipt: receipt.update(transactionHash="0x" + "11" * 32),
    ],
    ids=["a log without its data", "a block that no database holds", "another transaction's"],
)
def test_a_receipt_that_cannot_be_one_settles_nothing(desk: Desk, change: Any) -> None:
    def lie(method: str, params: list[Any], result: Any) -> Any:
        if receiving(method) and result:
            change(result)
        return result

    desk.enqueue("a")
    desk.deliver()
    desk.door.lie = lie
    with pytest.raises(MalformedAnswer):
        desk.until_empty()
    assert desk.told == []
    desk.door.honest()
    desk.until_empty()
    assert desk.told == ["a"]
