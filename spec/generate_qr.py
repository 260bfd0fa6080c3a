#!/usr/bin/env python3
"""Writes the vectors of the QR form from those of credentials: `python spec/generate_qr.py`, after `spec/generate.py`.

Another zlib may pack to other octets, so what is here stays valid when a new run differs: readers compare what unpacks.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

SPEC = Path(__file__).resolve().parent
sys.path[:0] = [str(SPEC), str(SPEC.parent)]

from qr_refusals import refused_vectors  # noqa: E402

from credential import ANY_WINDOW, Catalogue, SigningKey, base64url, bind, parse_certificate_type  # noqa: E402
from credential.qr import pack, to_text  # noqa: E402

VECTORS, DATA = SPEC / "vectors", SPEC.parent / "credential"
TYPES = [parse_certificate_type(path.read_bytes()) for path in sorted((DATA / "types").glob("*.json"))]
DICTIONARIES = {int(path.stem): path.read_bytes() for path in sorted((DATA / "dictionaries").glob("*.txt"))}
CATALOGUE = Catalogue({(each.number, each.version): each for each in TYPES}, DICTIONARIES)
CREDENTIALS = [json.loads((VECTORS / "reference-licence.json").read_text("utf-8"))]
CREDENTIALS += json.loads((VECTORS / "credentials.json").read_text("utf-8"))
WINDOW = "https://window.gd.example.cn/requests"


def packed_vector(name: str, presentation: str, seed: str | None) -> dict[str, object]:
    octets = pack(presentation, CATALOGUE, seed=None if seed is None else bytes.fromhex(seed))
    return {"name": name, "presentation": presentation, "seed": seed, "octets": len(octets), "text": to_text(octets)}


def packed_vectors() -> Iterator[dict[str, object]]:
    """Each credential as its vector shows it, with salts, and with the seed where all is shown; then other bindings."""
    for each in CREDENTIALS:
        name, presentation = each["name"], each["presentation"]
        yield packed_vector(f"{name}, salts", presentation, None)
        if len(each["shown"]) == len(each["claims"]):
            yield packed_vector(f"{name}, seed", presentation, each["seed"])
    reference = CREDENTIALS[0]
    for name, audience, nonce in (
        ("live, nonce that is no base64url", ANY_WINDOW, "请求 42"),
        ("requested, nonce in base64url", WINDOW, "7diuOTJB8PAowcDM7d0ytw"),
        ("requested, nonce that is no base64url", WINDOW, "b52f3e4a-9c1d-4d0e-8f8f-1b1c1d1e1f20"),
    ):
        yield packed_vector(name, bound(reference["credential"], audience, nonce), reference["seed"])
    yield packed_vector("a holder's key, no key binding", reference["credential"], reference["seed"])


def bound(credential: str, audience: str, nonce: str) -> str:
    """`credential` shown by the holder of the reference licence."""
    holder = SigningKey.from_secret(bytes.fromhex(CREDENTIALS[0]["holder_secret"]))
    return bind(credential, holder, audience, nonce, CREDENTIALS[0]["binding"]["issued_at"])


def not_packable_vectors() -> Iterator[dict[str, object]]:
    reference = CREDENTIALS[0]
    credential, seed = reference["credential"], reference["seed"]
    jwt, first, second, *others = credential.split("~")
    header, payload, rest = jwt.split(".")
    spaced = base64url.encode(base64url.decode(payload).replace(b",", b", ", 1))
    unkeyed = next(each["credential"] for each in CREDENTIALS if each["holder_secret"] is None)
    for name, text, used in (
        ("a present field is hidden, with the seed", "~".join((jwt, second, *others)), seed),
        ("the seed of another credential", credential, "00" * 16),
        ("disclosures in another order", "~".join((jwt, second, first, *others)), None),
        ("a disclosure twice", "~".join((jwt, first, first, second, *others)), None),
        ("a space in the payload", "~".join((f"{header}.{spaced}.{rest}", first, second, *others)), None),
        ("key binding without a key", bound(unkeyed, ANY_WINDOW, "bm9uY2U"), None),
        ("no presentation", "印信", None),
    ):
        yield {"name": name, "presentation": text, "seed": used}


def reference_octets() -> bytes:
    return pack(CREDENTIALS[0]["presentation"], CATALOGUE, seed=bytes.fromhex(CREDENTIALS[0]["seed"]))


def main() -> None:
    vectors = {
        "dictionaries": [
            {"number": number, "octets": len(octets), "sha256": sha256(octets).hexdigest()}
            for number, octets in DICTIONARIES.items()
        ],
        "packed": list(packed_vectors()),
        "not_packable": list(not_packable_vectors()),
        "refused": list(refused_vectors(reference_octets(), CREDENTIALS[0], DICTIONARIES[1])),
    }
    (VECTORS / "qr.json").write_text(json.dumps(vectors, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
