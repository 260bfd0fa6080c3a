"""The shipped types and the vectors, read once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from credential import CertificateType, parse_certificate_type

ROOT = Path(__file__).resolve().parents[2]
TYPES = ROOT / "credential" / "types"
VECTORS = ROOT / "spec" / "vectors"


@cache
def read_type(stem: str) -> CertificateType:
    return parse_certificate_type((TYPES / f"{stem}.json").read_bytes())


@cache
def read_vectors(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def certificate_types() -> dict[str, CertificateType]:
    """By the stem of the file."""
    return {path.stem: read_type(path.stem) for path in sorted(TYPES.glob("*.json"))}


@pytest.fixture(scope="session")
def reference_licence() -> dict[str, Any]:
    return read_vectors("reference-licence")


@pytest.fixture(scope="session")
def credentials() -> dict[str, dict[str, Any]]:
    """The vectors of whole credentials by name, the reference licence among them."""
    reference = read_vectors("reference-licence")
    return {each["name"]: each for each in (*read_vectors("credentials"), reference)}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with a parameter `<something>_vector` runs once for each vector of that file."""
    for parameter, (name, label) in {
        "credential_vector": ("credentials", "name"),
        "refused_vector": ("refused-presentations", "name"),
        "claims_vector": ("claims", "name"),
        "tree_vector": ("trees", "size"),
        "type_vector": ("certificate-types", "file"),
    }.items():
        if parameter in metafunc.fixturenames:
            vectors = read_vectors(name)
            metafunc.parametrize(parameter, vectors, ids=[str(each[label]) for each in vectors])
    for kind, vectors in read_vectors("identifiers").items():
        if f"right_{kind}" in metafunc.fixturenames:
            metafunc.parametrize(f"right_{kind}", vectors["right"])
        if f"wrong_{kind}" in metafunc.fixturenames:
            wrong = vectors["wrong"]
            metafunc.parametrize(f"wrong_{kind}", [each["text"] for each in wrong], ids=[each["why"] for each in wrong])
