"""The error codes of OpenID4VCI 1.0 and OAuth 2.0, as the wallet's endpoints answer them."""

from __future__ import annotations

from issuer.errors import IssuerError


class WalletRefused(IssuerError):
    """A refusal by the standard's code: sections 6.3, 8.3.1, 9.3 and 11.3 of OpenID4VCI 1.0, RFC 6750 for tokens."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.status = status


def invalid_request(description: str) -> WalletRefused:
    return WalletRefused("invalid_request", description)


def invalid_grant(description: str) -> WalletRefused:
    return WalletRefused("invalid_grant", description)


def invalid_token() -> WalletRefused:
    return WalletRefused("invalid_token", "the access token is unknown or over", 401)


def invalid_credential_request(description: str) -> WalletRefused:
    return WalletRefused("invalid_credential_request", description)


def invalid_proof(description: str) -> WalletRefused:
    return WalletRefused("invalid_proof", description)


def invalid_nonce() -> WalletRefused:
    return WalletRefused("invalid_nonce", "the nonce is unknown, used or over: ask for another")


def credential_request_denied(description: str) -> WalletRefused:
    return WalletRefused("credential_request_denied", description)
