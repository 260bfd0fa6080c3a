"""The files of a Besu network: genesis, permissions, and for each node its configuration and its peers.

A function of the description and nothing else: the same description gives the same octets, which operators compare.
"""

from __future__ import annotations

import json
from typing import Any

from deploy.besu.description import Description, Node
from ledger import qbft_genesis_header

CONFIGURATION = "/etc/besu"
DATA = "/var/lib/besu"
"""Where the files lie on a node's host."""

_MAX_LOGS_BLOCKS = 10_000
"""As many blocks as a replica asks for at once."""


def files_of(description: Description) -> dict[str, str]:
    """Every file's text by its path. What is for one node only lies in a folder of the node's name."""
    files = {
        "genesis.json": _json(genesis(description)),
        "checkpoint.json": _json(checkpoint(description)),
        "permissions-nodes.toml": _allowlist("nodes", [each.enode for each in description.nodes]),
        "permissions-accounts.toml": _allowlist("accounts", [each.address for each in description.members]),
    }
    for node in description.nodes:
        peers = [each.enode for each in description.nodes if each != node]
        files[f"{node.name}/static-nodes.json"] = _json(peers)
        files[f"{node.name}/config.toml"] = _configuration(description, node)
    return files


def genesis(description: Description) -> dict[str, Any]:
    """Besu's genesis file: QBFT, the founders named by the block header (no contract), no gas price for ever.

    Nodes that came or left since are none of its business: another genesis is another network.
    """
    header = qbft_genesis_header(description.founding_addresses, description.genesis_time, description.gas_limit)
    return {
        "config": {
            "chainId": description.chain_id,
            "berlinBlock": 0,
            "londonBlock": 0,
            "zeroBaseFee": True,
            "qbft": {
                "blockperiodseconds": description.block_period_seconds,
                "epochlength": description.epoch_blocks,
                "requesttimeoutseconds": description.request_timeout_seconds,
            },
        },
        "nonce": hex(0),
        "timestamp": hex(header.timestamp),
        "gasLimit": hex(header.gas_limit),
        "baseFeePerGas": hex(0),
        "difficulty": hex(header.difficulty),
        "mixHash": _hex(header.mix_hash),
        "coinbase": _hex(header.coinbase),
        "extraData": _hex(header.extra_data),
        "alloc": {},
    }


def checkpoint(description: Description) -> dict[str, Any]:
    """Block 0 as a network file's `checkpoint`: what every node must report, and a window may begin with."""
    header = qbft_genesis_header(description.founding_addresses, description.genesis_time, description.gas_limit)
    return {
        "number": 0,
        "hash": _hex(header.hash),
        "time": header.timestamp,
        "validators": [_hex(address) for address in description.founding_addresses],
    }


def _allowlist(of: str, values: list[str]) -> str:
    listed = "".join(f"  {json.dumps(each)},\n" for each in values)
    return f"{of}-allowlist = [\n{listed}]\n"


def _configuration(description: Description, node: Node) -> str:
    sections: dict[str, dict[str, Any]] = {
        f"{node.name} of {description.name}: made from the description, which is the place to change it": {
            "identity": node.name,
            "data-path": DATA,
            "node-private-key-file": f"{CONFIGURATION}/key",
        },
        "The chain: every block checked, every state kept, so that each can be proven": {
            "genesis-file": f"{CONFIGURATION}/genesis.json",
            "sync-mode": "FULL",
            "data-storage-format": "FOREST",
            "min-gas-price": 0,
        },
        "Peers: only those that are listed": {
            "p2p-host": str(node.host),
            "p2p-port": node.port,
            "nat-method": "NONE",
            "discovery-enabled": False,
            "static-nodes-file": f"{CONFIGURATION}/static-nodes.json",
            "permissions-nodes-config-file-enabled": True,
            "permissions-nodes-config-file": f"{CONFIGURATION}/permissions-nodes.toml",
        },
        "Accounts: only those that are listed": {
            "permissions-accounts-config-file-enabled": True,
            "permissions-accounts-config-file": f"{CONFIGURATION}/permissions-accounts.toml",
        },
        "JSON-RPC, for this host alone: what faces others is a mirror or a proxy without the QBFT methods": {
            "rpc-http-enabled": True,
            "rpc-http-host": "127.0.0.1",
            "rpc-http-port": 8545,
            "rpc-http-api": ["ETH", "NET", "WEB3", "QBFT"],
            "host-allowlist": ["localhost", "127.0.0.1"],
            "rpc-max-logs-range": _MAX_LOGS_BLOCKS,
        },
    }
    return "\n".join(
        f"# {title}\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
        for title, settings in sections.items()
    )


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
