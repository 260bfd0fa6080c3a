"""A network file that was altered in any member is another network's, and every report says so by its fingerprint."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from credential import parse_presented
from ledger import MalformedNetworkFile, OtherReplica, Replica, load_catalogue, parse_network_file
from tests.verifier.office import CLAIMS, office_of

Place = tuple[str | int, ...]


def members(value: Any, place: Place = ()) -> Iterator[Place]:
    """Every single value in the document, by its path."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for name, each in pairs:
            yield from members(each, (*place, name))
    else:
        yield place


def altered(document: Any, place: Place) -> bytes:
    """The document with another value there, as like the old one as can be."""
    changed = copy.deepcopy(document)
    holder = changed
    for name in place[:-1]:
        holder = holder[name]
    value = holder[place[-1]]
    if isinstance(value, int):
        other: object = value + 1
    elif value.startswith("0x"):
        other = value[:-1] + ("1" if value[-1] != "1" else "2")
    else:
        other = {"embedded": "qbft", "yinxin-network/1": "yinxin-network/2"}.get(value, value + "。")
    holder[place[-1]] = other
    return json.dumps(changed).encode()


@pytest.fixture(scope="module")
def document(ledger_world: Any) -> Any:
    return json.loads(ledger_world.network_path.read_text("utf-8"))


def test_altering_any_member_changes_the_fingerprint_or_is_refused(ledger_world: Any, document: Any) -> None:
    seen = {ledger_world.network.fingerprint}
    places = list(members(document))
    assert len(places) > 12
    for place in places:
        try:
            network = parse_network_file(altered(document, place))
        except MalformedNetworkFile:
            assert place == ("format",), place
            continue
        assert network.fingerprint not in seen, place
        seen.add(network.fingerprint)


def test_a_report_by_an_altered_file_shows_another_fingerprint_or_there_is_none(
    ledger_world: Any, document: Any, tmp_path: Path
) -> None:
    """On the replica's own file, which knows its network by the journal's first head alone."""
    (paper,) = ledger_world.issue(ledger_world.shanghai, ledger_world.type(1), [CLAIMS])
    guangdong = office_of(ledger_world, tmp_path, 440000)
    genuine = json.loads(guangdong.check(paper.encode(), "--update", "--json").stdout)["report"]
    assert (genuine["verdict"], genuine["fingerprint"]) == ("accepted", ledger_world.network.fingerprint)
    shown = parse_presented(paper, load_catalogue())
    reported = 0
    for place in members(document):
        if place == ("format",):
            continue
        network = parse_network_file(altered(document, place))
        try:
            with Replica(tmp_path / "window.replica.sqlite", network, load_catalogue(), ()) as replica:
                assert replica.facts_for(shown).fingerprint == network.fingerprint != genuine["fingerprint"]
                reported += 1
        except OtherReplica:
            assert place[0] in {"chain_id", "network_id", "journal"}, place
    assert reported > 5


def test_the_window_shows_the_altered_file_s_fingerprint_everywhere(
    ledger_world: Any, document: Any, tmp_path: Path
) -> None:
    (paper,) = ledger_world.issue(ledger_world.shanghai, ledger_world.type(1), [CLAIMS])
    office_of(ledger_world, tmp_path, 440000).check(paper.encode(), "--update")
    (tmp_path / "altered.json").write_bytes(altered(document, ("name",)))
    window = office_of(ledger_world, tmp_path, 440000, network_file="altered.json", sources=[])
    other = parse_network_file((tmp_path / "altered.json").read_bytes()).fingerprint
    assert other != ledger_world.network.fingerprint
    assert json.loads(window.check(paper.encode(), "--json").stdout)["report"]["fingerprint"] == other
    assert other in window.check(paper.encode()).stdout.decode()
    assert other in window.run("status").stdout.decode()
    assert json.loads(window.run("status", "--json").stdout)["network_fingerprint"] == other
