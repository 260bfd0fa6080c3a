"""Showing chosen fields as a live code: fresh each time, for whichever window sees it first. Draws nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from credential import (
    ANY_WINDOW,
    Catalogue,
    CertificateType,
    NotPackable,
    Presentation,
    bind,
    parse_presentation,
    present,
)
from credential.qr import pack, to_text
from wallet.contents import Held
from wallet.errors import DamagedVault, NoSuchField, TooMuchToShow

LIVE_SECONDS = 60
DEFAULT_FIELDS = ("certificate_holder_name", "certificate_validate_start", "certificate_validate_end")
"""Name and validity: enough for most windows."""


@dataclass(frozen=True, slots=True)
class LiveCode:
    """One live presentation. `text` is the SD-JWT with key binding, `qr_text` the same for a QR code."""

    text: str = field(repr=False)
    qr_text: str = field(repr=False)
    fields: tuple[str, ...]
    expires_at: int


def type_of(held: Held, catalogue: Catalogue) -> CertificateType:
    payload = parsed(held).payload
    certificate_type = catalogue.by_code(payload.type_code, payload.type_version)
    if certificate_type is None:
        raise DamagedVault("the credential is of a type that this wallet no longer knows")
    return certificate_type


def parsed(held: Held) -> Presentation:
    shown = parse_presentation(held.text)
    if not isinstance(shown, Presentation):
        raise DamagedVault(f"a credential in the wallet cannot be read ({shown.code})")
    return shown


def chosen_fields(wanted: Iterable[str], certificate_type: CertificateType, shown: Presentation) -> tuple[str, ...]:
    """The fields named, by GB/T 36903 name or Chinese label, each once, in the type's order. Raises NoSuchField."""
    names = {field.name: field.name for field in certificate_type.fields}
    names |= {field.zh: field.name for field in certificate_type.fields}
    present_fields = {each.name for each in shown.disclosures}
    asked = [word.strip() for word in wanted]
    if unknown := [word for word in asked if names.get(word) not in present_fields]:
        raise NoSuchField(
            f"this credential has no field {', '.join(unknown)}; it has {', '.join(sorted(present_fields))}"
        )
    chosen = {names[word] for word in asked}
    return tuple(field.name for field in certificate_type.fields if field.name in chosen)


def live_code(held: Held, fields: Iterable[str], catalogue: Catalogue, *, nonce: str, now: int) -> LiveCode:
    """The fields chosen, bound to this moment. `nonce` is random, for once. Raises NoSuchField, TooMuchToShow."""
    shown = parsed(held)
    names = chosen_fields(fields, type_of(held, catalogue), shown)
    text = bind(present(held.text, names), held.holder_key, ANY_WINDOW, nonce, now)
    shows_all = len(names) == len(shown.disclosures)
    try:
        octets = pack(text, catalogue, seed=held.seed if shows_all else None)
    except NotPackable as e:
        raise TooMuchToShow(f"these fields do not fit a QR code ({e}): choose fewer") from e
    return LiveCode(text, to_text(octets), names, now + LIVE_SECONDS)
