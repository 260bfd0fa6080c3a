"""A stolen operator account, from the theft to the day on which everything is as it ought to be, on a real node.

The thief acts on the chain with the bureau's own account. The region sets the fence and restores the statuses with its
commands; the bureau goes on with a new account; windows judge by proven facts alone at every step.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from credential import Live, Policy, Reason, State, parse_presented, verify
from issuer.cli import issuer
from ledger import Account, Rpc, save_account
from tests.issuer.desk import Desk, carry_out, make_certificate, running, seal
from tests.issuer.paper_codes import qr_text
from tests.ledger.command_line import answer
from tests.waiting import until

SHANGHAI = 310000


@dataclass
class Scene:
    """One authority, its region and a window. `presented` are paper copies by certificate."""

    world: Any
    authority: Any
    folder: Path

    def __post_init__(self) -> None:
        save_account(self.world.administrators[SHANGHAI], self.folder / "region.json")
        self.presented: dict[int, str] = {}

    def region(self, *arguments: object) -> dict[str, Any]:
        where = [
            "--network",
            self.world.network_path,
            "--rpc",
            self.world.url,
            "--account",
            self.folder / "region.json",
        ]
        return answer(*arguments, *where, "--yes")

    def add_operator(self, operator: Account) -> None:
        self.world.send(
            self.world.administrators[SHANGHAI],
            self.world.registries.add_operator(self.authority.number, operator.address),
        )

    def thief(self, position: int, origin: State, to: State, reason: Reason) -> None:
        self.world.set_status(self.authority, position, origin, to, reason)

    def copy(self, desk: Desk, certificate: int) -> dict[str, Any]:
        """Its paper copy, which a holder now has."""
        (copy,) = seal(desk, certificate)
        pdf = desk.as_("first").get(f"/credentials/{copy['id']}/paper.pdf")
        self.presented[certificate] = qr_text(pdf)
        return copy

    def window(self, certificate: int) -> str:
        """What a window says of the holder's copy: accepted, or the first code that does not pass."""
        shown = parse_presented(self.presented[certificate], self.world.catalogue)
        with self.world.replica(self.folder / "window.db") as replica:
            replica.follow_once()
            now = int(time.time()) + 5  # quick blocks push the chain's time ahead
            report = verify(shown, replica.facts_for(shown), Policy(SHANGHAI), Live(False), now, now)
        return next((row.code for row in report.rows if row.outcome != "passes"), str(report.verdict))

    def now(self) -> int:
        with Rpc(self.world.url) as rpc:
            return int(rpc.header()["timestamp"], 16)


@pytest.fixture
def scene(ledger_world, fresh_authority, tmp_path) -> Scene:
    return Scene(ledger_world, fresh_authority, tmp_path)


@pytest.fixture
def successor(scene, settings) -> Account:
    """The account that the region will admit in place of the stolen one."""
    return Account.create()


def with_account(settings, successor: Account, folder: Path):
    """The settings once the bureau has its new account."""
    save_account(successor, folder / "successor.json")
    one = settings.authorities[0].model_copy(update={"operator": folder / "successor.json"})
    return settings.model_copy(update={"authorities": (one,)})


def reconciling(settings, folder: Path, *options: str, typed: str | None = None):
    """`yinxin issuer reconcile` with these settings. A value in JSON is the same value in TOML."""
    values = json.loads(settings.model_dump_json(exclude_none=True))
    (one,) = values.pop("authorities")
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    lines += ["[[authorities]]", *(f"{name} = {json.dumps(value)}" for name, value in one.items())]
    (folder / "issuer.toml").write_text("\n".join(lines), encoding="utf-8")
    return CliRunner().invoke(issuer, ["reconcile", "--config", str(folder / "issuer.toml"), *options], input=typed)


def reconcile(settings, folder: Path) -> dict[str, Any]:
    result = reconciling(settings, folder, "--yes", "--json")
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.output)
    return told


def settled(desk: Desk, act: dict[str, Any]) -> dict[str, Any]:
    first = desk.as_("first")
    until(lambda: first.get(f"/acts/{act['id']}")["state"] != "queued")
    return first.get(f"/acts/{act['id']}")


def test_from_the_theft_to_the_day_on_which_all_is_as_it_ought_to_be(scene, settings, successor, tmp_path):
    with running(settings) as desk:
        revoked, lifted, honest = (make_certificate(desk, serial) for serial in (1, 2, 3))
        for each in (revoked, lifted, honest):
            scene.copy(desk, each)
        suspension = carry_out(desk, "suspend", lifted)
        assert settled(desk, suspension)["state"] == "recorded"
        fence = scene.now() + 1

        # The thief revokes one licence, ends the suspension of another, and anchors a batch of its own.
        at = {each: _position(desk, each) for each in (revoked, lifted)}
        scene.thief(at[revoked], State.VALID, State.INVALID, Reason.REVOKED)
        scene.thief(at[lifted], State.SUSPENDED, State.VALID, Reason.REINSTATED)
        seq, total = 3, 3 * 64
        call = scene.world.registries.anchor(scene.authority.number, seq, b"\x66" * 32, 64, scene.authority.key.kid)
        scene.world.send(scene.authority.operator, call)
        assert (scene.window(revoked), scene.window(lifted)) == ("status_is_revoked", "accepted")

        # The bureau knows nothing yet. One honest act goes through, another finds what the thief did.
        assert settled(desk, carry_out(desk, "suspend", honest))["state"] == "recorded"
        refused = settled(desk, carry_out(desk, "suspend", revoked))
        assert refused["state"] == "refused"
        assert scene.window(honest) == "status_is_suspended"

    # The fence: whatever the account recorded from then on falls, the bureau's own act with it.
    told = scene.region(
        "operator", "revoke", scene.authority.number, scene.authority.operator.hex_address, "--from", fence
    )
    assert [each["seq"] for each in told["falling"]["falls"]["batches"]] == [seq]
    assert len(told["falling"]["falls"]["status_changes"]) == 3
    assert [scene.window(each) for each in (revoked, lifted, honest)] == ["accepted", "status_is_suspended", "accepted"]

    scene.add_operator(successor)
    restored = scene.region("authority", "restore", scene.authority.number)
    assert {each["position"]: (each["from"], each["to"]) for each in restored["due"]} == {
        at[revoked]: ("invalid", "valid"),
        at[lifted]: ("valid", "suspended"),
        _at(told, honest_reason="suspended"): ("suspended", "valid"),
    }
    assert [scene.window(each) for each in (revoked, lifted, honest)] == ["accepted", "status_is_suspended", "accepted"]

    # The bureau's books against the chain: a foreign batch, and two acts that are approved and not on the chain.
    renewed = with_account(settings, successor, tmp_path)
    asked = reconciling(renewed, tmp_path, typed="n\n")
    assert asked.exit_code == 1
    assert f"batch {seq} was anchored by somebody else" in asked.output
    assert "valid on the chain, ought to be suspended: act" in asked.output
    found = reconcile(renewed, tmp_path)
    (one,) = found["authorities"]
    assert (one["foreign_batches"], one["fallen_batches"], one["unrestored"]) == ([seq], [], [])
    assert [(each["held"], each["wanted"]) for each in one["differences"]] == [("valid", "suspended")] * 2
    assert found["queued"] == 2
    assert "2 calls still wait" in reconciling(renewed, tmp_path, "--yes").output

    with running(renewed, is_new=False) as desk:
        assert settled(desk, refused)["state"] == "recorded"
        until(lambda: desk.as_("first").get("/queue")["queued_calls"] == 0)
        expected = ["status_is_suspended"] * 3
        assert [scene.window(each) for each in (revoked, lifted, honest)] == expected
        assert settled(desk, carry_out(desk, "reinstate", lifted))["state"] == "recorded"
        assert scene.window(lifted) == "accepted"

        # Life goes on behind the thief's batch.
        late = make_certificate(desk, 4)
        copy = scene.copy(desk, late)
        assert _position(desk, late) >= total + 64, copy
        assert scene.window(late) == "accepted"
    even = reconcile(renewed, tmp_path)
    assert (even["queued"], even["authorities"][0]["differences"]) == (0, [])


def test_with_the_fenced_account_in_the_settings_nothing_is_queued(scene, settings, tmp_path):
    with running(settings) as desk:
        make_certificate(desk, 1)
    account = scene.authority.operator.hex_address
    scene.region("operator", "revoke", scene.authority.number, account, "--from", scene.now() + 1)
    told = reconciling(settings, tmp_path, "--yes")
    assert (told.exit_code, "the account in the settings is fenced" in told.output) == (1, True), told.output


def test_an_act_is_tried_again_from_the_restored_state(scene, settings, successor, tmp_path):
    with running(settings) as desk:
        licence = make_certificate(desk)
        scene.copy(desk, licence)
        position, fence = _position(desk, licence), scene.now() + 1
        scene.thief(position, State.VALID, State.INVALID, Reason.REVOKED)
        act = settled(desk, carry_out(desk, "suspend", licence))
        assert act["state"] == "refused"
        # While the chain holds the thief's final state nothing can be tried.
        told = desk.as_("second").post(f"/acts/{act['id']}/retry", status=409)
        assert told["error"]["code"] == "final_on_chain"

    scene.region("operator", "revoke", scene.authority.number, scene.authority.operator.hex_address, "--from", fence)
    scene.add_operator(successor)
    scene.region("authority", "restore", scene.authority.number)
    assert scene.window(licence) == "accepted"
    with running(with_account(settings, successor, tmp_path), is_new=False) as desk:
        assert desk.as_("second").post(f"/acts/{act['id']}/retry", status=200)["state"] == "queued"
        assert settled(desk, act)["state"] == "recorded"
    assert scene.window(licence) == "status_is_suspended"


def test_a_lawful_revocation_stays_when_the_region_restores_it(scene, settings, successor, tmp_path):
    from ledger.registries import Restoration

    with running(settings) as desk:
        licence = make_certificate(desk)
        scene.copy(desk, licence)
        assert settled(desk, carry_out(desk, "revoke", licence))["state"] == "recorded"
        position, fence = _position(desk, licence), scene.now() + 1
    scene.region("operator", "revoke", scene.authority.number, scene.authority.operator.hex_address, "--from", fence)
    scene.add_operator(successor)
    number, stolen = scene.authority.number, scene.authority.operator.address
    wrong = scene.world.registries.restore_statuses(number, stolen, [Restoration(position, State.INVALID, State.VALID)])
    scene.world.send(scene.world.administrators[SHANGHAI], wrong)
    assert scene.window(licence) == "status_is_revoked"
    # Nor can an operator revive it from there; and the region's own command puts it right.
    scene.authority.operator = successor
    scene.thief(position, State.VALID, State.SUSPENDED, Reason.SUSPENDED)
    scene.thief(position, State.SUSPENDED, State.VALID, Reason.REINSTATED)
    assert scene.window(licence) == "status_is_revoked"
    due = scene.region("authority", "restore", number)["due"]
    assert [(each["from"], each["to"]) for each in due] == [("valid", "invalid")]


def _position(desk: Desk, certificate: int) -> int:
    from sqlalchemy import select

    from issuer.schema import credentials

    with desk.bureau.engine.begin() as connection:
        query = select(credentials.c.position).where(credentials.c.certificate_id == certificate)
        position: int = connection.execute(query).scalar_one()
    return position


def _at(told: dict[str, Any], honest_reason: str) -> int:
    (one,) = [each for each in told["falling"]["falls"]["status_changes"] if each["reason"] == honest_reason]
    position: int = one["position"]
    return position
