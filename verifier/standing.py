"""How the window stands: facts, network, sources, what has to be made again. For pages, /health and the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from ledger import Accepted, Evidence
from verifier.errors import StoreUnusable
from verifier.following import FollowingState
from verifier.receive import Window
from verifier.sources import SourceState
from verifier.withdrawals import Count


@dataclass(frozen=True, slots=True)
class Standing:
    """`accepted` is the block of the facts, None before the first. `withdrawn` is None where the record is unusable."""

    network: str
    fingerprint: str
    accepted: Accepted | None
    age_seconds: int | None
    contradiction: Evidence | None
    following: FollowingState
    withdrawn: Count | None


def standing_of(window: Window, following: FollowingState) -> Standing:
    replica, accepted = window.replica, window.replica.accepted
    return Standing(
        network=replica.network.name,
        fingerprint=replica.network.fingerprint,
        accepted=accepted,
        age_seconds=max(window.clock() - accepted.time, 0) if accepted else None,
        contradiction=replica.contradiction,
        following=following,
        withdrawn=_withdrawn(window),
    )


def standing_to_json(standing: Standing) -> dict[str, object]:
    accepted, following = standing.accepted, standing.following
    return {
        "status": _status(standing),
        "network": standing.network,
        "network_fingerprint": standing.fingerprint,
        "facts_block": accepted.number if accepted else None,
        "facts_block_hash": accepted.hash.hex() if accepted else None,
        "facts_as_of": accepted.time if accepted else None,
        "facts_age_seconds": standing.age_seconds,
        "contradiction": _contradiction(standing.contradiction),
        "sources": [_source(each) for each in following.sources],
        "source_answered_at": following.since,
        "source_trouble": following.trouble,
        "withdrawn_checks": standing.withdrawn.withdrawn if standing.withdrawn else None,
        "withdrawn_checks_open": standing.withdrawn.open if standing.withdrawn else None,
    }


def _status(standing: Standing) -> str:
    if standing.contradiction:
        return "network_contradicts_itself"
    return "ok" if standing.withdrawn else "store_unusable"


def _withdrawn(window: Window) -> Count | None:
    try:
        return window.store.count_withdrawn()
    except StoreUnusable:
        return None


def _contradiction(found: Evidence | None) -> dict[str, object] | None:
    if found is None:
        return None
    hashes = {"first_hash": found.first_hash.hex(), "second_hash": found.second_hash.hex()}
    return {"block": found.number, **hashes, "found_at": found.found_at}


def _source(state: SourceState) -> dict[str, object]:
    said = None
    if reason := state.reason:
        said = {"code": reason.code, "zh": reason.text[0], "en": reason.text[1], "detail": reason.detail}
    return {"name": state.name, "standing": state.standing, "since": state.since, "reason": said}
