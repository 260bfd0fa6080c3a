"""What is trusted at first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.light_client import Trusted
from ledger.network_file import Engine
from tests.ledger.replica_samples import NETWORK


@pytest.mark.parametrize("engine", ["embedded", "qbft", "clique"])
def test_the_network_files_checkpoint_is_trusted_at_first(engine: Engine) -> None:
    found, checkpoint = Trusted.by_checkpoint(replace(NETWORK, engine=engine)), NETWORK.checkpoint
    assert (found.number, found.hash, found.time) == (checkpoint.number, checkpoint.hash, checkpoint.time)
    assert found.validators == checkpoint.validators
    assert found.octets is None
