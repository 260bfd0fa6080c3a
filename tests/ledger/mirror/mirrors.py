"""A replica of an invented network that learns its history bit by bit, for mirrors to be made of."""

from __future__ import annotations

from pathlib import Path

from bench.invented import STARTS, Invented
from ledger import load_catalogue
from ledger.light_client import header_of_octets
from ledger.replica import Replica
from ledger.replica.update import Proven, Update
from tests.ledger.pack.packs import NOW


def replica_of(world: Invented, path: Path, *sources: str) -> Replica:
    return Replica(path, world.network, load_catalogue(), sources, clock=lambda: NOW)


def learn(replica: Replica, world: Invented, events: int, number: int) -> None:
    """The replica accepts block `number`, with so many events."""
    known = replica.known()
    proof = world.proof(events, number)
    header = header_of_octets(proof.header)
    proven = Proven(
        number=number,
        hash=header.hash,
        time=STARTS + 60 * number,
        head=world.heads[events],
        validators=world.network.checkpoint.validators,
        proof=proof,
        after=known.points[-1] if known.points else None,
    )
    start = known.accepted.events if known.accepted else 0
    assert replica.take(known, Update(proven, world.logs[start:events]), "invented") is not None
