"""The commands of `yinxin council`, as the provinces' people type them, against a real node on a clock of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ledger import Account, save_account
from ledger.cli import ledger
from ledger.council import serialise_proposal
from ledger.council.cli import council as council_group
from ledger.council.commands import enacting, looking
from tests.ledger import command_line
from tests.ledger.council.councils import ClockedNode, Council

DELAY = 4


@dataclass
class Office:
    """One folder with everybody's key files; `where` are the options that name council and node."""

    folder: Path
    url: str
    members: list[str]

    @property
    def where(self) -> list[object]:
        return ["--council", self.folder / "council.json", "--rpc", self.url]

    def key(self, number: int) -> Path:
        return self.folder / f"member{number}.json"


run, answer = partial(command_line.run, group=council_group), partial(command_line.answer, group=council_group)


@pytest.fixture(autouse=True)
def _one_clock(clocked_node: ClockedNode, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands' clock is the node's: no delay is over before the test moves it."""
    for module in (enacting, looking):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=clocked_node.clock))


@pytest.fixture(scope="module")
def office(clocked_node: ClockedNode, tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    accounts = [Account.create() for _ in range(3)]
    for number, account in enumerate(accounts):
        save_account(account, folder / f"member{number}.json")
    save_account(Account.create(), folder / "deployer.json")
    members = [each.hex_address for each in accounts]
    named = [part for each in members for part in ("--member", each)]
    deploy = ["deploy", "--rpc", clocked_node.url, "--name", "各省网", "--account", folder / "deployer.json", *named]
    files = ["--out", folder / "network.json", "--council-out", folder / "council.json"]
    result = run(*deploy, "--threshold", 2, "--delay", DELAY, *files, group=ledger)
    assert result.exit_code == 0, result.output
    assert "done: hand over to the council" in result.output
    return Office(folder, clocked_node.url, members)


@pytest.fixture
def signed(office: Office, tmp_path: Path) -> Callable[[Path], list[object]]:
    """Signs a proposal with two members' keys, as `sign --yes`; gives the signature files."""

    def sign(proposal: Path) -> list[object]:
        files: list[object] = []
        for number in (0, 1):
            options = ["--council", office.folder / "council.json", "--account", office.key(number), "--yes"]
            files.append(answer("sign", proposal, *options)["signature"])
        return files

    return sign


def test_the_whole_way_of_a_region(office: Office, tmp_path: Path, signed: Callable[[Path], list[object]]) -> None:
    proposal = tmp_path / "shanghai.json"
    admit = ["propose", "admit-region", 310000, "上海市", "--administrator", "0x" + "31" * 20]
    proposed = answer(*admit, *office.where, "--out", proposal)
    assert proposed["acts"] == [{"delayed": False, "words": proposed["acts"][0]["words"]}]
    shown = run("show", proposal, "--council", office.folder / "council.json").output
    assert "at once: admit region 310000 “上海市”" in shown
    assert proposed["digest"][2:6] in shown
    pending = answer("list", proposal, *office.where)["pending"]
    assert [each["turn"] for each in pending] == ["pending"]
    execute = ["execute", proposal, *office.where, "--account", office.folder / "deployer.json"]
    short = run(*execute)
    assert short.exit_code == 1
    assert "0 of 2 signatures" in short.output
    assert answer(*execute, *signed(proposal))["acts"] == ["done"]
    listed = run("list", *office.where).output
    assert "done  admit region 310000 “上海市”" in listed


def test_the_whole_way_of_a_rule(
    office: Office, tmp_path: Path, signed: Callable[[Path], list[object]], clocked_node: ClockedNode
) -> None:
    proposal = tmp_path / "types.json"
    run("propose", "register-types", *office.where, "--out", proposal)
    execute = ["execute", proposal, *office.where, "--account", office.folder / "deployer.json"]
    scheduled = answer(*execute, *signed(proposal))
    assert scheduled["acts"] == ["waiting"] * 3
    listed = run("list", *office.where).output
    assert "waiting  " in listed
    assert " left, until 20" in listed
    early = run(*execute, "--json")
    assert early.exit_code == 1
    assert json.loads(early.output)["error"] == "NotDue"
    clocked_node.clock.now = scheduled["due"]
    result = run(*execute)
    assert result.exit_code == 0, result.output
    assert run("list", *office.where).output.count("executed  register certificate type") == 3


def test_a_member_cancels(office: Office, tmp_path: Path, signed: Callable[[Path], list[object]]) -> None:
    proposal = tmp_path / "delay.json"
    run("propose", "change-delay", 1, *office.where, "--out", proposal)
    answer("execute", proposal, *signed(proposal), *office.where, "--account", office.folder / "deployer.json")
    cancel = ["cancel", proposal, *office.where, "--account", office.key(2)]
    declined = run(*cancel, typed="n\n")
    assert declined.exit_code == 1
    assert "Cancel all of it" in declined.output
    assert answer(*cancel, "--yes")["acts"] == ["cancelled"] * 2
    again = run(*cancel, "--yes")
    assert again.exit_code == 1
    assert "nothing of the proposal is scheduled: cancelled" in again.output


def test_a_guardians_removal_is_not_shown_as_one_that_can_be_cancelled(office: Office, tmp_path: Path) -> None:
    """Where it is proposed, shown and signed; beside it what can be."""
    own, key = ["--council", office.folder / "council.json"], ["--account", office.key(0)]
    for act, when in (("remove", "; no member can cancel it"), ("add", ", unless a member cancels it before")):
        proposal = tmp_path / f"{act}.json"
        proposed = run("propose", f"{act}-guardian", office.members[2], *office.where, "--out", proposal)
        told = (proposed, run("show", proposal, *own), run("sign", proposal, *own, *key, typed="n\n"))
        for each in told:
            assert f"after the delay{when}: " in each.output


def test_a_member_sees_what_is_signed_and_may_decline(office: Office, tmp_path: Path) -> None:
    proposal = tmp_path / "p.json"
    run("propose", "change-threshold", 3, *office.where, "--out", proposal)
    sign = ["sign", proposal, "--council", office.folder / "council.json", "--account", office.key(0)]
    declined = run(*sign, typed="n\n")
    assert declined.exit_code == 1
    assert "need 3 signatures from then on" in declined.output
    assert "Compare the digest" in declined.output
    assert list(tmp_path.iterdir()) == [proposal]
    assert run(*sign, typed="y\n").exit_code == 0
    assert run(*sign, typed="y\n").exit_code == 1
    assert len(list(tmp_path.iterdir())) == 2


def test_a_signer_is_told_that_membership_is_not_known_here(office: Office, tmp_path: Path) -> None:
    proposal = tmp_path / "p.json"
    run("propose", "change-threshold", 3, *office.where, "--out", proposal)
    sign = ["sign", proposal, "--council", office.folder / "council.json", "--account", office.folder / "deployer.json"]
    told = run(*sign, typed="n\n").output
    asked = told.index("Sign as 0x")
    assert "cannot be told here" in told[:asked]
    assert answer(*sign, "--yes", "--out", tmp_path / "a.json")["is_member"] is None
    signed = run(*sign, "--yes", "--out", tmp_path / "b.json")
    assert signed.exit_code == 0
    assert "Whether 0x" in signed.output


def test_whom_a_proposal_makes_a_member_cannot_sign_it(office: Office, tmp_path: Path) -> None:
    new = Account.create()
    save_account(new, tmp_path / "new.key")
    run("propose", "add-member", new.hex_address, *office.where, "--out", tmp_path / "p.json")
    before = set(tmp_path.iterdir())
    sign = ["sign", tmp_path / "p.json", "--council", office.folder / "council.json", "--account", tmp_path / "new.key"]
    refused = run(*sign, "--yes")
    assert refused.exit_code == 1
    assert f"{new.hex_address} is not a member yet" in refused.output
    assert set(tmp_path.iterdir()) == before


def test_bad_signature_files_stop_nothing_and_are_named(
    office: Office, tmp_path: Path, signed: Callable[[Path], list[object]]
) -> None:
    proposal, stranger, torn = tmp_path / "p.json", tmp_path / "stranger.json", tmp_path / "torn.json"
    admit = ["propose", "admit-region", 320000, "江苏省", "--administrator", "0x" + "32" * 20]
    answer(*admit, *office.where, "--out", proposal)
    by = ["--account", office.folder / "deployer.json"]
    answer("sign", proposal, "--council", office.folder / "council.json", *by, "--yes", "--out", stranger)
    torn.write_text("{")
    good = signed(proposal)
    execute = ["execute", proposal, torn, stranger, good[0]]
    short = run(*execute, *office.where, *by)
    assert short.exit_code == 1
    for said in ("1 of 2 signatures; 1 more needed", office.members[1], f"left out {torn}", f"left out {stranger}"):
        assert said in short.output
    done = answer(*execute, good[1], *office.where, *by)
    assert done["acts"] == ["done"]
    assert [each["file"] for each in done["left_out"]] == [str(torn), str(stranger)]


def test_a_change_of_delay_is_said_in_the_councils_words(office: Office, tmp_path: Path) -> None:
    for seconds, said in ((90, "wait 1 minute 30 seconds instead of 4 seconds"), (1, "begins 3 seconds after")):
        proposal = tmp_path / f"{seconds}.json"
        proposed = run("propose", "change-delay", seconds, *office.where, "--out", proposal, "--number", 1_000)
        assert said in proposed.output
    shown = run("show", tmp_path / "90.json", "--council", office.folder / "council.json").output
    assert shown.count("changes of rules wait 1 minute 30 seconds (") == 2
    assert "role 0" not in shown
    assert "instead of" not in shown  # what is known to the chain alone is not in the file


def test_two_proposals_in_a_row_have_two_numbers(office: Office, tmp_path: Path) -> None:
    def propose(threshold: int, name: str, *options: object) -> dict[str, Any]:
        return answer("propose", "change-threshold", threshold, *office.where, "--out", tmp_path / name, *options)

    first = propose(1, "first.json")
    second = propose(3, "second.json")
    assert (first["notes"], second["nonce"]) == ([], first["nonce"] + 1)
    assert f"first.json (number {first['nonce']}); this one takes number {second['nonce']}" in second["notes"][0]
    rival = propose(3, "rival.json", "--number", first["nonce"])
    assert rival["nonce"] == first["nonce"]
    assert rival["notes"] == [f"number {rival['nonce']} is also that of first.json: only one of them can be executed"]
    doubtful = propose(4, "doubtful.json")
    assert doubtful["nonce"] == second["nonce"] + 1
    why = "more signatures would be needed than there are members (GS201)"
    assert doubtful["notes"][1].startswith(f"as things are now, the proposal would be refused by the contract: {why};")


def test_who_is_given_the_network_file_finds_the_council(office: Office, tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    where = ["--network", office.folder / "network.json", "--rpc", office.url]
    found = answer("find", *where, "--out", out)
    assert out.read_bytes() == (office.folder / "council.json").read_bytes()
    assert sorted(found["members"]) == sorted(office.members)
    status = run("status", *office.where).output
    assert "signatures    2 of 3 members" in status
    assert "rules wait    4 seconds" in status
    assert "nobody else has any power" in status


def test_a_network_of_one_account_is_handed_over(office: Office, tmp_path: Path) -> None:
    save_account(Account.create(), tmp_path / "one.json")
    deploy = ["deploy", "--rpc", office.url, "--name", "一人网", "--council-account", tmp_path / "one.json"]
    assert run(*deploy, "--out", tmp_path / "network.json", group=ledger).exit_code == 0
    where = ["--network", tmp_path / "network.json", "--rpc", office.url]
    none = run("find", *where, "--out", tmp_path / "council.json")
    assert none.exit_code == 1
    assert "there is no council" in none.output
    found = ["found", *where, "--account", tmp_path / "one.json", "--member", office.members[0], "--threshold", 1]
    declined = run(*found, "--out", tmp_path / "council.json", typed="n\n")
    assert declined.exit_code == 1
    assert "gives all its power to 1 members" in declined.output
    assert answer(*found, "--out", tmp_path / "council.json", "--yes")["threshold"] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["admit-region", "x", "name", "--administrator", "0x" + "31" * 20],
        ["admit-region", 310000, "name", "--administrator", "0x31"],
        ["change-delay", 0],
        ["change-threshold", 0],
        ["nonsense"],
    ],
)
def test_a_wrong_command_line_is_told(office: Office, tmp_path: Path, arguments: list[object]) -> None:
    assert run("propose", *arguments, *office.where, "--out", tmp_path / "p.json").exit_code == 2
    assert not (tmp_path / "p.json").exists()


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--account", "KEY"],
        ["--account", "KEY", "--member", "0x" + "01" * 20, "--threshold", 1],
        ["--account", "KEY", "--council-account", "KEY"],
        ["--account", "KEY", "--member", "0x" + "01" * 20, "--threshold", 2, "--council-out", "c.json"],
        ["--council-account", "KEY", "--threshold", 1],
    ],
)
def test_a_deployment_is_of_one_form(office: Office, tmp_path: Path, options: list[object]) -> None:
    filled = [office.key(0) if each == "KEY" else tmp_path / "c.json" if each == "c.json" else each for each in options]
    deploy = ["deploy", "--rpc", "http://127.0.0.1:9", "--name", "x", "--out", tmp_path / "n.json", *filled]
    assert run(*deploy, group=ledger).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_files_are_never_overwritten(office: Office, tmp_path: Path) -> None:
    there = tmp_path / "there.json"
    there.write_text("x")
    commands: list[list[object]] = [
        ["propose", "change-threshold", 1, *office.where, "--out", there],
        ["find", "--network", office.folder / "network.json", "--rpc", office.url, "--out", there],
    ]
    for command in commands:
        told = run(*command)
        assert told.exit_code == 1
        assert "not overwritten" in told.output
    assert there.read_text() == "x"


def test_problems_are_one_line(council: Council, office: Office, tmp_path: Path) -> None:
    """A file that is none, another council's proposal, a node that is down, a refusal of the contract."""
    (tmp_path / "junk.json").write_text("{}")
    foreign = tmp_path / "foreign.json"
    foreign.write_bytes(serialise_proposal(council.propose(council.deciding.change_threshold(2))))
    own = ["--council", office.folder / "council.json"]
    down = ["--council", office.folder / "council.json", "--rpc", "http://127.0.0.1:9"]
    out = ["--out", tmp_path / "p.json"]
    cases: list[tuple[list[object], str]] = [
        (["show", tmp_path / "junk.json", *own], "not a yinxin-proposal/1 document"),
        (["show", foreign, *own], "this council's is"),
        (["status", *down], "ConnectError"),
        (["propose", "change-threshold", 4, *office.where, *out], "would be refused by the contract: more signatures"),
        (["propose", "add-member", office.members[0], *office.where, *out], "is a member already (GS204)"),
        (["propose", "add-member", "0x" + "00" * 20, *office.where, *out], "can be no member of a council (GS203)"),
        (["propose", "remove-member", "0x" + "01" * 20, *office.where, *out], "is not a member"),
        (
            ["propose", "admit-region", 310001, "x", "--administrator", "0x" + "31" * 20, *office.where, *out],
            "NotARegion",
        ),
    ]
    for arguments, said in cases:
        told = run(*arguments)
        assert told.exit_code == 1, arguments
        assert said in told.output
        assert "Traceback" not in told.output
    as_json = run("show", foreign, *own, "--json")
    assert json.loads(as_json.output)["error"] == "OtherCouncil"
