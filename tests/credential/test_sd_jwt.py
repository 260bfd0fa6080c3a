from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credential import (
    CertificateType,
    Presentation,
    SigningKey,
    Tree,
    assemble,
    base64url,
    bind,
    dates,
    disclosures,
    issue,
    leaf_hash,
    padding_leaf,
    parse_presentation,
    payload_octets,
    present,
    root_from_path,
    salts,
    status_uri,
    validity,
)

ISSUER = SigningKey.from_secret(b"\x01" * 32)
HOLDER = SigningKey.from_secret(b"\x02" * 32)
SEED = bytes(range(16))
URL = "https://zhengzhao.example.cn/a"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
days = st.dates(dates.FIRST_DAY, date(9000, 1, 1))


def written(
    certificate_type: CertificateType,
    claims: Mapping[str, str],
    *,
    position: int = 5,
    holder: SigningKey | None = HOLDER,
) -> tuple[bytes, str]:
    """(payload, whole credential) in a batch of one."""
    payload = payload_octets(
        certificate_type,
        claims,
        seed=SEED,
        issuer=URL,
        position=position,
        issued_at=1_793_692_800,
        holder_key=holder.public_key if holder else None,
    )
    return payload, assemble(issue(payload, (), ISSUER), disclosures(certificate_type, claims, SEED))


def read(text: str) -> Presentation:
    presentation = parse_presentation(text)
    assert isinstance(presentation, Presentation), presentation
    return presentation


@st.composite
def claims_of(draw: st.DrawFn, certificate_type: CertificateType) -> dict[str, str]:
    """Any texts at all: what fits a type is claims.py's to say."""
    claims = {}
    for each in certificate_type.fields:
        if each.required or draw(st.booleans()):
            claims[each.name] = draw(texts)
    starts = draw(days)
    claims["certificate_validate_start"] = starts.isoformat()
    last = st.dates(starts, dates.LAST_DAY).map(date.isoformat) | st.just("长期")
    return claims | {"certificate_validate_end": draw(last)}


@given(data=st.data(), position=st.integers(0, 2**53 - 1), is_bound=st.booleans())
@settings(deadline=None, max_examples=150)
def test_what_is_written_is_read(
    certificate_types: dict[str, CertificateType], data: st.DataObject, position: int, is_bound: bool
) -> None:
    certificate_type = data.draw(st.sampled_from(sorted(certificate_types.values(), key=lambda each: each.number)))
    claims = data.draw(claims_of(certificate_type))
    payload, whole = written(certificate_type, claims, position=position, holder=HOLDER if is_bound else None)
    presentation = read(whole)
    assert presentation.text == whole
    assert presentation.payload.octets == payload
    assert (presentation.payload.issuer, presentation.payload.position) == (URL, position)
    assert (presentation.payload.type_code, presentation.payload.type_version) == (certificate_type.code, 1)
    assert presentation.payload.holder_key == (HOLDER.public_key if is_bound else None)
    assert (presentation.payload.not_before, presentation.payload.expires) == validity(claims)
    assert {each.name: each.value for each in presentation.disclosures} == claims
    assert {each.digest for each in presentation.disclosures} <= set(presentation.payload.digests)
    assert ISSUER.public_key.verifies(presentation.signature, presentation.signing_input)


@given(data=st.data())
@settings(deadline=None, max_examples=50)
def test_any_choice_can_be_shown_and_bound(
    certificate_types: dict[str, CertificateType], credentials: dict[str, dict[str, Any]], data: st.DataObject
) -> None:
    claims = credentials["reference-licence"]["claims"]
    _, whole = written(certificate_types["business_licence"], claims)
    names = data.draw(st.sets(st.sampled_from(sorted(claims))))
    bound = bind(present(whole, names), HOLDER, "urn:x", "n", 1_800_000_000)
    presentation = read(bound)
    assert [each.name for each in presentation.disclosures] == [name for name in claims if name in names]
    assert presentation.key_binding is not None
    assert presentation.key_binding.sd_hash == presentation.sd_hash
    assert HOLDER.public_key.verifies(presentation.key_binding.signature, presentation.key_binding.signing_input)
    assert len(presentation.payload.digests) == 10


def test_vectors(credential_vector: dict[str, Any], certificate_types: dict[str, CertificateType]) -> None:
    """Each step of the specification, against what is written down."""
    vector, certificate_type = credential_vector, certificate_types[credential_vector["type"]]
    batch, seed = vector["batch"], bytes.fromhex(vector["seed"])
    holder = SigningKey.from_secret(bytes.fromhex(vector["holder_secret"])) if vector["holder_secret"] else None
    payload = payload_octets(
        certificate_type,
        vector["claims"],
        seed=seed,
        issuer=vector["issuer"],
        position=batch["first"] + batch["index"],
        issued_at=vector["issued_at"],
        holder_key=holder.public_key if holder else None,
    )
    assert payload.decode() == vector["payload"]
    assert leaf_hash(payload).hex() == vector["leaf"]
    path = tuple(map(bytes.fromhex, vector["path"]))
    assert root_from_path(leaf_hash(payload), batch["index"], batch["size"], path).hex() == batch["root"]
    issuer = SigningKey.from_secret(bytes.fromhex(vector["issuer_secret"]))
    whole = assemble(issue(payload, path, issuer), disclosures(certificate_type, vector["claims"], seed))
    assert whole == vector["credential"]
    shown = present(whole, vector["shown"])
    if holder:
        shown = bind(shown, holder, **vector["binding"])
    assert shown == vector["presentation"]
    presentation = read(shown)
    assert presentation.header.kid == base64url.decode(vector["issuer_kid"])
    assert presentation.header.inclusion_path == path
    assert presentation.payload.octets == payload


def test_the_reference_licence_is_what_it_says(
    reference_licence: dict[str, Any], certificate_types: dict[str, CertificateType]
) -> None:
    claims, batch = reference_licence["claims"], reference_licence["batch"]
    assert len(claims) == len(certificate_types["business_licence"].fields) == 10
    assert 60 <= len(claims["business_scope"]) <= 65
    assert batch["size"] == 1024
    presentation = read(reference_licence["presentation"])
    assert len(presentation.header.inclusion_path) == 10
    assert len(presentation.disclosures) == 10
    assert presentation.payload.holder_key is not None
    assert presentation.key_binding is not None


def test_an_absent_field_does_not_show(
    certificate_types: dict[str, CertificateType], credentials: dict[str, dict[str, Any]]
) -> None:
    absent, present_ = credentials["absent-fields"], credentials["no-end-and-empty-field"]
    digests = [json.loads(each["payload"])["_sd"] for each in (absent, present_)]
    assert [len(each) for each in digests] == [13, 13]
    assert all(each == sorted(each) for each in digests)
    fields = [each.name for each in certificate_types["driving_licence"].fields]
    decoy = salts.decoy(bytes.fromhex(absent["seed"]), fields.index("record"))
    assert base64url.encode(decoy) in digests[0]


def test_no_salt_or_digest_is_shared_between_seeds(
    certificate_types: dict[str, CertificateType], reference_licence: dict[str, Any]
) -> None:
    claims, licence = reference_licence["claims"], certificate_types["business_licence"]
    first, second = (set(disclosures(licence, claims, seed)) for seed in (bytes(16), b"\x01" * 16))
    assert not first & second


def test_the_payloads_members_come_in_the_documents_order(reference_licence: dict[str, Any]) -> None:
    payload = json.loads(reference_licence["payload"])
    assert list(payload) == ["iss", "vct", "iat", "nbf", "exp", "cnf", "status", "_sd", "_sd_alg"]
    header = json.loads(base64url.decode(reference_licence["credential"].split(".")[0]))
    assert list(header) == ["alg", "typ", "kid", "inclusion_path"]


def test_payload_and_header_are_compact_json(reference_licence: dict[str, Any]) -> None:
    text = reference_licence["payload"]
    assert json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")) == text


@pytest.mark.parametrize(
    ("issued_at", "iat"),
    [(1_793_635_199, 1_793_548_800), (1_793_635_200, 1_793_635_200), (1_793_721_599, 1_793_635_200)],
)
def test_iat_tells_the_day_only(
    certificate_types: dict[str, CertificateType], reference_licence: dict[str, Any], issued_at: int, iat: int
) -> None:
    payload = payload_octets(
        certificate_types["business_licence"],
        reference_licence["claims"],
        seed=SEED,
        issuer=URL,
        position=0,
        issued_at=issued_at,
        holder_key=None,
    )
    assert json.loads(payload)["iat"] == iat


def test_validity_ends_with_the_last_day() -> None:
    claims = {"certificate_validate_start": "2024-02-29", "certificate_validate_end": "2024-02-29"}
    assert validity(claims) == (1_709_136_000, 1_709_136_000 + 86_400)
    assert validity(claims | {"certificate_validate_end": "长期"}) == (1_709_136_000, None)


@pytest.mark.parametrize(("position", "uri"), [(0, "0"), (2**20 - 1, "0"), (2**20, "1"), (2**41 + 3, "2097152")])
def test_the_status_list_holds_a_million(position: int, uri: str) -> None:
    assert status_uri(URL, position) == f"{URL}/status/{uri}"


def test_foreign_fields_and_bad_seeds_are_refused(
    certificate_types: dict[str, CertificateType], reference_licence: dict[str, Any]
) -> None:
    licence, claims = certificate_types["business_licence"], reference_licence["claims"]
    with pytest.raises(ValueError, match="no field: sex"):
        disclosures(licence, claims | {"sex": "女"}, SEED)
    with pytest.raises(ValueError, match="16 octets, got 15"):
        disclosures(licence, claims, bytes(15))


def test_only_what_is_held_can_be_shown(reference_licence: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="does not have: sex"):
        present(reference_licence["credential"], ["certificate_holder_name", "sex"])
    with pytest.raises(ValueError, match="one check"):
        present(reference_licence["presentation"], ["certificate_holder_name"])


def test_what_is_bound_is_not_bound_again(reference_licence: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="bound once"):
        bind(reference_licence["presentation"], HOLDER, "urn:x", "n", 0)


def test_one_batch_proves_all_its_credentials(
    certificate_types: dict[str, CertificateType], reference_licence: dict[str, Any]
) -> None:
    """As a bureau does it: payloads, tree, then signatures that carry the paths."""
    licence, claims = certificate_types["business_licence"], reference_licence["claims"]
    seeds = [sha256(bytes([i])).digest()[:16] for i in range(5)]
    payloads = [
        payload_octets(licence, claims, seed=seed, issuer=URL, position=i, issued_at=0, holder_key=None)
        for i, seed in enumerate(seeds)
    ]
    leaves = [*map(leaf_hash, payloads), *(padding_leaf(sha256(bytes([i])).digest()) for i in range(59))]
    tree = Tree(leaves)
    for i, payload in enumerate(payloads):
        read_back = read(assemble(issue(payload, tree.path(i), ISSUER), ()))
        leaf = leaf_hash(read_back.payload.octets)
        assert root_from_path(leaf, i, 64, read_back.header.inclusion_path) == tree.root
