"""The bureau's books against what the ledger has on record: what differs, and what is then recorded again."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from credential import Reason, State
from issuer.comparing import compare
from issuer.errors import LedgerMismatch
from issuer.reconciling import FOREIGN, carry_out
from issuer.schema import acts, batches, credentials, status_changes
from ledger import Accepted, AnchoredBatch, AuthorityRecord
from tests.issuer.desk import carry_out as carry_out_act
from tests.issuer.desk import make_certificate
from tests.waiting import until

DAY = 86_400
STOLEN, SUCCESSOR = b"\x66" * 20, b"\x77" * 20


@pytest.fixture
def copy(offline) -> int:
    """A certificate whose paper copy is anchored as far as the books go."""
    first, number = offline.as_("first"), make_certificate(offline)
    first.post("/seals", {"certificates": [number]}, 202)
    until(lambda: first.get(f"/certificates/{number}")["credentials"][0]["position"] is not None)
    with offline.bureau.engine.begin() as connection:
        connection.execute(update(batches).values(state="anchored"))
    return number


def on_record(desk, held: dict[int, State] | None = None, **changes) -> AuthorityRecord:
    """What the ledger has: the bureau's own batches, and these states where the copies are."""
    with desk.bureau.engine.begin() as connection:
        rows = connection.execute(select(batches).where(batches.c.state == "anchored")).all()
    anchored = tuple(
        AnchoredBatch(each.seq, each.first, each.first + each.count - 1, 1_000, each.root, each.kid, STOLEN)
        for each in rows
    )
    states = dict(held or {})
    record = AuthorityRecord(
        desk.authority, Accepted(9, bytes(32), 9_000, bytes(32), 9), anchored, states, states, {STOLEN: None}
    )
    return replace(record, **changes)


def look(desk, record: AuthorityRecord, now: int | None = None):
    with desk.bureau.engine.begin() as connection:
        return compare(connection, record, int(time.time()) if now is None else now)


def carried_out(desk, record: AuthorityRecord) -> int:
    now = int(time.time())
    with desk.bureau.engine.begin() as connection:
        return carry_out(connection, desk.bureau, compare(connection, record, now), now)


def position_of(desk, certificate: int) -> int:
    with desk.bureau.engine.begin() as connection:
        query = select(credentials.c.position).where(credentials.c.certificate_id == certificate)
        position: int = connection.execute(query).scalar_one()
    return position


def one_difference(desk, record: AuthorityRecord, now: int | None = None):
    (found,) = look(desk, record, now).differences
    return found


def test_books_that_agree_are_even_and_stay_so(offline, copy):
    assert look(offline, on_record(offline)).is_even
    assert carried_out(offline, on_record(offline)) == 0


def test_an_approved_act_that_the_chain_lacks_is_recorded_again(offline, copy):
    act = carry_out_act(offline, "suspend", copy)
    with offline.bureau.engine.begin() as connection:
        connection.execute(update(status_changes).values(state="refused"))
        connection.execute(update(acts).where(acts.c.id == act["id"]).values(state="refused"))
    found = one_difference(offline, on_record(offline))
    assert (found.held, found.wanted) == (State.VALID, State.SUSPENDED)
    assert (found.cause.act, found.cause.reason) == (act["id"], Reason.SUSPENDED)
    assert carried_out(offline, on_record(offline)) == 1
    with offline.bureau.engine.begin() as connection:
        rows = connection.execute(select(status_changes).order_by(status_changes.c.id)).all()
        state = connection.execute(select(acts.c.state).where(acts.c.id == act["id"])).scalar_one()
    assert [(each.state, each.origin, each.to) for each in rows] == [("tried_again", 0, 2), ("queued", 0, 2)]
    assert state == "queued"


def test_what_an_act_has_ended_is_ended_again(offline, copy):
    carry_out_act(offline, "suspend", copy)
    ended = carry_out_act(offline, "reinstate", copy)
    found = one_difference(offline, on_record(offline, {position_of(offline, copy): State.SUSPENDED}))
    assert (found.wanted, found.cause.act, found.cause.reason) == (State.VALID, ended["id"], Reason.REINSTATED)


def test_what_the_chain_shows_of_a_thief_is_taken_over_only_as_a_starting_point(offline, copy):
    carry_out_act(offline, "revoke", copy)
    position = position_of(offline, copy)
    record = on_record(offline, {position: State.FROZEN})
    assert carried_out(offline, record) == 1
    with offline.bureau.engine.begin() as connection:
        query = select(status_changes.c.origin, status_changes.c.to).order_by(status_changes.c.id.desc()).limit(1)
        assert tuple(connection.execute(query).one()) == (State.FROZEN, State.INVALID)


def test_a_final_state_of_the_thief_leaves_nothing_to_record(offline, copy):
    carry_out_act(offline, "suspend", copy)
    found = one_difference(offline, on_record(offline, {position_of(offline, copy): State.INVALID}))
    assert (found.held, found.wanted, found.cause) == (State.INVALID, State.SUSPENDED, None)
    assert carried_out(offline, on_record(offline, {found.position: State.INVALID})) == 0


@pytest.mark.parametrize(("kind", "is_dated_anew"), [("suspend", True), ("rescind", False)])
def test_an_act_whose_7_days_are_over_is_dated_anew_but_a_rescission(offline, copy, kind, is_dated_anew):
    act = carry_out_act(offline, kind, copy)
    now = act["effective"] + 30 * DAY
    effective = one_difference(offline, on_record(offline), now).cause.effective
    assert (effective != act["effective"]) == is_dated_anew
    assert not is_dated_anew or now - 7 * DAY < effective < now - 6 * DAY


def test_a_foreign_batch_takes_its_places(offline, copy):
    record = on_record(offline)
    last = record.batches[-1].last
    foreign = AnchoredBatch(1, last + 1, last + 64, 2_000, b"\x05" * 32, b"\x06" * 32, STOLEN)
    record = replace(record, batches=(*record.batches, foreign))
    assert look(offline, record).foreign == (foreign,)
    carried_out(offline, record)
    with offline.bureau.engine.begin() as connection:
        row = connection.execute(select(batches).where(batches.c.form == FOREIGN)).one()
    assert (row.seq, row.first, row.count, row.state) == (1, last + 1, 64, "anchored")
    assert look(offline, record).is_even
    later = make_certificate(offline, 2)
    offline.as_("first").post("/seals", {"certificates": [later]}, 202)
    until(lambda: _position(offline, later) is not None)
    assert _position(offline, later) > last + 64


def test_a_batch_of_ours_that_the_ledger_has_otherwise_is_refused_by_name(offline, copy):
    record = on_record(offline)
    other = replace(record.batches[0], root=bytes(32))
    with pytest.raises(LedgerMismatch, match="batch 0 is not the one that the ledger has"):
        look(offline, replace(record, batches=(other,)))
    with pytest.raises(LedgerMismatch, match="batch 0"):
        look(offline, replace(record, batches=()))


@pytest.mark.parametrize(("fence", "copies"), [(1_001, []), (1_000, [1])])
def test_batches_that_fell_are_named_with_their_copies(offline, copy, fence, copies):
    fallen = look(offline, on_record(offline, operators={STOLEN: fence})).fallen
    assert [each.copies for each in fallen] == copies


def test_statuses_that_the_region_has_not_restored_are_named(offline, copy):
    position = position_of(offline, copy)
    record = on_record(offline, {position: State.INVALID}, standing={position: State.VALID})
    found = look(offline, record)
    assert found.unrestored == (position,)
    assert not found.is_even


def test_what_is_superseded_names_its_successor_again(offline, copy):
    act = carry_out_act(offline, "reissue", copy)
    assert look(offline, on_record(offline)).differences == ()  # its successor is not anchored yet
    with offline.bureau.engine.begin() as connection:
        number = connection.execute(select(credentials.c.id).where(credentials.c.certificate_id == copy)).scalar_one()
        values = {"credential_id": number, "act_id": act["id"], "origin": 0, "to": State.SUPERSEDED, "reason": 20}
        values |= {"effective": act["effective"], "successor": 77, "state": "recorded"}
        connection.execute(status_changes.insert().values(**values))
    cause = one_difference(offline, on_record(offline)).cause
    assert (cause.reason, cause.successor) == (Reason.REISSUED, 77)


def _position(desk, certificate: int) -> int | None:
    return desk.as_("first").get(f"/certificates/{certificate}")["credentials"][0]["position"]
