"""From a presentation's text to octets: takes out what travels, writes it, and proves it lossless by unpacking."""

from __future__ import annotations

from collections.abc import Mapping

from credential import salts
from credential.catalogue import Catalogue
from credential.certificate_type import CertificateType
from credential.parse import parse_presentation
from credential.presentation import Disclosure, KeyBinding, Presentation
from credential.qr.contents import Contents, HolderSignature, Salts, Seed
from credential.qr.encode import encode
from credential.qr.errors import MalformedQr, NotPackable, UnknownVersion
from credential.qr.text import MAX_OCTETS
from credential.qr.unpack import unpack


def pack(text: str, catalogue: Catalogue, *, seed: bytes | None = None) -> bytes:
    """The QR form of the presentation `text`. Raises NotPackable.

    With `seed`, that takes the place of all salts; refused unless every field that is present is shown, for the seed
    would open the hidden ones.
    """
    if seed is not None and len(seed) != salts.SEED_OCTETS:
        raise ValueError(f"a seed has {salts.SEED_OCTETS} octets, got {len(seed)}")
    presentation = parse_presentation(text)
    if not isinstance(presentation, Presentation):
        raise NotPackable(f"no presentation: {presentation.code}")
    certificate_type = _certificate_type(presentation, catalogue)
    dictionary = catalogue.dictionaries.get(certificate_type.dictionary)
    if dictionary is None:
        raise NotPackable(f"dictionary {certificate_type.dictionary} is not known here")
    try:
        octets = encode(_contents(presentation, certificate_type, seed), dictionary)
    except ValueError as error:
        raise NotPackable("a number that the format has no room for") from error
    _check(octets, text, catalogue)
    return octets


def _certificate_type(presentation: Presentation, catalogue: Catalogue) -> CertificateType:
    payload = presentation.payload
    certificate_type = catalogue.by_code(payload.type_code, payload.type_version)
    if certificate_type is None:
        raise NotPackable(f"type {payload.type_code} version {payload.type_version} is not known here")
    return certificate_type


def _contents(presentation: Presentation, certificate_type: CertificateType, seed: bytes | None) -> Contents:
    payload, names = presentation.payload, [each.name for each in certificate_type.fields]
    shown = {each.name: each for each in presentation.disclosures}
    if len(shown) != len(presentation.disclosures) or not shown.keys() <= set(names):
        raise NotPackable("a field is shown twice, or is not one of the type's")
    return Contents(
        certificate_type=certificate_type,
        issuer=payload.issuer,
        issued_at=payload.issued_at,
        not_before=payload.not_before,
        expires=payload.expires,
        position=payload.position,
        kid=presentation.header.kid,
        inclusion_path=presentation.header.inclusion_path,
        signature=presentation.signature,
        holder_key=payload.holder_key,
        values=tuple(shown[name].value if name in shown else None for name in names),
        secret=_secret(payload.digests, names, shown, seed),
        key_binding=_holder_signature(presentation.key_binding, has_key=payload.holder_key is not None),
    )


def _secret(
    digests: tuple[bytes, ...], names: list[str], shown: Mapping[str, Disclosure], seed: bytes | None
) -> Seed | Salts:
    opened = {each.digest for each in shown.values()}
    hidden = tuple(digest for digest in digests if digest not in opened)
    if len(hidden) != len(names) - len(shown):
        raise NotPackable(f"{len(digests)} digests do not cover the type's {len(names)} fields once")
    if seed is None:
        return Salts(tuple(shown[name].salt for name in names if name in shown), hidden)
    if set(hidden) != {salts.decoy(seed, index) for index, name in enumerate(names) if name not in shown}:
        raise NotPackable("the seed travels only where every field that is present is shown")
    return Seed(seed)


def _holder_signature(binding: KeyBinding | None, *, has_key: bool) -> HolderSignature | None:
    if binding is None:
        return None
    if not has_key:
        raise NotPackable("key binding without a key in the payload")
    return HolderSignature(binding.audience, binding.nonce, binding.issued_at, binding.signature)


def _check(octets: bytes, text: str, catalogue: Catalogue) -> None:
    if len(octets) > MAX_OCTETS:
        raise NotPackable(f"{len(octets)} octets, a QR code holds {MAX_OCTETS}")
    try:
        unpacked = unpack(octets, catalogue)
    except (MalformedQr, UnknownVersion) as error:
        raise NotPackable("it would not unpack") from error
    if unpacked != text:
        raise NotPackable("it would unpack to another text: written in another way than the template writes")
