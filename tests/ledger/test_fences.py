"""What a fence fells and what then has to be restored, by the tables that a replica makes of proven events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from credential import Reason, State
from ledger import events
from ledger.errors import NotOnRecord
from ledger.fences import Falling, falling_with_key, falling_with_operator
from ledger.registries import MAX_RESTORATIONS, Restoration
from ledger.replica.store import Store
from ledger.restorations import CHUNK, Due, chunks, restorations_due
from ledger.status_records import held_state
from tests.ledger.replica_samples import CREDENTIAL, KEY, NETWORK, TRUST, accept, log

STOLEN, HONEST, ADMINISTRATOR = (bytes([value]) * 20 for value in (0xAA, 0xBB, 0xCC))
BUREAU = 1
FENCE = 100
HISTORIES = json.loads((Path(__file__).parents[2] / "spec/vectors/status-histories.json").read_text())["histories"]


def setting(*operators: bytes) -> list[Any]:
    return [
        log(TRUST, events.RegionAdmitted, 1, 310000, "上海市", ADMINISTRATOR),
        log(TRUST, events.AuthorityRegistered, 2, BUREAU, 310000, "CODE", "局", "https://a.example"),
        *(log(TRUST, events.OperatorAdded, 3, BUREAU, each) for each in operators),
        log(TRUST, events.KeyAdded, 4, BUREAU, KEY.kid, 1, 1, KEY.public_key.octets, 0, 0),
    ]


def anchored(at: int, seq: int, operator: bytes = STOLEN, kid: bytes = KEY.kid) -> Any:
    return log(CREDENTIAL, events.BatchAnchored, at, BUREAU, seq, 64 * seq, 64, bytes(32), kid, operator)


def changed(at: int, position: int, origin: int, to: int, reason: int, actor: bytes = STOLEN) -> Any:
    return log(CREDENTIAL, events.StatusChanged, at, BUREAU, position, origin, to, reason, at, 0, actor)


def restored(at: int, position: int, origin: int, to: int, operator: bytes = STOLEN) -> Any:
    return log(CREDENTIAL, events.StatusRestored, at, BUREAU, position, origin, to, operator, ADMINISTRATOR)


def revoked(operator: bytes, fence: int, at: int = 200) -> Any:
    return log(TRUST, events.OperatorRevoked, at, BUREAU, operator, fence)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "r.db", NETWORK)
    yield made
    made.close()


def with_operator(store: Store, at: int = FENCE, operator: bytes = STOLEN) -> Falling:
    with store.reading() as connection:
        return falling_with_operator(connection, BUREAU, operator, at)


def due_at(store: Store, authority: int = BUREAU) -> tuple[Due, ...]:
    with store.reading() as connection:
        return restorations_due(connection, authority)


# What falls


def test_batches_at_and_after_the_fence_fall_and_earlier_ones_stand(store: Store) -> None:
    accept(
        store,
        [
            *setting(STOLEN, HONEST),
            anchored(FENCE - 1, 0),
            anchored(FENCE, 1),
            anchored(FENCE + 9, 2, HONEST),
            anchored(FENCE + 9, 3),
        ],
    )
    falling = with_operator(store)
    assert [(each.seq, each.first, each.last, each.anchored_at) for each in falling.batches] == [
        (1, 64, 127, FENCE),
        (3, 192, 255, FENCE + 9),
    ]
    assert (falling.positions, falling.standing_batches, falling.standing_positions) == (128, 1, 64)
    assert falling.current is None


def test_a_keys_fence_fells_its_batches_whoever_anchored_them(store: Store) -> None:
    other = b"\x05" * 32
    logs = [anchored(FENCE - 1, 0), anchored(FENCE, 1, HONEST), anchored(FENCE, 2, STOLEN, other)]
    accept(store, [*setting(STOLEN, HONEST), *logs])
    with store.reading() as connection:
        falling = falling_with_key(connection, KEY.kid, FENCE)
    assert [(each.seq, each.operator) for each in falling.batches] == [(1, HONEST)]
    assert (falling.standing_batches, falling.changes) == (1, ())


def test_a_falling_change_tells_how_the_position_stands_without_and_with_the_fence(store: Store) -> None:
    accept(
        store,
        [
            *setting(STOLEN, HONEST),
            anchored(5, 0),
            changed(FENCE - 1, 3, 0x0, 0x2, 16),
            changed(FENCE, 3, 0x2, 0x1, 2),
            changed(FENCE, 4, 0x0, 0xD, 19, HONEST),
            changed(FENCE + 1, 4, 0xD, 0x0, 35),
            changed(FENCE + 2, 4, 0x0, 0x2, 16, HONEST),
        ],
    )
    falling = with_operator(store)
    assert [(each.position, each.reason, each.before, each.after) for each in falling.changes] == [
        (3, Reason.REVOKED, State.INVALID, State.SUSPENDED),
        (4, Reason.UNFROZEN, State.SUSPENDED, State.SUSPENDED),
    ]
    assert falling.standing_changes == 1


def test_an_earlier_fence_that_is_there_counts(store: Store) -> None:
    accept(store, [*setting(STOLEN), anchored(FENCE, 0), revoked(STOLEN, FENCE)])
    falling = with_operator(store, FENCE + 50)
    assert (falling.revoked_from, falling.current, len(falling.batches)) == (FENCE, FENCE, 1)


def test_a_fence_moved_earlier_fells_more(store: Store) -> None:
    accept(store, [*setting(STOLEN), anchored(FENCE - 5, 0), anchored(FENCE, 1), revoked(STOLEN, FENCE)])
    falling = with_operator(store, FENCE - 5)
    assert (falling.revoked_from, falling.current, len(falling.batches)) == (FENCE - 5, FENCE, 2)


def test_who_is_not_on_record_is_told(store: Store) -> None:
    accept(store, setting(STOLEN))
    with pytest.raises(NotOnRecord, match="no operator 0xbbbb"):
        with_operator(store, operator=HONEST)
    with store.reading() as connection, pytest.raises(NotOnRecord, match="no key 0x0707"):
        falling_with_key(connection, b"\x07" * 32, FENCE)
    with pytest.raises(NotOnRecord, match="no authority 9"):
        due_at(store, 9)


# What has to be restored


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history["name"])
def test_what_the_vectors_restore_is_due(store: Store, history: Mapping[str, Any]) -> None:
    names = sorted({each["by"] for each in history["events"] if each["kind"] == "change"} | set(history["fences"]))
    accounts = {name: bytes([0x10 + index]) * 20 for index, name in enumerate(names)}
    logs = [*setting(*accounts.values()), anchored(5, 0)]
    thief = accounts.get("stolen", STOLEN)
    for each in history["events"]:
        if each["kind"] == "change":
            values = (each["origin"], each["to"], 1, each["effective"], 0, accounts[each["by"]])
            logs.append(log(CREDENTIAL, events.StatusChanged, each["recorded_at"], BUREAU, 9, *values))
        else:
            logs.append(restored(each["at"], 9, each["from"], each["to"], thief))
    logs += [revoked(accounts[name], fence) for name, fence in history["fences"].items()]
    accept(store, logs)
    expected = history["restoration"]
    found = [(each.restoration.origin, each.restoration.to) for each in due_at(store)]
    assert found == ([tuple(expected)] if expected else [])
    with store.reading() as connection:
        assert held_state(connection, BUREAU, 9) == history["held"]


def test_each_position_names_the_operator_whose_change_fell_last(store: Store) -> None:
    accept(
        store,
        [
            *setting(STOLEN, HONEST),
            anchored(5, 0),
            changed(FENCE, 1, 0x0, 0x2, 16, HONEST),
            changed(FENCE + 1, 1, 0x2, 0x1, 2, STOLEN),
            changed(FENCE + 1, 2, 0x0, 0x1, 2, HONEST),
            revoked(STOLEN, FENCE),
            revoked(HONEST, FENCE),
        ],
    )
    assert due_at(store) == (
        Due(Restoration(1, State.INVALID, State.VALID), STOLEN),
        Due(Restoration(2, State.INVALID, State.VALID), HONEST),
    )


def test_what_was_restored_is_due_no_more_until_the_fence_moves_earlier(store: Store) -> None:
    logs = [*setting(STOLEN, HONEST), anchored(5, 0), changed(50, 1, 0x0, 0x2, 16), changed(FENCE, 1, 0x2, 0x1, 2)]
    accept(store, [*logs, revoked(STOLEN, FENCE)])
    (due,) = due_at(store)
    assert due.restoration == Restoration(1, State.INVALID, State.SUSPENDED)
    accept(store, [restored(300, 1, 0x1, 0x2)])
    assert due_at(store) == ()
    accept(store, [revoked(STOLEN, 50, 400)])
    assert [each.restoration for each in due_at(store)] == [Restoration(1, State.SUSPENDED, State.VALID)]


def test_a_replica_made_again_from_its_raw_events_says_the_same(store: Store) -> None:
    logs = [*setting(STOLEN, HONEST), anchored(5, 0), changed(FENCE, 1, 0x0, 0x1, 2), changed(FENCE, 2, 0x0, 0x1, 2)]
    accept(store, [*logs, revoked(STOLEN, FENCE), restored(300, 2, 0x1, 0x0), changed(301, 2, 0x0, 0x2, 16, HONEST)])
    before = (due_at(store), with_operator(store))
    store.rebuild()
    assert (due_at(store), with_operator(store)) == before
    assert len(before[0]) == 1


def test_restorations_go_in_calls_of_one_operator_each() -> None:
    due = [Due(Restoration(position, State.INVALID, State.VALID), HONEST) for position in range(CHUNK + 1)]
    due += [Due(Restoration(7, State.INVALID, State.VALID), STOLEN)]
    assert [(operator, len(each)) for operator, each in chunks(due)] == [(HONEST, CHUNK), (HONEST, 1), (STOLEN, 1)]
    assert CHUNK <= MAX_RESTORATIONS
