"""The examples in the documents are the vectors', and are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from credential import base64url, parse_certificate_identifier, parse_certificate_type
from credential.claims import REASONS

SPEC = Path(__file__).resolve().parents[2] / "spec"


def blocks(name: str, language: str) -> list[str]:
    text = (SPEC / name).read_text("utf-8").replace("\\\n", "")
    return re.findall(rf"```{language}\n(.*?)\n```", text, re.DOTALL)


def test_the_example_credential_is_the_vectors(credentials: dict[str, dict[str, Any]]) -> None:
    vector = credentials["name-and-validity-only"]
    header, payload, disclosures, binding = blocks("credential.md", "json")
    jwt, *shown, bound = vector["presentation"].split("~")
    assert blocks("credential.md", "text")[0] == vector["presentation"]
    assert header.encode() == base64url.decode(jwt.split(".")[0])
    assert payload == vector["payload"]
    assert disclosures.split("\n") == [base64url.decode(each).decode() for each in shown]
    assert binding.encode() == base64url.decode(bound.split(".")[1])


def test_the_example_type_is_read() -> None:
    (document,) = blocks("certificate-types.md", "json")
    parsed = parse_certificate_type(document.encode())
    assert (parsed.number, parsed.zh, len(parsed.fields)) == (9, "示例许可证", 3)


def test_the_example_identifier_is_read() -> None:
    identifier = parse_certificate_identifier(blocks("identifiers.md", "text")[0].split("\n")[0])
    assert identifier.issuer == "11430000006122244L"


def test_every_code_for_claims_is_documented() -> None:
    document = (SPEC / "certificate-types.md").read_text("utf-8")
    assert [code for code in REASONS if f"`{code}`" not in document] == []
