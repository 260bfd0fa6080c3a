"""The import arrows and the purity of `credential`: no I/O, no clock, no randomness of its own, no logging."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PURE_MODULES = sorted((ROOT / "credential").rglob("*.py"))

PURE_STANDARD_LIBRARY = {
    "__future__",
    "abc",
    "base64",
    "binascii",
    "bisect",
    "collections",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "hashlib",
    "hmac",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "struct",
    "types",
    "typing",
    "unicodedata",
    "zlib",
}
PACKAGES = {"credential", "ledger", "issuer", "verifier", "wallet", "bench"}
PUBLIC_PARTS = {"credential.qr", "credential.texts", "ledger.events"}
"""Parts that are in their package's `__all__` as a whole."""
PURE_LIBRARIES = {"cryptography", "jsonschema", "referencing", "stdnum", "credential"}
IMPURE_CALLS = {
    "open",
    "print",
    "input",
    "exec",
    "eval",
    "now",
    "today",
    "utcnow",
    "urandom",
    "generate_private_key",
    "generate_key",
    "getLogger",
    "perf_counter",
    "monotonic",
}


def imported_modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""


def imported_packages(tree: ast.AST) -> set[str]:
    return {name.split(".")[0] for name in imported_modules(tree)}


def called_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr


@pytest.mark.parametrize("module", PURE_MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_credential_is_pure(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert imported_packages(tree) <= PURE_STANDARD_LIBRARY | PURE_LIBRARIES
    assert not set(called_names(tree)) & IMPURE_CALLS


def test_import_arrows_hold() -> None:
    checker = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([checker, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_packages_are_entered_by_their_doors() -> None:
    """`from credential import …`, not its insides; only `bench` looks at what is behind a door, to time it."""
    inside = [
        f"{path.relative_to(ROOT)}: {name}"
        for folder in ("ledger", "issuer", "verifier", "wallet", "scripts", "deploy", "spec", "examples")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in imported_modules(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] in PACKAGES and name.split(".")[0] != folder and name not in PACKAGES | PUBLIC_PARTS
    ]
    assert inside == []


def test_what_tests_share_is_in_no_test() -> None:
    """It has a module of its own; neither a test nor a conftest is imported."""
    imported = [
        f"{path.relative_to(ROOT)}: {node.module}.{alias.name}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("tests.")
        for alias in node.names
        if any(part.startswith("test_") or part == "conftest" for part in f"{node.module}.{alias.name}".split("."))
    ]
    assert imported == []


@pytest.mark.parametrize("name", ["common", "core", "utils", "helpers", "misc", "util"])
def test_no_package_is_a_drawer(name: str) -> None:
    packages = ["credential", "ledger", "issuer", "verifier", "wallet", "bench", "scripts", "deploy"]
    found = [path for package in packages for path in (ROOT / package).rglob(f"{name}*") if path.stem == name]
    assert not found


def test_locks_pin_by_hash_and_name_no_download_address() -> None:
    """So that any mirror of a registry will do."""
    python_locks = sorted(ROOT.glob("requirements/*.txt"))
    node_locks = [ROOT / "contracts/package-lock.json", ROOT / "tests/interop/package-lock.json"]
    for lock in python_locks:
        text = lock.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index-url" not in text
        assert "--find-links" not in text
    for lock in node_locks:
        text = lock.read_text(encoding="utf-8")
        assert '"integrity"' in text
        assert '"resolved"' not in text
