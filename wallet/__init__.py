"""The holder's wallet: collects credentials, checks and keeps them, shows chosen fields."""

from wallet.contents import Collection, Held, Trust
from wallet.drawing import png, terminal_lines
from wallet.errors import (
    CredentialRefused,
    IssuerError,
    IssuerRefused,
    IssuerUnreachable,
    OfferRefused,
    VaultError,
    WalletError,
    WrongPassphrase,
)
from wallet.issuer_client import IssuerClient
from wallet.showing import DEFAULT_FIELDS, LiveCode
from wallet.wallet import Wallet, World

__all__ = [
    "DEFAULT_FIELDS",
    "Collection",
    "CredentialRefused",
    "Held",
    "IssuerClient",
    "IssuerError",
    "IssuerRefused",
    "IssuerUnreachable",
    "LiveCode",
    "OfferRefused",
    "Trust",
    "VaultError",
    "Wallet",
    "WalletError",
    "World",
    "WrongPassphrase",
    "png",
    "terminal_lines",
]
