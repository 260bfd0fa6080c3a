"""The JSON of a check on record: what of it is public, what is personal and erased in time, and the whole."""

from __future__ import annotations

from collections.abc import Mapping

from verifier.store import Check


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
        "presented_digest": check.presented_digest.hex(),
        "report": joined(check.report, check.personal),
    }


def _mapping(value: object) -> Mapping[str, object]:
    assert isinstance(value, Mapping)
    return value
