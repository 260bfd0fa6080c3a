"""A network that is on no chain, every kind of event of its registries, and a replica's file that takes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from credential import SigningKey
from ledger import events
from ledger.abi import types_of
from ledger.events import Event
from ledger.journal import RawLog, fold
from ledger.network_file import parse_network_file
from ledger.replica.store import Store
from ledger.replica.update import Accepted, Known, Proof, Proven, Update

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "network-files.json"
NETWORK = parse_network_file(json.dumps(json.loads(VECTORS.read_text())["file"]).encode())
KEY = SigningKey.from_secret(b"\x01" * 32)
ACCOUNT = "0x" + "aa" * 20


def log(address: bytes, event: type[Event], *values: Any) -> RawLog:
    return RawLog(address, keccak(event.SIGNATURE.encode()), encode(types_of(event.SIGNATURE), values))


TRUST, CREDENTIAL = NETWORK.registries.trust, NETWORK.registries.credential
HISTORY = [
    log(TRUST, events.RegionAdmitted, 1, 310000, "上海市", ACCOUNT),
    log(TRUST, events.AuthorityRegistered, 2, 1, 310000, "11310000MB2F30750G", "局", "https://a.example"),
    log(TRUST, events.AuthorityUrlAdded, 3, 1, "https://b.example"),
    log(TRUST, events.OperatorAdded, 3, 1, ACCOUNT),
    log(TRUST, events.KeyAdded, 4, 1, KEY.kid, 1, 1, KEY.public_key.octets, 0, 0),
    log(TRUST, events.KeyAdded, 4, 1, b"\x05" * 32, 1, 1, KEY.public_key.octets, 0, 0),
    log(TRUST, events.KeyAdded, 4, 1, b"\x06" * 32, 1, 1, b"\x01" * 64, 0, 0),
    log(TRUST, events.KeyAdded, 4, 1, b"\x07" * 32, 1, 9, b"another suite", 0, 0),
    log(CREDENTIAL, events.BatchAnchored, 5, 1, 0, 0, 64, bytes(32), KEY.kid, ACCOUNT),
    log(CREDENTIAL, events.StatusChanged, 6, 1, 3, 0, 2, 16, 6, 0, ACCOUNT),
    log(TRUST, events.KeyRevoked, 7, KEY.kid, 6),
    log(TRUST, events.OperatorRevoked, 7, 1, ACCOUNT, 4),
    log(TRUST, events.RegionAdministratorChanged, 8, 310000, "0x" + "bb" * 20),
    log(TRUST, events.AuthorityDissolved, 9, 1),
]


def after(before: Accepted | None, logs: list[RawLog]) -> Accepted:
    number, head, count = (before.number, before.head, before.events) if before else (0, NETWORK.first_head, 0)
    return Accepted(number + 1, bytes([number + 1]) * 32, 1000 + number, fold(head, logs), count + len(logs))


def proven_after(known: Known, logs: list[RawLog]) -> Proven:
    found = after(known.accepted, logs)
    proof, point = Proof(b"", (), ()), known.points[-1] if known.points else None
    return Proven(found.number, found.hash, found.time, found.head, NETWORK.checkpoint.validators, proof, point)


def accept(store: Store, logs: list[RawLog], known: Known | None = None) -> int | None:
    """Takes the logs as the next proven block's."""
    known = known or store.known()
    return store.accept(known, Update(proven_after(known, logs), logs), now=0)
