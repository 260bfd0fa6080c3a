"""Gives accounts a balance: gas is nearly free on Clique, but not quite."""

from __future__ import annotations

import time
from collections.abc import Sequence

from eth_account import Account as EthAccount

from ledger import Account, Fees, Rpc
from scripts.hosts.problems import HostProblem

PORTION = 10**24
_TRANSFER_GAS = 21_000
_SECONDS = 180


def pour(url: str, faucet: Account, addresses: Sequence[bytes], fees: Fees) -> None:
    """Sends a portion to each and waits until all have it. Raises HostProblem, SourceError."""
    with Rpc(url) as rpc:
        chain_id, nonce = rpc.chain_id(), rpc.nonce(faucet.address, "pending")
        for offset, address in enumerate(addresses):
            transfer = {
                "type": 2,
                "chainId": chain_id,
                "nonce": nonce + offset,
                "to": address,
                "value": PORTION,
                "gas": _TRANSFER_GAS,
                "maxFeePerGas": fees.max_fee_per_gas,
                "maxPriorityFeePerGas": fees.max_priority_fee_per_gas,
            }
            signed = EthAccount.sign_transaction(transfer, faucet.secret)
            rpc.call("eth_sendRawTransaction", "0x" + bytes(signed.raw_transaction).hex())
        _wait(rpc, faucet.address, nonce + len(addresses))


def _wait(rpc: Rpc, address: bytes, nonce: int) -> None:
    give_up = time.monotonic() + _SECONDS
    while rpc.nonce(address) < nonce:
        if time.monotonic() > give_up:
            raise HostProblem(f"the transfers were in no block within {_SECONDS} seconds: does the network go on?")
        time.sleep(0.1)
