"""What a hostile or broken node can answer, over real HTTP; each with the errors that it must end in.

A liar is set up on a `Door` in front of a real node. Nothing here knows how a replica works.
"""

from __future__ import annotations

import copy
import json
import socket
import struct
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from typing import Any

from eth_keys.datatypes import PrivateKey

from ledger.errors import (
    HeaderNotSealed,
    JournalMismatch,
    LedgerError,
    MalformedAnswer,
    NodeRefused,
    NodeUnavailable,
    NotAdvancing,
    NotProven,
    OtherNetwork,
    ProofRefused,
)
from ledger.headers import Extra, header_from_json, parse_extra, seal
from ledger.journal import AUTHORITY_UPDATED
from tests.ledger.door import Door, Lie, Rude
from tests.servers import reply

NOT_JOURNALED = ["0x" + AUTHORITY_UPDATED.hex()]
THIEF = PrivateKey(b"\x07" * 32)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a liar gets what is true, but of another time or network."""

    old_block: Mapping[str, Any]
    """An earlier header of the right chain."""
    other: Callable[[str, list[Any]], Any]
    """Asks a node of another network, with the same chain id and the same contracts' addresses."""


@dataclass(frozen=True, slots=True)
class Liar:
    set_up: Callable[[Door, Elsewhere], None]
    errors: tuple[type[LedgerError], ...]
    hangs: bool = False
    """Whether it can be left only by a reader whose patience is at an end."""


def altered(data: str) -> str:
    """The same hexadecimal text with its last digit changed."""
    return data[:-1] + ("0" if data[-1] != "0" else "1")


def lie_about(method: str, change: Callable[[Any], Any]) -> Lie:
    def lie(asked: str, params: list[Any], result: Any) -> Any:
        return change(copy.deepcopy(result)) if asked == method and result else result

    return lie


def about_logs(change: Callable[[Any], Any]) -> Lie:
    """About the journaled ones; what contracts log of their own administration is no part of the history."""
    return lie_about("eth_getLogs", lambda found: change([each for each in found if each["topics"] != NOT_JOURNALED]))


def about_header(change: Callable[[Any], Any]) -> Lie:
    return lie_about("eth_getBlockByNumber", change)


def reseal(block: dict[str, Any], key: PrivateKey, **changes: Any) -> dict[str, Any]:
    """The block with `changes`, sealed by another key, with a hash that fits."""
    sealed = seal(replace(header_from_json(block), **changes), (key,))
    return {**block, "extraData": "0x" + sealed.extra_data.hex(), "hash": "0x" + sealed.hash.hex()}


def forged(block: dict[str, Any]) -> dict[str, Any]:
    """A header that names the thief as its validator, sealed by the thief."""
    extra = Extra(bytes(32), (THIEF.public_key.to_canonical_address(),), (), 0, ()).encode()
    return reseal(block, THIEF, extra_data=extra)


def unsealed(block: dict[str, Any]) -> dict[str, Any]:
    extra = parse_extra(bytes.fromhex(block["extraData"][2:]))
    return {**block, "extraData": "0x" + replace(extra, seals=()).encode().hex()}


LOGS_OF_NO_HISTORY: dict[str, Callable[[Any], Any]] = {
    "one dropped": lambda found: found[:-1],
    "the first dropped": lambda found: found[1:],
    "all dropped": lambda found: [],
    "two exchanged": lambda found: [found[1], found[0], *found[2:]],
    "all reversed": lambda found: found[::-1],
    "one repeated": lambda found: [*found, found[-1]],
    "the first repeated": lambda found: [found[0], *found],
    "all repeated": lambda found: found + found,
    "data altered": lambda found: [{**found[0], "data": altered(found[0]["data"])}, *found[1:]],
    "data cut": lambda found: [{**found[0], "data": found[0]["data"][:-2]}, *found[1:]],
    "data of another": lambda found: [{**found[0], "data": found[1]["data"]}, *found[1:]],
    "topic altered": lambda found: [{**found[0], "topics": [altered(found[0]["topics"][0])]}, *found[1:]],
    "address altered": lambda found: [{**found[0], "address": "0x" + "11" * 20}, *found[1:]],
    "one invented": lambda found: [*found, {**found[0], "topics": ["0x" + "77" * 32]}],
    "one inserted": lambda found: [found[0], {**found[0], "data": found[1]["data"]}, *found[1:]],
}

NO_LOGS: dict[str, Callable[[Any], Any]] = {
    "no list": lambda found: {},
    "no object": lambda found: [1],
    "indexed": lambda found: [{**found[0], "topics": found[0]["topics"] * 2}, *found[1:]],
    "indexed more": lambda found: [*found, {**found[0], "topics": found[0]["topics"] * 4}],
    "no topics": lambda found: [{**found[0], "topics": []}, *found[1:]],
    "data that is no data": lambda found: [{**found[0], "data": "0xzz"}, *found[1:]],
    "an address too long": lambda found: [{**found[0], "address": "0x" + "11" * 21}, *found[1:]],
}


def telling(lie: Lie) -> Callable[[Door, Elsewhere], None]:
    def set_up(door: Door, _: Elsewhere) -> None:
        door.lie = lie

    return set_up


def behaving(rude: Rude) -> Callable[[Door, Elsewhere], None]:
    def set_up(door: Door, _: Elsewhere) -> None:
        door.rude = rude

    return set_up


def old_head(door: Door, elsewhere: Elsewhere) -> None:
    door.lie = about_header(lambda _: dict(elsewhere.old_block))


def other_network(*methods: str) -> Callable[[Door, Elsewhere], None]:
    """Answers these methods, or all, with what is true in another network."""

    def set_up(door: Door, elsewhere: Elsewhere) -> None:
        def lie(method: str, params: list[Any], result: Any) -> Any:
            if methods and method not in methods:
                return result
            if method == "eth_getProof":
                params = [*params[:2], "latest"]
            return elsewhere.other(method, params)

        door.lie = lie

    return set_up


def refusing(code: int, message: str) -> Rude:
    def rude(handler: BaseHTTPRequestHandler, true: bytes) -> None:
        asked = json.loads(true)["id"]
        reply(
            handler, json.dumps({"jsonrpc": "2.0", "id": asked, "error": {"code": code, "message": message}}).encode()
        )

    return rude


def without_end(handler: BaseHTTPRequestHandler, true: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(true[:-1])
    while True:
        handler.wfile.write(b" " * 65536)


def drip(handler: BaseHTTPRequestHandler, true: bytes) -> None:
    """One octet now and then: each read is in time, the whole never ends."""
    handler.send_response(200)
    handler.send_header("content-length", "1000000")
    handler.end_headers()
    while True:
        handler.wfile.write(b" ")
        time.sleep(0.05)


def silence(handler: BaseHTTPRequestHandler, true: bytes) -> None:
    """Takes the question and never answers, until the asker leaves."""
    handler.connection.settimeout(60)
    with suppress(OSError):
        handler.connection.recv(1)


def reset(handler: BaseHTTPRequestHandler, true: bytes) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def cut_short(handler: BaseHTTPRequestHandler, true: bytes) -> None:
    handler.send_response(200)
    handler.send_header("content-length", str(len(true)))
    handler.end_headers()
    handler.wfile.write(true[: len(true) // 2])


LIARS: dict[str, Liar] = {
    **{f"logs: {name}": Liar(telling(about_logs(lie)), (JournalMismatch,)) for name, lie in LOGS_OF_NO_HISTORY.items()},
    **{f"logs: {name}": Liar(telling(about_logs(lie)), (MalformedAnswer,)) for name, lie in NO_LOGS.items()},
    "logs of another network": Liar(other_network("eth_getLogs"), (JournalMismatch,)),
    "old head": Liar(old_head, (NotAdvancing,)),
    "header forged": Liar(telling(about_header(forged)), (NotProven,)),
    "header sealed by a thief": Liar(telling(about_header(lambda block: reseal(block, THIEF))), (HeaderNotSealed,)),
    "header unsealed": Liar(telling(about_header(unsealed)), (HeaderNotSealed,)),
    "header of another number": Liar(
        telling(about_header(lambda block: {**block, "number": hex(int(block["number"], 16) + 1)})), (HeaderNotSealed,)
    ),
    "header of another state": Liar(
        telling(about_header(lambda block: {**block, "stateRoot": altered(block["stateRoot"])})), (HeaderNotSealed,)
    ),
    "header of tomorrow": Liar(
        telling(about_header(lambda block: {**block, "timestamp": hex(int(block["timestamp"], 16) + 86400)})),
        (HeaderNotSealed,),
    ),
    "header of another network": Liar(other_network("eth_getBlockByNumber"), (NotProven,)),
    "no header": Liar(telling(lie_about("eth_getBlockByNumber", lambda _: [])), (MalformedAnswer,)),
    "proof of another network": Liar(other_network("eth_getProof"), (ProofRefused,)),
    "proof altered": Liar(
        telling(
            lie_about("eth_getProof", lambda p: {**p, "accountProof": [altered(each) for each in p["accountProof"]]})
        ),
        (ProofRefused,),
    ),
    "proof cut": Liar(
        telling(lie_about("eth_getProof", lambda p: {**p, "accountProof": p["accountProof"][:-1]})), (ProofRefused,)
    ),
    "no proof": Liar(telling(lie_about("eth_getProof", lambda _: {})), (ProofRefused,)),
    "everything of another network": Liar(other_network(), (NotProven,)),
    "another chain": Liar(telling(lie_about("eth_chainId", lambda _: "0x1")), (OtherNetwork,)),
    "garbage": Liar(behaving(lambda handler, true: reply(handler, b"\xff\x00" * 500)), (MalformedAnswer,)),
    "HTML": Liar(behaving(lambda handler, true: reply(handler, b"<html><h1>Welcome</h1></html>")), (MalformedAnswer,)),
    "JSON cut": Liar(behaving(lambda handler, true: reply(handler, true[: len(true) // 2])), (MalformedAnswer,)),
    "octets cut": Liar(behaving(cut_short), (NodeUnavailable,)),
    "not asked": Liar(
        behaving(lambda handler, true: reply(handler, json.dumps({**json.loads(true), "id": 10**9}).encode())),
        (MalformedAnswer,),
    ),
    "said to be packed": Liar(
        behaving(lambda handler, true: reply(handler, b"\x1f\x8b" + true, content_encoding="gzip")), (MalformedAnswer,)
    ),
    "endless": Liar(behaving(without_end), (MalformedAnswer, NodeUnavailable)),
    "dripping": Liar(behaving(drip), (NodeUnavailable,), hangs=True),
    "silent": Liar(behaving(silence), (NodeUnavailable,), hangs=True),
    "reset": Liar(behaving(reset), (NodeUnavailable,)),
    "elsewhere": Liar(
        behaving(lambda handler, true: reply(handler, true, 307, location="http://127.0.0.1:9/")), (NodeUnavailable,)
    ),
    **{
        f"HTTP {status}": Liar(
            behaving(lambda handler, true, status=status: reply(handler, true, status)),  # type: ignore[misc]
            (NodeUnavailable,),
        )
        for status in (404, 429, 500, 503)
    },
    "refusing": Liar(behaving(refusing(-32005, "limit exceeded")), (NodeRefused,)),
    "failing": Liar(behaving(refusing(-32603, "internal error")), (NodeRefused,)),
}
"""By name. `NotProven` itself stands where the rule about validators says which of its kinds it is."""
