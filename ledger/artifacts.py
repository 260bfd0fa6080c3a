"""Reads contracts/artifacts/*.json: the ABI and bytecode of the registries, generated from Solidity and committed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent.parent / "contracts" / "artifacts"

CONTRACTS = ("AccessManager", "DueActs", "Journal", "TrustRegistry", "CredentialRegistry", "RecognitionRegistry")


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract; `bytecode` creates it, `runtime` is what then stays, immutable values left zero."""

    name: str
    abi: tuple[Mapping[str, Any], ...]
    bytecode: bytes
    runtime: bytes

    def signatures(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """The ABI's entries of a kind ("function", "event", "error") by Solidity signature."""
        return {_signature(entry): entry for entry in self.abi if entry["type"] == kind}


@cache
def artifact(name: str) -> Artifact:
    document = json.loads((_FOLDER / f"{name}.json").read_bytes())
    created, kept = (bytes.fromhex(document[kind].removeprefix("0x")) for kind in ("bytecode", "deployedBytecode"))
    return Artifact(name, tuple(document["abi"]), created, kept)


def _signature(entry: Mapping[str, Any]) -> str:
    return f"{entry['name']}({','.join(map(_type, entry['inputs']))})"


def _type(value: Mapping[str, Any]) -> str:
    """`tuple[]` is written out as its members' types in brackets."""
    declared = str(value["type"])
    if not declared.startswith("tuple"):
        return declared
    return f"({','.join(map(_type, value['components']))}){declared.removeprefix('tuple')}"
