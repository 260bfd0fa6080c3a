"""The door for a window: scanned or pasted text in; a presentation, or the reason why there is none, out."""

from __future__ import annotations

from credential.catalogue import Catalogue
from credential.parse import parse_presentation
from credential.presentation import Presentation, Unreadable
from credential.qr.errors import MalformedQr, UnknownVersion
from credential.qr.text import PREFIX, from_text
from credential.qr.unpack import unpack


def parse_presented(text: str | bytes, catalogue: Catalogue) -> Presentation | Unreadable:
    """The presentation in a QR form's text or in SD-JWT text. Raises nothing, whatever is shown.

    Codes besides those of `parse_presentation`: `malformed_qr`, and `unknown_version`, which says nothing against what
    was shown.
    """
    if isinstance(text, bytes):
        text = text.decode("latin-1")  # no octet is lost; whatever is not ASCII is refused below
    if not text.startswith(PREFIX):
        return parse_presentation(text)
    try:
        return parse_presentation(unpack(from_text(text), catalogue))
    except UnknownVersion as error:
        return Unreadable("unknown_version", str(error))
    except MalformedQr as error:
        return Unreadable("malformed_qr", str(error))
