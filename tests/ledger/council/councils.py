"""A council of five on a node whose clock the tests move: real contracts, real HTTP, a block for each transaction."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ledger import Account, Administration, NetworkFile, Rpc, deploy
from ledger.council import (
    Charter,
    Constitution,
    CouncilChain,
    CouncilFile,
    Deciding,
    Progress,
    Proposal,
    Signature,
    cancel,
    execute,
    found_council,
    propose,
    sign,
)
from ledger.council.acts import Act
from ledger.node.node import Node
from ledger.node.rpc.envelope import respond
from ledger.node.rpc.methods import method_table
from ledger.node.settings import NodeSettings
from tests.ledger.node.nodes import Clock
from tests.servers import WebServer, body_of, reply

DELAY = 3 * 86_400


class ClockedNode:
    """A node without its producer, behind HTTP: each transaction makes a block, one second later."""

    def __init__(self, data: Path) -> None:
        self.clock = Clock()
        self._node = Node(NodeSettings(data), self.clock)
        self._methods = method_table(self._node)
        self._lock = threading.Lock()
        self._server = WebServer(lambda request: reply(request, self.answer(body_of(request))))
        self.url = self._server.url

    def close(self) -> None:
        self._server.close()
        self._node.close()

    def answer(self, body: bytes) -> bytes:
        with self._lock:
            answered = respond(body, self._methods)
            assert answered is not None
            if b"eth_sendRawTransaction" in body:
                self.clock.now += 1
                self._node.make_block()
        return answered


@dataclass
class Council:
    """A founded council. `members` are in no order; `sender` is an account that nobody gave any power."""

    node: ClockedNode
    network: NetworkFile
    file: CouncilFile
    charter: Charter
    members: list[Account]
    rpc: Rpc
    deployer: Account
    sender: Account = field(default_factory=Account.create)

    @property
    def chain(self) -> CouncilChain:
        return CouncilChain(self.rpc, self.file)

    @property
    def deciding(self) -> Deciding:
        return Deciding(self.chain)

    @property
    def now(self) -> int:
        return int(self.node.clock.now)

    def wait(self, seconds: int) -> None:
        self.node.clock.now += seconds

    def propose(self, acts: Sequence[Act], nonce: int | None = None) -> Proposal:
        return propose(self.chain, acts, nonce)

    def signed(self, proposal: Proposal, count: int = 3) -> list[Signature]:
        return [sign(proposal, member) for member in self.members[:count]]

    def execute(self, proposal: Proposal, signatures: Sequence[Signature] = ()) -> Progress:
        with self.acting(self.sender) as administration:
            return execute(self.chain, administration, proposal, signatures, self.now)

    def cancel(self, proposal: Proposal, account: Account) -> Progress:
        with self.acting(account) as administration:
            return cancel(self.chain, administration, proposal, self.now)

    def enact(self, acts: Sequence[Act]) -> Progress:
        """Proposes, signs with three, executes; where that scheduled something, waits and executes it."""
        proposal = self.propose(acts)
        progress = self.execute(proposal, self.signed(proposal))
        if not progress.enacted.operations:
            return progress
        self.wait(max(each.due for each in progress.enacted.operations) - self.now)
        return self.execute(proposal)

    def acting(self, account: Account) -> Administration:
        return Administration(self.node.url, account)


@contextmanager
def founded(node: ClockedNode, delay_seconds: int = DELAY) -> Iterator[Council]:
    deployer, members = Account.create(), [Account.create() for _ in range(5)]
    network = deploy(node.url, deployer, "示例网")
    constitution = Constitution(tuple(each.address for each in members), 3, delay_seconds)
    file, charter = found_council(node.url, deployer, network, constitution)
    with Rpc(node.url) as rpc:
        yield Council(node, network, file, charter, members, rpc, deployer)
