#!/usr/bin/env python3
"""Writes vectors/council.json, with ABI, keccak-256 and EIP-712 of its own; with --check, only says if it would change.

Run from the checkout with the project's Python: `python spec/generate_council.py [--check]`. Values are invented.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from eth_keys.datatypes import PrivateKey

SPEC = Path(__file__).resolve().parent
sys.path.insert(0, str(SPEC))

from sealing import digest, hexed  # noqa: E402
from vector_files import bring_up  # noqa: E402

TARGET = SPEC / "vectors" / "council.json"
SAFE, MANAGER, DUE_ACTS, TRUST, JOURNAL = (bytes([value]) * 20 for value in (0xC1, 0xC2, 0xC3, 0xA2, 0xA1))
SOMEBODY, ANOTHER = b"\xb1" * 20, b"\xb2" * 20
CHAIN_ID = 20260
MEMBER = hashlib.sha256(b"example member").digest()


def word(value: int | bytes) -> bytes:
    """A number or an address as 32 octets, right aligned."""
    return value.to_bytes(32, "big") if isinstance(value, int) else value.rjust(32, b"\0")


def tail(octets: bytes) -> bytes:
    """The length and the octets, padded to whole words."""
    return word(len(octets)) + octets + bytes(-len(octets) % 32)


def call(signature: str, *parts: int | bytes, dynamic: tuple[int, ...] = ()) -> bytes:
    """A function's call; the arguments at the places `dynamic` are octets that go behind the others."""
    head, behind = b"", b""
    for place, part in enumerate(parts):
        if place in dynamic:
            assert isinstance(part, bytes)
            head += word(32 * len(parts) + len(behind))
            behind += tail(part)
        else:
            head += word(part)
    return digest(signature.encode())[:4] + head + behind


def several(calls: list[bytes]) -> bytes:
    offsets, behind = b"", b""
    for each in calls:
        offsets += word(32 * len(calls) + len(behind))
        behind += tail(each)
    return digest(b"multicall(bytes[])")[:4] + word(32) + word(len(calls)) + offsets + behind


def schedule(target: bytes, data: bytes, when: int = 0) -> bytes:
    return call("schedule(address,bytes,uint48)", target, data, when, dynamic=(1,))


def execute(target: bytes, data: bytes) -> bytes:
    return call("execute(address,bytes)", target, data, dynamic=(1,))


def council_file() -> dict[str, Any]:
    return {
        "format": "yinxin-council/1",
        "name": "示例网 example network",
        "network": "0x8cb56d3ef021d6333f9742314d3a46cfc961b2b19234d141913802d817c779f4",
        "chain_id": CHAIN_ID,
        "safe": hexed(SAFE),
        "manager": hexed(MANAGER),
        "due_acts": hexed(DUE_ACTS),
        "trust": hexed(TRUST),
        "journal": hexed(JOURNAL),
        "from_block": 1,
    }


def proposal(nonce: int, to: bytes, data: bytes) -> dict[str, Any]:
    made: dict[str, Any] = {"format": "yinxin-proposal/1", "chain_id": CHAIN_ID, "safe": hexed(SAFE), "nonce": nonce}
    return {**made, "to": hexed(to), "data": hexed(data)}


def signed_digest(nonce: int, to: bytes, data: bytes) -> bytes:
    """EIP-712 of a Safe's transaction: no value, a call, no gas refund."""
    domain = digest(digest(b"EIP712Domain(uint256 chainId,address verifyingContract)") + word(CHAIN_ID) + word(SAFE))
    kind = digest(
        b"SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,"
        b"uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)"
    )
    words = [kind, word(to), word(0), digest(data), *[word(0)] * 6, word(nonce)]
    return digest(b"\x19\x01" + domain + digest(b"".join(words)))


def signature(signed: bytes) -> dict[str, str]:
    key = PrivateKey(MEMBER)
    octets = key.sign_msg_hash(signed).to_bytes()
    member = key.public_key.to_canonical_address()
    made = {"format": "yinxin-signature/1", "digest": hexed(signed), "member": hexed(member)}
    return {**made, "signature": hexed(octets[:64] + bytes([octets[64] + 27]))}


def acts() -> list[tuple[bytes, bytes, list[dict[str, Any]]]]:
    """Where to, what, and what is to be said of it: whether it waits, the contract, the function, the arguments."""
    name, digest_ = "上海市".encode(), hashlib.sha256(b"example metadata").digest()
    admit = call("admitRegion(uint32,string,address)", 310000, name, SOMEBODY, dynamic=(1,))
    code = b"11100000MB0123456Y001"
    register = call("registerType(uint32,string,uint16,bytes32)", 7, code, 2, digest_, dynamic=(1,))
    writer = call("addWriter(address)", SOMEBODY)
    grants = [call("grantRole(uint64,address,uint32)", role, SAFE, 86_400) for role in (0, 2)]
    swap = call("swapOwner(address,address,address)", 1, SOMEBODY, ANOTHER)
    admitted = said(False, "trust", "admitRegion", 310000, "上海市", hexed(SOMEBODY))
    registered = said(True, "trust", "registerType", 7, code.decode(), 2, hexed(digest_))
    granted = [said(True, "manager", "grantRole", role, hexed(SAFE), 86_400) for role in (0, 2)]
    return [
        (MANAGER, execute(TRUST, admit), [admitted]),
        (MANAGER, schedule(TRUST, register), [registered]),
        (MANAGER, schedule(JOURNAL, writer), [said(True, "journal", "addWriter", hexed(SOMEBODY))]),
        (MANAGER, several([schedule(MANAGER, each) for each in grants]), granted),
        (MANAGER, several([execute(TRUST, admit), schedule(TRUST, register)]), [admitted, registered]),
        (SAFE, swap, [said(False, "safe", "swapOwner", "0x" + "00" * 19 + "01", hexed(SOMEBODY), hexed(ANOTHER))]),
    ]


def said(delayed: bool, place: str, function: str, *values: object) -> dict[str, Any]:
    return {"delayed": delayed, "contract": place, "function": function, "arguments": list(values)}


def unspeakable() -> list[dict[str, Any]]:
    """Calls that a program must not show as if it understood them."""
    writer = call("addWriter(address)", SOMEBODY)
    admit = call("admitRegion(uint32,string,address)", 310000, "上海\u202e市".encode(), SOMEBODY, dynamic=(1,))
    high = writer[:4] + b"\x01" + writer[5:]
    threshold = call("changeThreshold(uint256)", 1)
    cases = [
        ("a contract that is not the council's", MANAGER, schedule(SOMEBODY, writer)),
        ("past the manager", JOURNAL, writer),
        ("a function that is not known", MANAGER, schedule(JOURNAL, call("enableModule(address)", SOMEBODY))),
        ("a module for the Safe", SAFE, call("enableModule(address)", SOMEBODY)),
        ("a guard for the Safe", SAFE, call("setGuard(address)", SOMEBODY)),
        ("the Safe through the manager", MANAGER, execute(SAFE, threshold)),
        ("octets behind the arguments", MANAGER, schedule(JOURNAL, writer + b"\0")),
        ("octets behind the call", SAFE, threshold + bytes(32)),
        ("an address with high octets", MANAGER, schedule(JOURNAL, high)),
        ("arguments cut short", MANAGER, schedule(JOURNAL, writer[:-1])),
        ("a text that turns around", MANAGER, execute(TRUST, admit)),
        ("a time of its own", MANAGER, schedule(JOURNAL, writer, 2_000_000_000)),
        ("no acts", MANAGER, several([])),
        ("twenty-one acts", MANAGER, several([schedule(JOURNAL, writer)] * 21)),
        ("several within several", MANAGER, several([several([schedule(JOURNAL, writer)])])),
        ("nothing", MANAGER, b""),
    ]
    return [{"why": why, "proposal": proposal(1, to, data)} for why, to, data in cases]


def refused() -> list[dict[str, Any]]:
    """Documents that are no proposals."""
    good = proposal(1, SAFE, b"\1")
    changes: list[tuple[str, dict[str, Any]]] = [
        ("a later format", {"format": "yinxin-proposal/2"}),
        ("a member more", {"words": "harmless"}),
        ("a text for a number", {"nonce": "1"}),
        ("a number below 0", {"nonce": -1}),
        ("upper case", {"safe": "0x" + "C1" * 20}),
        ("an address too short", {"safe": "0x" + "c1" * 19}),
        ("half an octet", {"data": "0x1"}),
    ]
    cases = [{"why": why, "file": {**good, **change}} for why, change in changes]
    return [*cases, {"why": "a member less", "file": {key: good[key] for key in good if key != "to"}}]


def vectors() -> dict[str, Any]:
    file = council_file()
    canonical = json.dumps(file, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    proposals = []
    for nonce, (to, data, intended) in enumerate(acts()):
        signed = signed_digest(nonce, to, data)
        made = {"proposal": proposal(nonce, to, data), "acts": intended, "digest": hexed(signed)}
        proposals.append({**made, "signature": signature(signed)})
    return {
        "council": file,
        "fingerprint": hashlib.sha256(canonical).hexdigest(),
        "member_secret": hexed(MEMBER),
        "proposals": proposals,
        "unspeakable": unspeakable(),
        "refused": refused(),
    }


if __name__ == "__main__":
    sys.exit(bring_up({TARGET.name: vectors}))
