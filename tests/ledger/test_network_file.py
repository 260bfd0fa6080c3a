"""The network file against spec/vectors/network-files.json: what is read, printed, fingerprinted and refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import MalformedNetworkFile
from ledger.network_file import MAX_OCTETS, parse_network_file, read_network_file, serialise_network_file

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "spec/vectors/network-files.json").read_text())


def octets(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


VALID = octets(VECTORS["file"])


def test_the_fingerprint_is_that_of_the_canonical_form() -> None:
    network = parse_network_file(VALID)
    assert network.fingerprint == VECTORS["fingerprint"]
    assert network.short_fingerprint == "8cb5 6d3e f021 d633"


def test_printing_and_reading_give_the_same_network() -> None:
    network = parse_network_file(VALID)
    assert parse_network_file(serialise_network_file(network)) == network
    assert parse_network_file(VECTORS["canonical"].encode()) == network


def test_every_part_is_in_the_fingerprint() -> None:
    network = parse_network_file(VALID)
    others = [
        replace(network, name="another"),
        replace(network, from_block=2),
        replace(network, checkpoint=replace(network.checkpoint, time=1)),
        replace(network, checkpoint=replace(network.checkpoint, validators=(bytes(20),))),
        replace(network, journal=replace(network.journal, slot=1)),
        replace(network, registries=replace(network.registries, trust=bytes(20))),
    ]
    assert len({each.fingerprint for each in (network, *others)}) == len(others) + 1


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["why"])
def test_a_file_that_departs_from_the_format_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(MalformedNetworkFile):
        parse_network_file(octets(vector["file"]))


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff" + VALID,
        b"\xef\xbb\xbf" + VALID,
        VALID + b"x",
        VALID[:-1] + b',"name":"twice"}',
        VALID.replace(b"20260", b"20260.0"),
        VALID.replace(b"20260", b"NaN"),
        VALID.replace(b"20260", b"99999999999999999999"),
        b"[" * 50_000,
        b" " * (MAX_OCTETS + 1),
    ],
    ids=lambda document: str(document[:12]),
)
def test_what_is_not_the_one_object_is_refused(document: bytes) -> None:
    with pytest.raises(MalformedNetworkFile):
        parse_network_file(document)


def test_the_refusal_says_where() -> None:
    document = json.loads(VALID)
    document["checkpoint"]["hash"] = "0x12"
    with pytest.raises(MalformedNetworkFile, match=r"checkpoint\.hash: 32 octets were expected, not 1"):
        parse_network_file(octets(document))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(MalformedNetworkFile, match=r"network\.json"):
        read_network_file(tmp_path / "network.json")
    (tmp_path / "another.json").write_text('{"format": "yinxin-account/1"}')
    with pytest.raises(MalformedNetworkFile, match=r"another\.json: format 'yinxin-account/1' is not known here"):
        read_network_file(tmp_path / "another.json")
