"""What is trusted at first, and for how long."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.errors import CheckpointTooOld
from ledger.light_client import TRUSTING_DAYS, Trusted, require_recent
from ledger.network_file import Engine
from tests.ledger.replica_samples import NETWORK


@pytest.mark.parametrize("engine", ["embedded", "qbft", "clique"])
def test_the_network_files_checkpoint_is_trusted_at_first(engine: Engine) -> None:
    found, checkpoint = Trusted.by_checkpoint(replace(NETWORK, engine=engine)), NETWORK.checkpoint
    assert (found.number, found.hash, found.time) == (checkpoint.number, checkpoint.hash, checkpoint.time)
    assert found.validators == checkpoint.validators
    assert found.octets is None


def test_validators_are_trusted_to_the_last_second_of_the_trusting_days() -> None:
    last = 1000 + TRUSTING_DAYS * 86_400
    trusted = Trusted(7, bytes(32), 1000, (bytes(20),))
    require_recent(trusted, last)
    with pytest.raises(CheckpointTooOld, match="get a new network file"):
        require_recent(trusted, last + 1)
