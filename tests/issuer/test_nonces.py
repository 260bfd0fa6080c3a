"""Nonces for key proofs: nothing is kept until one is used."""

from __future__ import annotations

import pytest

from credential import base64url
from issuer.nonces import make_nonce, use_nonce
from issuer.openid_errors import WalletRefused
from issuer.store import open_store

SECRET, NOW, LIFETIME = bytes(32), 1_800_000_000, 300


@pytest.fixture
def engine(tmp_path):
    engine = open_store(tmp_path / "issuer.db")
    yield engine
    engine.dispose()


def use(engine, nonce: str, now: int = NOW, secret: bytes = SECRET) -> None:
    with engine.begin() as connection:
        use_nonce(connection, secret, nonce, LIFETIME, now)


def test_a_nonce_is_good_from_its_first_instant_to_its_last(engine):
    for age in (0, LIFETIME - 1):
        use(engine, make_nonce(SECRET, bytes([age % 256] * 16), NOW), NOW + age)


@pytest.mark.parametrize("age", [-1, LIFETIME])
def test_a_nonce_from_the_future_or_over_is_refused(engine, age):
    with pytest.raises(WalletRefused):
        use(engine, make_nonce(SECRET, bytes(16), NOW), NOW + age)


def test_a_nonce_is_used_once(engine):
    nonce = make_nonce(SECRET, bytes(16), NOW)
    use(engine, nonce)
    with pytest.raises(WalletRefused) as refused:
        use(engine, nonce)
    assert refused.value.code == "invalid_nonce"


@pytest.mark.parametrize("nonce", ["", "AAAA", "not base64url!", base64url.encode(bytes(56))])
def test_what_we_did_not_make_is_refused(engine, nonce):
    with pytest.raises(WalletRefused):
        use(engine, nonce)


def test_another_installations_nonce_is_refused(engine):
    with pytest.raises(WalletRefused):
        use(engine, make_nonce(bytes([1] * 32), bytes(16), NOW))
