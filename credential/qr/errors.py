"""What can be wrong with a QR form.

QrError
├── NotPackable      the presentation has no lossless QR form; it can still travel as text
├── MalformedQr      the code is damaged, foreign or hostile
└── UnknownVersion   the code is of a format, type or dictionary that this catalogue lacks: update, then scan again
"""

from __future__ import annotations


class QrError(Exception):
    """Base of the errors of the QR form. Messages never quote a value."""


class NotPackable(QrError):
    """The presentation differs from what the template would give back."""


class MalformedQr(QrError):
    """No presentation unpacks from these octets or this text."""


class UnknownVersion(QrError):
    """`what` of number `number` is missing here. It says nothing about the code: a newer catalogue may read it."""

    def __init__(self, what: str, number: int) -> None:
        super().__init__(f"{what} {number} is not known here: update, then scan again")
        self.what = what
        self.number = number
