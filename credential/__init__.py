"""The pure core: formats, trees, rules. No I/O, no clock, no randomness, no logging. This is its only public door."""

from credential import base64url, dates, identifiers, qr, salts, strict_json, texts
from credential.catalogue import Catalogue
from credential.certificate_type import CertificateType, Field, Kind, MalformedType, parse_certificate_type, parse_vct
from credential.claims import ClaimError, claim_errors
from credential.facts import (
    NATION,
    AgreementFact,
    AuthorityFact,
    BatchFact,
    ContradictionFact,
    Facts,
    KeyFact,
    MemberFact,
    Period,
    RegionFact,
    StatusChange,
)
from credential.identifiers import CertificateIdentifier, MalformedIdentifier, parse_certificate_identifier
from credential.key_binding import ANY_WINDOW, bind
from credential.keys import PublicKey, Signer, SigningKey
from credential.merkle import MAX_BATCH, Tree, WrongPathLength, leaf_hash, padding_leaf, path_length, root_from_path
from credential.parse import parse_presentation
from credential.policy import Challenge, Live, Policy, Requested
from credential.presentation import Disclosure, Header, KeyBinding, Payload, Presentation, Unreadable
from credential.qr import MalformedQr, NotPackable, UnknownVersion, parse_presented
from credential.report import Claimed, NotAccepted, Outcome, Report, Row, Verdict
from credential.report_json import report_to_json
from credential.sd_jwt import assemble, disclosures, issue, payload_octets, present, status_uri, validity
from credential.status import FINAL, Reason, State, gravest, is_allowed, reaches_back
from credential.status_history import has_fallen, standing_changes
from credential.verify import verify

__all__ = [
    "ANY_WINDOW",
    "FINAL",
    "MAX_BATCH",
    "NATION",
    "AgreementFact",
    "AuthorityFact",
    "BatchFact",
    "Catalogue",
    "CertificateIdentifier",
    "CertificateType",
    "Challenge",
    "ClaimError",
    "Claimed",
    "ContradictionFact",
    "Disclosure",
    "Facts",
    "Field",
    "Header",
    "KeyBinding",
    "KeyFact",
    "Kind",
    "Live",
    "MalformedIdentifier",
    "MalformedQr",
    "MalformedType",
    "MemberFact",
    "NotAccepted",
    "NotPackable",
    "Outcome",
    "Payload",
    "Period",
    "Policy",
    "Presentation",
    "PublicKey",
    "Reason",
    "RegionFact",
    "Report",
    "Requested",
    "Row",
    "Signer",
    "SigningKey",
    "State",
    "StatusChange",
    "Tree",
    "UnknownVersion",
    "Unreadable",
    "Verdict",
    "WrongPathLength",
    "assemble",
    "base64url",
    "bind",
    "claim_errors",
    "dates",
    "disclosures",
    "gravest",
    "has_fallen",
    "identifiers",
    "is_allowed",
    "issue",
    "leaf_hash",
    "padding_leaf",
    "parse_certificate_identifier",
    "parse_certificate_type",
    "parse_presentation",
    "parse_presented",
    "parse_vct",
    "path_length",
    "payload_octets",
    "present",
    "qr",
    "reaches_back",
    "report_to_json",
    "root_from_path",
    "salts",
    "standing_changes",
    "status_uri",
    "strict_json",
    "texts",
    "validity",
    "verify",
]
