"""The council's small JSON documents: flat, with exactly the members of a form, hexadecimal in lower case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from credential import strict_json
from ledger.errors import MalformedCouncilDocument
from ledger.hexadecimal import octets, to_hex

MAX_OCTETS = 256 * 1024
MAX_TEXT = 100


@dataclass(frozen=True, slots=True)
class Octets:
    """A member of `0x` and hexadecimal digits: exactly `size` octets, or at most `most`."""

    size: int | None = None
    most: int = 32


class Text:
    """A member that is printable text of 1 to 100 characters."""


class Number:
    """A member that is an integer, 0 or more."""


Kind = Octets | Text | Number
Value = bytes | str | int


def read_document(path: Path) -> bytes:
    """The octets of a file, not more than could be a document. Raises MalformedCouncilDocument."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_OCTETS + 1)
    except OSError as e:
        raise MalformedCouncilDocument(f"cannot read {path}: {e.strerror}") from e


def parse_document(document: bytes, format_name: str, form: Mapping[str, Kind]) -> dict[str, Value]:
    """The members, read by their kinds. Raises MalformedCouncilDocument, also on another format, by its name."""
    if len(document) > MAX_OCTETS:
        raise MalformedCouncilDocument(f"a {format_name} document has at most {MAX_OCTETS} octets")
    try:
        return _members(strict_json.parse(document), format_name, form)
    except ValueError as e:
        raise MalformedCouncilDocument(f"not a {format_name} document: {e}") from e


def serialise_document(format_name: str, members: Mapping[str, Value]) -> bytes:
    """The document's octets, for people to read; `parse_document` gives back the same members."""
    shown = {name: to_hex(value) if isinstance(value, bytes) else value for name, value in members.items()}
    return json.dumps({"format": format_name, **shown}, ensure_ascii=False, indent=2).encode() + b"\n"


def fingerprint_of(format_name: str, members: Mapping[str, Value]) -> str:
    """SHA-256 of the canonical form: members sorted by name, no white space; 64 hexadecimal digits."""
    shown = json.loads(serialise_document(format_name, members))
    canonical = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _members(root: object, format_name: str, form: Mapping[str, Kind]) -> dict[str, Value]:
    if not isinstance(root, dict):
        raise ValueError("it must be an object")
    if root.get("format") != format_name:
        raise ValueError(f"its format is {str(root.get('format'))[:80]!r}")
    for name in (*(each for each in form if each not in root), *(each for each in root if each not in form)):
        if name != "format":
            raise ValueError(f"{name!r} is {'missing' if name in form else 'not a member of this format'}")
    return {name: _value(name, root[name], kind) for name, kind in form.items()}


def _value(name: str, value: object, kind: Kind) -> Value:
    if isinstance(kind, Octets):
        return _octets(name, value, kind)
    if isinstance(kind, Number):
        if type(value) is not int or value < 0:
            raise ValueError(f"{name} must be an integer, 0 or more")
        return value
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or not value.isprintable():
        raise ValueError(f"{name} must be a printable text of 1 to {MAX_TEXT} characters")
    return value


def _octets(name: str, value: object, kind: Octets) -> bytes:
    try:
        found = octets(value, kind.size)
    except ValueError as e:
        raise ValueError(f"{name}: {e}") from e
    if kind.size is None and len(found) > kind.most:
        raise ValueError(f"{name} has {len(found)} octets, at most {kind.most} are allowed")
    if value != to_hex(found):
        raise ValueError(f"{name}: hexadecimal digits must be lower case")
    return found
