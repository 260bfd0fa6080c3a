"""A deployment looks at the node's newest block first, and sends nothing where that is another engine's."""

from __future__ import annotations

from typing import Any

import pytest

from ledger import Account, LedgerError, Rpc, deploy
from ledger.checkpoints import require_engine
from ledger.errors import OtherEngine
from ledger.network_file import Engine
from tests.ledger.door import FORWARD, Door
from tests.ledger.forged import clique, grow, qbft, sign_in_turn
from tests.ledger.light_client.recorded import KEYS
from tests.ledger.outbox_desk import sending

FOUR = KEYS[:4]


def block_of(kind: str) -> dict[str, Any]:
    """The newest block of a node of this kind: its genesis, and one that is sealed."""
    branch = clique(FOUR) if "Clique" in kind else qbft(FOUR if "four" in kind else FOUR[:1])
    if "genesis" not in kind:
        if "Clique" in kind:
            sign_in_turn(branch, FOUR, 3)
        else:
            grow(branch, FOUR if "four" in kind else FOUR[:1])
    block = branch.blocks[-1].as_json()
    return {**block, "extraData": "0x1234"} if kind == "nothing known" else block


def newest_is(door: Door, kind: str) -> None:
    block = block_of(kind)
    door.instead = lambda method, params: block if method == "eth_getBlockByNumber" else FORWARD


@pytest.mark.parametrize(
    ("kind", "engine", "instead"),
    [
        ("Clique", "embedded", "deploy with --engine clique"),
        ("Clique, genesis", "embedded", "deploy with --engine clique"),
        ("Clique", "qbft", "deploy with --engine clique"),
        ("four validators", "embedded", "deploy with --engine qbft"),
        ("four validators, genesis", "embedded", "deploy with --engine qbft"),
        ("four validators", "clique", "deploy with --engine qbft"),
        ("one validator", "clique", "deploy with --engine embedded or --engine qbft"),
        ("nothing known", "qbft", "neither QBFT's form nor Clique's"),
    ],
)
def test_another_engine_is_refused_before_anything_is_sent(door: Door, kind: str, engine: Engine, instead: str) -> None:
    newest_is(door, kind)
    with pytest.raises(OtherEngine, match=instead):
        deploy(door.url, Account.create(), "nowhere", engine=engine)
    assert not any(map(sending, door.calls))


@pytest.mark.parametrize(
    ("kind", "engine"),
    [
        ("Clique", "clique"),
        ("Clique, genesis", "clique"),
        ("four validators", "qbft"),
        ("four validators, genesis", "qbft"),
        ("one validator", "qbft"),
        ("one validator", "embedded"),
    ],
)
def test_the_right_engine_is_taken(door: Door, kind: str, engine: Engine) -> None:
    newest_is(door, kind)
    with Rpc(door.url) as rpc:
        require_engine(rpc, engine)


def test_the_embedded_nodes_own_blocks_are_the_embedded_engines(door: Door) -> None:
    with Rpc(door.url) as rpc:
        require_engine(rpc, "embedded")
        with pytest.raises(LedgerError, match="--engine embedded"):
            require_engine(rpc, "clique")
