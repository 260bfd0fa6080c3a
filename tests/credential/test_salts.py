from __future__ import annotations

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from credential import salts

seeds = st.binary(min_size=16, max_size=16)


@given(seeds, st.integers(0, 65_535))
def test_salts_and_decoys_are_as_specified(seed: bytes, index: int) -> None:
    place = index.to_bytes(2, "big")
    assert salts.salt(seed, index) == hmac.new(seed, b"\x00" + place, hashlib.sha256).digest()[:16]
    assert salts.decoy(seed, index) == hmac.new(seed, b"\x01" + place, hashlib.sha256).digest()


@given(seeds)
def test_no_two_places_share_a_salt_or_a_decoy(seed: bytes) -> None:
    assert len({salts.salt(seed, index) for index in range(64)}) == 64
    assert len({salts.decoy(seed, index)[:16] for index in range(64)} | {salts.salt(seed, i) for i in range(64)}) == 128
