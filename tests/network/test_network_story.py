"""Everything that runs on the embedded node runs on the live network, by settings only: bureau, wallet, window."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from credential import Live, Policy, Verdict, identifiers, parse_presented, verify
from issuer import passwords
from ledger import FollowFailed, Replica, load_catalogue
from scripts.hosts import Network
from scripts.ports import free_port
from tests.fixtures_ledger import SHANGHAI, World
from tests.issuer.desk import Desk, make_certificate, running, write_settings
from tests.network.live import goes_on, wait_until
from wallet import IssuerClient, Wallet
from wallet import World as WalletWorld

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_COST", 10)


@pytest.fixture
def desk(clique_network: Network, network_world: World, tmp_path: Path) -> Iterator[Desk]:
    """A bureau at the address that its new authority has registered; its way to the ledger are hosts 1 and 2."""
    port = free_port()
    first = f"11310000MD{port:07d}"
    code = first + identifiers.credit_check_character(first)
    authority = network_world.add_authority(SHANGHAI, code, f"上海市试验局{port}", f"http://127.0.0.1:{port}/live")
    urls = (clique_network.url(1), clique_network.url(2))
    fees = {"max_fee_per_gas": clique_network.fees.max_fee_per_gas}
    with running(write_settings(tmp_path, authority, clique_network.network_path, urls, **fees), port) as desk:
        yield desk


def window_toml(network: Network, folder: Path, *hosts: int) -> Path:
    settings = {
        "region": 440000,
        "network_file": str(network.network_path),
        "sources": [network.url(number) for number in hosts],
    }
    path = folder / "window.toml"
    path.write_text("\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items()), encoding="utf-8")
    return path


def asked_at_the_window(config: Path, picture: Path) -> dict[str, Any]:
    """The report of the window's own command, which looks for newer facts first."""
    words = ["-m", "yinxin", "verifier", "check", picture, "--json", "--update", "--config", config]
    done = subprocess.run([sys.executable, *map(str, words)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 10, 20}, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)["report"]
    return report


def is_accepted(config: Path, picture: Path) -> bool:
    return asked_at_the_window(config, picture)["verdict"] == "accepted"


def test_what_a_bureau_anchors_on_four_hosts_a_window_of_another_province_accepts(
    clique_network: Network, desk: Desk, tmp_path: Path
) -> None:
    """Anchored through hosts 1 and 2, seen through 3 and 4; then a host is lost, and it goes on."""
    config = window_toml(clique_network, tmp_path, 3, 4)
    first = _paper(desk, tmp_path, serial=1)
    wait_until(lambda: is_accepted(config, first), "the window accepts")
    clique_network.kill(1)
    goes_on(clique_network, (2, 3, 4))
    second = _paper(desk, tmp_path, serial=2)
    wait_until(lambda: is_accepted(config, second), "the window accepts")
    clique_network.kill(3)
    report = asked_at_the_window(config, first)
    assert report["verdict"] == "accepted"
    assert report["fingerprint"] == clique_network.network.fingerprint


@pytest.mark.network_full
def test_a_wallet_collects_and_shows(desk: Desk, network_world: World, tmp_path: Path) -> None:
    certificate = make_certificate(desk, 3)
    offered = desk.as_("first").post(f"/certificates/{certificate}/offers")
    assert isinstance(offered, dict)
    catalogue = load_catalogue()
    place = WalletWorld(catalogue, lambda: int(time.time()), time.sleep, secrets.token_bytes)
    wallet = Wallet.create(tmp_path / "wallet", "a long passphrase", place, cost=2**10)
    with httpx.Client(trust_env=False, timeout=30) as http, network_world.replica(tmp_path / "replica.db") as replica:
        held = wallet.accept(offered["by_reference"], offered["tx_code"], IssuerClient(http), None, 60)

        def shows_well() -> bool:
            return _verdict(replica, wallet.show(held.id, ["certificate_holder_name"]).qr_text) is Verdict.ACCEPTED

        wait_until(shows_well, "the window accepts what the wallet shows")


def _paper(desk: Desk, folder: Path, serial: int) -> Path:
    """The QR code's picture of a sealed paper credential, once the bureau has seen it settled."""
    certificate, first = make_certificate(desk, serial), desk.as_("first")
    first.post("/seals", {"certificates": [certificate]}, 202)

    def anchored() -> list[int]:
        copies = first.get(f"/certificates/{certificate}")["credentials"]
        return [each["id"] for each in copies if each["progress"] == "anchored"]

    wait_until(lambda: bool(anchored()), "the bureau's batch is anchored")
    picture = folder / f"paper-{serial}.png"
    picture.write_bytes(first.get(f"/credentials/{anchored()[0]}/qr.png"))
    return picture


def _verdict(replica: Replica, text: str) -> Verdict:
    try:
        replica.follow_once()
    except FollowFailed:
        return Verdict.UNDETERMINED
    shown, now = parse_presented(text, load_catalogue()), int(time.time())
    return verify(shown, replica.facts_for(shown), Policy(region=440000), Live(seen_before=False), now, now).verdict
