"""Whole networks of one's own keys: sealed headers over real state tries that hold a journal's head, and their logs.

A `Branch` is what one node has; two of them may share their first blocks. `answer` speaks JSON-RPC for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import rlp
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey
from trie.hexary import HexaryTrie

from ledger.headers import MIX_HASH, CliqueHeader, Extra, Header, seal
from ledger.hexadecimal import to_hex
from ledger.journal import RawLog, fold
from ledger.network_file import Checkpoint, NetworkFile
from tests.ledger.light_client.recorded import HEADERS, address
from tests.ledger.replica_samples import NETWORK

START = 1_790_000_000


@dataclass(frozen=True)
class Block:
    header: Header | CliqueHeader
    logs: tuple[RawLog, ...]
    head: bytes

    def as_json(self) -> dict[str, Any]:
        values = self.header
        named = {
            "parentHash": values.parent_hash,
            "sha3Uncles": values.uncles_hash,
            "miner": values.coinbase,
            "stateRoot": values.state_root,
            "transactionsRoot": values.transactions_root,
            "receiptsRoot": values.receipts_root,
            "logsBloom": values.logs_bloom,
            "extraData": values.extra_data,
            "mixHash": values.mix_hash,
            "nonce": values.nonce,
            "hash": values.hash,
        }
        numbers = {
            "difficulty": values.difficulty,
            "number": values.number,
            "gasLimit": values.gas_limit,
            "gasUsed": values.gas_used,
            "timestamp": values.timestamp,
            "baseFeePerGas": values.base_fee_per_gas,
        }
        quantities = {name: hex(value) for name, value in numbers.items() if value is not None}
        return {**{name: to_hex(value) for name, value in named.items()}, **quantities}


@dataclass
class Branch:
    """One node's chain. Block 0 is the checkpoint of `network`."""

    network: NetworkFile
    blocks: list[Block] = field(default_factory=list)

    @property
    def head(self) -> bytes:
        return self.blocks[-1].head

    def fork(self, number: int) -> Branch:
        """Another node, whose chain has the same blocks up to a number."""
        return Branch(self.network, self.blocks[: number + 1])

    def answer(self, method: str, params: list[Any]) -> Any:
        if method == "eth_chainId":
            return hex(self.network.chain_id)
        if method == "eth_blockNumber":
            return hex(len(self.blocks) - 1)
        if method == "eth_getBlockByNumber":
            number = len(self.blocks) - 1 if params[0] == "latest" else int(params[0], 16)
            return self.blocks[number].as_json() if number < len(self.blocks) else None
        if method == "eth_getProof":
            return proof(self.network, self.blocks[int(params[2], 16)].head)
        if method == "eth_getLogs":
            first, last = (int(params[0][name], 16) for name in ("fromBlock", "toBlock"))
            return [_log_json(log) for block in self.blocks[first : last + 1] for log in block.logs]
        raise AssertionError(method)


def qbft(keys: Sequence[PrivateKey]) -> Branch:
    """A QBFT network at its first block."""
    network = replace(NETWORK, engine="qbft", from_block=0)
    extra = Extra(bytes(32), tuple(map(address, keys)), (), 0, ()).encode()
    header = _header(Header, network, network.first_head, None, extra)
    return _founded(network, header, tuple(map(address, keys)))


def grow(
    branch: Branch, keys: Sequence[PrivateKey], *logs: RawLog, sealers: Sequence[PrivateKey] = (), gas_used: int = 0
) -> None:
    """One more QBFT block that names `keys` as the validators; all of them seal it, or `sealers`."""
    head, parent = fold(branch.head, logs), branch.blocks[-1].header
    extra = Extra(bytes(32), tuple(map(address, keys)), (), 0, ()).encode()
    header = _header(Header, branch.network, head, parent, extra)
    assert isinstance(header, Header)
    sealed = seal(replace(header, gas_used=gas_used), tuple(sealers or keys))
    branch.blocks.append(Block(sealed, logs, head))


def clique(keys: Sequence[PrivateKey]) -> Branch:
    """A Clique network at its first block."""
    network = replace(NETWORK, engine="clique", from_block=0)
    addresses = tuple(sorted(map(address, keys)))
    header = _header(CliqueHeader, network, network.first_head, None, bytes(32) + b"".join(addresses) + bytes(65))
    return _founded(network, header, addresses)


def sign(branch: Branch, keys: Sequence[PrivateKey], signer: int, *logs: RawLog) -> None:
    """One more Clique block, by signer number `signer` in the order of the addresses."""
    ordered = sorted(keys, key=address)
    head, parent = fold(branch.head, logs), branch.blocks[-1].header
    header = _header(CliqueHeader, branch.network, head, parent, bytes(32 + 65))
    assert isinstance(header, CliqueHeader)
    header = replace(header, difficulty=2 if header.number % len(ordered) == signer else 1)
    signature = ordered[signer].sign_msg_hash(header.seal_digest).to_bytes()
    branch.blocks.append(Block(replace(header, extra_data=bytes(32) + signature), logs, head))


def sign_in_turn(branch: Branch, keys: Sequence[PrivateKey], count: int) -> None:
    for _ in range(count):
        sign(branch, keys, len(branch.blocks) % len(keys))


def proof(network: NetworkFile, head: bytes) -> dict[str, Any]:
    """The `eth_getProof` answer for the journal's head."""
    state, storage = _state(network, head)
    slot = keccak(network.journal.slot.to_bytes(32, "big"))
    return {
        "accountProof": _nodes(state, keccak(network.journal.address)),
        "storageProof": [{"key": to_hex(slot), "value": to_hex(head), "proof": _nodes(storage, slot)}],
    }


def _founded(network: NetworkFile, header: Header | CliqueHeader, validators: tuple[bytes, ...]) -> Branch:
    checkpoint = Checkpoint(0, header.hash, header.timestamp, validators)
    made = replace(network, checkpoint=checkpoint)
    return Branch(made, [Block(header, (), made.first_head)])


def _header(
    kind: type[Header] | type[CliqueHeader],
    network: NetworkFile,
    head: bytes,
    parent: Header | CliqueHeader | None,
    extra_data: bytes,
) -> Header | CliqueHeader:
    values = {name: getattr(HEADERS[7], name) for name in kind.__dataclass_fields__}
    number = parent.number + 1 if parent else 0
    values |= {
        "parent_hash": parent.hash if parent else bytes(32),
        "state_root": _state(network, head)[0].root_hash,
        "number": number,
        "timestamp": START + number,
        "extra_data": extra_data,
        "mix_hash": MIX_HASH if kind is Header else bytes(32),
        "difficulty": 1,
    }
    return kind(**values)


def _state(network: NetworkFile, head: bytes) -> tuple[HexaryTrie, HexaryTrie]:
    """A state of two accounts, the journal's among them, and the journal's storage of two slots."""
    storage = HexaryTrie({})
    storage[keccak(network.journal.slot.to_bytes(32, "big"))] = rlp.encode(head.lstrip(b"\0"))
    storage[keccak(bytes(32))] = rlp.encode(b"another slot")
    state = HexaryTrie({})
    account = [b"\1", b"", storage.root_hash, network.journal.code_hash]
    state[keccak(network.journal.address)] = rlp.encode(account)
    state[keccak(b"\x77" * 20)] = rlp.encode([b"", b"\1", bytes(32), bytes(32)])
    return state, storage


def _nodes(trie: HexaryTrie, key: bytes) -> list[str]:
    return [to_hex(rlp.encode(node)) for node in trie.get_proof(key)]


def _log_json(log: RawLog) -> dict[str, Any]:
    return {"address": to_hex(log.address), "topics": [to_hex(log.topic)], "data": to_hex(log.data)}
