"""Reads the certificate types and dictionaries that are installed with `credential`, which itself reads no files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from credential import Catalogue, parse_certificate_type


@cache
def load_catalogue() -> Catalogue:
    """All installed types, and dictionaries by the number that is their file's name. Raises MalformedType."""
    root = files("credential")
    types = map(parse_certificate_type, _contents(root / "types", ".json").values())
    dictionaries = _contents(root / "dictionaries", ".txt")
    return Catalogue(
        types={(each.number, each.version): each for each in types},
        dictionaries={int(name): octets for name, octets in dictionaries.items()},
    )


def installed_metadata() -> Mapping[bytes, bytes]:
    """The installed types' files, octet for octet, by the digest that the ledger has of them."""
    found = _contents(files("credential") / "types", ".json").values()
    return {sha256(octets).digest(): octets for octets in found}


def _contents(folder: Traversable, suffix: str) -> dict[str, bytes]:
    found = sorted((each for each in folder.iterdir() if each.name.endswith(suffix)), key=lambda each: each.name)
    return {each.name.removesuffix(suffix): each.read_bytes() for each in found}
