"""A replica that follows a real node: facts about real credentials, progress with heartbeats, several sources."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from credential import Catalogue, Period, Presentation, Reason, State, Unreadable, dates, parse_presentation
from ledger import FollowFailed, Progress, Replica, keep_following
from ledger.errors import CheckpointTooOld, NodeUnavailable, NotAdvancing, OtherNetwork, OtherReplica
from ledger.light_client import TRUSTING_DAYS
from ledger.replica.overview import overview
from tests.fixtures_ledger import (
    ANHUI,
    BUSINESS_LICENCE,
    DRIVING_LICENCE,
    FOOD_PERMIT,
    GUANGDONG,
    REGIONS,
    SHANGHAI,
    STARTS,
    World,
)

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def replica(ledger_world: World, tmp_path: Path) -> Iterator[Replica]:
    with ledger_world.replica(tmp_path / "replica.db") as made:
        yield made


@pytest.fixture(scope="module")
def licence(ledger_world: World) -> dict[str, str]:
    """Claims of a business licence; nothing here checks them against their schema."""
    names = [each.name for each in ledger_world.type(BUSINESS_LICENCE).fields]
    return {
        **dict.fromkeys(names, "示例"),
        "certificate_validate_start": "2025-01-01",
        "certificate_validate_end": "长期",
    }


def shown(world: World, licence: dict[str, str], **options: Any) -> Presentation:
    (text,) = world.issue(world.shanghai, world.type(BUSINESS_LICENCE), [licence], **options)
    presentation = parse_presentation(text)
    assert isinstance(presentation, Presentation), presentation
    return presentation


def only_failure(failed: pytest.ExceptionInfo[FollowFailed]) -> Exception:
    (failure,) = failed.value.failures
    return failure.error


def test_before_the_first_proven_block_nothing_is_known(
    ledger_world: World, replica: Replica, licence: dict[str, str]
) -> None:
    facts = replica.facts_for(shown(ledger_world, licence, anchored=False))
    assert (facts.as_of, facts.block, facts.authority, facts.agreements) == (0, 0, None, ())
    assert replica.accepted is None


def test_all_facts_about_an_anchored_credential(ledger_world: World, replica: Replica, licence: dict[str, str]) -> None:
    world, authority = ledger_world, ledger_world.shanghai
    first = authority.total
    presentation = shown(world, licence)
    progress = replica.follow_once()
    facts = replica.facts_for(presentation)

    assert (facts.as_of, facts.block) == (progress.as_of, progress.block)
    assert facts.fingerprint == world.network.fingerprint
    assert abs(facts.as_of - time.time()) < 120
    assert facts.type_is_registered
    assert facts.certificate_type == world.type(BUSINESS_LICENCE)
    assert facts.authority is not None
    assert facts.authority.number == authority.number
    assert facts.authority.urls == (authority.url,)
    assert facts.authority.credit_code == authority.credit_code
    assert (facts.authority.region.code, facts.authority.region.name) == (SHANGHAI, REGIONS[SHANGHAI])
    assert facts.key is not None
    assert facts.key.public_key == authority.key.public_key.octets
    assert (facts.key.use, facts.key.suite, facts.key.period) == (1, 1, Period(STARTS, None))
    assert facts.accreditations == (Period(STARTS, None),)
    assert facts.batch is not None
    assert (facts.batch.first, facts.batch.count, facts.batch.kid) == (first, 1, authority.key.kid)
    assert facts.batch.operator_revoked_from is None
    assert facts.anchored_total == authority.total
    assert facts.status_changes == ()
    (agreement,) = facts.agreements
    assert agreement.certificate_types == (BUSINESS_LICENCE, FOOD_PERMIT)
    assert agreement.period == Period(STARTS, None)
    assert {member.region for member in agreement.members if member.issues} == {SHANGHAI, ANHUI}
    assert {member.region for member in agreement.members if member.recognises} == {GUANGDONG}
    assert all(member.ratified_at and not member.withdrawn_at for member in agreement.members)


def test_a_position_past_the_last_batch_has_no_batch(
    ledger_world: World, replica: Replica, licence: dict[str, str]
) -> None:
    replica.follow_once()
    facts = replica.facts_for(shown(ledger_world, licence, anchored=False))
    assert facts.batch is None
    assert facts.anchored_total == ledger_world.shanghai.total
    assert facts.authority is not None


def test_status_changes_come_in_order(ledger_world: World, replica: Replica, licence: dict[str, str]) -> None:
    world, authority = ledger_world, ledger_world.shanghai
    presentation = shown(world, licence)
    position, effective = presentation.payload.position, int(time.time()) - 100
    world.set_status(authority, position, State.VALID, State.SUSPENDED, Reason.SUSPENDED, effective)
    world.set_status(authority, position, State.SUSPENDED, State.VALID, Reason.REINSTATED, effective + 1)
    world.set_status(authority, position, State.VALID, State.SUPERSEDED, Reason.ALTERED, effective + 2, position - 1)
    replica.follow_once()
    changes = replica.facts_for(presentation).status_changes
    assert [(each.origin, each.to, each.reason, each.successor) for each in changes] == [
        (State.VALID, State.SUSPENDED, Reason.SUSPENDED, None),
        (State.SUSPENDED, State.VALID, Reason.REINSTATED, None),
        (State.VALID, State.SUPERSEDED, Reason.ALTERED, position - 1),
    ]
    assert [each.effective for each in changes] == [effective, effective + 1, effective + 2]
    assert all(each.actor_revoked_from is None for each in changes)


def test_an_issuer_key_or_type_that_the_ledger_lacks_is_none(
    ledger_world: World, replica: Replica, licence: dict[str, str]
) -> None:
    replica.follow_once()
    presentation = shown(ledger_world, licence, anchored=False)
    payload, header = presentation.payload, presentation.header
    stranger = replica.facts_for(replace(presentation, payload=replace(payload, issuer="https://nobody.example")))
    assert (stranger.authority, stranger.batch, stranger.anchored_total, stranger.accreditations) == (None, None, 0, ())
    other_type = replica.facts_for(replace(presentation, payload=replace(payload, type_version=9)))
    assert (other_type.type_is_registered, other_type.certificate_type, other_type.agreements) == (False, None, ())
    other_key = replica.facts_for(replace(presentation, header=replace(header, kid=bytes(32))))
    assert other_key.key is None


def test_no_agreement_contains_the_type(ledger_world: World, replica: Replica, licence: dict[str, str]) -> None:
    replica.follow_once()
    presentation = shown(ledger_world, licence, anchored=False)
    code = ledger_world.type(DRIVING_LICENCE).code
    facts = replica.facts_for(replace(presentation, payload=replace(presentation.payload, type_code=code)))
    assert facts.type_is_registered
    assert facts.agreements == ()


def test_metadata_with_another_digest_than_registered_is_not_used(
    ledger_world: World, tmp_path: Path, licence: dict[str, str]
) -> None:
    changed = replace(ledger_world.type(BUSINESS_LICENCE), digest=bytes(32))
    types = {**ledger_world.catalogue.types, (BUSINESS_LICENCE, 1): changed}
    catalogue = Catalogue(types, ledger_world.catalogue.dictionaries)
    with Replica(tmp_path / "r.db", ledger_world.network, catalogue, [ledger_world.url]) as replica:
        replica.follow_once()
        facts = replica.facts_for(shown(ledger_world, licence, anchored=False))
    assert facts.type_is_registered
    assert facts.certificate_type is None


def test_what_cannot_be_read_still_learns_how_old_the_facts_are(replica: Replica) -> None:
    progress = replica.follow_once()
    facts = replica.facts_for(Unreadable("malformed", "not a presentation"))
    assert (facts.as_of, facts.authority, facts.batch) == (progress.as_of, None, None)


def test_following_again_takes_only_what_is_new(ledger_world: World, replica: Replica, licence: dict[str, str]) -> None:
    first = replica.follow_once()
    assert first.new_events > 0
    shown(ledger_world, licence)
    second = replica.follow_once()
    assert second.new_events == 1
    assert second.block > first.block
    assert second.as_of > first.as_of


def test_an_empty_block_makes_the_facts_newer(ledger_world: World, replica: Replica) -> None:
    before = replica.follow_once()
    # A transaction to nobody makes a block without any event, as a heartbeat does.
    ledger_world.send(ledger_world.council, _nothing())
    after = replica.follow_once()
    assert after.new_events == 0
    assert after.as_of > before.as_of
    assert replica.as_of == after.as_of


def test_a_stopped_node_leaves_the_facts_as_they_were(
    ledger_world: World, tmp_path: Path, licence: dict[str, str]
) -> None:
    presentation = shown(ledger_world, licence)
    with ledger_world.replica(tmp_path / "r.db") as replica:
        replica.follow_once()
        facts = replica.facts_for(presentation)
    with ledger_world.replica(tmp_path / "r.db", NOBODY) as replica:
        with pytest.raises(FollowFailed) as failed:
            replica.follow_once()
        assert isinstance(only_failure(failed), NodeUnavailable)
        assert replica.facts_for(presentation) == facts


def test_the_next_source_is_used_and_the_reason_kept(ledger_world: World, tmp_path: Path) -> None:
    with ledger_world.replica(tmp_path / "r.db", NOBODY, ledger_world.url) as replica:
        progress = replica.follow_once()
    assert progress.source == ledger_world.url
    (failure,) = progress.failures
    assert failure.source == NOBODY
    assert isinstance(failure.error, NodeUnavailable)


def test_without_a_source_following_fails(ledger_world: World, tmp_path: Path) -> None:
    with (
        Replica(tmp_path / "r.db", ledger_world.network, ledger_world.catalogue, []) as replica,
        pytest.raises(FollowFailed, match="no source is configured"),
    ):
        replica.follow_once()


def test_a_checkpoint_too_old_is_refused_by_name(ledger_world: World, tmp_path: Path) -> None:
    late = time.time() + (TRUSTING_DAYS + 1) * dates.DAY_SECONDS
    network, url = ledger_world.network, ledger_world.url
    with Replica(tmp_path / "r.db", network, ledger_world.catalogue, [url], clock=lambda: late) as replica:
        with pytest.raises(FollowFailed, match="checkpoint too old") as failed:
            replica.follow_once()
        assert isinstance(only_failure(failed), CheckpointTooOld)
        assert replica.accepted is None


def test_following_renews_the_trust(ledger_world: World, tmp_path: Path) -> None:
    network = ledger_world.network
    old = replace(network, checkpoint=replace(network.checkpoint, time=network.checkpoint.time - 179 * 86_400))
    now = [time.time()]
    with Replica(tmp_path / "r.db", old, ledger_world.catalogue, [ledger_world.url], clock=lambda: now[0]) as replica:
        replica.follow_once()
        now[0] += 100 * dates.DAY_SECONDS
        replica.follow_once()


def test_another_chain_is_refused(ledger_world: World, tmp_path: Path) -> None:
    other = replace(ledger_world.network, chain_id=1)
    with (
        Replica(tmp_path / "r.db", other, ledger_world.catalogue, [ledger_world.url]) as replica,
        pytest.raises(FollowFailed) as failed,
    ):
        replica.follow_once()
    assert isinstance(only_failure(failed), OtherNetwork)


def test_a_file_of_another_network_is_refused(ledger_world: World, tmp_path: Path) -> None:
    ledger_world.replica(tmp_path / "r.db").close()
    other = replace(ledger_world.network, network_id=bytes(32))
    with pytest.raises(OtherReplica, match="another network"):
        Replica(tmp_path / "r.db", other, ledger_world.catalogue, [])


def test_a_newer_network_file_fits_an_older_replica(ledger_world: World, tmp_path: Path) -> None:
    with ledger_world.replica(tmp_path / "r.db") as replica:
        progress = replica.follow_once()
        accepted = replica.accepted
    assert accepted is not None
    checkpoint = replace(
        ledger_world.network.checkpoint, number=accepted.number, hash=accepted.hash, time=accepted.time
    )
    newer = replace(ledger_world.network, checkpoint=checkpoint)
    with Replica(tmp_path / "r.db", newer, ledger_world.catalogue, [ledger_world.url]) as replica:
        assert replica.follow_once().block >= progress.block


def test_under_a_network_file_that_contradicts_the_accepted_block_nothing_stands(
    ledger_world: World, tmp_path: Path
) -> None:
    with ledger_world.replica(tmp_path / "r.db") as replica:
        replica.follow_once()
        accepted = replica.accepted
    assert accepted is not None
    checkpoint = replace(ledger_world.network.checkpoint, number=accepted.number, hash=bytes(32))
    other = replace(ledger_world.network, checkpoint=checkpoint)
    with Replica(tmp_path / "r.db", other, ledger_world.catalogue, [ledger_world.url]) as replica:
        assert replica.accepted is None
        with pytest.raises(FollowFailed) as failed:
            replica.follow_once()
    assert isinstance(only_failure(failed), NotAdvancing)


def test_keep_following_goes_on_after_a_failure(ledger_world: World, tmp_path: Path) -> None:
    stop, told, failures = threading.Event(), [], []

    def on_failure(error: Exception) -> None:
        failures.append(error)
        replica._sources = (ledger_world.url,)

    def on_progress(progress: Progress) -> None:
        told.append(progress)
        stop.set()

    with ledger_world.replica(tmp_path / "r.db", NOBODY) as replica:
        keep_following(replica, stop, every_seconds=0.01, on_progress=on_progress, on_failure=on_failure)
    assert len(failures) == 1
    assert len(told) == 1


def test_the_overview_counts_what_was_proven(ledger_world: World, replica: Replica) -> None:
    replica.follow_once()
    shown = overview(replica)
    assert [each["region"] for each in shown["regions"]] == sorted(REGIONS)
    assert [each["authority"] for each in shown["authorities"]] == [each.number for each in ledger_world.authorities]
    assert shown["authorities"][0]["positions"] == ledger_world.shanghai.total
    assert shown["agreements"][0]["ratified"] == f"{SHANGHAI},{ANHUI},{GUANGDONG}"
    assert shown["as_of"] == replica.as_of


@pytest.mark.parametrize("rounds", [500])
def test_facts_are_quick(ledger_world: World, replica: Replica, licence: dict[str, str], rounds: int) -> None:
    presentation = shown(ledger_world, licence)
    replica.follow_once()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        replica.facts_for(presentation)
        times.append(time.process_time() - start)
    assert sorted(times)[rounds // 2] < 0.01  # whatever the machine: indexed, not searched


def _nothing() -> Any:
    from ledger import Call

    return Call(bytes(19) + b"\x01", b"", 30_000, "nothing")
