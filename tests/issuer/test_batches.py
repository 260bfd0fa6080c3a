"""Closing batches: places, padding, order, and one record of it all."""

from __future__ import annotations

import random
import threading

import pytest
from sqlalchemy import func, select

from credential import leaf_hash, parse_presentation, path_length, root_from_path
from issuer.batches import Intake, Member, Overtaken, Place, compose, drop_refused, next_place, record, take_in
from issuer.credentials import Form
from issuer.schema import batches, credentials
from tests.issuer.desk import business_licence, carry_out, make_certificate
from tests.waiting import until

NOW = 1_800_000_000


def intake(count: int, first: int = 128, seq: int = 2) -> Intake:
    identifier = "1.2.156.3005.2.11100000MB0YX0001Q001.11310000MB0YX00013.000000001.001.0"
    claims = {"certificate_identifier": identifier, **business_licence(1)}
    members = tuple(Member(number, (1, 1), claims, number.to_bytes(16), None) for number in range(count))
    return Intake(1, Form.PAPER, Place(seq, first), members)


def composed(offline, count: int, seed: int = 1):
    (authority,) = offline.bureau.authorities.values()
    return compose(
        intake(count),
        authority.settings.url,
        authority.signer,
        offline.bureau.type_version,
        random.Random(seed),
        NOW,
    )


@pytest.mark.parametrize(("members", "leaves"), [(1, 64), (63, 64), (64, 64), (65, 65), (200, 200)])
def test_small_batches_are_padded_and_every_path_leads_to_the_root(offline, members, leaves):
    batch = composed(offline, members)
    assert (batch.count, len(batch.sealed)) == (leaves, members)
    for sealed in batch.sealed:
        shown = parse_presentation(sealed.jwt + "~")
        index = shown.payload.position - 128
        assert shown.payload.position == sealed.position
        assert len(shown.header.inclusion_path) == path_length(index, leaves)
        leaf = leaf_hash(shown.payload.octets)
        assert root_from_path(leaf, index, leaves, shown.header.inclusion_path) == batch.root


def test_the_order_of_leaves_tells_nothing_about_the_order_of_issue(offline):
    positions = [[each.position for each in composed(offline, 80, seed).sealed] for seed in (1, 2)]
    by_credential = [
        [each.position for each in sorted(composed(offline, 80, seed).sealed, key=lambda each: each.credential)]
        for seed in (1, 2)
    ]
    assert positions[0] == sorted(positions[0])
    assert by_credential[0] != by_credential[1]
    assert by_credential[0] != sorted(by_credential[0])


def test_padding_is_random_so_that_equal_batches_have_other_roots(offline):
    one, other = intake(1), intake(1)
    assert one == other
    assert composed(offline, 1, 1).root != composed(offline, 1, 2).root


def test_one_key_signs_the_whole_batch(offline):
    batch = composed(offline, 3)
    assert {parse_presentation(each.jwt + "~").header.kid for each in batch.sealed} == {batch.kid}


@pytest.mark.slow
def test_the_largest_batch_has_65536_leaves_and_paths_of_16_hashes(offline):
    batch = composed(offline, 65_536)
    assert batch.count == len(batch.sealed) == 65_536
    for sealed in batch.sealed[:: 65_536 // 16]:
        shown = parse_presentation(sealed.jwt + "~")
        path, index = shown.header.inclusion_path, sealed.position - 128
        assert len(path) == 16
        assert root_from_path(leaf_hash(shown.payload.octets), index, 65_536, path) == batch.root


def test_positions_follow_the_sum_of_earlier_counts(offline):
    first = offline.as_("first")
    certificates = [make_certificate(offline, serial) for serial in (1, 2, 3)]
    for number in certificates:
        first.post("/seals", {"certificates": [number]}, 202)
        until(lambda number=number: first.get(f"/certificates/{number}")["credentials"][0]["position"] is not None)
    with offline.bureau.engine.begin() as connection:
        rows = connection.execute(select(batches.c.seq, batches.c.first, batches.c.count).order_by(batches.c.seq)).all()
        assert [tuple(row) for row in rows] == [(0, 0, 64), (1, 64, 64), (2, 128, 64)]
        assert next_place(connection, offline.authority) == Place(3, 192)


def test_sealing_again_asks_for_nothing(offline):
    first = offline.as_("first")
    number = make_certificate(offline)
    assert first.post("/seals", {"certificates": [number]}, 202)["queued"] == 1
    assert first.post("/seals", {"all": True}, 202)["queued"] == 0


def test_what_was_overtaken_is_not_recorded(offline_settings):
    from issuer.bureau import open_bureau
    from tests.issuer.desk import add_officers

    bureau = open_bureau(offline_settings)
    add_officers(bureau, 1)
    (authority,) = bureau.authorities.values()
    _ask_for_one(bureau)
    with bureau.engine.begin() as connection:
        found = take_in(connection, 1, bureau.settings, bureau.clock())
    batch = compose(found, authority.settings.url, authority.signer, bureau.type_version, random.Random(1), NOW)
    with bureau.engine.begin() as connection:
        record(connection, batch, NOW)
    with pytest.raises(Overtaken), bureau.engine.begin() as connection:
        record(connection, batch, NOW)
    with bureau.engine.begin() as connection:
        assert connection.execute(select(func.count()).select_from(batches)).scalar_one() == 1
    bureau.engine.dispose()


def test_a_refused_batch_halts_the_authority_until_it_is_dropped(offline):
    first, admin = offline.as_("first"), offline.as_("admin")
    number = make_certificate(offline)
    first.post("/seals", {"certificates": [number]}, 202)
    until(lambda: first.get(f"/certificates/{number}")["credentials"][0]["progress"] == "queued")
    with offline.bureau.engine.begin() as connection:
        connection.execute(batches.update().values(state="refused", refusal="NotAnOperator()"))
    (queue,) = first.get("/queue")["authorities"]
    assert queue["refused_batches"] == [{"seq": 0, "refusal": "NotAnOperator()"}]
    assert first.get(f"/certificates/{number}")["credentials"][0]["progress"] == "refused"
    with offline.bureau.engine.begin() as connection:
        assert take_in(connection, offline.authority, offline.bureau.settings, NOW) is None
    first.post(f"/queue/{offline.authority}/drop-refused", status=403)
    assert admin.post(f"/queue/{offline.authority}/drop-refused", status=200) == {"batches": 1}
    until(lambda: first.get(f"/certificates/{number}")["credentials"][0]["progress"] == "queued")
    with offline.bureau.engine.begin() as connection:
        assert drop_refused(connection, offline.authority) == 0
        rows = connection.execute(select(batches.c.seq, batches.c.first, batches.c.state).order_by(batches.c.id)).all()
    assert [tuple(row) for row in rows] == [(0, 0, "dropped"), (0, 0, "queued")]


def test_a_batch_and_its_anchor_call_are_recorded_together_or_not_at_all(offline, monkeypatch):
    """The outbox fails once: no batch, no position; at the next round all of it."""
    from issuer.dispatch import Dispatch

    first, number = offline.as_("first"), make_certificate(offline)
    anchor, failed = Dispatch.anchor, threading.Event()

    def failing(self, connection, batch_number, batch) -> None:
        anchor(self, connection, batch_number, batch)
        if not failed.is_set():
            failed.set()
            raise OSError("disk full")

    monkeypatch.setattr(Dispatch, "anchor", failing)
    before = first.get("/queue")["queued_calls"]
    first.post("/seals", {"certificates": [number]}, 202)
    until(lambda: first.get(f"/certificates/{number}")["credentials"][0]["position"] is not None)
    assert failed.is_set()
    with offline.bureau.engine.begin() as connection:
        assert connection.execute(select(func.count()).select_from(batches)).scalar_one() == 1
    assert first.get("/queue")["queued_calls"] == before + 1


def test_what_something_weighs_on_waits_outside_the_batch(offline):
    first = offline.as_("first")
    number = make_certificate(offline)
    carry_out(offline, "suspend", number)
    assert first.post("/seals", {"certificates": [number]}, 202)["queued"] == 0
    carry_out(offline, "reinstate", number)
    assert first.post("/seals", {"certificates": [number]}, 202)["queued"] == 1


def _ask_for_one(bureau) -> None:
    """A certificate with a waiting paper credential, without the service."""
    from issuer.accounts import all_officers
    from issuer.approvals import approve_drafts
    from issuer.credentials import seal_authority
    from issuer.drafts import create_draft, submit_draft

    (authority,) = bureau.authorities.values()
    with bureau.engine.begin() as connection:
        _, first, second = all_officers(connection)
        draft = create_draft(connection, first, authority, authority.type_of(1), business_licence(1), NOW)
        submit_draft(connection, first, draft)
        approve_drafts(connection, second, [draft], NOW)
        seal_authority(connection, 1, NOW)
        assert connection.execute(select(func.count()).select_from(credentials)).scalar_one() == 1
