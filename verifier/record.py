"""The JSON of a check on record: what of it is public, what is personal and erased in time, and the whole.

A withdrawn check keeps its report as it was made, but for what only facts that stand give away: the claims.
"""

from __future__ import annotations

from collections.abc import Mapping

from credential.texts import Word
from verifier.store import Check
from verifier.withdrawals import Withdrawn

WITHDRAWN: Word = (
    "这次核验依据的数据后来被账本网络收回了，当时的结论不再算数",
    "The ledger's network took back the facts of this check: what it found no longer holds",
)
MAKE_AGAIN: Word = (
    "请持证人重新出示，再核验一次；已经据此办理的，请按新的结论复核",
    "Ask the holder to show it afresh and check again; review by the new result what was done on the old one",
)


def parted(report: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """A report's JSON without what is personal in it, and that: the claims, and the identifier that was claimed."""
    public = dict(report)
    claimed = dict(_mapping(public["claimed"]))
    personal = {"claims": public["claims"], "certificate_identifier": claimed["certificate_identifier"]}
    claimed["certificate_identifier"] = None
    return public | {"claims": None, "claimed": claimed}, personal


def joined(report: Mapping[str, object], personal: Mapping[str, object] | None) -> dict[str, object]:
    """The report's JSON again, as far as its personal part has not been erased."""
    if personal is None:
        return {**report, "personal_data_erased": True}
    claimed = {**_mapping(report["claimed"]), "certificate_identifier": personal["certificate_identifier"]}
    return {**report, "claims": personal["claims"], "claimed": claimed, "personal_data_erased": False}


def check_to_json(check: Check) -> dict[str, object]:
    """A check as it is answered: the same for the same request, but for personal data erased in time."""
    return {
        "id": check.id,
        "window": check.window,
        "made_at": check.made_at,
        "presented_digest": check.presented_digest.hex() if check.presented_digest else None,
        "block": _block(check),
        "withdrawn": _withdrawal(check),
        "report": report_of(check),
    }


def report_of(check: Check) -> dict[str, object]:
    """The report as far as it may be read.

    That of a withdrawn check gives nothing personal: nothing vouches for the claims now, and its id is in a list.
    """
    report = joined(check.report, check.personal)
    if check.withdrawn_at is None:
        return report
    claimed = {**_mapping(report["claimed"]), "proven": False, "certificate_identifier": None}
    return report | {"claims": None, "claimed": claimed}


def withdrawn_to_json(withdrawn: Withdrawn) -> dict[str, object]:
    """One line of the list of withdrawn checks for everybody in the office: nothing personal, no way to claims."""
    return {
        "id": withdrawn.id,
        "window": withdrawn.window,
        "made_at": withdrawn.made_at,
        "verdict_then": withdrawn.verdict,
        "block": withdrawn.block,
        "noted_at": withdrawn.noted_at,
        "made_again": withdrawn.made_again is not None,
        "claimed": {
            "issuer": withdrawn.issuer,
            "certificate_type": withdrawn.certificate_type,
            "position": withdrawn.position,
        },
    }


def withdrawn_for_operator(withdrawn: Withdrawn) -> dict[str, object]:
    """The same for whoever has the record's file: which certificate, as long as that is kept, and the newer check."""
    line = withdrawn_to_json(withdrawn)
    claimed = {**_mapping(line["claimed"]), "certificate_identifier": withdrawn.certificate_identifier}
    return line | {"made_again_by": withdrawn.made_again, "claimed": claimed}


def _block(check: Check) -> dict[str, object] | None:
    if check.block_hash is None:
        return None
    return {"number": check.block, "hash": check.block_hash.hex()}


def _withdrawal(check: Check) -> dict[str, object] | None:
    if check.withdrawn_at is None:
        return None
    return {"noted_at": check.withdrawn_at, "text": _words(WITHDRAWN), "next": _words(MAKE_AGAIN)}


def _words(word: Word) -> dict[str, str]:
    zh, en = word
    return {"zh": zh, "en": en}


def _mapping(value: object) -> Mapping[str, object]:
    assert isinstance(value, Mapping)
    return value
