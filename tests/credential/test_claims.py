from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from credential import CertificateType, claim_errors

BASES = {
    "business_licence": "reference-licence",
    "food_business_permit": "batch-of-one",
    "driving_licence": "no-end-and-empty-field",
}


def test_vectors(
    claims_vector: dict[str, Any],
    certificate_types: dict[str, CertificateType],
    credentials: dict[str, dict[str, Any]],
) -> None:
    claims = dict(credentials[BASES[claims_vector["type"]]]["claims"]) | claims_vector["set"]
    claims |= {name: text * times for name, (text, times) in claims_vector.get("repeat", {}).items()}
    for name in claims_vector.get("remove", []):
        del claims[name]
    errors = claim_errors(certificate_types[claims_vector["type"]], claims)
    assert {each.field: each.code for each in errors} == claims_vector["errors"]
    assert [each.value for each in errors] == [claims.get(each.field, "") for each in errors]


def test_every_credential_of_the_vectors_fits_its_type(
    certificate_types: dict[str, CertificateType], credentials: dict[str, dict[str, Any]]
) -> None:
    for each in credentials.values():
        assert claim_errors(certificate_types[each["type"]], each["claims"]) == ()


def test_errors_come_in_the_order_of_the_type(certificate_types: dict[str, CertificateType]) -> None:
    for each in certificate_types.values():
        errors = claim_errors(each, {"zzz": "", "aaa": ""})
        mandatory = [field.name for field in each.fields if field.required]
        assert [error.field for error in errors] == [*mandatory, "aaa", "zzz"]


def test_reasons_are_in_both_languages_and_quote_nothing(
    certificate_types: dict[str, CertificateType], reference_licence: dict[str, Any]
) -> None:
    claims = reference_licence["claims"] | {"certificate_holder_code": "91310115MA1YX00014"}
    (error,) = claim_errors(certificate_types["business_licence"], claims)
    assert "GB 32100" in error.reason
    assert "统一社会信用代码" in error.reason_zh
    assert "91310115MA1YX00014" not in repr(error)


def test_a_value_that_is_no_text_is_told(
    certificate_types: dict[str, CertificateType], reference_licence: dict[str, Any]
) -> None:
    for value in (None, 5, ["x"], {"a": 1}):
        claims = reference_licence["claims"] | {"certificate_validate_end": value}
        assert [error.code for error in claim_errors(certificate_types["business_licence"], claims)] == ["not_text"]


@given(data=st.data())
@settings(deadline=None)
def test_any_text_in_any_field_is_answered(
    certificate_types: dict[str, CertificateType], credentials: dict[str, dict[str, Any]], data: st.DataObject
) -> None:
    type_name = data.draw(st.sampled_from(sorted(BASES)))
    parsed, claims = certificate_types[type_name], credentials[BASES[type_name]]["claims"]
    name = data.draw(st.sampled_from([field.name for field in parsed.fields]))
    text = data.draw(st.text(st.characters(), max_size=30))
    errors = claim_errors(parsed, claims | {name: text})
    assert {error.field for error in errors} <= {name, "certificate_validate_end"}
