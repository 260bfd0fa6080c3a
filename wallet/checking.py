"""Decides whether what arrived is kept: first what can be told without the ledger, then what the ledger's facts say.

Rules 1 to 6, 8, 9 and 13 judge where a credential comes from and whose it is; the others judge a use of it (fresh
facts, dates, status, recognition somewhere), and a licence that begins tomorrow may be kept today.
"""

from __future__ import annotations

from credential import (
    Catalogue,
    Facts,
    Outcome,
    Policy,
    Presentation,
    Report,
    Requested,
    Row,
    SigningKey,
    bind,
    claim_errors,
    disclosures,
    parse_presentation,
    payload_octets,
    verify,
)
from wallet.errors import CredentialRefused

_OF_ORIGIN = frozenset({1, 2, 3, 4, 5, 6, 8, 9, 13})
_OWN_WALLET = "urn:yinxin:own-wallet"


def check_form(text: str, seed: bytes | None, holder_key: SigningKey, catalogue: Catalogue) -> Presentation:
    """The credential, if well-formed, of a known type, complete, and bound to this key. Raises CredentialRefused."""
    shown = parse_presentation(text)
    if not isinstance(shown, Presentation):
        raise CredentialRefused(shown.code, "what arrived is no credential")
    if shown.key_binding is not None:
        raise CredentialRefused("already_bound", "what arrived was already shown to somebody")
    if shown.payload.holder_key != holder_key.public_key:
        raise CredentialRefused("not_our_key", "what arrived is bound to another key")
    _check_claims(shown, seed, catalogue)
    return shown


def check_origin(text: str, holder_key: SigningKey, facts: Facts, nonce: str, now: int) -> bool:
    """True where the ledger confirms it, False where it cannot tell yet. Raises CredentialRefused where it denies."""
    shown = parse_presentation(bind(text, holder_key, _OWN_WALLET, nonce, now))
    policy = Policy(region=facts.authority.region.code if facts.authority else 0)
    report = verify(shown, facts, policy, Requested(nonce, _OWN_WALLET), now, now)
    denied = [row for row in _rows_of_origin(report) if row.outcome is Outcome.FAILS]
    if denied:
        raise CredentialRefused(denied[0].code, "the ledger does not confirm what arrived")
    return all(row.outcome is Outcome.PASSES for row in _rows_of_origin(report))


def _check_claims(shown: Presentation, seed: bytes | None, catalogue: Catalogue) -> None:
    payload = shown.payload
    certificate_type = catalogue.by_code(payload.type_code, payload.type_version)
    if certificate_type is None:
        raise CredentialRefused(
            "type_is_unknown", "what arrived is of a type that this wallet does not know: update it"
        )
    claims = {each.name: each.value for each in shown.disclosures}
    if errors := claim_errors(certificate_type, claims):
        raise CredentialRefused(errors[0].code, f"what arrived does not fit its type in the field {errors[0].field}")
    if {each.digest for each in shown.disclosures} - set(payload.digests) or len(claims) != len(shown.disclosures):
        raise CredentialRefused("disclosures_do_not_match", "what arrived has fields that the issuer did not sign")
    if seed is None:
        return
    rebuilt = payload_octets(
        certificate_type,
        claims,
        seed=seed,
        issuer=payload.issuer,
        position=payload.position,
        issued_at=payload.issued_at,
        holder_key=payload.holder_key,
    )
    texts = tuple(each.text for each in shown.disclosures)
    if rebuilt != payload.octets or texts != disclosures(certificate_type, claims, seed):
        raise CredentialRefused("seed_does_not_match", "the seed that arrived does not reproduce the credential")


def _rows_of_origin(report: Report) -> list[Row]:
    return [row for row in report.rows if row.number in _OF_ORIGIN]
