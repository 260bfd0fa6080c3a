"""From octets back to the presentation's text, by the type's template; whether it is true is left to the rules."""

from __future__ import annotations

from credential import base64url, key_binding, salts
from credential.catalogue import Catalogue
from credential.parse import MAX_OCTETS as MAX_UNPACKED
from credential.qr.contents import Contents, Seed
from credential.qr.decode import decode
from credential.qr.errors import MalformedQr
from credential.qr.text import MAX_OCTETS
from credential.sd_jwt import assemble, disclosure_digest, disclosure_text, encode_payload, header_octets


def unpack(octets: bytes, catalogue: Catalogue) -> str:
    """The standard presentation, octet for octet. Raises MalformedQr and UnknownVersion, nothing else."""
    if len(octets) > MAX_OCTETS:
        raise MalformedQr(f"{len(octets)} octets, a QR code holds {MAX_OCTETS}")
    text = _presentation(decode(octets, catalogue))
    if len(text) > MAX_UNPACKED:
        raise MalformedQr(f"unpacks to {len(text)} octets, at most {MAX_UNPACKED} are read")
    return text


def _presentation(contents: Contents) -> str:
    disclosures, hidden = _disclosures(contents), _hidden_digests(contents)
    payload = encode_payload(
        issuer=contents.issuer,
        vct=contents.certificate_type.vct,
        issued_at=contents.issued_at,
        not_before=contents.not_before,
        expires=contents.expires,
        holder_key=contents.holder_key,
        position=contents.position,
        digests=(*map(disclosure_digest, disclosures), *hidden),
    )
    header = header_octets(contents.kid, contents.inclusion_path)
    jwt = ".".join(map(base64url.encode, (header, payload, contents.signature)))
    return _bound(assemble(jwt, disclosures), contents)


def _disclosures(contents: Contents) -> list[str]:
    """Of the fields shown, in the type's order."""
    fields = enumerate(zip(contents.certificate_type.fields, contents.values, strict=True))
    shown = [(index, each.name, value) for index, (each, value) in fields if value is not None]
    if isinstance(secret := contents.secret, Seed):
        used = [salts.salt(secret.octets, index) for index, _, _ in shown]
    else:
        used = list(secret.salts)
    return [disclosure_text(salt, name, value) for salt, (_, name, value) in zip(used, shown, strict=True)]


def _hidden_digests(contents: Contents) -> list[bytes]:
    if isinstance(secret := contents.secret, Seed):
        return [salts.decoy(secret.octets, index) for index, value in enumerate(contents.values) if value is None]
    return list(secret.hidden_digests)


def _bound(shown: str, contents: Contents) -> str:
    if (binding := contents.key_binding) is None:
        return shown
    shown_hash = key_binding.sd_hash(shown)
    signed = key_binding.signing_input(binding.audience, binding.nonce, binding.issued_at, shown_hash)
    return f"{shown}{signed}.{base64url.encode(binding.signature)}"
