"""A lying node on the live network: a door to one host, whose lies change; those about headers are in Clique's form."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from eth_keys.datatypes import PrivateKey

from ledger.headers import CliqueHeader
from scripts.hosts import Network
from tests.ledger.door import Door, Lie
from tests.ledger.forged import clique, sign_in_turn
from tests.ledger.liars import LIARS, THIEF, Elsewhere, about_header, altered, lie_about, telling

SEAL_OCTETS = 65
OTHERS_BLOCKS = 12
BEHIND = 20
"""Blocks; more than what is not settled yet, so that the replica knows a newer one."""


def sealed_by_a_thief(block: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The block with `changes`, sealed by who is no signer, with a hash that fits."""
    header = CliqueHeader.from_json({**block, **changes})
    seal = THIEF.sign_msg_hash(header.seal_digest).to_bytes()
    header = replace(header, extra_data=header.extra_data[:-SEAL_OCTETS] + seal)
    return {**block, **changes, "extraData": "0x" + header.extra_data.hex(), "hash": "0x" + header.hash.hex()}


def forged(block: dict[str, Any]) -> dict[str, Any]:
    return sealed_by_a_thief(block, stateRoot=altered(block["stateRoot"]))


def unsealed(block: dict[str, Any]) -> dict[str, Any]:
    return {**block, "extraData": block["extraData"][: -2 * SEAL_OCTETS] + "00" * SEAL_OCTETS}


def long_ago(height: str) -> str:
    return hex(max(int(height, 16) - BEHIND, 1))


LIES: dict[str, Callable[[Door, Elsewhere], None]] = {
    **{name: liar.set_up for name, liar in LIARS.items()},
    "old head": telling(lie_about("eth_blockNumber", long_ago)),
    "header forged": telling(about_header(forged)),
    "header sealed by a thief": telling(about_header(sealed_by_a_thief)),
    "header unsealed": telling(about_header(unsealed)),
}
"""All that is known to be tried on a replica (`tests/ledger/liars.py`), in this network's form."""

SLOW_LIES = ("silent", "endless", "dripping")
"""Who hears these is not free for another lie for up to a minute."""


@dataclass
class LyingNode:
    """Honest until told otherwise."""

    door: Door
    elsewhere: Elsewhere
    told: set[str] = field(default_factory=set)
    """The lies that somebody heard."""
    _lie: str = ""

    @property
    def url(self) -> str:
        return self.door.url

    def is_heard(self) -> bool:
        """Whether anybody was lied to since the last change."""
        self.told |= {self._lie} if self.door.lied else set()
        return self.door.lied

    def change(self, lie: str) -> None:
        """From now on another lie, a name of `LIES`."""
        self.is_heard()
        self.door.honest()
        self.door.lied, self._lie = False, lie
        LIES[lie](self.door, self.elsewhere)
        self.door.lie = _where_possible(self.door.lie)


@contextmanager
def lying_node(network: Network, host: int) -> Iterator[LyingNode]:
    door = Door(network.url(host))
    try:
        yield LyingNode(door, _another_network(network.network.chain_id))
    finally:
        door.close()


def _where_possible(lie: Lie) -> Lie:
    """Two logs cannot be exchanged where there is one: then the truth has to do."""

    def told(method: str, params: list[Any], result: Any) -> Any:
        try:
            return lie(method, params, result)
        except IndexError:
            return result

    return told


def _another_network(chain_id: int) -> Elsewhere:
    """Of the same chain id, with signers of its own; its chain is short."""
    keys = [PrivateKey(os.urandom(32)) for _ in range(4)]
    branch = clique(keys)
    branch.network = replace(branch.network, chain_id=chain_id)
    sign_in_turn(branch, keys, OTHERS_BLOCKS)

    def answer(method: str, params: list[Any]) -> Any:
        if method == "eth_getBlockByNumber":
            params = [hex(min(int(params[0], 16), OTHERS_BLOCKS)), *params[1:]]
        if method == "eth_getProof":
            params = [*params[:2], hex(OTHERS_BLOCKS)]
        return branch.answer(method, params)

    return Elsewhere(branch.blocks[0].as_json(), answer)
