"""Lies that are made for one step of the proof: each ends in its own error, and the old facts stay.

What any node can get wrong is in `liars`, and tried beside honest sources in `test_liars`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_hash.auto import keccak

from credential import Presentation, parse_presentation
from ledger import FollowFailed, NotProven, Replica
from ledger.errors import (
    HeaderNotSealed,
    JournalMismatch,
    LedgerError,
    MalformedAnswer,
    NotAdvancing,
    ProofRefused,
)
from ledger.events import WriterAdded
from ledger.headers import Extra
from ledger.rpc import Rpc
from tests.fixtures_ledger import BUSINESS_LICENCE, World
from tests.ledger.door import Door, Lie
from tests.ledger.liars import about_header, about_logs, altered, lie_about


@dataclass
class Window:
    """A replica with facts of some block, while the chain has gone on; its only source is the door."""

    replica: Replica
    door: Door
    presentation: Presentation
    world: World
    old_block: dict[str, Any]


@pytest.fixture(scope="module")
def left_behind(ledger_world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The file of a replica that stopped at a block, and that block; three batches were anchored after it."""
    world, path = ledger_world, tmp_path_factory.mktemp("left") / "r.db"
    with world.replica(path) as replica, Rpc(world.url) as rpc:
        block = dict(rpc.header(replica.follow_once().block))
    world.anchor(world.shanghai, (os.urandom(32), 64), (os.urandom(32), 65), (os.urandom(32), 66))
    return path, block


@pytest.fixture
def window(
    ledger_world: World, door: Door, left_behind: tuple[Path, dict[str, Any]], tmp_path: Path
) -> Iterator[Window]:
    path, block = left_behind
    shutil.copy(path, tmp_path / "r.db")
    with ledger_world.replica(tmp_path / "r.db", door.url) as replica:
        yield Window(replica, door, _presentation(ledger_world), ledger_world, block)


def _presentation(world: World) -> Presentation:
    names = [each.name for each in world.type(BUSINESS_LICENCE).fields]
    days = {"certificate_validate_start": "2025-01-01", "certificate_validate_end": "长期"}
    claims = {**dict.fromkeys(names, "示例"), **days}
    (text,) = world.issue(world.shanghai, world.type(BUSINESS_LICENCE), [claims], anchored=False)
    presentation = parse_presentation(text)
    assert isinstance(presentation, Presentation)
    return presentation


def refused(window: Window, lie: Lie) -> LedgerError:
    """The error that the lie ends in; the facts are the same before and after, and the truth is taken afterwards."""
    accepted, facts = window.replica.accepted, window.replica.facts_for(window.presentation)
    window.door.lie = lie
    with pytest.raises(FollowFailed) as failed:
        window.replica.follow_once()
    assert window.replica.accepted == accepted
    assert window.replica.facts_for(window.presentation) == facts
    window.door.honest()
    assert window.replica.follow_once().new_events >= 3
    (failure,) = failed.value.failures
    return failure.error


@pytest.mark.parametrize("data", ["0x", "0x" + "ff" * 64], ids=["none", "no address"])
def test_a_new_writer_that_cannot_be_read_is_refused(window: Window, data: str) -> None:
    journal = "0x" + window.world.network.journal.address.hex()
    topic = "0x" + keccak(WriterAdded.SIGNATURE.encode()).hex()
    invented = {"address": journal, "topics": [topic], "data": data}
    assert isinstance(refused(window, about_logs(lambda found: [*found, {**found[0], **invented}])), JournalMismatch)


def test_a_header_nested_without_end_is_refused(window: Window) -> None:
    nested = b"\xc0"
    while len(nested) < 60_000:
        nested = bytes(rlp.codec.length_prefix(len(nested), 0xC0)) + nested
    error = refused(window, about_header(lambda block: {**block, "extraData": "0x" + nested.hex()}))
    assert isinstance(error, HeaderNotSealed), error


def test_a_header_without_validators_is_refused(window: Window) -> None:
    extra = "0x" + Extra(bytes(32), (), (), 0, ()).encode().hex()
    error = refused(window, about_header(lambda block: {**block, "extraData": extra}))
    assert isinstance(error, NotProven)


@pytest.mark.parametrize("member", ["stateRoot", "timestamp", "number", "parentHash", "hash"])
def test_a_header_with_one_thing_changed_is_refused(window: Window, member: str) -> None:
    def change(block: dict[str, Any]) -> dict[str, Any]:
        return {**block, member: hex(int(block[member], 16) + 1) if len(block[member]) < 66 else altered(block[member])}

    assert isinstance(refused(window, about_header(change)), HeaderNotSealed)


def test_an_older_head_is_refused(window: Window) -> None:
    older = int(window.old_block["number"], 16) - 1
    with Rpc(window.world.url) as rpc:
        block = dict(rpc.header(older))
    assert isinstance(refused(window, about_header(lambda _: block)), NotAdvancing)


def test_the_same_head_again_changes_nothing(window: Window) -> None:
    accepted = window.replica.accepted
    window.door.lie = about_header(lambda _: window.old_block)
    assert window.replica.follow_once().new_events == 0
    assert window.replica.accepted == accepted


def test_an_answer_without_a_header_is_refused(window: Window) -> None:
    window.door.lie = lie_about("eth_getBlockByNumber", lambda _: None)
    with pytest.raises(FollowFailed) as failed:
        window.replica.follow_once()
    assert isinstance(failed.value.failures[0].error, MalformedAnswer)


def test_a_proof_of_an_older_block_is_refused(window: Window) -> None:
    journal = window.world.network.journal
    with Rpc(window.world.url) as rpc:
        old = rpc.proof(journal.address, journal.slot, int(window.old_block["number"], 16))
    assert isinstance(refused(window, lie_about("eth_getProof", lambda _: old)), ProofRefused)


def test_a_proof_of_another_slot_is_refused(window: Window) -> None:
    with Rpc(window.world.url) as rpc:
        block = int(rpc.header()["number"], 16)
        other = rpc.proof(window.world.network.journal.address, 0, block)
    assert isinstance(refused(window, lie_about("eth_getProof", lambda _: other)), ProofRefused)


def test_a_proof_of_another_contract_is_refused(window: Window) -> None:
    journal = window.world.network.journal
    with Rpc(window.world.url) as rpc:
        block = int(rpc.header()["number"], 16)
        other = rpc.proof(window.world.network.registries.trust, journal.slot, block)
    assert isinstance(refused(window, lie_about("eth_getProof", lambda _: other)), ProofRefused)


@pytest.mark.parametrize("answer", [None, {}, [], "0x"])
def test_no_proof_is_refused(window: Window, answer: Any) -> None:
    assert isinstance(refused(window, lie_about("eth_getProof", lambda _: answer)), ProofRefused)


def test_a_journal_of_other_code_is_refused(window: Window, tmp_path: Path) -> None:
    world = window.world
    other = replace(world.network, journal=replace(world.network.journal, code_hash=bytes(32)))
    with (
        Replica(tmp_path / "other.db", other, world.catalogue, [world.url]) as replica,
        pytest.raises(FollowFailed, match="code hash") as failed,
    ):
        replica.follow_once()
    assert isinstance(failed.value.failures[0].error, ProofRefused)


def test_the_history_of_another_network_on_the_same_chain_is_refused(window: Window, tmp_path: Path) -> None:
    """The chain, validator and contracts are right, only the network id is not: the first head tells them apart."""
    world = window.world
    other = replace(world.network, network_id=bytes(32))
    with (
        Replica(tmp_path / "other.db", other, world.catalogue, [world.url]) as replica,
        pytest.raises(FollowFailed) as failed,
    ):
        replica.follow_once()
    assert isinstance(failed.value.failures[0].error, JournalMismatch)


def test_a_liar_is_passed_over_for_the_next_source(window: Window, tmp_path: Path) -> None:
    world = window.world
    window.door.lie = about_logs(lambda found: found[:-1])
    with world.replica(tmp_path / "two.db", window.door.url, world.url) as replica:
        progress = replica.follow_once()
    assert progress.source == world.url
    assert isinstance(progress.failures[0].error, JournalMismatch)


def test_logs_are_asked_for_in_parts_where_the_node_refuses_the_whole(window: Window) -> None:
    """The node refuses wide ranges; the history is the same in parts."""

    def narrow(method: str, params: list[Any]) -> None:
        if method == "eth_getLogs":
            asked = params[0]
            if int(asked["toBlock"], 16) - int(asked["fromBlock"], 16) > 0:
                asked["toBlock"] = "0x"  # which the node answers with an error

    window.door.before = narrow
    window.world.anchor(window.world.shanghai, (os.urandom(32), 1))
    assert window.replica.follow_once().new_events >= 4
    assert window.door.calls.count("eth_getLogs") > 2
