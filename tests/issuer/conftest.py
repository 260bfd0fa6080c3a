"""A bureau for tests: real database, real keys; its ledger is the session's real node, or one that is switched off."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from credential import SigningKey, identifiers
from issuer import chain_states, passwords
from issuer.settings import Settings
from tests.issuer.desk import Desk, OfflineAuthority, running, write_settings

_numbers = count(1)


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords():
    """scrypt at its full cost takes most of a test's time; the cost is kept with each hash."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_COST", 10)
        yield


@pytest.fixture(scope="session", autouse=True)
def _patient_with_honest_nodes():
    """An act is tried again from the books alone where no node answers in time, and then it is another test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chain_states, "_TIMEOUT_SECONDS", 60.0)
        yield


@pytest.fixture
def fresh_authority(ledger_world):
    """An authority of its own for each test, so that positions begin at 0. Its URL has a path."""
    serial = next(_numbers)
    first = f"11310000MB{serial:07d}"
    code = first + identifiers.credit_check_character(first)
    url = f"http://127.0.0.1:8001/bureau{serial}"
    return ledger_world.add_authority(310000, code, f"上海市试验局{serial}", url)


@pytest.fixture
def settings(tmp_path, ledger_world, fresh_authority) -> Settings:
    """A wallet's answer comes with the credential, however slowly it is anchored: within the clients' own patience."""
    urls = (ledger_world.url,)
    return write_settings(tmp_path, fresh_authority, ledger_world.network_path, urls, wallet_wait_seconds=50.0)


@pytest.fixture
def desk(settings) -> Iterator[Desk]:
    """A bureau with its ledger."""
    with running(settings) as desk:
        yield desk


@pytest.fixture
def offline_settings(tmp_path) -> Settings:
    """A bureau whose node is switched off: everything queues."""
    from ledger import Account
    from ledger.network_file import Checkpoint, JournalAt, NetworkFile, RegistriesAt, serialise_network_file

    network = NetworkFile(
        name="nowhere",
        network_id=bytes(32),
        engine="embedded",
        chain_id=1,
        checkpoint=Checkpoint(0, bytes(32), 1, (bytes(20),)),
        journal=JournalAt(bytes(20), bytes(32), 1),
        registries=RegistriesAt(bytes([1] * 20), bytes([2] * 20), bytes([3] * 20)),
        from_block=0,
    )
    (tmp_path / "network.json").write_bytes(serialise_network_file(network))
    authority = OfflineAuthority(
        number=1,
        name="上海市市场监督管理局（演示）",
        credit_code="11310000MB0YX00013",
        url="http://127.0.0.1:8001/samr",
        key=SigningKey.from_secret(bytes([7] * 32)),
        operator=Account.create(),
    )
    return write_settings(
        tmp_path, authority, tmp_path / "network.json", ("http://127.0.0.1:9",), wallet_wait_seconds=0.2
    )


@pytest.fixture
def offline(offline_settings) -> Iterator[Desk]:
    """A bureau whose node is switched off."""
    with running(offline_settings) as desk:
        yield desk
