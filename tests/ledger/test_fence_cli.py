"""`yinxin ledger operator|key revoke|preview` and `authority restore`, as a region types them, against a real node."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from credential import Reason, State
from ledger import Account, Administration, RegistryReader, Rpc, restorations, save_account
from ledger.registries import Restoration
from tests.fixtures_ledger import SHANGHAI, Authority, World
from tests.ledger.command_line import answer, run
from tests.ledger.door import FORWARD, Door

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def stolen(own_world: World) -> Authority:
    """An authority whose operator account a thief has. One batch and one suspension are the bureau's own."""
    serial = len(own_world.authorities) + 1
    made = own_world.add_authority(SHANGHAI, f"FENCE{serial}", "被盗局", f"https://fence{serial}.example")
    calls, now = own_world.registries, int(time.time())
    suspend = calls.set_status(made.number, 9, State.VALID, State.SUSPENDED, Reason.SUSPENDED, now - 60)
    own_world.send(made.operator, calls.anchor(made.number, 0, bytes([1]) * 32, 64, made.key.kid), suspend)
    made.next_seq, made.total = 1, 64
    return made


@pytest.fixture
def fence(own_world: World, stolen: Authority) -> int:
    """After what is the bureau's, before what is the thief's: three licences revoked, a suspension ended, a batch."""
    with Rpc(own_world.url) as rpc:
        now = int(rpc.header()["timestamp"], 16) + 1
    calls, number = own_world.registries, stolen.number
    revoke = [
        calls.set_status(number, position, State.VALID, State.INVALID, Reason.REVOKED, now - 60)
        for position in (1, 2, 3)
    ]
    lift = calls.set_status(number, 9, State.SUSPENDED, State.VALID, Reason.REINSTATED, now - 60)
    anchor = calls.anchor(number, 1, bytes([2]) * 32, 64, stolen.key.kid)
    own_world.send(stolen.operator, *revoke, lift, anchor)
    stolen.next_seq, stolen.total = 2, 128
    return now


@pytest.fixture
def where(own_world: World) -> list[object]:
    return ["--network", own_world.network_path, "--rpc", own_world.url]


@pytest.fixture
def region(own_world: World, tmp_path: Path, where: list[object]) -> list[object]:
    save_account(own_world.administrators[SHANGHAI], tmp_path / "shanghai.json")
    return [*where, "--account", tmp_path / "shanghai.json"]


def statuses(world: World, authority: int, *positions: int) -> list[int]:
    reader = RegistryReader(world.url, world.network)
    return [reader.status(authority, position) for position in positions]


def test_the_preview_lists_what_falls_and_sends_nothing(
    own_world: World, stolen: Authority, fence: int, where: list[object], tmp_path: Path
) -> None:
    operator = stolen.operator.hex_address
    shown = answer("operator", "preview", stolen.number, operator, "--from", fence, *where)
    assert [(each["seq"], each["first"], each["last"]) for each in shown["falls"]["batches"]] == [(1, 64, 127)]
    assert [(each["position"], each["before"], each["after"]) for each in shown["falls"]["status_changes"]] == [
        (1, "invalid", "valid"),
        (2, "invalid", "valid"),
        (3, "invalid", "valid"),
        (9, "valid", "suspended"),
    ]
    assert shown["stands"] == {"batches": 1, "positions": 64, "status_changes": 1}
    assert shown["current"] is None
    text = run("operator", "preview", stolen.number, operator, "--from", fence, *where).output
    assert "falls:  1 batch with 64 positions, 4 changes of status" in text
    assert "stands: 1 batch with 64 positions, 1 change of status" in text
    assert "position 9: suspended to valid (reinstated), recorded" in text
    again = answer("operator", "preview", stolen.number, operator, "--from", fence, *where)
    assert again["current"] is None


def test_a_preview_needs_no_node_where_there_is_a_replica(
    own_world: World, stolen: Authority, fence: int, tmp_path: Path
) -> None:
    file, network = tmp_path / "r.db", ["--network", own_world.network_path]
    with own_world.replica(file) as replica:
        as_of = replica.follow_once().as_of
    about = ["key", "preview", f"0x{stolen.key.kid.hex()}", "--from", fence, *network]
    shown = answer(*about, "--replica", file)
    assert (shown["as_of"], len(shown["falls"]["batches"]), shown["stands"]["batches"]) == (as_of, 1, 1)
    assert run(*about).exit_code == 2
    missing = run(*about, "--replica", tmp_path / "none.db")
    assert missing.exit_code == 2
    assert "there is no replica" in missing.output
    down = run(*about, "--replica", file, "--rpc", NOBODY)
    assert down.exit_code == 1
    assert "NodeUnavailable" in down.output


def test_a_fence_is_asked_for_and_set_only_after_yes(
    own_world: World, stolen: Authority, fence: int, region: list[object]
) -> None:
    about = ["operator", "revoke", stolen.number, stolen.operator.hex_address, "--from", fence, *region]
    refused = run(*about, typed="n\n")
    assert refused.exit_code == 1
    assert "falls:  1 batch with" in refused.output
    assert run(*about, "--json").exit_code == 2
    assert run(*about).exit_code == 1  # nobody there to ask
    done = run(*about, typed="y\n")
    assert done.exit_code == 0, done.output
    assert "done: revoke an operator" in done.output
    again = run(*about, "--yes", "--json")
    assert json.loads(again.output)["error"] == "MovesOnlyEarlier"
    earlier = answer("operator", "revoke", stolen.number, stolen.operator.hex_address, "--from", 1, *region, "--yes")
    assert (earlier["revoked_from"], earlier["falling"]["current"]) == (1, fence)
    assert len(earlier["falling"]["falls"]["batches"]) == 2


def test_who_is_not_on_record_is_told_before_anything_is_sent(region: list[object], stolen: Authority) -> None:
    told = run("operator", "revoke", stolen.number, "0x" + "77" * 20, "--from", 1, *region, "--yes", "--json")
    assert told.exit_code == 1
    assert json.loads(told.output)["error"] == "NotOnRecord"
    told = run("key", "revoke", "0x" + "77" * 32, "--from", 1, *region, "--yes")
    assert told.exit_code == 1
    assert "no key 0x7777" in told.output


def test_statuses_are_restored_and_then_nothing_is_left(
    own_world: World, stolen: Authority, fence: int, region: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restorations, "CHUNK", 2)
    answer("operator", "revoke", stolen.number, stolen.operator.hex_address, "--from", fence, *region, "--yes")
    dry = answer("authority", "restore", stolen.number, *region, "--dry-run")
    assert [(each["position"], each["from"], each["to"]) for each in dry["due"]] == [
        (1, "invalid", "valid"),
        (2, "invalid", "valid"),
        (3, "invalid", "valid"),
        (9, "valid", "suspended"),
    ]
    assert dry["restored"] == 0
    assert statuses(own_world, stolen.number, 1, 9) == [State.INVALID, State.VALID]
    assert run("authority", "restore", stolen.number, *region, typed="n\n").exit_code == 1
    shown = run("authority", "restore", stolen.number, *region, typed="y\n")
    assert shown.exit_code == 0, shown.output
    assert "Restore 4 statuses?" in shown.output
    assert "2 of 4 (block" in shown.output
    assert statuses(own_world, stolen.number, 1, 2, 3, 9) == [0, 0, 0, State.SUSPENDED]
    nothing = answer("authority", "restore", stolen.number, *region)
    assert (nothing["due"], nothing["restored"]) == ([], 0)


def test_an_interrupted_restoration_goes_on_where_it_stopped(
    own_world: World, stolen: Authority, fence: int, region: list[object], door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restorations, "CHUNK", 2)
    answer("operator", "revoke", stolen.number, stolen.operator.hex_address, "--from", fence, *region, "--yes")
    sent = []

    def once_only(method: str, params: list[Any]) -> Any:
        if method == "eth_sendRawTransaction":
            sent.append(params)
        return {} if len(sent) > 1 else FORWARD

    door.instead = once_only
    through_the_door = [door.url if each == own_world.url else each for each in region]
    stopped = run("authority", "restore", stolen.number, *through_the_door, "--yes", "--json")
    assert stopped.exit_code == 1
    told = json.loads(stopped.output)
    assert told["error"] == "RestorationStopped"
    assert told["message"].startswith("2 of 4 statuses are restored, then: ")
    assert statuses(own_world, stolen.number, 1, 3) == [State.VALID, State.INVALID]
    rest = answer("authority", "restore", stolen.number, *region, "--yes")
    assert ([each["position"] for each in rest["due"]], rest["restored"]) == ([3, 9], 2)
    assert statuses(own_world, stolen.number, 1, 2, 3, 9) == [0, 0, 0, State.SUSPENDED]


def test_only_the_region_restores(
    own_world: World, stolen: Authority, fence: int, region: list[object], where: list[object], tmp_path: Path
) -> None:
    answer("operator", "revoke", stolen.number, stolen.operator.hex_address, "--from", fence, *region, "--yes")
    save_account(Account.create(), tmp_path / "stranger.json")
    refused = run(
        "authority", "restore", stolen.number, *where, "--account", tmp_path / "stranger.json", "--yes", "--json"
    )
    assert json.loads(refused.output)["error"] == "NotTheAdministrator"


def test_a_long_list_is_cut_short_on_a_console(own_world: World, stolen: Authority, where: list[object]) -> None:
    calls, now = own_world.registries, int(time.time()) - 60
    own_world.send(
        stolen.operator,
        *(
            calls.set_status(stolen.number, position, State.VALID, State.FROZEN, Reason.FROZEN, now)
            for position in range(20, 45)
        ),
    )
    text = run("operator", "preview", stolen.number, stolen.operator.hex_address, "--from", 1, *where).output
    assert "and 6 more: --json lists all" in text


def test_restoring_a_hundred_statuses_takes_less_gas_than_it_is_given(own_world: World, stolen: Authority) -> None:
    calls = own_world.registries
    administrator = own_world.administrators[SHANGHAI]
    own_world.anchor(stolen, (bytes([3]) * 32, 65_536))
    own_world.send(administrator, calls.revoke_operator(stolen.number, stolen.operator.address, 1))
    spread = [Restoration(64 * place, State.VALID, State.INVALID) for place in range(1, 101)]
    call = calls.restore_statuses(stolen.number, stolen.operator.address, spread)
    with Administration(own_world.url, administrator) as administration:
        assert administration.send(call).gas_used < 0.6 * call.gas
