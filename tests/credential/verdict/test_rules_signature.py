from __future__ import annotations

from typing import Any

import pytest

from credential import Period


def test_every_octet_that_was_signed_counts(world: Any) -> None:
    signed = world.shown.signing_input
    assert world.showing(signing_input=signed[:-1] + b"A").code(4) == "issuer_signature_is_wrong"


@pytest.mark.parametrize("signature", [b"", bytes(64), b"\xff" * 64, bytes(63)])
def test_no_malformed_signature_raises_or_passes(world: Any, signature: bytes) -> None:
    assert world.showing(signature=signature).code(4) == "issuer_signature_is_wrong"


def test_a_key_with_another_kid_is_no_key(world: Any) -> None:
    assert world.knowing(key={"kid": bytes(32)}).code(4) == "key_is_not_registered"


@pytest.mark.parametrize("use", [0, 2, 255])
def test_only_a_key_for_credentials_signs_credentials(world: Any, use: int) -> None:
    assert world.knowing(key={"use": use}).code(5) == "key_is_for_another_use"


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        (0, None, "key_was_in_force_when_anchored"),
        (0, 1, "key_was_in_force_when_anchored"),
        (1, None, "key_was_not_in_force_yet"),
        (-9, 0, "key_was_no_longer_in_force"),
    ],
)
def test_the_key_is_in_force_from_its_first_instant_to_its_last_second(
    world: Any, starts: int, ends: int | None, code: str
) -> None:
    anchored_at = world.facts.batch.anchored_at
    period = Period(anchored_at + starts, None if ends is None else anchored_at + ends)
    assert world.knowing(key={"period": period}).code(5) == code


@pytest.mark.parametrize(("fence", "code"), [(1, "key_was_in_force_when_anchored"), (0, "key_was_revoked")])
def test_the_fence_of_the_key_falls_at_its_instant(world: Any, fence: int, code: str) -> None:
    assert world.knowing(key={"revoked_from": world.facts.batch.anchored_at + fence}).code(5) == code


def test_a_key_that_ended_since_voids_nothing(world: Any) -> None:
    anchored_at = world.facts.batch.anchored_at
    assert world.knowing(key={"period": Period(0, anchored_at + 1), "revoked_from": anchored_at + 1}).passes(5)


def test_a_revoked_key_is_named_before_an_ended_one(world: Any) -> None:
    assert world.knowing(key={"period": Period(0, 1), "revoked_from": 1}).code(5) == "key_was_revoked"
