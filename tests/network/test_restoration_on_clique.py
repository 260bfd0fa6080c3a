"""A fence, and the restoration typed right after it, on a live Clique host: facts there are some blocks behind."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from credential import Reason, SigningKey, State
from ledger import Administration, Registries, RegistryReader, save_account
from scripts.hosts import Network
from tests.fixtures_ledger import SHANGHAI, STARTS
from tests.ledger.command_line import run

pytestmark = pytest.mark.slow
DEPTH = 2
"""One signer: two rounds of one block."""


def test_what_fell_is_restored_right_after_the_fence(new_network: Callable[..., Network], tmp_path: Path) -> None:
    network = new_network(hosts=1)
    url, calls, key = network.url(1), Registries(network.network), SigningKey.from_secret(b"\x02" * 32)
    council, region, (operator,) = (
        network.account("council"),
        network.account(f"region-{SHANGHAI}"),
        network.new_accounts(1),
    )
    for account, work in (
        (council, [calls.admit_region(SHANGHAI, "上海市", region.address)]),
        (
            region,
            [
                calls.register_authority(SHANGHAI, "CODE", "被盗局", "https://a.example"),
                calls.add_operator(1, operator.address),
                calls.add_key(1, key.kid, key.public_key.octets, STARTS),
            ],
        ),
        (
            operator,
            [
                calls.anchor(1, 0, bytes([1]) * 32, 64, key.kid),
                calls.set_status(1, 3, State.VALID, State.INVALID, Reason.REVOKED, int(time.time()) - 60),
            ],
        ),
    ):
        with Administration(url, account, fees=network.fees) as administration:
            administration.send_all(work)
    save_account(region, tmp_path / "region.json")

    def answer(*words: object) -> dict[str, Any]:
        options = ["--network", network.network_path, "--rpc", url, "--account", tmp_path / "region.json"]
        told = run(*words, *options, "--max-fee-per-gas", network.fees.max_fee_per_gas, "--yes", "--json")
        assert told.exit_code == 0, told.output
        found: dict[str, Any] = json.loads(told.stdout)
        return found

    fenced = answer("operator", "revoke", 1, operator.hex_address, "--from", STARTS)
    assert len(fenced["falling"]["falls"]["status_changes"]) == 1
    assert fenced["settled_at_block"] == fenced["block"] + DEPTH
    restored = answer("authority", "restore", 1)
    assert restored["as_of_block"] >= fenced["block"]
    assert [(each["position"], each["from"], each["to"]) for each in restored["due"]] == [(3, "invalid", "valid")]
    assert RegistryReader(url, network.network).status(1, 3) == State.VALID
    assert answer("authority", "restore", 1)["due"] == []
