"""Before the first block: the hosts' keys, the accounts that act, and Clique's genesis file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from eth_account import Account as EthAccount
from eth_keys.datatypes import PrivateKey

from ledger import Account, load_account, save_account

PROVINCES = (
    (310000, "上海市"),
    (340000, "安徽省"),
    (440000, "广东省"),
    (510000, "四川省"),
    (330000, "浙江省"),
    (320000, "江苏省"),
    (110000, "北京市"),
)
"""GB/T 2260 code and name, in the hosts' order."""

MAX_HOSTS = len(PROVINCES)
GAS_LIMIT = 30_000_000
BASE_FEE = 7
"""Wei. It falls no lower under EIP-1559, and rises by 1 with a block that is more than half full."""
_PLENTY = 10**30
_FORKS = ("homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul")
_LATER_FORKS = ("berlin", "london")


def roles(hosts: int) -> list[str]:
    """The accounts that a network of so many hosts begins with; each is in `accounts/ROLE.json`."""
    regions = [f"region-{code}" for code, _ in PROVINCES[:hosts]]
    operators = [f"operator-{number}" for number in range(1, hosts + 1)]
    return ["faucet", "council", *regions, *operators]


def make_accounts(folder: Path, hosts: int) -> dict[str, Account]:
    """Those that are missing are made."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for role in roles(hosts):
        path = folder / f"{role}.json"
        if not path.exists():
            save_account(Account.create(), path)
        made[role] = load_account(path)
    return made


def make_host_keys(folder: Path) -> tuple[str, str]:
    """The host's signing key, as geth keeps it, and its node key; gives signer address and node's public key."""
    (folder / "data/keystore").mkdir(parents=True, exist_ok=True)
    for name in ("signer", "nodekey"):
        if not (folder / name).exists():
            _write_secret(folder / name, os.urandom(32).hex())
    signer = PrivateKey(bytes.fromhex((folder / "signer").read_text(encoding="ascii")))
    if not (folder / "password").exists():
        # The key lies beside it in plain: this is a test network, and a strong derivation would only take time.
        password = os.urandom(16).hex()
        document = EthAccount.encrypt(signer.to_bytes(), password, kdf="pbkdf2", iterations=1_000)
        _write_secret(folder / "data/keystore/signer.json", json.dumps(document))
        _write_secret(folder / "password", password)
    node = PrivateKey(bytes.fromhex((folder / "nodekey").read_text(encoding="ascii")))
    return "0x" + signer.public_key.to_canonical_address().hex(), node.public_key.to_bytes().hex()


def genesis(chain_id: int, signers: Sequence[str], funded: Iterable[str], time: int, period: int) -> dict[str, Any]:
    """Clique's genesis file under London rules. `funded` are accounts with a balance: no transaction is quite free."""
    listed = "".join(sorted(address.removeprefix("0x") for address in signers))
    forks = {f"{name}Block": 0 for name in (*_FORKS, *_LATER_FORKS)}
    return {
        "config": {"chainId": chain_id, **forks, "clique": {"period": period, "epoch": 30_000}},
        "difficulty": "0x1",
        "gasLimit": hex(GAS_LIMIT),
        "baseFeePerGas": hex(BASE_FEE),
        "timestamp": hex(time),
        "extraData": f"0x{'00' * 32}{listed}{'00' * 65}",
        "alloc": {address: {"balance": hex(_PLENTY)} for address in funded},
    }


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
