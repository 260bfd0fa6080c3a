"""The documents that wallets and verifiers find by their well-known addresses, for one authority each."""

from __future__ import annotations

from credential import CertificateType, base64url
from issuer.bureau import Authority, Bureau
from issuer.offers import GRANT, configuration_id


def credential_issuer(authority: Authority, bureau: Bureau) -> dict[str, object]:
    """OpenID4VCI 1.0, section 12.2. Versions of a type that are no longer issued stay collectable."""
    url = authority.settings.url
    offered = [each for (number, _), each in bureau.catalogue.types.items() if number in authority.types]
    return {
        "credential_issuer": url,
        "credential_endpoint": f"{url}/credential",
        "nonce_endpoint": f"{url}/nonce",
        "deferred_credential_endpoint": f"{url}/deferred",
        "notification_endpoint": f"{url}/notification",
        "display": [{"name": authority.settings.name, "locale": "zh-CN"}],
        "credential_configurations_supported": {
            configuration_id(each.number, each.version): _configuration(each) for each in offered
        },
    }


def authorization_server(authority: Authority) -> dict[str, object]:
    """RFC 8414: this service gives tokens for pre-authorised codes and for nothing else."""
    url = authority.settings.url
    return {
        "issuer": url,
        "token_endpoint": f"{url}/token",
        "grant_types_supported": [GRANT],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["none"],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def jwt_vc_issuer(authority: Authority) -> dict[str, object]:
    """SD-JWT VC, JWT VC Issuer Metadata: the key, for verifiers that know nothing of the ledger."""
    key = {
        **authority.signer.public_key.jwk,
        "kid": base64url.encode(authority.signer.kid),
        "alg": "ES256",
        "use": "sig",
    }
    return {"issuer": authority.settings.url, "jwks": {"keys": [key]}}


def _configuration(certificate_type: CertificateType) -> dict[str, object]:
    return {
        "format": "dc+sd-jwt",
        "vct": certificate_type.vct,
        "cryptographic_binding_methods_supported": ["jwk"],
        "credential_signing_alg_values_supported": ["ES256"],
        "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
        "credential_metadata": {
            "display": _names(certificate_type.zh, certificate_type.en),
            "claims": [
                {"path": [each.name], "mandatory": each.required, "display": _names(each.zh, each.en)}
                for each in certificate_type.fields
            ],
        },
    }


def _names(zh: str, en: str) -> list[dict[str, str]]:
    return [{"name": zh, "locale": "zh-CN"}, {"name": en, "locale": "en"}]
