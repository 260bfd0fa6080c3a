"""A wallet, and one that holds a credential."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from credential import CertificateType
from ledger import load_catalogue
from tests.wallet.wallet_samples import COST, NOW, PASSPHRASE, issued
from wallet import Held, Wallet, World


@pytest.fixture
def world() -> World:
    return World(load_catalogue(), lambda: NOW, lambda _: None, secrets.token_bytes)


@pytest.fixture
def licence() -> CertificateType:
    return load_catalogue().types[(1, 1)]


@pytest.fixture
def wallet(tmp_path: Path, world: World) -> Wallet:
    return Wallet.create(tmp_path / "wallet", PASSPHRASE, world, cost=COST)


@pytest.fixture
def held(wallet: Wallet, licence: CertificateType) -> Held:
    """A credential in the wallet."""
    made = issued(licence)
    kept = Held("0badcafe", made.text, made.seed, made.holder_secret, NOW, None)
    return wallet._keep(kept)
