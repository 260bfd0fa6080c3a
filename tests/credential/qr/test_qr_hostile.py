"""Every vector with one octet or character changed, and cut at every place: an answer or a typed error, and quickly."""

from __future__ import annotations

from collections.abc import Iterable
from time import process_time

import pytest

from credential import Presentation, Unreadable
from credential.qr import MalformedQr, QrError, from_text, parse_presented, to_text, unpack

NAMES = ["reference-licence, seed", "name-and-validity-only, salts", "no-end-and-empty-field, seed"]
MASKS = (0x01, 0x80, 0xFF)
SLOWEST_SECONDS = 5
"""For one code; they take under a thousandth of that each, but the machine may be busy elsewhere."""


@pytest.fixture(params=NAMES, scope="module")
def good(request, vectors) -> str:
    (vector,) = (each for each in vectors["packed"] if each["name"] == request.param)
    return vector["text"]


def outcomes(codes: Iterable[bytes], catalogue) -> list[str | QrError]:
    found: list[str | QrError] = []
    for octets in codes:
        began = process_time()
        try:
            found.append(unpack(octets, catalogue))
        except QrError as error:
            found.append(error)
        assert process_time() - began < SLOWEST_SECONDS
    return found


def test_no_changed_octet_unpacks_to_the_same_presentation(good, catalogue):
    octets = from_text(good)
    presentation = unpack(octets, catalogue)
    flips = (octets[:at] + bytes([octets[at] ^ mask]) + octets[at + 1 :] for at in range(len(octets)) for mask in MASKS)
    found = outcomes(flips, catalogue)
    assert len(found) == len(octets) * len(MASKS)
    same = [index for index, each in enumerate(found) if each == presentation]
    assert all(index // len(MASKS) == len(octets) - 1 for index in same), (
        "only padding bits after the stream may differ"
    )


def test_every_cut_is_malformed(good, catalogue):
    octets = from_text(good)
    for outcome in outcomes((octets[:length] for length in range(len(octets))), catalogue):
        assert isinstance(outcome, MalformedQr)


def test_every_doubled_octet_is_answered(good, catalogue):
    octets = from_text(good)
    outcomes((octets[: at + 1] + octets[at:] for at in range(len(octets))), catalogue)


def test_every_dropped_octet_is_answered(good, catalogue):
    octets = from_text(good)
    outcomes((octets[:at] + octets[at + 1 :] for at in range(len(octets))), catalogue)


@pytest.mark.parametrize("character", ["0", ":", "a", "~", "\n", "㽏"])
def test_every_changed_character_is_answered_at_the_windows_door(character, good, catalogue):
    for at in range(len(good)):
        shown = good[:at] + character + good[at + 1 :]
        assert isinstance(parse_presented(shown, catalogue), Presentation | Unreadable)


def test_every_cut_text_is_unreadable_at_the_windows_door(good, catalogue):
    for length in range(len(good)):
        assert isinstance(parse_presented(good[:length], catalogue), Unreadable)


def test_every_changed_octet_is_answered_at_the_windows_door(good, catalogue):
    octets = from_text(good)
    for at in range(len(octets)):
        changed = octets[:at] + bytes([octets[at] ^ 0xFF]) + octets[at + 1 :]
        assert isinstance(parse_presented(to_text(changed), catalogue), Presentation | Unreadable)
