"""PyPI's sd-jwt, the RFC's reference implementation, accepts our credentials; and ours reads what it wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from credential import Presentation, SigningKey, base64url, bind, parse_presentation, present

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors"
MEMBERS = {"iss", "vct", "iat", "nbf", "exp", "cnf", "status"}


@pytest.fixture(scope="module")
def licence() -> Any:
    return json.loads((VECTORS / "reference-licence.json").read_text("utf-8"))


def signing_key(secret: str) -> SigningKey:
    return SigningKey.from_secret(bytes.fromhex(secret))


def private_jwk(secret: str) -> JWK:
    jwk = {**signing_key(secret).public_key.jwk, "d": base64url.encode(bytes.fromhex(secret))}
    return JWK.from_json(json.dumps(jwk))


def verify(
    presentation: str, issuer_secret: str, audience: str | None = None, nonce: str | None = None
) -> dict[str, Any]:
    public = JWK.from_json(json.dumps(signing_key(issuer_secret).public_key.jwk))
    verifier = SDJWTVerifier(presentation, lambda issuer, header: public, audience, nonce)
    payload: dict[str, Any] = verifier.get_verified_payload()
    return {name: value for name, value in payload.items() if name not in MEMBERS}


def test_it_accepts_the_reference_licence(licence: dict[str, Any]) -> None:
    binding = licence["binding"]
    claims = verify(licence["presentation"], licence["issuer_secret"], binding["audience"], binding["nonce"])
    assert claims == licence["claims"]


def test_it_accepts_every_credential_of_the_vectors() -> None:
    for each in json.loads((VECTORS / "credentials.json").read_text("utf-8")):
        binding = each["binding"] or {"audience": None, "nonce": None}
        claims = verify(each["presentation"], each["issuer_secret"], binding["audience"], binding["nonce"])
        assert claims == {name: each["claims"][name] for name in each["shown"]}, each["name"]


def test_it_refuses_a_forged_signature(licence: dict[str, Any]) -> None:
    with pytest.raises(JWException):
        verify(licence["presentation"], "05" * 32)


@pytest.mark.parametrize(("audience", "nonce"), [("urn:other", None), (None, "another")])
def test_it_refuses_another_audience_and_nonce(
    licence: dict[str, Any], audience: str | None, nonce: str | None
) -> None:
    binding = licence["binding"]
    with pytest.raises(ValueError):
        verify(
            licence["presentation"],
            licence["issuer_secret"],
            audience or binding["audience"],
            nonce or binding["nonce"],
        )


def test_it_refuses_a_binding_to_other_disclosures(licence: dict[str, Any]) -> None:
    jwt, _, *rest = licence["presentation"].split("~")
    binding = licence["binding"]
    with pytest.raises(ValueError, match="digest"):
        verify("~".join([jwt, *rest]), licence["issuer_secret"], binding["audience"], binding["nonce"])


def test_ours_reads_what_it_presents(licence: dict[str, Any]) -> None:
    holder = SDJWTHolder(licence["credential"])
    holder.create_presentation(
        {"business_scope": True}, "a-nonce", "https://window.example.cn", private_jwk(licence["holder_secret"])
    )
    read = parse_presentation(holder.sd_jwt_presentation)
    assert isinstance(read, Presentation), read
    assert [each.name for each in read.disclosures] == ["business_scope"]
    bound = read.key_binding
    assert bound is not None
    assert (bound.audience, bound.nonce, bound.sd_hash) == ("https://window.example.cn", "a-nonce", read.sd_hash)
    assert signing_key(licence["holder_secret"]).public_key.verifies(bound.signature, bound.signing_input)


def test_ours_reads_what_it_issues(licence: dict[str, Any]) -> None:
    members = {name: value for name, value in json.loads(licence["payload"]).items() if name in MEMBERS}
    claims = {SDObj(name): value for name, value in licence["claims"].items()}
    issuer = SDJWTIssuer(
        members | claims,
        private_jwk(licence["issuer_secret"]),
        extra_header_parameters={"typ": "dc+sd-jwt", "kid": licence["issuer_kid"], "inclusion_path": ""},
    )
    read = parse_presentation(issuer.sd_jwt_issuance)
    assert isinstance(read, Presentation), read
    assert {each.name: each.value for each in read.disclosures} == licence["claims"]
    assert {each.digest for each in read.disclosures} == set(read.payload.digests)
    public = signing_key(licence["issuer_secret"]).public_key
    assert public.verifies(read.signature, read.signing_input)
    shown = present(issuer.sd_jwt_issuance, ["certificate_holder_name"])
    bound = bind(shown, signing_key(licence["holder_secret"]), "urn:x", "n", 1_795_312_345)
    assert verify(bound, licence["issuer_secret"], "urn:x", "n") == {
        "certificate_holder_name": licence["claims"]["certificate_holder_name"]
    }
