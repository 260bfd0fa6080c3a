"""Histories of one position, with a theft, its fence and what the region restores. Written by hand (spec/status.md)."""

from __future__ import annotations

from typing import Any

VALID, INVALID, SUSPENDED, FROZEN = 0x0, 0x1, 0x2, 0xD
HOUR = 3600
START = 1_793_692_800  # 2026-11-03T16:00:00+08:00
FENCE = START + 10 * HOUR


def change(hour: int, origin: int, to: int, by: str, effective: int | None = None) -> dict[str, Any]:
    """Recorded `hour` hours after the start; in effect from then, or from another hour."""
    at = START + hour * HOUR
    since = at if effective is None else START + effective * HOUR
    return {"kind": "change", "recorded_at": at, "origin": origin, "to": to, "effective": since, "by": by}


def restored(hour: int, origin: int, to: int) -> dict[str, Any]:
    return {"kind": "restoration", "at": START + hour * HOUR, "from": origin, "to": to}


def history(
    name: str,
    events: list[dict[str, Any]],
    held: int,
    states: dict[int, int],
    restoration: tuple[int, int] | None,
    **fences: int,
) -> dict[str, Any]:
    """`states` are by hours after the start."""
    return {
        "name": name,
        "fences": fences,
        "events": events,
        "held": held,
        "states": [[START + hour * HOUR, state] for hour, state in states.items()],
        "restoration": list(restoration) if restoration else None,
    }


def histories() -> list[dict[str, Any]]:
    theft = change(11, VALID, INVALID, "stolen")
    suspension = change(20, VALID, SUSPENDED, "successor")
    return [
        history("nothing happened", [], VALID, {1: VALID}, None),
        history("revoked, no fence", [theft], INVALID, {10: VALID, 11: INVALID}, None),
        history("revoked with a stolen account", [theft], INVALID, {12: VALID}, (INVALID, VALID), stolen=FENCE),
        history("restored", [theft, restored(15, INVALID, VALID)], VALID, {16: VALID}, None, stolen=FENCE),
        history(
            "suspended after the restoration",
            [theft, restored(15, INVALID, VALID), suspension],
            SUSPENDED,
            {19: VALID, 21: SUSPENDED},
            None,
            stolen=FENCE,
        ),
        history(
            "the fence is later than the theft",
            [theft],
            INVALID,
            {12: INVALID},
            None,
            stolen=theft["recorded_at"] + 1,
        ),
        history("at the fence it falls", [theft], INVALID, {12: VALID}, (INVALID, VALID), stolen=theft["recorded_at"]),
        history(
            "reinstated with a stolen account",
            [change(2, VALID, SUSPENDED, "stolen"), change(11, SUSPENDED, VALID, "stolen")],
            VALID,
            {1: VALID, 3: SUSPENDED, 12: SUSPENDED},
            (VALID, SUSPENDED),
            stolen=FENCE,
        ),
        history(
            "several changes by the thief, one by an honest operator among them",
            [
                change(11, VALID, FROZEN, "stolen"),
                change(12, FROZEN, SUSPENDED, "honest"),
                change(13, SUSPENDED, INVALID, "stolen"),
            ],
            INVALID,
            {11: VALID, 12: SUSPENDED, 14: SUSPENDED},
            (INVALID, SUSPENDED),
            stolen=FENCE,
        ),
        history(
            "the thief's change led to what stands anyway",
            [theft, restored(15, INVALID, VALID), change(16, VALID, INVALID, "successor")],
            INVALID,
            {12: VALID, 17: INVALID},
            None,
            stolen=FENCE,
        ),
        history(
            "the region restored what was lawfully revoked",
            [change(2, VALID, INVALID, "honest"), restored(15, INVALID, VALID)],
            VALID,
            {3: INVALID, 16: INVALID},
            (VALID, INVALID),
            stolen=FENCE,
        ),
        history(
            "what follows a wrong restoration counts for nothing",
            [change(2, VALID, INVALID, "honest"), restored(15, INVALID, VALID), suspension],
            SUSPENDED,
            {3: INVALID, 21: INVALID},
            (SUSPENDED, INVALID),
            stolen=FENCE,
        ),
        history(
            "a second fence, moved earlier, fells the first suspension too",
            [
                change(2, VALID, SUSPENDED, "stolen"),
                theft | {"origin": SUSPENDED},
                restored(15, INVALID, SUSPENDED),
            ],
            SUSPENDED,
            {3: VALID, 16: VALID},
            (SUSPENDED, VALID),
            stolen=START,
        ),
        history(
            "two accounts stolen",
            [change(11, VALID, SUSPENDED, "stolen"), change(12, SUSPENDED, INVALID, "accomplice")],
            INVALID,
            {13: VALID},
            (INVALID, VALID),
            stolen=FENCE,
            accomplice=FENCE,
        ),
        history(
            "rescinded for the past with a stolen account",
            [change(11, VALID, INVALID, "stolen", effective=1)],
            INVALID,
            {2: VALID, 12: VALID},
            (INVALID, VALID),
            stolen=FENCE,
        ),
    ]


def status_history_vectors() -> dict[str, Any]:
    about = "spec/status.md, rules 7 to 13: one position each; `by` names the operator, `fences` are Unix seconds"
    return {"about": about, "histories": histories()}
