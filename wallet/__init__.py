"""The holder's wallet: collects credentials, checks and keeps them, shows chosen fields."""

from wallet.contents import Collection, Held, Trust
from wallet.drawing import png, terminal_lines
from wallet.errors import (
    AnotherNetwork,
    CheckpointNotLater,
    CredentialRefused,
    IssuerError,
    IssuerRefused,
    IssuerUnreachable,
    NoNetworkFile,
    OfferRefused,
    TokenRefused,
    TrustRefused,
    VaultError,
    VaultUnusable,
    WalletError,
    WrongPassphrase,
)
from wallet.issuer_client import IssuerClient
from wallet.renewing import Renewal
from wallet.showing import DEFAULT_FIELDS, LiveCode
from wallet.wallet import Wallet, World

__all__ = [
    "DEFAULT_FIELDS",
    "AnotherNetwork",
    "CheckpointNotLater",
    "Collection",
    "CredentialRefused",
    "Held",
    "IssuerClient",
    "IssuerError",
    "IssuerRefused",
    "IssuerUnreachable",
    "LiveCode",
    "NoNetworkFile",
    "OfferRefused",
    "Renewal",
    "TokenRefused",
    "Trust",
    "TrustRefused",
    "VaultError",
    "VaultUnusable",
    "Wallet",
    "WalletError",
    "World",
    "WrongPassphrase",
    "png",
    "terminal_lines",
]
