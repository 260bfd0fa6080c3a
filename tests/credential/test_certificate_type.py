from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from credential import CertificateType, Kind, MalformedType, identifiers, parse_certificate_type
from credential.certificate_type import parse_vct, vct_of

TYPES = Path(__file__).resolve().parents[2] / "credential" / "types"
LICENCE = (TYPES / "business_licence.json").read_bytes()


def test_shipped_types_are_those_of_the_vectors(type_vector: dict[str, Any]) -> None:
    """A published type never changes: what would change a digest here needs a new version."""
    parsed = parse_certificate_type((TYPES / type_vector["file"]).read_bytes())
    assert (parsed.number, parsed.vct, parsed.digest.hex()) == (
        type_vector["number"],
        type_vector["vct"],
        type_vector["digest"],
    )


def test_there_are_three_types(certificate_types: dict[str, CertificateType]) -> None:
    names = {each.number: (each.zh, each.en) for each in certificate_types.values()}
    assert names == {
        1: ("营业执照", "Business licence"),
        2: ("食品经营许可证", "Food business permit"),
        3: ("驾驶证", "Driving licence"),
    }


def test_the_business_licence_has_ten_fields(certificate_types: dict[str, CertificateType]) -> None:
    licence = certificate_types["business_licence"]
    assert len(licence.fields) == 10
    holder = next(each for each in licence.fields if each.name == "certificate_holder_name")
    assert (holder.code, holder.kind, holder.zh, holder.en, holder.required) == (
        "CZZT",
        Kind.TEXT,
        "名称",
        "Name",
        True,
    )


def test_facts_about_driving_licences_grow_old_within_the_hour(certificate_types: dict[str, CertificateType]) -> None:
    ages = {name: each.max_facts_age_seconds for name, each in certificate_types.items()}
    assert ages == {"business_licence": 86_400, "food_business_permit": 86_400, "driving_licence": 3_600}


def test_type_codes_and_schemas_are_well_formed(certificate_types: dict[str, CertificateType]) -> None:
    for each in certificate_types.values():
        assert identifiers.is_type_code(each.code)
        assert parse_vct(each.vct) == (each.code, each.version)
        Draft202012Validator.check_schema(each.schema)


def test_a_type_is_a_key_of_dictionaries(certificate_types: dict[str, CertificateType]) -> None:
    assert len(set(certificate_types.values())) == 3
    assert parse_certificate_type(LICENCE) == certificate_types["business_licence"]


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(LICENCE)
    change(document)
    return json.dumps(document).encode()


@pytest.mark.parametrize("member", sorted(json.loads(LICENCE).keys() - {"name"}))
def test_every_member_is_needed(member: str) -> None:
    with pytest.raises(MalformedType):
        parse_certificate_type(changed(lambda document: document.pop(member)))


@pytest.mark.parametrize("member", sorted(json.loads(LICENCE).keys() - {"name"}))
@pytest.mark.parametrize("value", [None, True, -1, 0, "", [], {}, ["x"], {"x": 1}])
def test_every_member_has_its_kind(member: str, value: object) -> None:
    with pytest.raises(MalformedType):
        parse_certificate_type(changed(lambda document: document.update({member: value})))


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["claims"].append(d["claims"][0]),
        lambda d: d["claims"].pop(),
        lambda d: d["claims"].clear(),
        lambda d: d["claims"][0].update(mandatory=False),
        lambda d: d["claims"][0].update(sd="allowed"),
        lambda d: d["claims"][0].update(kind="colour"),
        lambda d: d["claims"][0].update(path=["a", "b"]),
        lambda d: d["claims"][0].update(path=["Certificate"]),
        lambda d: d["claims"][0].update(path=[]),
        lambda d: d["claims"][0].update(gbt36903=""),
        lambda d: d["claims"][0]["display"].pop(),
        lambda d: d["display"].pop(0),
        lambda d: d["schema"].update(additionalProperties=True),
        lambda d: d["schema"].pop("required"),
        lambda d: d["schema"]["required"].append("registered_capital"),
        lambda d: d["schema"]["properties"].update(other={"type": "string"}),
        lambda d: d.update(vct=d["vct"].replace("Q001", "R001")),
        lambda d: d.update(number="1"),
    ],
)
def test_a_type_that_contradicts_itself_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(MalformedType):
        parse_certificate_type(changed(change))


@pytest.mark.parametrize("octets", [b"", b"[]", b"null", b'{"vct":1,"vct":1}', b"\xff", b"[" * 10_000])
def test_what_is_no_type_is_refused(octets: bytes) -> None:
    with pytest.raises(MalformedType):
        parse_certificate_type(octets)


@pytest.mark.parametrize("name", ["iss", "_sd", "status"])
def test_no_field_is_named_like_a_member_of_the_payload(name: str) -> None:
    octets = LICENCE.replace(b"registered_capital", name.encode())
    with pytest.raises(MalformedType):
        parse_certificate_type(octets)


@pytest.mark.parametrize("version", [1, 65_535])
def test_vct_names_code_and_version(version: int) -> None:
    assert parse_vct(vct_of("11100000MB0YX0001Q001", version)) == ("11100000MB0YX0001Q001", version)


@pytest.mark.parametrize("version", ["0", "01", "65536", "-1", "", "1.0"])
def test_other_versions_are_refused(version: str) -> None:
    with pytest.raises(ValueError):
        parse_vct(f"urn:yinxin:type:11100000MB0YX0001Q001:{version}")
