"""Writing SD-JWT VCs (RFC 9901, spec/credential.md): payload, disclosures, signature, a choice of what to show.

Everything is written one way, so that a packer can rebuild it octet for octet. Claims are checked before, by claims.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from credential import base64url, dates, salts, strict_json
from credential.certificate_type import ENDS, STARTS, CertificateType
from credential.keys import PublicKey, Signer

ALGORITHM = "ES256"
TYPE = "dc+sd-jwt"
DIGEST_ALGORITHM = "sha-256"
STATUS_LIST_BITS = 20
"""A status list holds 2^20 positions."""


def status_uri(issuer: str, position: int) -> str:
    return f"{issuer}/status/{position >> STATUS_LIST_BITS}"


def disclosure_text(salt: bytes, name: str, value: str) -> str:
    return base64url.encode(strict_json.encode_texts((base64url.encode(salt), name, value)))


def disclosure_digest(text: str) -> bytes:
    return sha256(text.encode("ascii")).digest()


def disclosures(certificate_type: CertificateType, claims: Mapping[str, str], seed: bytes) -> tuple[str, ...]:
    """One disclosure for each field that `claims` has, in the type's order."""
    return tuple(text for text in _disclosures_by_field(certificate_type, claims, seed) if text is not None)


def payload_octets(
    certificate_type: CertificateType,
    claims: Mapping[str, str],
    *,
    seed: bytes,
    issuer: str,
    position: int,
    issued_at: int,
    holder_key: PublicKey | None,
) -> bytes:
    """The payload that a batch fixes. Raises ValueError for claims that the type has no field for, and for bad days."""
    texts = _disclosures_by_field(certificate_type, claims, seed)
    digests = (salts.decoy(seed, i) if text is None else disclosure_digest(text) for i, text in enumerate(texts))
    not_before, expires = validity(claims)
    return encode_payload(
        issuer=issuer,
        vct=certificate_type.vct,
        issued_at=dates.cut_to_day(issued_at),
        not_before=not_before,
        expires=expires,
        holder_key=holder_key,
        position=position,
        digests=digests,
    )


def validity(claims: Mapping[str, str]) -> tuple[int, int | None]:
    """[not_before, expires) of a certificate; 长期 has no end. Raises ValueError."""
    end = claims[ENDS]
    expires = None if end == dates.NO_END else dates.end_of(dates.parse_day(end))
    return dates.start_of(dates.parse_day(claims[STARTS])), expires


def encode_payload(  # noqa: PLR0913 - the payload has this many members
    *,
    issuer: str,
    vct: str,
    issued_at: int,
    not_before: int,
    expires: int | None,
    holder_key: PublicKey | None,
    position: int,
    digests: Iterable[bytes],
) -> bytes:
    """The payload of given values; the digests are sorted here, so that their order tells nothing."""
    members: dict[str, object] = {"iss": issuer, "vct": vct, "iat": issued_at, "nbf": not_before}
    if expires is not None:
        members["exp"] = expires
    if holder_key is not None:
        members["cnf"] = {"jwk": holder_key.jwk}
    index = position & ((1 << STATUS_LIST_BITS) - 1)
    members["status"] = {"status_list": {"idx": index, "uri": status_uri(issuer, position)}}
    members["_sd"] = sorted(map(base64url.encode, digests))
    members["_sd_alg"] = DIGEST_ALGORITHM
    return strict_json.encode(members)


def header_octets(kid: bytes, path: Sequence[bytes]) -> bytes:
    """The protected header: the key, and the inclusion path as one string."""
    members = {
        "alg": ALGORITHM,
        "typ": TYPE,
        "kid": base64url.encode(kid),
        "inclusion_path": base64url.encode(b"".join(path)),
    }
    return strict_json.encode(members)


def issue(payload: bytes, path: Sequence[bytes], signer: Signer) -> str:
    """The issuer-signed JWT over a payload that is in a batch with this inclusion path."""
    signing_input = f"{base64url.encode(header_octets(signer.kid, path))}.{base64url.encode(payload)}"
    return f"{signing_input}.{base64url.encode(signer.sign(signing_input.encode('ascii')))}"


def assemble(jwt: str, shown: Iterable[str]) -> str:
    """`<jwt>~<disclosure>~…~`, without key binding."""
    return "~".join((jwt, *shown, ""))


def present(whole: str, names: Iterable[str]) -> str:
    """`whole` with the disclosures of `names` only, in their order there. Raises ValueError if it lacks one."""
    jwt, *texts, key_binding = whole.split("~")
    if key_binding:
        raise ValueError("what is bound to one check cannot be shown at another")
    held = {_disclosed_name(text): text for text in texts}
    wanted = set(names)
    if missing := wanted - held.keys():
        raise ValueError(f"the credential does not have: {', '.join(sorted(missing))}")
    return assemble(jwt, (text for name, text in held.items() if name in wanted))


def _disclosures_by_field(
    certificate_type: CertificateType, claims: Mapping[str, str], seed: bytes
) -> list[str | None]:
    """A disclosure for each field of the type, None where the claims have none."""
    if len(seed) != salts.SEED_OCTETS:
        raise ValueError(f"a seed has {salts.SEED_OCTETS} octets, got {len(seed)}")
    names = [each.name for each in certificate_type.fields]
    if unknown := claims.keys() - set(names):
        raise ValueError(f"the type has no field: {', '.join(sorted(unknown))}")
    return [
        disclosure_text(salts.salt(seed, index), name, claims[name]) if name in claims else None
        for index, name in enumerate(names)
    ]


def _disclosed_name(text: str) -> str:
    disclosure = strict_json.parse(base64url.decode(text))
    if not isinstance(disclosure, list) or len(disclosure) != 3 or not isinstance(disclosure[1], str):
        raise ValueError("a disclosure is [salt, name, value]")
    return disclosure[1]
