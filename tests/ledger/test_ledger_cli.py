"""The commands of `yinxin ledger`, as people type them, against a real node."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from credential import SigningKey, base64url
from ledger import RegistryReader, save_account
from ledger.cli import ledger
from ledger.commands.acting import Instant, Kid
from ledger.commands.replica import day_or_moment
from ledger.council.cli import council
from scripts.hosts.__main__ import main as network
from tests.fixtures_ledger import GUANGDONG, SHANGHAI, STARTS, RunningNode, World
from tests.ledger.command_line import answer, run

CODE = "11310115000YX00012"
THEIRS = ("operators", "keys", "accreditations")


@pytest.fixture
def acting(own_world: World, tmp_path: Path) -> dict[str, list[object]]:
    """The options that each of the acting parties types."""
    options: dict[str, list[object]] = {}
    parties = {"council": own_world.council, "shanghai": own_world.administrators[SHANGHAI]}
    for name, account in parties.items():
        save_account(account, tmp_path / f"{name}.json")
        where = ["--network", own_world.network_path, "--rpc", own_world.url]
        options[name] = [*where, "--account", tmp_path / f"{name}.json"]
    return options


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


@pytest.mark.parametrize("group", [ledger, council, network], ids=["ledger", "council", "scripts/network"])
def test_every_option_says_what_it_is_for(group: click.Group) -> None:
    found = [(path, option) for path, each in commands(group, "") for option in each.params]
    assert [(path, option.name) for path, option in found if isinstance(option, click.Option) and not option.help] == []


def test_an_account_is_made_and_shown(tmp_path: Path) -> None:
    made = answer("account", "new", tmp_path / "a.json")
    assert answer("account", "show", tmp_path / "a.json") == made
    again = run("account", "new", tmp_path / "a.json")
    assert again.exit_code == 1
    assert "exists already" in again.output


def test_a_passphrase_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("secret\n")
    run("account", "new", tmp_path / "a.json", "--passphrase-file", tmp_path / "p")
    assert run("account", "show", tmp_path / "a.json").exit_code == 1
    assert run("account", "show", tmp_path / "a.json", "--passphrase-file", tmp_path / "p").exit_code == 0


def test_a_network_is_deployed_checked_and_followed(ledger_node: RunningNode, tmp_path: Path) -> None:
    run("account", "new", tmp_path / "council.json")
    network = tmp_path / "network.json"
    deploy = ["deploy", "--rpc", ledger_node.url, "--name", "命令行", "--council-account", tmp_path / "council.json"]
    result = run(*deploy, "--out", network)
    assert result.exit_code == 0, result.output
    assert "done: create Journal" in result.output
    status = answer("status", "--network", network, "--rpc", ledger_node.url)
    assert status["network"] == "命令行"
    assert status["age_seconds"] < 120
    again = run(*deploy, "--out", network)
    assert again.exit_code == 1
    assert "never overwritten" in again.output
    replica = ["--network", network, "--replica", tmp_path / "r.db"]
    progress = answer("replica", "follow", *replica, "--source", ledger_node.url)
    assert progress["new_events"] == 3
    shown = answer("replica", "show", *replica)
    assert (shown["block"], shown["events"], shown["regions"]) == (progress["block"], 3, [])
    text = run("replica", "show", *replica).output
    assert status["fingerprint"] in text


def test_a_region_is_admitted_and_registers_an_authority(
    own_world: World, acting: dict[str, list[object]], tmp_path: Path
) -> None:
    world, council, shanghai = own_world, acting["council"], acting["shanghai"]
    number = len(world.authorities) + 1
    key = SigningKey.from_secret(b"\x05" * 32)
    (tmp_path / "key.jwk").write_text(json.dumps(key.public_key.jwk))
    admitted = answer("region", "admit", 500000, "重庆市", "--administrator", "0x" + "12" * 20, *council)
    assert (admitted["event"], admitted["region"]) == ("RegionAdmitted", 500000)
    url = "https://cli.example"
    terms = ["--region", SHANGHAI, "--credit-code", CODE, "--name", "命令行局", "--url", url]
    registered = run("authority", "register", *terms, *shanghai)
    assert f"done: register an authority in region {SHANGHAI}: it is authority {number} (block " in registered.output
    world.authorities.append(
        type(world.shanghai)(number, SHANGHAI, CODE, "命令行局", url, world.shanghai.operator, key)
    )
    assert answer("operator", "add", number, "0x" + "34" * 20, *shanghai)["event"] == "OperatorAdded"
    added = answer("key", "add", number, tmp_path / "key.jwk", "--starts", "2026-01-01", *shanghai)
    assert added["kid"] == "0x" + key.kid.hex()
    assert added["starts"] == 1_767_196_800
    assert answer("authority", "accredit", number, 1, "--starts", "2026-01-01", *shanghai)["certificate_type"] == 1
    revoked = answer("key", "revoke", added["kid"], "--from", 1_790_000_000, *shanghai, "--yes")
    assert revoked["revoked_from"] == 1_790_000_000
    assert revoked["falling"]["falls"]["batches"] == []


@pytest.mark.parametrize(
    ("code", "url"),
    [
        ("hello", "https://a.example"),
        (CODE[:-1] + "3", "https://a.example"),
        (CODE, "ftp://a.example"),
        (CODE, "https://a.example/"),
        (CODE, "https://a.example/?q"),
        (CODE, "https://a.example/" + "a" * 183),
    ],
)
def test_what_could_never_work_is_not_registered(
    own_world: World, acting: dict[str, list[object]], code: str, url: str
) -> None:
    """The registry takes any text, and keeps it for ever."""
    shanghai, reader = acting["shanghai"], RegistryReader(own_world.url, own_world.network)
    before = reader.authority_count()
    asked = [["authority", "register", "--region", SHANGHAI, "--credit-code", code, "--name", "某局", "--url", url]]
    asked += [["authority", "add-url", 1, url]] if code == CODE else []
    for each in asked:
        told = run(*each, *shanghai)
        assert told.exit_code == 2, told.output
        assert "is no credit code" in told.output or "is not http(s)://host" in told.output
    assert reader.authority_count() == before


def test_what_a_registry_numbers_is_told_with_its_number(
    own_world: World, acting: dict[str, list[object]], tmp_path: Path
) -> None:
    """And a key is revoked by the name that its addition, a report or `issuer init` tells."""
    own_world.add_authority(SHANGHAI, "N", "有号局", "https://numbered.example")
    number, shanghai = len(own_world.authorities), acting["shanghai"]
    accredited = run("authority", "accredit", number, 1, "--starts", "2026-01-01", *shanghai).output
    assert f"done: accredit authority {number} for type 1: it is accreditation " in accredited
    key = SigningKey.from_secret(b"\x06" * 32)
    (tmp_path / "key.jwk").write_text(json.dumps(key.public_key.jwk))
    added = run("key", "add", number, tmp_path / "key.jwk", "--starts", "2026-01-01", *shanghai).output
    assert f"done: add a key to authority {number}: it is kid 0x{key.kid.hex()} (block " in added
    for kid in (base64url.encode(key.kid), key.kid.hex()):
        told = run("key", "preview", kid, "--from", 1_790_000_000, *shanghai[:4])
        assert told.output.startswith(f"key 0x{key.kid.hex()}, fence at "), told.output
    (tmp_path / "text.pdf").write_bytes(b"the signed text")
    terms = ["--document", tmp_path / "text.pdf", "--type", 3, "--issues", SHANGHAI, "--recognises", GUANGDONG]
    proposed = run("agreement", "propose", "--proposer", SHANGHAI, *terms, "--starts", "2026-01-01", *shanghai).output
    assert f"done: propose an agreement for region {SHANGHAI}: it is agreement " in proposed


def test_a_key_may_be_named_in_base64url_or_hexadecimal() -> None:
    kid = bytes.fromhex("fb" + "12" * 31)
    for text in (base64url.encode(kid), kid.hex(), "0x" + kid.hex()):
        assert Kid().convert(text, None, None) == kid
    for text in ("", "0x12", base64url.encode(kid)[1:], base64url.encode(kid + b"1"), "é" * 43, "+" * 43):
        with pytest.raises(click.BadParameter):
            Kid().convert(text, None, None)


def test_a_key_whose_name_begins_with_a_dash_is_no_option(own_world: World) -> None:
    kid = bytes.fromhex("fbef" + "12" * 30)
    assert base64url.encode(kid).startswith("--")
    where = ["--network", own_world.network_path, "--rpc", own_world.url]
    told = run("key", "preview", base64url.encode(kid), "--from", 1_790_000_000, *where, "--json")
    assert json.loads(told.output)["error"] == "NotOnRecord"
    assert kid.hex() in told.output


def test_an_agreement_is_proposed_and_ratified(
    own_world: World, acting: dict[str, list[object]], tmp_path: Path
) -> None:
    (tmp_path / "text.pdf").write_bytes(b"the signed text")
    members = ["--issues", SHANGHAI, "--recognises", GUANGDONG, "--recognises", SHANGHAI]
    terms = [
        "--proposer",
        SHANGHAI,
        "--document",
        tmp_path / "text.pdf",
        "--type",
        3,
        *members,
        "--starts",
        "2026-01-01",
    ]
    proposed = answer("agreement", "propose", *terms, *acting["shanghai"])
    assert proposed["members"] == [[SHANGHAI, True, True], [GUANGDONG, False, True]]
    ratified = answer("agreement", "ratify", proposed["agreement"], SHANGHAI, *acting["shanghai"])
    assert ratified["event"] == "AgreementRatified"


def test_a_refusal_is_one_line_with_the_contracts_reason(acting: dict[str, list[object]]) -> None:
    wrong = ["region", "admit", 310000, "上海市", "--administrator", "0x" + "12" * 20]
    told = run(*wrong, *acting["council"])
    assert told.exit_code == 1
    assert "RegionAlreadyAdmitted(region=310000)" in told.output
    as_json = run(*wrong, *acting["council"], "--json")
    assert as_json.exit_code == 1
    assert json.loads(as_json.output)["error"] == "RegionAlreadyAdmitted"


def test_what_is_registered_is_shown_for_people_and_for_programs(own_world: World, tmp_path: Path) -> None:
    """With all that later commands ask for; days as days, and nothing for what has no value."""
    own_world.add_authority(SHANGHAI, "S", "显示局", "https://shown.example")
    made, replica = own_world.authorities[-1], ["--network", own_world.network_path, "--replica", tmp_path / "r.db"]
    answer("replica", "follow", *replica, "--source", own_world.url)
    shown = answer("replica", "show", *replica)
    theirs = {group: [each for each in shown[group] if each["authority"] == made.number] for group in THEIRS}
    operator, kid = made.operator.hex_address, "0x" + made.key.kid.hex()
    assert theirs["operators"] == [{"authority": made.number, "operator": operator, "revoked_from": None}]
    (key,) = theirs["keys"]
    assert (key["kid"], key["starts"], key["ends"], key["revoked_from"]) == (kid, STARTS, None, None)
    numbers = [each["accreditation"] for each in theirs["accreditations"]]
    assert len(numbers) == len(set(numbers)) == len(own_world.catalogue.types)
    text = run("replica", "show", *replica).output
    assert f"  authority {made.number}  operator {operator}\n" in text
    assert f"  kid {kid}  authority {made.number}  starts 2025-01-01\n" in text
    assert f"  accreditation {numbers[0]}  authority {made.number}  certificate_type 1  starts 2025-01-01\n" in text
    assert "None" not in text
    assert f"block        {shown['block']}, {shown['events']} events" in text


@pytest.mark.parametrize(
    ("instant", "said"),
    [(STARTS, "2025-01-01"), (STARTS + 1, "2024-12-31 16:00:01Z"), (2**63 - 1, str(2**63 - 1)), (57_600, "1970-01-02")],
)
def test_a_moment_is_shown_as_the_day_that_it_begins(instant: int, said: str) -> None:
    assert day_or_moment(instant) == said


def test_a_node_that_is_down_is_one_line(own_world: World, tmp_path: Path) -> None:
    where = ["--network", own_world.network_path]
    told = run("status", *where, "--rpc", "http://127.0.0.1:9")
    assert told.exit_code == 1
    assert "ConnectError" in told.output
    told = run("replica", "follow", *where, "--replica", tmp_path / "r.db", "--source", "http://127.0.0.1:9")
    assert told.exit_code == 1
    assert "Traceback" not in told.output


def test_a_moment_is_a_day_a_time_or_seconds() -> None:
    instant = Instant()
    assert instant.convert("2026-01-01", None, None) == 1_767_196_800
    assert instant.convert("2026-01-01T00:00:01+08:00", None, None) == 1_767_196_801
    assert instant.convert("2025-12-31T16:00:00Z", None, None) == 1_767_196_800
    assert instant.convert("1767196800", None, None) == 1_767_196_800
    assert instant.convert("1970-01-01T08:00:00+08:00", None, None) == 0
    assert instant.convert(str(2**64 - 1), None, None) == 2**64 - 1


@pytest.mark.parametrize("moment", ["1970-01-01", "1969-12-31T23:59:59Z", str(2**64), -1])
def test_a_moment_that_no_registry_can_hold_is_refused(moment: object) -> None:
    with pytest.raises(click.BadParameter, match="begin with 1970"):
        Instant().convert(moment, None, None)


@pytest.mark.parametrize(
    "arguments",
    [
        ["region", "admit", "x", "name"],
        ["operator", "add", 1, "0x12"],
        ["key", "revoke", "0x12", "--from", "2026-01-01"],
        ["authority", "accredit", 1, 1, "--starts", "1.1.2026"],
        ["key", "revoke", "0x" + "12" * 32, "--from", "2026-01-01T09:30:00"],
        ["nonsense"],
    ],
)
def test_a_wrong_command_line_is_told(acting: dict[str, list[object]], arguments: list[object]) -> None:
    assert run(*arguments, *acting["council"]).exit_code == 2


def test_a_key_file_that_is_none_is_told(acting: dict[str, list[object]], tmp_path: Path) -> None:
    deep = b'{"kty":' * 100_000
    for content in (b"", b"{}", b"-----BEGIN PUBLIC KEY-----\nxx\n-----END PUBLIC KEY-----\n", b"\xff", deep):
        (tmp_path / "key").write_bytes(content)
        told = run("key", "add", 1, tmp_path / "key", "--starts", "2026-01-01", *acting["shanghai"])
        assert told.exit_code == 1
        assert "is not the public half of a P-256 key" in told.output
