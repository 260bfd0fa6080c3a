"""The first octets of a QR form: which format, type, type version and dictionary, and which parts follow."""

from __future__ import annotations

from dataclasses import dataclass

from credential.catalogue import Catalogue
from credential.certificate_type import CertificateType
from credential.qr.contents import Binding
from credential.qr.errors import MalformedQr, UnknownVersion
from credential.qr.octets import Reader

FORMAT = 1
_BINDING, _SEED, _END, _RAW_NONCE = 0b0000_0011, 0b0000_0100, 0b0000_1000, 0b0001_0000


@dataclass(frozen=True, slots=True)
class Flags:
    """`has_raw_nonce`: the nonce is base64url and travels as octets, not as text."""

    binding: Binding
    has_seed: bool
    has_end: bool
    has_raw_nonce: bool

    @property
    def octet(self) -> bytes:
        bits = self.has_seed * _SEED | self.has_end * _END | self.has_raw_nonce * _RAW_NONCE
        return bytes([self.binding | bits])

    @classmethod
    def read(cls, reader: Reader) -> Flags:
        octet = reader.octet()
        flags = cls(Binding(octet & _BINDING), bool(octet & _SEED), bool(octet & _END), bool(octet & _RAW_NONCE))
        if flags.octet[0] != octet:
            raise MalformedQr(f"the flags {octet:#04x} have bits that format {FORMAT} does not")
        if flags.has_raw_nonce and flags.binding < Binding.LIVE:
            raise MalformedQr("a nonce without key binding")
        return flags


def read_versions(reader: Reader, catalogue: Catalogue) -> tuple[CertificateType, bytes]:
    """The type and the dictionary that the rest is read with. Raises UnknownVersion."""
    if (format_version := reader.number()) != FORMAT:
        raise UnknownVersion("format", format_version)
    number, version, dictionary_number = reader.number(), reader.number(), reader.number()
    if all(known != number for known, _ in catalogue.types):
        raise UnknownVersion("certificate type", number)
    if (certificate_type := catalogue.types.get((number, version))) is None:
        raise UnknownVersion(f"of certificate type {number} the version", version)
    if (dictionary := catalogue.dictionaries.get(dictionary_number)) is None:
        raise UnknownVersion("dictionary", dictionary_number)
    return certificate_type, dictionary
