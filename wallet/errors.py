"""The errors of the wallet, each with a permanent code and an exit status.

WalletError
├── VaultError              the file that holds everything
│   ├── NoVault             no_wallet
│   ├── VaultExists         wallet_exists
│   ├── VaultBusy           wallet_busy
│   ├── VaultUnusable       wallet_unusable
│   ├── WrongPassphrase     wrong_passphrase
│   └── DamagedVault        damaged_wallet
├── OfferRefused            the offer cannot be used
│   ├── MalformedOffer      malformed_offer
│   ├── UnsupportedOffer    unsupported_offer
│   └── CodeNeeded          transaction_code_needed
├── IssuerError             talking to the issuer; what was begun can be resumed
│   ├── IssuerUnreachable   issuer_unreachable
│   ├── IssuerRefused       issuer_refused
│   │   └── TokenRefused    token_refused: before anything was issued; nothing is kept to be resumed
│   └── MalformedAnswer     malformed_answer
├── CredentialRefused       credential_refused: what arrived is not what it should be, and was not kept
├── TrustRefused            what the wallet was to check by from now on; it checks by what it did before
│   ├── NoNetworkFile       no_network_file
│   ├── AnotherNetwork      another_network
│   └── CheckpointNotLater  checkpoint_not_later
├── NoSuchCredential        no_such_credential
├── NoSuchField             no_such_field
└── TooMuchToShow           too_much_to_show

No message holds a claim, a code or a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class WalletError(Exception):
    """A typed error; `str()` is one sentence for the holder."""

    code: ClassVar[str] = "wallet_error"
    exit_status: ClassVar[int] = 1


class VaultError(WalletError):
    pass


class NoVault(VaultError):
    code = "no_wallet"


class VaultExists(VaultError):
    code = "wallet_exists"


class VaultBusy(VaultError):
    code = "wallet_busy"


class VaultUnusable(VaultError):
    """Its folder or its disk does not let the file be read or written; what it holds is as it was."""

    code = "wallet_unusable"


class WrongPassphrase(VaultError):
    code = "wrong_passphrase"


class DamagedVault(VaultError):
    code = "damaged_wallet"


class OfferRefused(WalletError):
    pass


class MalformedOffer(OfferRefused):
    code = "malformed_offer"


class UnsupportedOffer(OfferRefused):
    code = "unsupported_offer"


class CodeNeeded(OfferRefused):
    code = "transaction_code_needed"


class IssuerError(WalletError):
    pass


class IssuerUnreachable(IssuerError):
    """The answer did not come: it may have been stored all the same. Resume."""

    code = "issuer_unreachable"


class IssuerRefused(IssuerError):
    """The issuer said no; `status` is that of HTTP, `error` the OAuth or OpenID4VCI error code."""

    code = "issuer_refused"
    hints: ClassVar[Mapping[str, str]] = {
        "invalid_grant": "the offer was used or is over; forget what was begun and ask the bureau for a new offer",
        "credential_request_denied": "the certificate is not in force, or its offer was taken up by another wallet",
    }

    def __init__(self, status: int, error: str) -> None:
        hint = self.hints.get(error, "ask the bureau")
        super().__init__(f"the issuer refused ({status} {error}): {hint}")
        self.status = status
        self.error = error


class TokenRefused(IssuerRefused):
    """The offer's codes gave no token, nor would they if sent again. Nothing was issued, and nothing is kept of it."""

    code = "token_refused"
    hints: ClassVar[Mapping[str, str]] = {
        "invalid_grant": "the transaction code is wrong, or the offer was used or is over; nothing is kept: accept it "
        "again with the right code, or ask the bureau for a new offer",
    }


class MalformedAnswer(IssuerError):
    code = "malformed_answer"


class CredentialRefused(WalletError):
    """What arrived is not a credential of this holder from a recognised issuer; `reason` is a code."""

    code = "credential_refused"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{message} ({reason})")
        self.reason = reason


class TrustRefused(WalletError):
    pass


class NoNetworkFile(TrustRefused):
    code = "no_network_file"


class AnotherNetwork(TrustRefused):
    """More than the checkpoint differs; a wallet keeps to the network that it was made for."""

    code = "another_network"


class CheckpointNotLater(TrustRefused):
    code = "checkpoint_not_later"


class NoSuchCredential(WalletError):
    code = "no_such_credential"


class NoSuchField(WalletError):
    code = "no_such_field"


class TooMuchToShow(WalletError):
    code = "too_much_to_show"
