from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from credential import ANY_WINDOW, Presentation, base64url, parse_presentation
from credential.key_binding import sd_hash, signing_input


def test_the_binding_signs_what_is_shown_to_whom_and_when(reference_licence: dict[str, Any]) -> None:
    text, binding = reference_licence["presentation"], reference_licence["binding"]
    shown, _, jwt = text.rpartition("~")
    header, payload, _ = jwt.split(".")
    assert base64url.decode(header) == b'{"alg":"ES256","typ":"kb+jwt"}'
    assert json.loads(base64url.decode(payload)) == {
        "iat": binding["issued_at"],
        "aud": ANY_WINDOW,
        "nonce": binding["nonce"],
        "sd_hash": base64url.encode(sha256(f"{shown}~".encode()).digest()),
    }


def test_the_signing_input_can_be_rebuilt_from_what_was_read(reference_licence: dict[str, Any]) -> None:
    read = parse_presentation(reference_licence["presentation"])
    assert isinstance(read, Presentation)
    bound = read.key_binding
    assert bound is not None
    rebuilt = signing_input(bound.audience, bound.nonce, bound.issued_at, bound.sd_hash)
    assert rebuilt.encode() == bound.signing_input


def test_hiding_one_field_more_breaks_the_binding(reference_licence: dict[str, Any]) -> None:
    parts = reference_licence["presentation"].split("~")
    read = parse_presentation("~".join(parts[:1] + parts[2:]))
    assert isinstance(read, Presentation)
    assert read.key_binding is not None
    assert read.key_binding.sd_hash != read.sd_hash == sd_hash("~".join([*parts[:1], *parts[2:-1], ""]))
