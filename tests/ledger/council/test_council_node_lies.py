"""A node that answers the council's questions with garbage: a typed error, never a wrong list or another exception."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ledger import LedgerError, Rpc
from ledger.council import CouncilChain, enacted, find_council, propose, read_charter
from ledger.council.powers import REVOKED
from ledger.errors import MalformedAnswer, OtherCouncil, SourceError
from tests.ledger.council.councils import Council
from tests.ledger.door import Door


@pytest.fixture
def lying(council: Council) -> Iterator[tuple[Door, Rpc]]:
    door = Door(council.node.url)
    with Rpc(door.url) as rpc:
        yield door, rpc
    door.close()


def changed_log(**changes: Any) -> Any:
    def lie(method: str, params: list[Any], result: Any) -> Any:
        return [{**result[0], **changes}, *result[1:]] if method == "eth_getLogs" else result

    return lie


@pytest.mark.parametrize(
    "lie",
    [
        lambda method, params, result: {} if method == "eth_getLogs" else result,
        lambda method, params, result: [1] if method == "eth_getLogs" else result,
        lambda method, params, result: ["x"] if method == "eth_getLogs" else result,
        lambda method, params, result: "0x" if method == "eth_blockNumber" else result,
        changed_log(topics=[]),
        changed_log(topics=None),
        changed_log(topics=["0x" + "11" * 32]),
        changed_log(address="0x" + "11" * 20),
        changed_log(data="0x1"),
        changed_log(data="0x"),
        changed_log(blockNumber=None),
    ],
)
def test_garbled_logs_are_refused(council: Council, lying: tuple[Door, Rpc], lie: Any) -> None:
    """Each of them in the history, and in the search for powers as far as these logs have data."""
    if not enacted(council.rpc, council.file):
        council.enact(council.deciding.admit_region(990000, "某省", b"\xab" * 20))
    door, rpc = lying
    door.lie = lie
    with pytest.raises(MalformedAnswer):
        enacted(rpc, council.file)


def test_an_event_without_its_topics_is_refused(council: Council, lying: tuple[Door, Rpc]) -> None:
    door, rpc = lying
    door.lie = lambda method, params, result: (
        [{**each, "topics": each["topics"][:1]} for each in result] if method == "eth_getLogs" else result
    )
    for look in (lambda: read_charter(rpc, council.file), lambda: find_council(rpc, council.network)):
        with pytest.raises(MalformedAnswer, match="topics"):
            look()


@pytest.mark.parametrize("answered", ["0x", "0x00", None, 1, "0x" + "ff" * 31, "0x" + "ff" * 64])
def test_garbled_getters_are_refused(council: Council, lying: tuple[Door, Rpc], answered: Any) -> None:
    door, rpc = lying
    door.lie = lambda method, params, result: answered if method == "eth_call" else result
    chain = CouncilChain(rpc, council.file)
    for ask in (chain.members, chain.threshold, lambda: chain.before(council.members[0].address)):
        try:
            found = ask()
        except (SourceError, OtherCouncil):
            continue
        assert isinstance(found, int)  # 64 octets of ones are a number, too
    with pytest.raises(LedgerError):
        read_charter(rpc, council.file)


@pytest.mark.parametrize("method", ["eth_getCode", "eth_getStorageAt"])
@pytest.mark.parametrize("answered", ["0x", "0x1", None, "0x00"])
def test_code_that_is_not_the_artifacts_is_found(
    council: Council, lying: tuple[Door, Rpc], method: str, answered: Any
) -> None:
    door, rpc = lying
    door.lie = lambda asked, params, result: answered if asked == method else result
    with pytest.raises(LedgerError):
        read_charter(rpc, council.file)


def test_a_hidden_revocation_shows_as_a_power(council: Council, lying: tuple[Door, Rpc]) -> None:
    """The deployer's renunciation withheld: the council looks unsound, which is the safe side of a lie."""
    door, rpc = lying
    door.lie = lambda method, params, result: (
        [each for each in result if each["topics"][0] != "0x" + REVOKED.hex()] if method == "eth_getLogs" else result
    )
    with pytest.raises(LedgerError, match=council.deployer.hex_address):
        find_council(rpc, council.network)


def test_what_members_read_does_not_come_from_the_node(council: Council, lying: tuple[Door, Rpc]) -> None:
    """A false nonce makes a useless proposal, a false delay one that the chain refuses; the words stay the same."""
    door, rpc = lying
    door.lie = lambda method, params, result: (
        "0x" + "00" * 31 + "63" if method == "eth_call" and params[0]["data"] == "0xaffed0e0" else result
    )
    made = propose(CouncilChain(rpc, council.file), council.deciding.change_threshold(2))
    assert made.nonce == 0x63
    assert made.to == council.file.safe
