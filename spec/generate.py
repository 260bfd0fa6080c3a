#!/usr/bin/env python3
"""Writes the vectors made from the examples; with --check, only says which would change.

Run from the checkout with the project's Python: `python spec/generate.py [--check]`. Everything is deterministic.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

SPEC = Path(__file__).resolve().parent
sys.path[:0] = [str(SPEC), str(SPEC.parent)]

from example_credentials import EXAMPLES, REFERENCE, Example  # noqa: E402
from refusals import Parts, refusals  # noqa: E402
from status_histories import status_history_vectors  # noqa: E402
from vector_files import bring_up  # noqa: E402
from verdict_cases import verdict_vectors  # noqa: E402

from credential import (  # noqa: E402
    ANY_WINDOW,
    CertificateType,
    SigningKey,
    Tree,
    assemble,
    base64url,
    bind,
    disclosures,
    issue,
    leaf_hash,
    padding_leaf,
    parse_certificate_type,
    payload_octets,
    present,
)

ISSUED_AT = 1_793_692_800  # 2026-11-03T16:00:00+08:00
SHOWN_AT = 1_795_312_345
VECTORS = SPEC / "vectors"
TYPES = SPEC.parent / "credential" / "types"


def certificate_type(name: str) -> CertificateType:
    return parse_certificate_type((TYPES / f"{name}.json").read_bytes())


def credential_vector(example: Example) -> dict[str, object]:
    """One credential from its inputs to the bound presentation, every step written down."""
    type_ = certificate_type(example.type_file)
    issuer, holder = (SigningKey.from_secret(example.octets(role)) for role in ("issuer", "holder"))
    seed, nonce = example.octets("seed", 16), base64url.encode(example.octets("nonce", 16))
    payload = payload_octets(
        type_,
        example.claims,
        seed=seed,
        issuer=example.issuer,
        position=example.first + example.index,
        issued_at=ISSUED_AT,
        holder_key=holder.public_key if example.is_bound else None,
    )
    leaves = [padding_leaf(example.octets(f"leaf {i}")) for i in range(example.size)]
    leaves[example.index] = leaf_hash(payload)
    tree = Tree(leaves)
    whole = assemble(issue(payload, tree.path(example.index), issuer), disclosures(type_, example.claims, seed))
    shown = whole if example.shown is None else present(whole, example.shown)
    binding = {"audience": ANY_WINDOW, "nonce": nonce, "issued_at": SHOWN_AT}
    bound = bind(shown, holder, ANY_WINDOW, nonce, SHOWN_AT) if example.is_bound else shown
    return {
        "name": example.name,
        "type": example.type_file,
        "claims": example.claims,
        "seed": seed.hex(),
        "issuer": example.issuer,
        "issuer_secret": example.octets("issuer").hex(),
        "issuer_kid": base64url.encode(issuer.kid),
        "holder_secret": example.octets("holder").hex() if example.is_bound else None,
        "issued_at": ISSUED_AT,
        "batch": {"first": example.first, "index": example.index, "size": example.size, "root": tree.root.hex()},
        "payload": payload.decode(),
        "leaf": leaf_hash(payload).hex(),
        "path": [each.hex() for each in tree.path(example.index)],
        "credential": whole,
        "shown": list(example.claims if example.shown is None else example.shown),
        "binding": binding if example.is_bound else None,
        "presentation": bound,
    }


def refused_vectors() -> list[dict[str, str]]:
    """Built from `name-and-validity-only` with the issuer and holder keys of that example."""
    example = next(each for each in EXAMPLES if each.name == "name-and-validity-only")
    text = str(credential_vector(example)["presentation"])
    jwt, *shown, binding = text.split("~")
    header, payload, _ = jwt.split(".")
    binding_header, binding_payload, _ = binding.split(".")
    parts = Parts(
        header=_decoded(header),
        payload=_decoded(payload),
        disclosures=tuple(map(_decoded, shown)),
        binding_header=_decoded(binding_header),
        binding_payload=_decoded(binding_payload),
        issuer=SigningKey.from_secret(example.octets("issuer")),
        holder=SigningKey.from_secret(example.octets("holder")),
    )
    return [{"name": name, "code": code, "text": refused} for name, code, refused in refusals(parts)]


def type_vectors() -> list[dict[str, object]]:
    """Types are immutable: a digest that changes here is a type that must get a new version instead."""
    types = ((path, certificate_type(path.stem)) for path in sorted(TYPES.glob("*.json")))
    return [
        {"file": path.name, "number": each.number, "vct": each.vct, "digest": each.digest.hex()} for path, each in types
    ]


def tree_vectors() -> list[dict[str, object]]:
    """Leaf i of each tree is the hash of the 4-octet big-endian i."""
    vectors = []
    for size in (1, 2, 3, 4, 5, 7, 8, 63, 64, 65, 1000, 1024, 65_535, 65_536):
        tree = Tree([leaf_hash(i.to_bytes(4)) for i in range(size)])
        places = sorted({0, size // 3, size // 2, size - 1})
        paths = {str(index): base64url.encode(b"".join(tree.path(index))) for index in places}
        vectors.append({"size": size, "root": tree.root.hex(), "paths": paths})
    return vectors


FILES: dict[str, Callable[[], object]] = {
    "reference-licence.json": lambda: credential_vector(REFERENCE),
    "credentials.json": lambda: [credential_vector(example) for example in EXAMPLES],
    "refused-presentations.json": refused_vectors,
    "certificate-types.json": type_vectors,
    "trees.json": tree_vectors,
    "status-histories.json": status_history_vectors,
    "verdict.json": verdict_vectors,
}


def _decoded(text: str) -> str:
    return base64url.decode(text).decode()


if __name__ == "__main__":
    sys.exit(bring_up(FILES))
