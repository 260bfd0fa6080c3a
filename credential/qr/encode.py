"""The octets of what travels (spec/qr.md section 3); whether that gives back the presentation is left to `pack`."""

from __future__ import annotations

from collections.abc import Sequence

from credential import base64url
from credential.dates import day_of
from credential.qr.contents import Binding, Contents, HolderSignature, Salts, Seed
from credential.qr.deflated import deflate
from credential.qr.head import FORMAT, Flags
from credential.qr.octets import write_number, write_text
from credential.qr.values import Form, pack_value


def encode(contents: Contents, dictionary: bytes) -> bytes:
    """Raises ValueError for a number or day that the format has no room for."""
    forms, values = _pack_values(contents)
    nonce = _raw_nonce(contents.key_binding)
    return b"".join(
        (
            _head(contents, nonce),
            _pack_forms(forms),
            *(_day(instant) for instant in (contents.issued_at, contents.not_before)),
            b"" if contents.expires is None else _day(contents.expires),
            write_number(contents.position),
            contents.kid,
            bytes([len(contents.inclusion_path)]),
            *contents.inclusion_path,
            contents.signature,
            b"" if contents.holder_key is None else contents.holder_key.compressed,
            *_secret(contents.secret),
            *_key_binding(contents.key_binding, nonce),
            *values,
            deflate(b"".join(map(write_text, _texts(contents, forms, nonce))), dictionary),
        )
    )


def _head(contents: Contents, nonce: bytes | None) -> bytes:
    certificate_type = contents.certificate_type
    numbers = (FORMAT, certificate_type.number, certificate_type.version, certificate_type.dictionary)
    flags = Flags(
        binding=contents.binding,
        has_seed=isinstance(contents.secret, Seed),
        has_end=contents.expires is not None,
        has_raw_nonce=nonce is not None,
    )
    return b"".join((*map(write_number, numbers), flags.octet))


def _pack_values(contents: Contents) -> tuple[list[Form], list[bytes]]:
    forms, values = [], []
    code = contents.certificate_type.code
    for each, value in zip(contents.certificate_type.fields, contents.values, strict=True):
        form, octets = (Form.NOT_SHOWN, b"") if value is None else pack_value(value, each.kind, code)
        forms.append(form)
        values.append(octets)
    return forms, values


def _pack_forms(forms: Sequence[Form]) -> bytes:
    """Two bits each, the first field in the highest bits, zeros to the end of the last octet."""
    number = 0
    for form in (*forms, *[Form.NOT_SHOWN] * (-len(forms) % 4)):
        number = number << 2 | form
    return number.to_bytes((len(forms) + 3) // 4)


def _day(instant: int) -> bytes:
    """The day that begins at `instant`, since 0001-01-01, which is 1."""
    return day_of(instant).toordinal().to_bytes(3)


def _secret(secret: Seed | Salts) -> tuple[bytes, ...]:
    return (secret.octets,) if isinstance(secret, Seed) else (*secret.salts, *secret.hidden_digests)


def _raw_nonce(binding: HolderSignature | None) -> bytes | None:
    """The octets of a nonce that is base64url; None for any other, which travels as text."""
    if binding is None:
        return None
    try:
        octets = base64url.decode(binding.nonce)
    except ValueError:
        return None
    return octets if len(octets) <= 0xFF else None


def _key_binding(binding: HolderSignature | None, nonce: bytes | None) -> tuple[bytes, ...]:
    if binding is None:
        return ()
    raw = b"" if nonce is None else bytes([len(nonce)]) + nonce
    return write_number(binding.issued_at), raw, binding.signature


def _texts(contents: Contents, forms: Sequence[Form], nonce: bytes | None) -> list[str]:
    texts = [contents.issuer]
    if (binding := contents.key_binding) is not None:
        texts += [binding.audience] * (contents.binding is Binding.REQUESTED)
        texts += [binding.nonce] * (nonce is None)
    shown = zip(contents.values, forms, strict=True)
    return texts + [value for value, form in shown if value is not None and form is Form.TEXT]
