"""The council file (spec/council.md): which Safe and contracts a member's signatures are for.

It holds no secret, and is not believed for itself: `yinxin council find` makes it again from network file and chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ledger.council.documents import (
    Kind,
    Number,
    Octets,
    Text,
    fingerprint_of,
    parse_document,
    read_document,
    serialise_document,
)

FORMAT = "yinxin-council/1"
_FORM: Mapping[str, Kind] = {
    "name": Text(),
    "network": Octets(32),
    "chain_id": Number(),
    "safe": Octets(20),
    "manager": Octets(20),
    "due_acts": Octets(20),
    "trust": Octets(20),
    "journal": Octets(20),
    "from_block": Number(),
}


@dataclass(frozen=True, slots=True)
class CouncilFile:
    """The council of one network: its Safe, the manager that it administers, and the contracts that this guards.

    `network` is the network file's fingerprint, 32 octets; addresses are 20. Nothing of it lies before `from_block`.
    """

    name: str
    network: bytes
    chain_id: int
    safe: bytes
    manager: bytes
    due_acts: bytes
    trust: bytes
    journal: bytes
    from_block: int

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical form, 64 hexadecimal digits."""
        return fingerprint_of(FORMAT, asdict(self))


def serialise_council_file(council: CouncilFile) -> bytes:
    return serialise_document(FORMAT, asdict(council))


def parse_council_file(document: bytes) -> CouncilFile:
    """Raises MalformedCouncilDocument."""
    members: dict[str, Any] = parse_document(document, FORMAT, _FORM)
    return CouncilFile(**members)


def read_council_file(path: Path) -> CouncilFile:
    """The council of the file at `path`. Raises MalformedCouncilDocument, also where it cannot be read."""
    return parse_council_file(read_document(path))
