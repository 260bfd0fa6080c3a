"""What the bureau refuses, each with a permanent code. Messages are for people, may change, and quote no personal data.

IssuerError
├── Refused              the request cannot be done as it stands
│   ├── NotAuthenticated   who asks is not known
│   ├── NotPermitted       who asks may not do this
│   ├── NotFound           there is no such thing
│   ├── Invalid            what came does not fit its form
│   └── Conflict           the thing is in a state that forbids it
├── MissingGlyphs        the fonts cannot print the certificate
├── UnusableKey          a key file cannot be used
├── OtherChain           a node serves another chain than the network file names
├── AlreadyRunning       another service uses the same database
├── AccountFenced        whatever the account in the settings sends is refused
├── NotSettled           calls still wait for the ledger, and may yet change what is compared with it
└── LedgerMismatch       the chain and this database tell different histories
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Code(StrEnum):
    """Public and permanent; docs/issuer.md says what each means and what to do."""

    NOT_LOGGED_IN = "not_logged_in"
    WRONG_LOGIN = "wrong_login"
    LOGIN_PAUSED = "login_paused"
    ROLE_NEEDED = "role_needed"
    OTHER_AUTHORITY = "other_authority"
    SAME_OFFICER = "same_officer"
    NOT_THE_DRAFTER = "not_the_drafter"
    NOT_FOUND = "not_found"
    NAME_TAKEN = "name_taken"
    WEAK_PASSWORD = "weak_password"  # noqa: S105 - a code, not a password
    BAD_REQUEST = "bad_request"
    TOO_LARGE = "too_large"
    UNKNOWN_TYPE = "unknown_type"
    UNREADABLE_FILE = "unreadable_file"
    UNKNOWN_COLUMN = "unknown_column"
    MISSING_COLUMN = "missing_column"
    ROWS_HAVE_ERRORS = "rows_have_errors"
    NO_GOOD_ROWS = "no_good_rows"
    CLAIMS_DO_NOT_FIT = "claims_do_not_fit"
    CHANGES_NOTHING = "changes_nothing"
    IDENTIFIER_TAKEN = "identifier_taken"
    WRONG_STATE = "wrong_state"
    NOT_IN_FORCE = "not_in_force"
    NOTHING_TO_END = "nothing_to_end"
    ALREADY_SO = "already_so"
    EFFECTIVE_OUT_OF_RANGE = "effective_out_of_range"
    NOT_CONFIRMED = "not_confirmed"
    FINAL_ON_CHAIN = "final_on_chain"
    NOT_ANCHORED_YET = "not_anchored_yet"
    MISSING_GLYPHS = "missing_glyphs"
    TOO_LONG_FOR_QR = "too_long_for_qr"
    DATABASE_UNUSABLE = "database_unusable"
    INTERNAL = "internal"


class IssuerError(Exception):
    """Every error of this package."""


class Refused(IssuerError):
    """`details` go to the officer who asked, in the answer, and nowhere else: they may quote a file's values."""

    def __init__(self, code: Code, message: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = dict(details or {})


class NotAuthenticated(Refused):
    """Who asks is not known."""


class NotPermitted(Refused):
    """Who asks may not do this."""


class NotFound(Refused):
    """There is no such thing, or it is another authority's."""

    def __init__(self, thing: str, number: object) -> None:
        super().__init__(Code.NOT_FOUND, f"there is no {thing} {number}")


class Invalid(Refused):
    """What came does not fit its form."""


class Conflict(Refused):
    """The thing is in a state that forbids it."""


class MissingGlyphs(IssuerError):
    """No font at hand has these code points. `U+…` names them without quoting the text they stand in."""

    def __init__(self, missing: frozenset[str]) -> None:
        names = ", ".join(f"U+{ord(character):04X}" for character in sorted(missing))
        super().__init__(f"no font has {names}: add a font file that has them to the setting `fonts`")
        self.code_points = tuple(sorted(ord(character) for character in missing))


class UnusableKey(IssuerError):
    """A key file is missing, readable by others, encrypted with another passphrase, or not a P-256 key."""


class OtherChain(IssuerError):
    """A node serves another chain than the network file names; it is not used."""


class AlreadyRunning(IssuerError):
    """Another service uses the same database."""


class AccountFenced(IssuerError):
    """The region has fenced the account in the settings: whatever it sends is refused."""


class NotSettled(IssuerError):
    """Calls still wait for the ledger, and may yet change what is compared with it."""


class LedgerMismatch(IssuerError):
    """The chain's totals do not fit the batches in this database: it is an old copy, or another service anchors too."""
