"""Before any rule: a network that has sealed two headers of one number vouches for nothing, so every row is unknown."""

from __future__ import annotations

from credential.codes import NETWORK_CONTRADICTS_ITSELF
from credential.facts import ContradictionFact
from credential.rules.rule import Finding, found


def contradicted(by: ContradictionFact) -> Finding:
    """What every rule finds then. Both hashes are evidence: whoever gets the report can hold it against another's."""
    return found(NETWORK_CONTRADICTS_ITSELF, block=by.number, first_hash=by.first.hex(), second_hash=by.second.hex())
