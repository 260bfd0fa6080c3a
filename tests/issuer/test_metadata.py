"""The well-known documents, at the addresses that the standards build from an authority's URL."""

from __future__ import annotations

from credential import PublicKey, base64url

URL = "http://127.0.0.1:8001/samr"


def get(desk, name: str) -> dict[str, object]:
    answer = desk.client.get(f"/.well-known/{name}/samr")
    assert answer.status_code == 200
    return answer.json()


def test_issuer_metadata_names_every_endpoint_and_type(offline):
    found = get(offline, "openid-credential-issuer")
    assert found["credential_issuer"] == URL
    for name in ("credential", "nonce", "deferred_credential", "notification"):
        assert found[f"{name}_endpoint"].startswith(URL + "/")
    assert sorted(found["credential_configurations_supported"]) == ["type-1-v1", "type-2-v1", "type-3-v1"]
    licence = found["credential_configurations_supported"]["type-1-v1"]
    assert (licence["format"], licence["vct"]) == ("dc+sd-jwt", "urn:yinxin:type:11100000MB0YX0001Q001:1")
    assert licence["proof_types_supported"] == {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}}
    assert licence["credential_metadata"]["display"][0] == {"name": "营业执照", "locale": "zh-CN"}
    assert licence["credential_metadata"]["claims"][0]["path"] == ["certificate_identifier"]


def test_the_token_endpoint_is_found_by_rfc_8414(offline):
    found = get(offline, "oauth-authorization-server")
    assert (found["issuer"], found["token_endpoint"]) == (URL, URL + "/token")
    assert found["pre-authorized_grant_anonymous_access_supported"] is True


def test_verifiers_that_know_no_ledger_find_the_key(offline):
    found = get(offline, "jwt-vc-issuer")
    (key,) = found["jwks"]["keys"]
    (authority,) = offline.bureau.authorities.values()
    assert found["issuer"] == URL
    assert key["kid"] == base64url.encode(authority.signer.kid)
    assert PublicKey.from_jwk({name: key[name] for name in ("kty", "crv", "x", "y")}) == authority.signer.public_key
    assert "d" not in key
