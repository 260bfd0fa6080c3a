"""One check in which every rule passes, with invented people and keys, and how a check is written down as a vector."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from example_credentials import FOOD_BUSINESS_PERMIT, HEFEI

from credential import (
    ANY_WINDOW,
    AgreementFact,
    AuthorityFact,
    BatchFact,
    CertificateType,
    Challenge,
    Facts,
    KeyFact,
    Live,
    MemberFact,
    Period,
    Policy,
    PublicKey,
    Reason,
    RegionFact,
    SigningKey,
    StatusChange,
    Tree,
    assemble,
    base64url,
    bind,
    disclosures,
    issue,
    leaf_hash,
    padding_leaf,
    parse_certificate_type,
    payload_octets,
    present,
    strict_json,
)

TYPES = Path(__file__).resolve().parent.parent / "credential" / "types"


def instant(text: str) -> int:
    """Unix seconds of a Shanghai date, or date and time."""
    return int(datetime.fromisoformat(f"{text}+08:00" if "T" in text else f"{text}T00:00:00+08:00").timestamp())


def secret(name: str, octets: int = 32) -> bytes:
    return sha256(f"yinxin/vectors/verdict/{name}".encode()).digest()[:octets]


def key(name: str) -> SigningKey:
    return SigningKey.from_secret(secret(name))


NOW = instant("2026-11-20T10:00:00")
ANCHORED_AT = instant("2026-11-03T17:00:00")
FIRST, INDEX, COUNT = 1_048_700, 33, 64
POSITION = FIRST + INDEX
ANHUI, GUANGDONG, SHANGHAI, SICHUAN = 340000, 440000, 310000, 510000
TYPE = parse_certificate_type((TYPES / "food_business_permit.json").read_bytes())
SHOWN = ("certificate_identifier", "certificate_holder_name", "certificate_validate_start", "certificate_validate_end")


class Sealed(NamedTuple):
    """A credential and the root of the batch that it was put into."""

    text: str
    root: bytes


def seal(
    *,
    holder: PublicKey | None = key("holder").public_key,  # noqa: B008 - always the same key
    issued_at: str = "2026-11-03",
    position: int = POSITION,
    also_signed: str | None = None,
) -> Sealed:
    """A credential in a batch of 64, all fields disclosed; the payload may hold the digest of one more disclosure."""
    seed = secret("seed", 16)
    payload = payload_octets(
        TYPE,
        FOOD_BUSINESS_PERMIT,
        seed=seed,
        issuer=HEFEI,
        position=position,
        issued_at=instant(issued_at),
        holder_key=holder,
    )
    texts = disclosures(TYPE, FOOD_BUSINESS_PERMIT, seed)
    if also_signed is not None:
        payload, texts = _with_digest(payload, also_signed), (*texts, also_signed)
    leaves = [padding_leaf(secret(f"leaf {i}")) for i in range(COUNT)]
    leaves[INDEX] = leaf_hash(payload)
    tree = Tree(leaves)
    return Sealed(assemble(issue(payload, tree.path(INDEX), key("issuer")), texts), tree.root)


def _with_digest(payload: bytes, disclosure: str) -> bytes:
    members: Any = strict_json.parse(payload)
    members["_sd"] = sorted([*members["_sd"], base64url.encode(sha256(disclosure.encode()).digest())])
    return strict_json.encode(members)


def disclosure(name: str, value: str) -> str:
    return base64url.encode(strict_json.encode([base64url.encode(secret(name, 16)), name, value]))


def bound(
    credential: str, *, holder: str = "holder", audience: str = ANY_WINDOW, nonce: str = "fZ3k", at: int = NOW - 5
) -> str:
    return bind(credential, key(holder), audience, nonce, at)


@dataclass(frozen=True)
class World:
    """Everything `verify` is given, the presentation as text."""

    text: str
    facts: Facts
    policy: Policy
    challenge: Challenge
    at: int
    now: int

    def but(self, **changes: Any) -> World:
        return replace(self, **changes)

    def knowing(self, **changes: Any) -> World:
        """With other facts."""
        return replace(self, facts=replace(self.facts, **changes))

    def after(self, *changes: StatusChange) -> World:
        """With these changes of status."""
        return self.knowing(status_changes=changes)


def member(region: int, **changes: Any) -> MemberFact:
    ratified_at = instant("2025-12-01")
    return replace(MemberFact(region, True, True, ratified_at, None, ()), **changes)


AGREEMENT = AgreementFact(
    number=7,
    document_digest=secret("agreement 7"),
    certificate_types=(2, 3),
    period=Period(instant("2026-01-01"), instant("2031-01-01")),
    members=(member(ANHUI), member(GUANGDONG), member(SHANGHAI)),
)
KEY = KeyFact(
    kid=key("issuer").kid,
    authority=2,
    use=1,
    suite=1,
    public_key=key("issuer").public_key.octets,
    period=Period(instant("2026-01-01"), instant("2029-01-01")),
    revoked_from=None,
)
AUTHORITY = AuthorityFact(
    number=2,
    region=RegionFact(ANHUI, "安徽省"),
    credit_code="11340100000YX0001N",
    name="合肥市证照示例局",
    urls=("https://old.zhengzhao.hefei.example.cn", HEFEI),
    dissolved_at=None,
)
CREDENTIAL = seal()
BATCH = BatchFact(
    authority=2,
    seq=3,
    first=FIRST,
    count=COUNT,
    root=CREDENTIAL.root,
    kid=KEY.kid,
    anchored_at=ANCHORED_AT,
    operator_revoked_from=None,
)
ACCREDITATION = Period(instant("2026-01-01"), None)
FACTS = Facts(
    fingerprint=secret("network").hex(),
    as_of=NOW - 120,
    block=48_213,
    type_is_registered=True,
    certificate_type=TYPE,
    authority=AUTHORITY,
    key=KEY,
    accreditations=(ACCREDITATION,),
    anchored_total=FIRST + COUNT + 128,
    batch=BATCH,
    status_changes=(),
    agreements=(AGREEMENT,),
    block_hash=secret("block 48213"),
)
SHOWN_TEXT = present(CREDENTIAL.text, SHOWN)
WORLD = World(
    text=bound(SHOWN_TEXT),
    facts=FACTS,
    policy=Policy(region=GUANGDONG),
    challenge=Live(seen_before=False),
    at=NOW,
    now=NOW,
)


def anchoring(sealed: Sealed, text: str) -> World:
    """The world in which `sealed` is in the batch, and `text` is shown of it."""
    return WORLD.but(text=text).knowing(batch=replace(BATCH, root=sealed.root))


def on_paper() -> World:
    sealed = seal(holder=None)
    return anchoring(sealed, sealed.text)


def showing(jwt: str, *texts: str) -> World:
    """These disclosures, bound by the holder."""
    return WORLD.but(text=bound("~".join((jwt, *texts, ""))))


def forged() -> str:
    """The true payload and path, signed by a thief."""
    jwt, *texts, _ = SHOWN_TEXT.split("~")
    signing_input, _, _ = jwt.rpartition(".")
    signature = base64url.encode(key("thief").sign(signing_input.encode()))
    return bound("~".join((f"{signing_input}.{signature}", *texts, "")))


def recognised_by(*agreements: AgreementFact) -> World:
    return WORLD.knowing(agreements=agreements)


def with_members(*members: MemberFact) -> AgreementFact:
    return replace(AGREEMENT, members=members)


def change(to: int, reason: Reason | None, effective: str = "2026-11-10", **changes: Any) -> StatusChange:
    """Recorded at nine on its day, by an operator who is one still."""
    recorded_at = instant(effective) + 9 * 3600
    return replace(StatusChange(recorded_at, 0, to, reason, instant(effective), None, None), **changes)


def as_json(value: object) -> Any:
    """A check's values as JSON: octets in hexadecimal, a certificate type by the name of its file, tuples as lists."""
    if isinstance(value, CertificateType):
        names = {parse_certificate_type(path.read_bytes()).digest: path.stem for path in TYPES.glob("*.json")}
        return names[value.digest]
    if isinstance(value, Live):
        return {"live": {"seen_before": value.seen_before}}
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return [as_json(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        written = {each.name: as_json(getattr(value, each.name)) for each in fields(value)}
        return {"requested": written} if type(value).__name__ == "Requested" else written
    return value
