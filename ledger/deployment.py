"""Puts the council's AccessManager, the journal and the registries on a chain and writes the network file.

All transactions are sent at once: contracts' addresses follow from the sender's nonce, so none waits for another.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import rlp
from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger.abi import encode_call
from ledger.accounts import Account, Fees
from ledger.administration import TIMEOUT_SECONDS, Administration
from ledger.artifacts import artifact
from ledger.calls import Call
from ledger.checkpoints import checkpoint_of, find_checkpoint, require_engine
from ledger.errors import MalformedAnswer
from ledger.hexadecimal import octets, to_hex
from ledger.light_client import SealedHeader
from ledger.network_file import Engine, JournalAt, NetworkFile, RegistriesAt
from ledger.proofs import proof_nodes, prove_journal
from ledger.rpc import Rpc

HEAD_SLOT = int.from_bytes(keccak(b"yinxin/journal/1/head"), "big")
_WRITER_GAS = 200_000
_CREATION_GAS = 300_000
_CREATION_GAS_PER_OCTET = 300
"""200 for a stored octet of code, 16 for each octet sent, and the constructor's own."""


@dataclass(frozen=True, slots=True)
class _Addresses:
    manager: bytes
    journal: bytes
    trust: bytes
    credential: bytes
    recognition: bytes

    @classmethod
    def after(cls, sender: bytes, nonce: int) -> _Addresses:
        """Where the next five contracts of `sender` will be."""
        return cls(*(keccak(rlp.encode([sender, nonce + offset]))[12:] for offset in range(5)))


def deploy(
    rpc_url: str,
    council: Account,
    name: str,
    *,
    engine: Engine = "embedded",
    fees: Fees = Fees(),  # noqa: B008 - frozen
    on_final: Callable[[Call], None] = lambda call: None,
) -> NetworkFile:
    """A new network on the chain behind `rpc_url`, `council` its AccessManager's admin. Raises LedgerError.

    Nothing is sent where the node's newest block is another engine's (OtherEngine) or gas costs more than is offered
    (FeeTooLow).

    The checkpoint is a block after the deployment, its validators those that it names (Clique: that the genesis
    names): whoever deploys trusts their own node here.
    """
    network_id = os.urandom(32)
    with Rpc(rpc_url) as rpc, Administration(rpc_url, council, fees=fees) as administration:
        chain_id = rpc.chain_id()
        require_engine(rpc, engine)
        addresses = _Addresses.after(council.address, rpc.nonce(council.address, "pending"))
        receipts = administration.send_all(_calls(addresses, council, network_id), on_final)
        transactions = [receipt.transaction for receipt in receipts]
        header, from_block = find_checkpoint(rpc, engine, transactions, TIMEOUT_SECONDS)
        network = NetworkFile(
            name=name,
            network_id=network_id,
            engine=engine,
            chain_id=chain_id,
            checkpoint=checkpoint_of(header),
            journal=JournalAt(addresses.journal, keccak(_code(rpc, addresses.journal)), HEAD_SLOT),
            registries=RegistriesAt(addresses.trust, addresses.credential, addresses.recognition),
            from_block=from_block,
        )
        _require_readable(rpc, network, header)
    return network


def _calls(at: _Addresses, council: Account, network_id: bytes) -> list[Call]:
    writers = (at.trust, at.credential, at.recognition)
    return [
        _creation("AccessManager", ("address", council.address)),
        _creation("Journal", ("address", at.manager), ("bytes32", network_id)),
        _creation("TrustRegistry", ("address", at.manager), ("address", at.journal)),
        _creation("CredentialRegistry", ("address", at.journal), ("address", at.trust)),
        _creation("RecognitionRegistry", ("address", at.journal), ("address", at.trust)),
        *(_add_writer(at.journal, writer) for writer in writers),
    ]


def _creation(name: str, *arguments: tuple[str, bytes]) -> Call:
    data = artifact(name).bytecode + encode([kind for kind, _ in arguments], [value for _, value in arguments])
    return Call(None, data, _CREATION_GAS + _CREATION_GAS_PER_OCTET * len(data), f"create {name}")


def _add_writer(journal: bytes, writer: bytes) -> Call:
    data = encode_call("addWriter(address)", writer)
    return Call(journal, data, _WRITER_GAS, f"let {to_hex(writer)} append to the journal")


def _code(rpc: Rpc, address: bytes) -> bytes:
    try:
        return octets(rpc.call("eth_getCode", to_hex(address), "latest"))
    except ValueError as e:
        raise MalformedAnswer(f"eth_getCode: {e}") from e


def _require_readable(rpc: Rpc, network: NetworkFile, header: SealedHeader) -> None:
    """The journal's head is where the file says, under the checkpoint: better found now than at a window."""
    answer = rpc.proof(network.journal.address, network.journal.slot, header.number)
    prove_journal(proof_nodes(answer), header.state_root, network.journal)
