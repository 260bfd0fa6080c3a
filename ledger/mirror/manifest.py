"""A mirror's table of contents (spec/trust-pack.md §6): which packs there are. Packs prove themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from credential import strict_json
from ledger.errors import MalformedPack, PackTooLarge, UnsupportedPack
from ledger.pack import MAX_PACK_OCTETS

NAME = "manifest.json"
FAMILY = "yinxin-mirror/"
FORMAT = FAMILY + "1"
MAX_OCTETS = 1024 * 1024
MAX_PACKS = 1_024
_FILE = re.compile(r"packs/[0-9a-f]{64}\.pack")
_FIRST_HEAD = re.compile(r"0x[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Listed:
    """One pack: `file` is named by its SHA-256; it has the events from `start` to before `end`, as of block `block`."""

    file: str
    octets: int
    start: int
    end: int
    block: int
    as_of: int

    @classmethod
    def name_of(cls, digest: bytes) -> str:
        return f"packs/{digest.hex()}.pack"

    @property
    def digest(self) -> bytes:
        return bytes.fromhex(self.file[6:70])

    @property
    def events(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Manifest:
    """The packs of one network, named by its journal's first head. The last one reaches the newest block."""

    network: str
    packs: tuple[Listed, ...]

    @property
    def newest(self) -> Listed:
        return self.packs[-1]


def serialise_manifest(manifest: Manifest) -> bytes:
    document = {
        "format": FORMAT,
        "network": manifest.network,
        "packs": [asdict(pack) for pack in manifest.packs],
    }
    return json.dumps(document, indent=1).encode() + b"\n"


def parse_manifest(octets: bytes) -> Manifest:
    """Raises UnsupportedPack for a later version, PackTooLarge, MalformedPack."""
    if len(octets) > MAX_OCTETS:
        raise PackTooLarge(f"a mirror's manifest has at most {MAX_OCTETS} octets, this has {len(octets)}")
    try:
        document = strict_json.parse(octets)
    except ValueError as e:
        raise MalformedPack(f"the mirror's manifest: {e}") from e
    if not isinstance(document, dict):
        raise MalformedPack("the mirror's manifest is not an object")
    _require_format(document.get("format"))
    try:
        return _manifest(document)
    except (KeyError, TypeError, ValueError) as e:
        raise MalformedPack(f"the mirror's manifest does not have its form: {e}") from e


def _require_format(found: object) -> None:
    if found == FORMAT:
        return
    if isinstance(found, str) and found.startswith(FAMILY) and found.removeprefix(FAMILY).isdecimal():
        raise UnsupportedPack(f"the mirror's format is {found}, known here is {FORMAT}: update")
    raise MalformedPack("the mirror's manifest is of no known format")


def _manifest(document: Mapping[str, Any]) -> Manifest:
    if set(document) != {"format", "network", "packs"} or not _FIRST_HEAD.fullmatch(document["network"]):
        raise ValueError("format, network and packs were expected")
    packs = document["packs"]
    if not isinstance(packs, list) or not 0 < len(packs) <= MAX_PACKS:
        raise ValueError(f"1 to {MAX_PACKS} packs were expected")
    return Manifest(document["network"], tuple(map(_listed, packs)))


def _listed(members: Mapping[str, Any]) -> Listed:
    listed = Listed(**members)
    numbers = (listed.octets, listed.start, listed.end, listed.block, listed.as_of)
    if not isinstance(listed.file, str) or not _FILE.fullmatch(listed.file):
        raise ValueError("a pack's file is not named by its digest")
    if any(type(number) is not int or number < 0 for number in numbers) or listed.end < listed.start:
        raise ValueError("a pack's numbers are not numbers")
    if listed.octets > MAX_PACK_OCTETS:
        raise PackTooLarge(f"a pack has at most {MAX_PACK_OCTETS} octets, the mirror lists one of {listed.octets}")
    return listed
