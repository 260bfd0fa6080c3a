"""Commands wait until their facts have what the ledger has, or say that they do not: on Clique it takes some blocks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from ledger import Account, FollowFailed, Replica, load_catalogue, save_account, serialise_network_file
from ledger.commands import proven, settling
from ledger.commands.settling import follow_to_height
from ledger.errors import FactsBehind
from tests.fixtures_ledger import SHANGHAI, World
from tests.ledger.command_line import answer, run
from tests.ledger.door import Door
from tests.ledger.forged import START, Branch, clique, grow, qbft, sign_in_turn
from tests.ledger.forged import sign as sign_by
from tests.ledger.light_client.recorded import KEYS
from tests.ledger.replica_samples import ACCOUNT, HISTORY

FOUR = KEYS[:4]
DEPTH = 6
"""Two rounds of floor(4/2) + 1 blocks."""
FENCE, FENCED = 11, 8
"""The place of the operator's fence in the history, and the block that has it: the newest."""

Node = Callable[..., str]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks come when they are asked for, and were sealed when the samples say."""
    monkeypatch.setattr(settling, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(proven, "Replica", partial(Replica, clock=lambda: START + 1000))


@pytest.fixture
def nodes() -> Iterator[dict[str, Door]]:
    made: dict[str, Door] = {}
    yield made
    for door in made.values():
        door.close()


@pytest.fixture
def node(nodes: dict[str, Door]) -> Node:
    """Serves a branch; `grows_to` is how high it grows meanwhile, a block each time that its height is asked for."""

    def serve(branch: Branch, grows_to: int = 0) -> str:
        def grow_meanwhile(method: str, params: list[Any]) -> None:
            if method == "eth_blockNumber" and nodes[door.url].calls.count(method) > 1 and height(branch) < grows_to:
                sign_in_turn(branch, FOUR, 1)

        door = Door("http://127.0.0.1:9")
        door.instead, door.before = branch.answer, grow_meanwhile
        nodes[door.url] = door
        return door.url

    return serve


def height(branch: Branch) -> int:
    return len(branch.blocks) - 1


def just_fenced() -> Branch:
    """An authority with a thief's suspension of position 3; the newest block has the fence, settled is block 2."""
    branch = clique(FOUR)
    sign_by(branch, FOUR, 1, *HISTORY[:FENCE])
    sign_in_turn(branch, FOUR, FENCED - 2)
    sign_by(branch, FOUR, FENCED % 4, HISTORY[FENCE])
    assert height(branch) == FENCED
    return branch


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., Result]:
    """A command about the authority, with the network file of a branch."""
    save_account(Account.create(), tmp_path / "region.json")

    def about(branch: Branch, url: str, *words: object) -> Result:
        (tmp_path / "network.json").write_bytes(serialise_network_file(branch.network))
        if "preview" not in words:
            words = (*words, "--account", tmp_path / "region.json")
        return run(*words, "--network", tmp_path / "network.json", "--rpc", url)

    return about


def replica_of(branch: Branch, url: str, folder: Path) -> Replica:
    return Replica(folder / "r.db", branch.network, load_catalogue(), [url], clock=lambda: START + 1000)


RESTORE = ("authority", "restore", 1, "--dry-run")
PREVIEW = ("operator", "preview", 1, ACCOUNT, "--from", 4)
REVOKE = ("operator", "revoke", 1, ACCOUNT, "--from", 4, "--yes")
REVOKE_KEY = ("key", "revoke", "0x" + "05" * 32, "--from", 4, "--yes")


def test_a_restoration_waits_until_the_fence_is_settled(node: Node, ask: Callable[..., Result]) -> None:
    branch = just_fenced()
    told = ask(branch, node(branch, grows_to=40), *RESTORE, "--json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert [(each["position"], each["from"], each["to"]) for each in found["due"]] == [(3, "suspended", "valid")]
    assert found["as_of_block"] >= FENCED
    assert found["fences"] == 1
    lines = told.stderr.splitlines()
    assert lines[0] == "facts end at block 3, the ledger is at 10: block 8 is settled at about block 14"
    assert len(set(lines)) == len(lines) < DEPTH


def test_a_preview_waits_as_well(node: Node, ask: Callable[..., Result]) -> None:
    branch = just_fenced()
    told = ask(branch, node(branch, grows_to=40), *PREVIEW, "--json")
    assert json.loads(told.stdout)["current"] == 4


@pytest.mark.parametrize("words", [RESTORE, PREVIEW, REVOKE, REVOKE_KEY], ids=lambda words: " ".join(words[:2]))
def test_facts_that_are_behind_are_no_answer(
    words: tuple[object, ...], node: Node, nodes: dict[str, Door], ask: Callable[..., Result]
) -> None:
    branch = just_fenced()
    url = node(branch)
    told = ask(branch, url, *words, "--wait", 0.1)
    assert told.exit_code == 1
    assert told.stdout == ""
    assert f"the facts end at block 2 while the ledger is at block {FENCED}" in told.stderr
    assert f"block {FENCED} is settled at about block {FENCED + DEPTH}" in told.stderr
    in_json = ask(branch, url, *words, "--wait", 0, "--json")
    assert in_json.exit_code == 1
    assert json.loads(in_json.stdout)["error"] == "FactsBehind"
    assert "eth_sendRawTransaction" not in nodes[url].calls


def test_what_is_behind_is_kept_and_told(node: Node, tmp_path: Path) -> None:
    branch = just_fenced()
    with replica_of(branch, url := node(branch), tmp_path) as replica, pytest.raises(FactsBehind) as behind:
        follow_to_height(replica, url, 0, print)
    assert (behind.value.proven, behind.value.newest) == (2, FENCED)
    with replica_of(branch, url, tmp_path) as replica:
        assert replica.accepted is not None
        assert replica.accepted.number == 2


def test_a_replica_that_is_there_already_is_not_waited_for(node: Node, nodes: dict[str, Door], tmp_path: Path) -> None:
    """Somebody else follows into the same file, through nodes that have more."""
    branch = just_fenced()
    ahead = branch.fork(FENCED)
    sign_in_turn(ahead, FOUR, DEPTH)
    with replica_of(branch, node(ahead), tmp_path) as replica:
        assert replica.follow_once().block == FENCED
    with replica_of(branch, url := node(branch), tmp_path) as replica:
        follow_to_height(replica, url, 0, print)
    assert nodes[url].calls.count("eth_blockNumber") == 2


def test_right_after_the_deployment_it_waits_for_the_first_block(node: Node, ask: Callable[..., Result]) -> None:
    branch = clique(FOUR)
    sign_by(branch, FOUR, 1, *HISTORY[: FENCE + 1])
    told = ask(branch, node(branch, grows_to=20), *RESTORE, "--json")
    assert told.exit_code == 0, told.output
    assert len(json.loads(told.stdout)["due"]) == 1


def test_a_node_that_proves_nothing_is_not_waited_for(node: Node, nodes: dict[str, Door], tmp_path: Path) -> None:
    branch, other = just_fenced(), just_fenced()
    other.network = replace(other.network, chain_id=other.network.chain_id + 1)
    with replica_of(branch, url := node(other), tmp_path) as replica, pytest.raises(FollowFailed, match="OtherNetwork"):
        follow_to_height(replica, url, 600, print)
    assert nodes[url].calls.count("eth_blockNumber") == 1


def test_a_poll_that_fails_is_made_again(node: Node, nodes: dict[str, Door], tmp_path: Path) -> None:
    branch = just_fenced()
    url, door = node(branch, grows_to=40), nodes
    honest = door[url].instead

    def failing(method: str, params: list[Any]) -> Any:
        is_third = method == "eth_blockNumber" and door[url].calls.count(method) == 3
        return "nonsense" if is_third else honest(method, params)

    door[url].instead = failing
    with replica_of(branch, url, tmp_path) as replica:
        follow_to_height(replica, url, 60, print)
        assert replica.accepted is not None
        assert replica.accepted.number >= FENCED


# Where blocks are final


def qbft_just_fenced() -> Branch:
    branch = qbft(FOUR)
    grow(branch, FOUR, *HISTORY[:FENCE])
    grow(branch, FOUR, HISTORY[FENCE])
    return branch


def test_where_blocks_are_final_nothing_is_waited_for(
    node: Node, nodes: dict[str, Door], ask: Callable[..., Result]
) -> None:
    branch = qbft_just_fenced()
    told = ask(branch, url := node(branch), *RESTORE, "--json")
    assert (json.loads(told.stdout)["as_of_block"], len(json.loads(told.stdout)["due"])) == (2, 1)
    assert told.stderr == ""
    assert nodes[url].calls.count("eth_blockNumber") == 1


def test_a_height_that_is_not_proven_is_told(node: Node, nodes: dict[str, Door], ask: Callable[..., Result]) -> None:
    branch = qbft_just_fenced()
    url = node(branch)
    nodes[url].instead = lambda method, params: hex(9) if method == "eth_blockNumber" else branch.answer(method, params)
    told = ask(branch, url, *RESTORE, "--wait", 0.1)
    assert told.exit_code == 1
    assert "the facts end at block 2 while the ledger is at block 9" in told.stderr
    assert "block 9 is not proven yet" in told.stderr


@pytest.mark.parametrize("url", ["mirror+http://127.0.0.1:9/", "file:///srv/mirror/"])
@pytest.mark.parametrize("words", [RESTORE, PREVIEW], ids=lambda words: " ".join(words[:2]))
def test_a_mirror_does_not_know_how_far_the_ledger_is(
    words: tuple[object, ...], url: str, ask: Callable[..., Result]
) -> None:
    told = ask(qbft_just_fenced(), url, *words)
    assert told.exit_code == 2
    assert "--rpc names a node" in told.stderr


def test_without_a_fence_nothing_is_said_to_be_restored(node: Node, ask: Callable[..., Result]) -> None:
    branch = qbft(FOUR)
    grow(branch, FOUR, *HISTORY[:FENCE])
    told = ask(branch, node(branch), *RESTORE)
    assert "no operator has a fence" in told.stdout
    assert "where it stands" not in told.stdout


# What a command says of what it sent


def test_what_is_not_settled_is_said(own_world: World, tmp_path: Path) -> None:
    """An embedded node whose network file says that it is one of two Clique signers."""
    network = own_world.network
    signers = replace(network.checkpoint, validators=(b"\x01" * 20, b"\x02" * 20))
    where: dict[str, Path] = {}
    for name, each in {"final": network, "clique": replace(network, engine="clique", checkpoint=signers)}.items():
        where[name] = tmp_path / f"{name}.json"
        where[name].write_bytes(serialise_network_file(each))
    save_account(own_world.administrators[SHANGHAI], tmp_path / "shanghai.json")

    def add_url(number: int, name: str) -> list[object]:
        options = ["--network", where[name], "--rpc", own_world.url, "--account", tmp_path / "shanghai.json"]
        return ["authority", "add-url", 1, f"https://settling-{number}.example", *options]

    done = answer(*add_url(1, "final"))
    assert done["settled_at_block"] == done["block"]
    done = answer(*add_url(2, "clique"))
    assert done["settled_at_block"] == done["block"] + 4
    text, block = run(*add_url(3, "clique")).stdout, done["block"] + 1
    assert f"(in block {block}, not settled until about block {block + 4})" in text
