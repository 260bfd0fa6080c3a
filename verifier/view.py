"""What people read of a check, as values for page and terminal, Chinese first. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from credential import Catalogue, CertificateType, parse_vct, texts
from credential.texts import Word
from verifier.record import MAKE_AGAIN, WITHDRAWN, report_of
from verifier.store import Check

_SUMMARIES: Mapping[str, Word] = {
    "accepted": ("凭证有效，本窗口认可。", "The credential holds and counts here."),
    "rejected": ("凭证不能作为依据，原因如下。", "The credential does not count here, for the reason below."),
    "undetermined": ("现在无法判断真假，请不要当作假证。", "It cannot be told now: this is no sign of forgery."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One failing or unknown row in words: what was found, what to do, whom to ask."""

    number: int
    code: str
    text: Word
    next_step: Word
    ask: Word | None


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One row of the list of rules."""

    number: int
    title: Word
    outcome: str
    word: Word
    text: Word | None
    code: str
    evidence: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That a check does not count any more: what happened, what to do, since when."""

    text: Word
    next_step: Word
    noted_at: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check. `claims` are there only if accepted; `claimed` is what any other says of itself, unproven.

    With a `withdrawal` the verdict is what it was, and nothing vouches for it any more.
    """

    id: str
    verdict: str
    word: Word
    summary: Word
    findings: tuple[Finding, ...]
    conditions: tuple[Word, ...]
    certificate_type: Word | None
    issuer: str | None
    basis: Word | None
    claims: tuple[tuple[Word, str], ...] = field(repr=False)
    not_shown: tuple[tuple[Word, bool], ...]
    """Fields that accepted paper leaves out, and whether a certificate of its type always has them."""
    claimed: tuple[tuple[Word, str], ...] = field(repr=False)
    erased: bool
    rules: tuple[RuleLine, ...]
    facts_as_of: str
    facts_age: Word
    made_at: str
    asked_at: str | None
    fingerprint: str
    fingerprint_short: str
    digest: str | None
    window: str
    block: str | None
    withdrawal: Withdrawal | None


def view_of(check: Check, catalogue: Catalogue) -> CheckView:
    report: dict[str, Any] = report_of(check)
    verdict = str(report["verdict"])
    counts = verdict == "accepted" and check.withdrawn_at is None
    rows = list(report["rows"])
    certificate_type = _certificate_type(report["claimed"]["certificate_type"], catalogue)
    return CheckView(
        id=check.id,
        verdict=verdict,
        word=_word(report["verdict_text"]),
        summary=_SUMMARIES[verdict],
        findings=tuple(_findings(verdict, rows)) if check.withdrawn_at is None else (),
        conditions=tuple(_word(each["text"]) for each in report["conditions"]) if counts else (),
        certificate_type=(certificate_type.zh, certificate_type.en) if certificate_type else None,
        issuer=_issuer(rows) if counts else None,
        basis=_basis(rows) if counts else None,
        claims=tuple(_claims(report["claims"] or {}, certificate_type)),
        not_shown=tuple(_not_shown(report)) if counts else (),
        claimed=() if counts else tuple(_claimed(report["claimed"], certificate_type)),
        erased=bool(report["personal_data_erased"]),
        rules=tuple(map(_rule, rows)),
        facts_as_of=_moment(report["as_of"]),
        facts_age=age(report["now"] - report["as_of"]) if report["as_of"] else ("还没有数据", "none yet"),
        made_at=texts.time(check.made_at),
        asked_at=None if report["at"] == report["now"] else texts.time(report["at"]),
        fingerprint=report["fingerprint"],
        fingerprint_short=grouped(report["fingerprint"]),
        digest=check.presented_digest.hex() if check.presented_digest else None,
        window=check.window,
        block=None if check.block_hash is None else f"{check.block} · {check.block_hash.hex()}",
        withdrawal=_withdrawal(check),
    )


def age(seconds: int) -> Word:
    """An age in words, in the largest unit of which there are at least two."""
    for unit, zh, en in ((86400, "天", "days"), (3600, "小时", "hours"), (60, "分钟", "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds // unit} {zh}前", f"{seconds // unit} {en} ago"
    return f"{max(seconds, 0)} 秒前", f"{max(seconds, 0)} seconds ago"


def type_name(vct: str | None, catalogue: Catalogue) -> Word | None:
    """A certificate type's name, None where the catalogue does not have it."""
    found = _certificate_type(vct, catalogue)
    return (found.zh, found.en) if found else None


def grouped(fingerprint: str) -> str:
    """The first 16 digits in groups of four, for people to compare."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, 16, 4))


def _not_shown(report: Mapping[str, Any]) -> Iterator[tuple[Word, bool]]:
    """Checks that an earlier version made do not say."""
    for each in report.get("not_shown", ()):
        yield _word(each["label"]), bool(each["mandatory"])


def _findings(verdict: str, rows: list[dict[str, Any]]) -> Iterator[Finding]:
    """The rows that made the verdict: failing ones, else the unknown ones that do not merely wait for another.

    A code that every row has is told once.
    """
    told = set()
    for row in rows:
        if row["code"] in told:
            continue
        told.add(row["code"])
        decisive = row["outcome"] == "fails" or (verdict == "undetermined" and row["needs"] is None)
        if decisive and row["text"]:
            ask = texts.ASKED.get(texts.Ask(row["next"]["ask"]))
            yield Finding(row["number"], row["code"], _word(row["text"]), _word(row["next"]), ask)


def _withdrawal(check: Check) -> Withdrawal | None:
    if check.withdrawn_at is None:
        return None
    return Withdrawal(WITHDRAWN, MAKE_AGAIN, texts.time(check.withdrawn_at))


def _rule(row: dict[str, Any]) -> RuleLine:
    evidence = tuple((name, texts.word(name, value)[0]) for name, value in row["evidence"].items())
    outcome = str(row["outcome"])
    text = _word(row["text"]) if row["text"] else None
    words = texts.OUTCOMES[outcome]
    return RuleLine(row["number"], _word(row["title"]), outcome, words, text, row["code"], evidence)


def _issuer(rows: list[dict[str, Any]]) -> str:
    """The proven issuer, from row 3."""
    evidence = rows[2]["evidence"]
    return f"{evidence['authority_name']}（{texts.region(evidence['region'])[0]}）"


def _basis(rows: list[dict[str, Any]]) -> Word:
    """Why it counts here, from row 12: the agreement, or that none is needed."""
    evidence = rows[11]["evidence"]
    zh, en = texts.word("basis", evidence["basis"])
    if "agreement" not in evidence:
        return f"{zh}，无需协议", f"{en}, no agreement needed"
    starts = texts.time(evidence["starts"])[:10]
    return (
        f"第 {evidence['agreement']} 号互认协议（{starts} 起）",
        f"agreement no. {evidence['agreement']} (from {starts})",
    )


def _claims(claims: Mapping[str, str], certificate_type: CertificateType | None) -> Iterator[tuple[Word, str]]:
    """The disclosed fields with their labels, in the type's order."""
    for each in certificate_type.fields if certificate_type else ():
        if each.name in claims:
            yield (each.zh, each.en), claims[each.name]


def _claimed(claimed: Mapping[str, Any], certificate_type: CertificateType | None) -> Iterator[tuple[Word, str]]:
    if certificate_type:
        yield ("证照类型", "Certificate type"), f"{certificate_type.zh} {certificate_type.en}"
    if claimed["issuer"]:
        yield ("发证机关网址", "Issuer's address"), claimed["issuer"]
    if claimed["certificate_identifier"]:
        yield ("证照标识", "Certificate identifier"), claimed["certificate_identifier"]
    if claimed["position"] is not None:
        yield ("存证位置", "Position"), str(claimed["position"])


def _certificate_type(vct: str | None, catalogue: Catalogue) -> CertificateType | None:
    return catalogue.by_code(*parse_vct(vct)) if vct else None


def _moment(instant: int) -> str:
    return texts.time(instant) if instant else "—"


def _word(value: Mapping[str, str]) -> Word:
    return value["zh"], value["en"]
