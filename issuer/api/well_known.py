"""Metadata by well-known address: the path of an authority's URL follows the name (RFC 8414, section 3.1)."""

from __future__ import annotations

from fastapi import APIRouter

from issuer.api.access import TheService
from issuer.api.problems import WALLET
from issuer.bureau import Authority
from issuer.metadata import authorization_server, credential_issuer, jwt_vc_issuer


def well_known_router(authority: Authority) -> APIRouter:
    router = APIRouter(prefix="/.well-known", tags=[WALLET])
    path = authority.settings.path

    @router.get(f"/openid-credential-issuer{path}")
    def openid_credential_issuer(service: TheService) -> dict[str, object]:
        return credential_issuer(authority, service.bureau)

    @router.get(f"/oauth-authorization-server{path}")
    def oauth_authorization_server() -> dict[str, object]:
        return authorization_server(authority)

    @router.get(f"/jwt-vc-issuer{path}")
    def vc_issuer() -> dict[str, object]:
        return jwt_vc_issuer(authority)

    return router
