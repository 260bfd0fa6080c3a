"""The QR form (spec/qr.md): a presentation packed by template into one QR code, and back octet for octet."""

from credential.qr.errors import MalformedQr, NotPackable, QrError, UnknownVersion
from credential.qr.pack import pack
from credential.qr.presented import parse_presented
from credential.qr.text import from_text, to_text
from credential.qr.unpack import unpack

__all__ = [
    "MalformedQr",
    "NotPackable",
    "QrError",
    "UnknownVersion",
    "from_text",
    "pack",
    "parse_presented",
    "to_text",
    "unpack",
]
