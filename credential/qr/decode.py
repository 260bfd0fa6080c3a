"""What travels, read from its octets (spec/qr.md section 3): strictly and to the last octet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from credential import base64url
from credential.catalogue import Catalogue
from credential.certificate_type import CertificateType
from credential.dates import start_of
from credential.key_binding import ANY_WINDOW
from credential.keys import SIGNATURE_OCTETS, THUMBPRINT_OCTETS, PublicKey
from credential.merkle import HASH_OCTETS
from credential.qr.contents import Binding, Contents, HolderSignature, Salts, Seed
from credential.qr.deflated import inflate
from credential.qr.errors import MalformedQr
from credential.qr.head import Flags, read_versions
from credential.qr.octets import Reader
from credential.qr.values import Form, unpack_value
from credential.salts import SALT_OCTETS, SEED_OCTETS


def decode(octets: bytes, catalogue: Catalogue) -> Contents:
    """Raises MalformedQr and UnknownVersion."""
    reader = Reader(octets)
    certificate_type, dictionary = read_versions(reader, catalogue)
    flags = Flags.read(reader)
    forms = _forms(reader, len(certificate_type.fields))
    issued_at, not_before = _day(reader), _day(reader)
    expires = _day(reader) if flags.has_end else None
    position = reader.number()
    kid = reader.take(THUMBPRINT_OCTETS)
    inclusion_path = tuple(reader.take(HASH_OCTETS) for _ in range(reader.octet()))
    signature = reader.take(SIGNATURE_OCTETS)
    holder_key = None if flags.binding is Binding.PAPER else _holder_key(reader)
    secret = Seed(reader.take(SEED_OCTETS)) if flags.has_seed else _salts(reader, forms)
    bound = _bound(reader, flags)
    compact = _compact_values(reader, certificate_type, forms)
    texts = Reader(inflate(reader.rest(), dictionary))
    issuer, key_binding = texts.text(), _key_binding(bound, flags, texts)
    values = tuple(texts.text() if form is Form.TEXT else value for form, value in zip(forms, compact, strict=True))
    texts.end()
    return Contents(
        certificate_type=certificate_type,
        issuer=issuer,
        issued_at=issued_at,
        not_before=not_before,
        expires=expires,
        position=position,
        kid=kid,
        inclusion_path=inclusion_path,
        signature=signature,
        holder_key=holder_key,
        values=values,
        secret=secret,
        key_binding=key_binding,
    )


class _Bound(NamedTuple):
    """The octets of a key binding; its texts come after all octets. `nonce` is None where it is one of the texts."""

    issued_at: int
    nonce: str | None
    signature: bytes


def _forms(reader: Reader, count: int) -> tuple[Form, ...]:
    """Two bits for each of `count` fields, the first in the highest bits."""
    octets = reader.take((count + 3) // 4)
    forms = [Form(octet >> shift & 3) for octet in octets for shift in (6, 4, 2, 0)]
    if any(forms[count:]):
        raise MalformedQr(f"more forms than the type's {count} fields")
    return tuple(forms[:count])


def _day(reader: Reader) -> int:
    """The first instant of a day, counted from 0001-01-01, which is 1."""
    try:
        return start_of(date.fromordinal(int.from_bytes(reader.take(3))))
    except (ValueError, OverflowError) as error:
        raise MalformedQr("no such day") from error


def _holder_key(reader: Reader) -> PublicKey:
    try:
        return PublicKey.from_compressed(reader.take(33))
    except ValueError as error:
        raise MalformedQr("the holder's key is no point of P-256") from error


def _salts(reader: Reader, forms: Sequence[Form]) -> Salts:
    hidden = forms.count(Form.NOT_SHOWN)
    salts = tuple(reader.take(SALT_OCTETS) for _ in range(len(forms) - hidden))
    return Salts(salts, tuple(reader.take(HASH_OCTETS) for _ in range(hidden)))


def _bound(reader: Reader, flags: Flags) -> _Bound | None:
    if flags.binding < Binding.LIVE:
        return None
    issued_at = reader.number()
    nonce = base64url.encode(reader.take(reader.octet())) if flags.has_raw_nonce else None
    return _Bound(issued_at, nonce, reader.take(SIGNATURE_OCTETS))


def _compact_values(reader: Reader, certificate_type: CertificateType, forms: Sequence[Form]) -> list[str | None]:
    """The values that travel as octets, None for the others."""
    code = certificate_type.code
    return [
        unpack_value(form, each.kind, code, reader) if form >= Form.FIRST else None
        for each, form in zip(certificate_type.fields, forms, strict=True)
    ]


def _key_binding(bound: _Bound | None, flags: Flags, texts: Reader) -> HolderSignature | None:
    if bound is None:
        return None
    audience = texts.text() if flags.binding is Binding.REQUESTED else ANY_WINDOW
    nonce = texts.text() if bound.nonce is None else bound.nonce
    return HolderSignature(audience, nonce, bound.issued_at, bound.signature)
