from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from credential import Presentation, Unreadable


@pytest.mark.parametrize(
    ("code", "row"),
    [
        ("too_large", "presentation_is_too_large"),
        ("unknown_version", "format_version_is_unknown"),
        ("malformed_qr", "presentation_is_malformed"),
        ("a code of a later reader", "presentation_is_malformed"),
    ],
)
def test_what_cannot_be_read_leaves_every_row_to_the_first(world: Any, code: str, row: str) -> None:
    report = world.but(shown=Unreadable(code, "nothing of it")).report()
    assert [each.needs for each in report.rows] == [None] + [1] * 13
    assert report.rows[0].code == row
    assert report.rows[0].evidence == {"detail": code}
    assert report.claimed.issuer is None


def test_a_name_shown_twice_with_two_values_is_repeated(world: Any) -> None:
    first, second, *rest = _shown(world).disclosures
    twins = (first, replace(second, name=first.name), *rest)
    assert world.showing(disclosures=twins).code(9) == "disclosure_is_repeated"


def test_a_digest_signed_twice_is_repeated(world: Any) -> None:
    digests = world.shown.payload.digests
    assert world.showing(payload={"digests": (*digests, digests[0])}).code(9) == "disclosure_is_repeated"


def test_showing_nothing_discloses_nothing(world: Any) -> None:
    assert world.showing(disclosures=()).row(9).evidence["disclosed"] == 0


def test_names_are_held_against_the_type_only_where_it_is_known(world: Any) -> None:
    first, *rest = _shown(world).disclosures
    odd = world.showing(disclosures=(replace(first, name="odd"), *rest))
    assert odd.code(9) == "disclosure_is_not_of_the_type"
    assert odd.knowing(certificate_type=None).passes(9)


def _shown(world: Any) -> Presentation:
    assert isinstance(world.shown, Presentation)
    return world.shown
