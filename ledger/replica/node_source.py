"""A node as a source: from its answers over JSON-RPC to a proven block; it is trusted in nothing (spec/journal.md).

Decides whether the node's newest block may be accepted. Storing it is the store's, choosing among nodes the replica's.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress

from ledger.errors import (
    LedgerError,
    MalformedAnswer,
    MalformedEvent,
    NodeRefused,
    NodeUnavailable,
    NotAdvancing,
    OtherNetwork,
    SourceError,
)
from ledger.events import WriterAdded, decode
from ledger.headers import Header
from ledger.hexadecimal import to_hex
from ledger.journal import AUTHORITY_UPDATED, RawLog
from ledger.light_client import header_of_block, reach, require_recent
from ledger.network_file import NetworkFile
from ledger.proofs import proof_nodes, prove_journal
from ledger.replica.branches import settled_by
from ledger.replica.contradictions import require_no_contradiction
from ledger.replica.sources import shown_address
from ledger.replica.trust import is_before_checkpoint, trusted_now
from ledger.replica.update import Known, Point, Proof, Proven
from ledger.rpc import Rpc

MAX_BLOCKS = 10_000
"""How many blocks' logs are asked for at once; fewer where a node refuses."""

MAX_NEW_WRITERS = 64
MAX_HISTORY_SECONDS = 900.0
_LOG_OCTETS = 200
"""What a log weighs in memory beside its data."""
MAX_HISTORY_OCTETS = 256 * 1024 * 1024
"""Of all logs that one round takes over, unproven as they are until the last; more than a country's first years."""


class NodeSource:
    """One node's JSON-RPC door (the Source protocol)."""

    def __init__(self, url: str, network: NetworkFile) -> None:
        self.name = shown_address(url)
        self._network = network
        self._rpc = Rpc(url)

    def close(self) -> None:
        self._rpc.close()

    def prove(self, known: Known, now: int) -> Proven | None:
        """The node's newest block.

        1. The node serves the network's chain.
        2. The trusted validators were confirmed recently enough.
        3. Its newest header, or with Clique its newest settled one, holds against what is trusted.
        4. Its chain contains the checkpoint, as far as it tells.
        5. The journal's contract and head are proven under that header's state root.
        """
        self._require_chain()  # 1
        trusted = trusted_now(self._network, known)
        require_recent(trusted, now)  # 2
        if self._network.engine == "clique":
            return self._prove_settled(known)
        header = header_of_block(self._rpc.header())
        self._require_no_contradiction(known, header, now)
        steps = reach(trusted, header, lambda number: header_of_block(self._rpc.header(number)))  # 3
        if not steps or (known.accepted is not None and steps[-1].hash == known.accepted.hash):
            return None
        self._require_checkpoint()  # 4
        newest = steps[-1]
        head, proof = self._journal(newest.number, newest.state_root, newest.octets)  # 5
        path = tuple(each.octets for each in steps[:-1])
        return Proven(
            number=newest.number,
            hash=newest.hash,
            time=newest.time,
            head=head,
            validators=newest.validators,
            proof=Proof(proof.header, proof.account, proof.storage, path),
            after=self._after(known),
        )

    def _require_checkpoint(self) -> None:
        """A node that went on upon the side that lost says so itself; who lies about it proves no more than before."""
        number, expected = self._network.checkpoint.number, self._network.checkpoint.hash
        with suppress(SourceError):  # it need not have kept it
            found = header_of_block(self._rpc.header(number)).hash
            if found != expected:
                raise NotAdvancing(f"the node's block {number} is {to_hex(found)}, the checkpoint {to_hex(expected)}")

    def _after(self, known: Known) -> Point | None:
        """The point that the history continues from: the accepted one; none where the node's chain has not got it.

        That is asked only where a newer network file's checkpoint comes after the point: then the file counts. What the
        node says is a reason to ask for the whole history, no more; who sealed its header need not be known.
        """
        point = known.newest
        if point is None or not is_before_checkpoint(self._network, known):
            return point
        with suppress(LedgerError):  # it need not have kept it
            header = header_of_block(self._rpc.header(point.accepted.number))
            if header.number == point.accepted.number and header.hash != point.accepted.hash:
                return None
        return point

    def _require_no_contradiction(self, known: Known, newest: Header, now: int) -> None:
        """Neither its newest header contradicts what was accepted, nor the one it has at the accepted number."""
        headers = [newest]
        accepted = known.accepted
        if accepted is not None and newest.number > accepted.number:
            with suppress(SourceError):  # it need not have kept it
                headers.append(header_of_block(self._rpc.header(accepted.number)))
        for header in headers:
            require_no_contradiction(self._network, known, header, now)

    def history(self, known: Known, proven: Proven) -> Iterable[RawLog]:
        """The journaled logs up to the proven block. A writer added meanwhile has logs too: ask again, with it.

        Raises SourceError, also where all of it takes too long or is too much: a trust pack then gets one there.
        """
        give_up = time.monotonic() + MAX_HISTORY_SECONDS
        first = self._network.from_block if proven.after is None else proven.after.accepted.number + 1
        at = self._network.registries
        writers = known.writers if proven.after else ()  # of a whole history all are found in it, and no others
        addresses = {self._network.journal.address, at.trust, at.credential, at.recognition, *writers}
        while True:
            logs = self._logs(sorted(addresses), first, proven.number, give_up)
            added = self._added_writers(logs) - addresses
            if not added:
                return logs
            addresses |= added
            if len(addresses) > MAX_NEW_WRITERS:
                raise MalformedAnswer(f"the node names more than {MAX_NEW_WRITERS} writers")

    def _require_chain(self) -> None:
        found = self._rpc.chain_id()
        if found != self._network.chain_id:
            raise OtherNetwork(f"the node serves chain {found}, {self._network.name!r} is {self._network.chain_id}")

    def _prove_settled(self, known: Known) -> Proven | None:
        found = settled_by(self._rpc, self._network, known)  # 3
        if found is None:
            return None
        header = found.header
        head, proof = self._journal(header.number, header.state_root, header.octets)  # 5
        return Proven(
            number=header.number,
            hash=header.hash,
            time=header.time,
            head=head,
            validators=header.validators,
            proof=proof,
            after=found.after,
            weight=found.weight,
            tip_weight=found.tip_weight,
        )

    def _journal(self, number: int, state_root: bytes, header: bytes) -> tuple[bytes, Proof]:
        """The journal's head under a state root, and what proves it."""
        journal = self._network.journal
        nodes = proof_nodes(self._rpc.proof(journal.address, journal.slot, number))
        return prove_journal(nodes, state_root, journal), Proof(header, nodes.account, nodes.storage)

    def _added_writers(self, logs: Iterable[RawLog]) -> set[bytes]:
        """Nothing is proven yet: a log that cannot be read adds nobody, and fails with the fold."""
        added = set()
        for log in logs:
            if log.address == self._network.journal.address:
                with suppress(MalformedEvent):
                    event = decode(log)
                    added |= {event.writer} if isinstance(event, WriterAdded) else set()
        return added

    def _logs(self, addresses: list[bytes], first: int, last: int, give_up: float) -> tuple[RawLog, ...]:
        """Fewer blocks at once where the node refuses, more again where it does not."""
        logs: list[RawLog] = []
        blocks, octets = MAX_BLOCKS, 0
        while first <= last:
            end = min(first + blocks - 1, last)
            try:
                found = self._rpc.logs(addresses, first, end)
            except NodeRefused:
                if blocks == 1:
                    raise
                blocks = max(1, blocks // 4)
                continue
            logs += found
            octets += sum(_LOG_OCTETS + len(log.data) for log in found)
            _require_within_limits(octets, give_up)
            first, blocks = end + 1, min(2 * blocks, MAX_BLOCKS)
        return tuple(log for log in logs if log.topic != AUTHORITY_UPDATED)


def _require_within_limits(octets: int, give_up: float) -> None:
    if octets > MAX_HISTORY_OCTETS:
        raise MalformedAnswer(f"the history has more than {MAX_HISTORY_OCTETS} octets: load a trust pack first")
    if time.monotonic() > give_up:
        raise NodeUnavailable(f"the history takes more than {MAX_HISTORY_SECONDS:g} seconds: load a trust pack first")
