"""Our own wallet, which shares no code with this service, collects from it and shows what it got."""

from __future__ import annotations

import secrets
import time

import httpx
import pytest

from credential import Live, Policy, Verdict, identifiers, parse_presented, verify
from scripts.ports import free_port
from tests.issuer.desk import make_certificate, running, write_settings
from wallet import IssuerClient, Wallet, World


@pytest.fixture
def reachable(ledger_world, tmp_path):
    """A bureau at the very address that its authority has registered."""
    port = free_port()
    first = f"11310000MC{port:07d}"
    code = first + identifiers.credit_check_character(first)
    authority = ledger_world.add_authority(310000, code, "上海市试验局（钱包）", f"http://127.0.0.1:{port}/at/home")
    with running(write_settings(tmp_path, authority, ledger_world.network_path, (ledger_world.url,)), port) as desk:
        yield desk


def test_our_wallet_accepts_an_offer_and_a_window_accepts_what_it_shows(reachable, ledger_world, tmp_path):
    certificate = make_certificate(reachable)
    offered = reachable.as_("first").post(f"/certificates/{certificate}/offers")
    world = World(reachable.bureau.catalogue, lambda: int(time.time()), time.sleep, secrets.token_bytes)
    wallet = Wallet.create(tmp_path / "wallet", "a long passphrase", world, cost=2**10)
    with httpx.Client(trust_env=False, timeout=60) as http, ledger_world.replica(tmp_path / "replica.db") as replica:
        held = wallet.accept(offered["by_reference"], offered["tx_code"], IssuerClient(http), None, 60)
        code = wallet.show(held.id, ["certificate_holder_name", "certificate_validate_end"])
        replica.follow_once()
        shown = parse_presented(code.qr_text, reachable.bureau.catalogue)
        now = int(time.time())
        report = verify(shown, replica.facts_for(shown), Policy(region=440000), Live(seen_before=False), now, now)
    assert report.verdict is Verdict.ACCEPTED, [(row.number, row.code) for row in report.rows]
    assert set(report.claims()) >= {"certificate_holder_name", "certificate_validate_end"}
    assert "legal_representative" not in report.claims()
