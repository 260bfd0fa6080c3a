"""What is generated for Besu is by the light client's rules, and in the form of the recorded network."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from eth_keys.datatypes import PrivateKey
from pydantic import ValidationError

from deploy.besu.__main__ import EXAMPLE, main
from deploy.besu.description import Description, read_description
from deploy.besu.files import CONFIGURATION, checkpoint, files_of, genesis
from ledger import parse_network_file, qbft_genesis_header
from ledger.headers import MIX_HASH, header_from_json, parse_extra, seal

RECORDED = json.loads((EXAMPLE.parents[2] / "spec/vectors/qbft-headers.json").read_text(encoding="utf-8"))
KEYS = tuple(PrivateKey(bytes([number]) * 32) for number in range(1, 5))


@pytest.fixture
def example() -> Description:
    return read_description(EXAMPLE)


def described(**changes: object) -> dict[str, Any]:
    return {**tomllib.loads(EXAMPLE.read_text(encoding="utf-8")), **changes}


def with_keys() -> Description:
    """The example with four founders whose private keys are known here."""
    founders = [
        {**each, "public_key": key.public_key.to_bytes().hex()}
        for each, key in zip(described()["founders"], KEYS, strict=True)
    ]
    return Description.model_validate(described(founders=founders))


def test_what_is_committed_is_what_the_example_gives() -> None:
    assert CliRunner().invoke(main, ["--check"]).exit_code == 0


def test_the_command_calls_itself_as_people_type_it() -> None:
    told = subprocess.run([EXAMPLE.with_name("generate"), "--help"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("Usage: deploy/besu/generate [OPTIONS]")


def test_genesis_names_the_founders_in_qbft_form(example: Description) -> None:
    extra = parse_extra(bytes.fromhex(genesis(example)["extraData"][2:]))
    assert set(extra.validators) == {each.address for each in example.founders}
    assert list(extra.validators) == sorted(extra.validators)
    assert (extra.vanity, extra.vote, extra.round, extra.seals) == (bytes(32), (), 0, ())


def test_genesis_has_the_form_of_the_recorded_one() -> None:
    """Same validators, same octets: a live network's nodes took exactly this extraData."""
    recorded = RECORDED["headers"][0]
    header = header_from_json(recorded)
    made = qbft_genesis_header(parse_extra(header.extra_data).validators, 0, header.gas_limit)
    assert made.extra_data == header.extra_data
    same_by_protocol = replace(made, state_root=header.state_root, base_fee_per_gas=None)
    assert "0x" + same_by_protocol.hash.hex() == recorded["hash"] == RECORDED["genesisHash"]


def test_every_recorded_header_has_the_form_that_genesis_begins() -> None:
    for block in RECORDED["headers"]:
        header = header_from_json(block)
        extra = parse_extra(header.extra_data)
        assert header.mix_hash == MIX_HASH
        assert (header.difficulty, header.nonce) == (1, bytes(8))
        assert list(extra.validators) == sorted(extra.validators)


def test_blocks_name_their_validators_themselves(example: Description) -> None:
    """Only the block header's selection is supported: a validator contract would leave the headers without names."""
    settings = genesis(example)["config"]["qbft"]
    assert set(settings) == {"blockperiodseconds", "epochlength", "requesttimeoutseconds"}
    assert settings["requesttimeoutseconds"] > settings["blockperiodseconds"]


def test_gas_is_free_for_ever(example: Description) -> None:
    made = genesis(example)
    assert made["config"]["zeroBaseFee"] is True
    assert made["baseFeePerGas"] == "0x0"
    assert made["alloc"] == {}
    for node in example.nodes:
        assert configuration(example, node.name)["min-gas-price"] == 0


def test_a_network_file_begins_at_the_generated_checkpoint() -> None:
    """The light client takes block 1 where three of the four sealed it, and not where two did."""
    from ledger.errors import NotProven
    from ledger.light_client import Trusted, check_header

    description = with_keys()
    trusted = Trusted.by_checkpoint(parse_network_file(network_file(description)))
    first = replace(
        qbft_genesis_header(description.founding_addresses, description.genesis_time + 2, description.gas_limit),
        number=1,
        parent_hash=trusted.hash,
    )
    assert check_header(seal(first, KEYS[:3]), trusted).number == 1
    with pytest.raises(NotProven):
        check_header(seal(first, KEYS[:2]), trusted)


def network_file(description: Description) -> bytes:
    template = json.loads((EXAMPLE.parents[2] / "spec/vectors/network-files.json").read_text(encoding="utf-8"))
    document = template["file"]
    changes = {"engine": "qbft", "chain_id": description.chain_id, "checkpoint": checkpoint(description)}
    return json.dumps({**document, **changes, "from_block": 0}).encode()


def configuration(description: Description, name: str) -> dict[str, Any]:
    return tomllib.loads(files_of(description)[f"{name}/config.toml"])


def test_nodes_speak_with_the_members_nodes_and_no_others(example: Description) -> None:
    allowed = tomllib.loads(files_of(example)["permissions-nodes.toml"])["nodes-allowlist"]
    assert allowed == [each.enode for each in example.nodes]
    for node in example.nodes:
        settings = configuration(example, node.name)
        assert settings["permissions-nodes-config-file-enabled"] is True
        assert settings["discovery-enabled"] is False
        peers = json.loads(files_of(example)[f"{node.name}/static-nodes.json"])
        assert sorted([*peers, node.enode]) == sorted(allowed)
        assert (settings["p2p-host"], settings["p2p-port"]) == (str(node.host), node.port)


def test_transactions_are_the_members_and_nobody_elses(example: Description) -> None:
    allowed = tomllib.loads(files_of(example)["permissions-accounts.toml"])["accounts-allowlist"]
    assert allowed == [each.address for each in example.members]
    for node in example.nodes:
        assert configuration(example, node.name)["permissions-accounts-config-file-enabled"] is True


def test_every_file_that_a_node_reads_is_generated_or_its_key(example: Description) -> None:
    for node in example.nodes:
        named = [value for value in configuration(example, node.name).values() if str(value).startswith(CONFIGURATION)]
        files = {path.rpartition("/")[2] for path in named} - {"key"}
        made = {path.removeprefix(f"{node.name}/") for path in files_of(example)}
        assert files <= made
        assert len(files) == 4


def test_json_rpc_is_for_the_host_itself(example: Description) -> None:
    for node in example.nodes:
        settings = configuration(example, node.name)
        assert settings["rpc-http-host"] == "127.0.0.1"
        assert not {"ADMIN", "DEBUG", "MINER", "PERM", "TXPOOL"} & set(settings["rpc-http-api"])


def test_no_private_key_is_anywhere_near(example: Description) -> None:
    """Every long number in the files is a public key, an address, or part of the genesis block."""
    public = {each.public_key for each in example.nodes}
    for name, text in files_of(example).items():
        if name not in {"genesis.json", "checkpoint.json"}:
            assert set(re.findall("[0-9a-f]{64,}", text)) <= public


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"founders": described()["founders"][:3]}, "at least 4"),
        ({"nodes": described()["nodes"][:3]}, "at least 4"),
        ({"founders": [*described()["founders"], described()["founders"][0]]}, "two founders have the same public key"),
        ({"nodes": [*described()["nodes"], described()["nodes"][0]]}, "two nodes have the same"),
        ({"members": []}, "at least 1"),
        ({"members": described()["members"][:1] * 2}, "two members have the same address"),
        ({"members": [{"name": "x", "address": "0x" + "0" * 40}]}, "not all zero"),
        ({"members": [{"name": "x\ny", "address": "0x" + "1" * 40}]}, "printable"),
        ({"request_timeout_seconds": 2}, "must be longer"),
        ({"format": "yinxin-besu/2"}, "yinxin-besu/1"),
        ({"validator_contract": "0x" + "1" * 40}, "Extra inputs"),
    ],
)
def test_a_wrong_description_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Description.model_validate(described(**changes))


@pytest.mark.parametrize("public_key", ["04" * 65, "0x" + "ab" * 64, "11" * 64, "AB" * 64])
def test_what_is_no_public_key_is_refused(public_key: str) -> None:
    for whose in ("founders", "nodes"):
        first, *others = described()[whose]
        with pytest.raises(ValidationError, match="public key"):
            Description.model_validate(described(**{whose: [{**first, "public_key": public_key}, *others]}))


def test_a_changed_file_a_missing_one_and_a_strange_one_are_told(tmp_path: Path) -> None:
    where = ["--out", str(tmp_path / "made")]
    assert CliRunner().invoke(main, where).exit_code == 0
    assert CliRunner().invoke(main, [*where, "--check"]).exit_code == 0
    (tmp_path / "made/permissions-nodes.toml").write_text("", encoding="utf-8")
    (tmp_path / "made/anhui/static-nodes.json").unlink()
    (tmp_path / "made/nobody.json").write_text("{}", encoding="utf-8")
    told = CliRunner().invoke(main, [*where, "--check"])
    assert told.exit_code == 1
    for name in ("permissions-nodes.toml", "anhui/static-nodes.json", "nobody.json"):
        assert name in told.output
    assert "nobody.json" in CliRunner().invoke(main, where).output


FIFTH = """
[[nodes]]
name = "hunan"
host = "10.20.5.1"
public_key = "KEY"
""".replace("KEY", PrivateKey(b"\5" * 32).public_key.to_bytes().hex())


def generated(tmp_path: Path, text: str, *options: str) -> tuple[int, str]:
    (tmp_path / "our.toml").write_text(text, encoding="utf-8")
    told = CliRunner().invoke(main, [str(tmp_path / "our.toml"), *options])
    return told.exit_code, told.output


def test_a_node_that_is_admitted_leaves_genesis_and_checkpoint_as_they_were(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert generated(tmp_path, text)[0] == 0
    folder = tmp_path / "our"
    before = {name: (folder / name).read_bytes() for name in ("genesis.json", "checkpoint.json")}
    assert generated(tmp_path, text + FIFTH)[0] == 0
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert "10.20.5.1" in (folder / "permissions-nodes.toml").read_text(encoding="utf-8")
    assert "10.20.5.1" in (folder / "anhui/static-nodes.json").read_text(encoding="utf-8")
    assert "10.20.5.1" in (folder / "hunan/config.toml").read_text(encoding="utf-8")
    assert generated(tmp_path, text + FIFTH, "--check")[0] == 0


def test_a_founder_that_left_stays_in_the_genesis(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    generated(tmp_path, text + FIFTH)
    before = (tmp_path / "our/genesis.json").read_bytes()
    gone = re.sub(r'\[\[nodes\]\]\nname = "anhui"\n.*\n.*\n', "", text)
    status, told = generated(tmp_path, gone + FIFTH)
    assert status == 0
    assert "no node any more: anhui" in told
    assert "anhui/config.toml" in told
    assert (tmp_path / "our/genesis.json").read_bytes() == before
    assert "10.20.2.1" not in (tmp_path / "our/permissions-nodes.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (
            "[[founders]]",
            FIFTH.replace("nodes", "founders").replace('host = "10.20.5.1"\n', "") + "[[founders]]",
            "founders",
        ),
        ("chain_id = 20262", "chain_id = 20263", "config"),
        ("genesis_time = 1790784000", "genesis_time = 1790784001", "timestamp"),
    ],
)
def test_another_genesis_is_refused_and_nothing_is_written(tmp_path: Path, old: str, new: str, named: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    generated(tmp_path, text)
    before = {path: path.read_bytes() for path in tmp_path.glob("our/**/*.*")}
    changed = text.replace(old, new, 1) + FIFTH
    for options in ([], ["--check"]):
        status, told = generated(tmp_path, changed, *options)
        assert status == 1
        assert f"another network than the description gives ({named})" in told
    assert {path: path.read_bytes() for path in tmp_path.glob("our/**/*.*")} == before


def test_a_genesis_that_is_none_is_never_written_over(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    generated(tmp_path, text)
    (tmp_path / "our/genesis.json").write_text("nonsense", encoding="utf-8")
    assert generated(tmp_path, text)[0] == 1
    assert (tmp_path / "our/genesis.json").read_text(encoding="utf-8") == "nonsense"


def test_an_unreadable_description_is_told_in_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("format = ", encoding="utf-8")
    told = CliRunner().invoke(main, [str(broken)])
    assert told.exit_code == 1
    assert "broken.toml" in told.output
