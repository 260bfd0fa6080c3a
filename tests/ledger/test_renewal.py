"""Network files with a newer checkpoint: what they settle and carry on, who may make them, who agrees with them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest
from click.testing import Result
from eth_keys.datatypes import PrivateKey

from ledger import FollowFailed, Replica, load_catalogue, read_network_file, serialise_network_file
from ledger.errors import CheckpointTooOld, ContradictoryHeaders
from ledger.hexadecimal import to_hex
from ledger.network_file import NetworkFile
from tests.fixtures_ledger import World
from tests.ledger import command_line
from tests.ledger.door import Door
from tests.ledger.forged import START, Branch, clique, grow, proof, qbft, sign_in_turn
from tests.ledger.light_client.recorded import KEYS, addresses
from tests.ledger.replica_samples import HISTORY

FOUR = KEYS[:4]
DAY = 86_400


run, answer = partial(command_line.run, "network"), partial(command_line.answer, "network")


@dataclass
class Desk:
    """A folder with network files and replicas, and a node for each branch that it is given."""

    folder: Path
    doors: list[Door] = field(default_factory=list)

    def serve(self, branch: Branch) -> Door:
        door = Door("http://127.0.0.1:9")
        door.instead = branch.answer
        self.doors.append(door)
        return door

    def file(self, network: NetworkFile, name: str = "old.json") -> Path:
        path = self.folder / name
        path.write_bytes(serialise_network_file(network))
        return path

    def replica(self, network: Path, *doors: Door, name: str = "r.db", now: int = START + 1000) -> Replica:
        sources = [door.url for door in doors]
        return Replica(self.folder / name, read_network_file(network), load_catalogue(), sources, clock=lambda: now)

    def renew(self, *arguments: object) -> Result:
        return run("renew", "--network", self.folder / "old.json", "--out", self.folder / "new.json", *arguments)

    @property
    def new(self) -> Path:
        return self.folder / "new.json"

    @property
    def db(self) -> Path:
        return self.folder / "r.db"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    for door in made.doors:
        door.close()


def followed(desk: Desk, blocks: int = 3) -> Branch:
    """A network whose replica has accepted each of its blocks."""
    branch = qbft(FOUR)
    with desk.replica(desk.file(branch.network), desk.serve(branch)) as replica:
        for number in range(blocks):
            grow(branch, FOUR, *(HISTORY if number == 0 else ()))
            replica.follow_once()
    return branch


def contradicted(desk: Desk) -> tuple[Branch, Branch]:
    """Two sides of one network from block 2 on; the replica accepted the first and has seen the second."""
    branch = followed(desk, 1)
    other = branch.fork(1)
    with desk.replica(desk.folder / "old.json", desk.serve(branch)) as replica:
        for _ in range(3):
            grow(branch, FOUR)
            replica.follow_once()
    for _ in range(2):
        grow(other, FOUR, gas_used=1)
    with desk.replica(desk.folder / "old.json", desk.serve(other)) as replica:
        with pytest.raises((FollowFailed, ContradictoryHeaders)):
            replica.follow_once()
        assert replica.contradiction is not None
        assert replica.contradiction.number == 3
    grow(other, FOUR, gas_used=1)
    return branch, other


def hash_of(branch: Branch, number: int) -> str:
    return to_hex(branch.blocks[number].header.hash)


def test_the_newest_proven_block_becomes_the_checkpoint_and_all_else_stays(desk: Desk) -> None:
    branch = followed(desk)
    told = desk.renew("--replica", desk.db)
    assert told.exit_code == 0, told.output
    old, new = branch.network, read_network_file(desk.new)
    assert (new.checkpoint.number, new.checkpoint.hash) == (3, branch.blocks[3].header.hash)
    assert (new.checkpoint.time, new.checkpoint.validators) == (START + 3, addresses(FOUR))
    assert replace(new, checkpoint=old.checkpoint) == old
    for text in (old.fingerprint, new.fingerprint, new.short_fingerprint, "the same 4", "all else", "days old"):
        assert text in told.output


@pytest.mark.parametrize("engine", [qbft, clique])
def test_the_same_block_gives_the_same_octets_whoever_makes_the_file(
    desk: Desk, engine: Callable[[list[PrivateKey]], Branch]
) -> None:
    """Operators compare one fingerprint."""
    branch = engine(FOUR)
    if engine is qbft:
        grow(branch, FOUR)
    else:
        sign_in_turn(branch, FOUR, 7)
    node = desk.serve(branch)
    with desk.replica(desk.file(branch.network), node) as replica:
        replica.follow_once()
    assert desk.renew("--replica", desk.db).exit_code == 0
    by_node = ["--source", node.url, "--hash", hash_of(branch, 1), "--out", desk.folder / "node.json"]
    assert run("renew", "--network", desk.folder / "old.json", *by_node).exit_code == 0
    assert (desk.folder / "node.json").read_bytes() == desk.new.read_bytes()


def test_a_file_is_never_overwritten(desk: Desk) -> None:
    followed(desk)
    desk.new.write_text("mine")
    told = desk.renew("--replica", desk.db)
    assert (told.exit_code, desk.new.read_text()) == (1, "mine")
    assert "never overwritten" in told.output


def test_an_earlier_accepted_block_may_be_named(desk: Desk) -> None:
    followed(desk)
    desk.renew("--replica", desk.db, "--block", 2)
    assert read_network_file(desk.new).checkpoint.number == 2


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [(["--block", 9], "not accepted block 9"), (["--hash", "0x" + "11" * 32], "the other side")],
)
def test_a_block_that_is_not_there_or_not_agreed_upon_is_refused(
    desk: Desk, arguments: list[object], problem: str
) -> None:
    followed(desk)
    told = desk.renew("--replica", desk.db, *arguments)
    assert told.exit_code == 1
    assert problem in told.output
    assert not desk.new.exists()


def test_a_block_that_is_no_later_is_refused(desk: Desk) -> None:
    followed(desk)
    desk.renew("--replica", desk.db)
    again = run("renew", "--network", desk.new, "--replica", desk.db, "--out", desk.folder / "newer.json")
    assert again.exit_code == 1
    assert "not later" in again.output


def test_a_replica_of_another_network_is_refused(desk: Desk) -> None:
    branch = followed(desk)
    desk.file(replace(branch.network, network_id=bytes(32)))
    told = desk.renew("--replica", desk.db)
    assert told.exit_code == 1
    assert "another network" in told.output


def test_what_is_no_replica_is_told_in_one_line(desk: Desk) -> None:
    followed(desk)
    told = desk.renew("--replica", desk.folder / "old.json")
    assert (told.exit_code, told.output.count("\n")) == (1, 1)


def test_changed_validators_are_named(desk: Desk) -> None:
    branch = qbft(FOUR)
    grow(branch, KEYS[1:5], sealers=FOUR[1:])
    with desk.replica(desk.file(branch.network), desk.serve(branch)) as replica:
        replica.follow_once()
    told = desk.renew("--replica", desk.db).output
    assert read_network_file(desk.new).checkpoint.validators == addresses(KEYS[1:5])
    assert f"joined: {to_hex(addresses(KEYS)[4])}" in told
    assert f"left: {to_hex(addresses(KEYS)[0])}" in told
    grow(branch, KEYS[1:5])
    with desk.replica(desk.new, desk.serve(branch), name="fresh.db") as replica:
        assert replica.follow_once().block == 2


def test_a_window_past_180_days_goes_on_with_a_renewed_file(desk: Desk) -> None:
    """A replica that follows needs no new file; who lay in a drawer does."""
    branch, long_after = qbft(FOUR), START + 181 * DAY
    desk.file(branch.network)
    grow(branch, FOUR)
    drawer = desk.replica(desk.folder / "old.json", desk.serve(branch), name="drawer.db")
    drawer.follow_once()
    drawer.close()
    _later(branch, START + 120 * DAY)
    with desk.replica(desk.folder / "old.json", desk.serve(branch), now=START + 121 * DAY) as operators:
        operators.follow_once()
    assert desk.renew("--replica", desk.db).exit_code == 0
    _later(branch, long_after)
    node = desk.serve(branch)
    with (
        desk.replica(desk.folder / "old.json", node, name="drawer.db", now=long_after + DAY) as replica,
        pytest.raises(FollowFailed) as failed,
    ):
        replica.follow_once()
    assert isinstance(failed.value.failures[0].error, CheckpointTooOld)
    with desk.replica(desk.new, node, name="drawer.db", now=long_after + DAY) as replica:
        assert replica.follow_once().block == 3


def _later(branch: Branch, instant: int) -> None:
    """One more block, at a later time than the next second."""
    from ledger.headers import Header, seal

    grow(branch, FOUR)
    block = branch.blocks[-1]
    assert isinstance(block.header, Header)
    branch.blocks[-1] = replace(block, header=seal(replace(block.header, timestamp=instant), tuple(FOUR)))


def test_after_a_contradiction_only_an_agreed_block_after_it_becomes_the_checkpoint(desk: Desk) -> None:
    branch, _ = contradicted(desk)
    unagreed = desk.renew("--replica", desk.db)
    assert unagreed.exit_code == 1
    assert hash_of(branch, 4) in unagreed.output
    assert "by voice" in unagreed.output
    before = desk.renew("--replica", desk.db, "--block", 2, "--hash", hash_of(branch, 2))
    assert "only a block from there on" in before.output
    assert not desk.new.exists()
    assert desk.renew("--replica", desk.db, "--block", 4, "--hash", hash_of(branch, 4)).exit_code == 0


def test_a_renewed_file_settles_a_contradiction_and_the_old_one_still_refuses(desk: Desk) -> None:
    branch, _ = contradicted(desk)
    desk.renew("--replica", desk.db, "--block", 4, "--hash", hash_of(branch, 4))
    grow(branch, FOUR)
    node = desk.serve(branch)
    with desk.replica(desk.folder / "old.json", node) as replica:
        with suppress(FollowFailed, ContradictoryHeaders):
            replica.follow_once()
        assert replica.contradiction is not None
    with desk.replica(desk.new, node) as replica:
        assert replica.follow_once().block == 5
        assert replica.contradiction is None
    again = ["renew", "--network", desk.new, "--replica", desk.db, "--out", desk.folder / "newer.json"]
    assert run(*again).exit_code == 0  # what is settled is asked about no more
    assert run("check", "--network", desk.folder / "newer.json", "--replica", desk.db).exit_code == 0


def test_the_other_side_is_taken_from_its_node(desk: Desk) -> None:
    """The replica accepted the side that the council did not take: it leaves it."""
    branch, other = contradicted(desk)
    node = desk.serve(other)
    unagreed = desk.renew("--source", node.url, "--block", 4)
    assert unagreed.exit_code == 1
    assert hash_of(other, 4) in unagreed.output
    wrong = desk.renew("--source", node.url, "--block", 4, "--hash", hash_of(branch, 4))
    assert "other side" in wrong.output
    assert not desk.new.exists()
    told = desk.renew("--source", node.url, "--block", 4, "--hash", hash_of(other, 4))
    assert told.exit_code == 0, told.output
    assert read_network_file(desk.new).checkpoint.hash == other.blocks[4].header.hash
    grow(other, FOUR, gas_used=1)
    with desk.replica(desk.new, node) as replica:
        assert replica.follow_once().block == 5
        assert replica.contradiction is None
        assert replica.accepted is not None
        assert replica.accepted.hash == other.blocks[5].header.hash


def test_a_nodes_block_must_be_sealed_and_hold_the_journal(desk: Desk) -> None:
    branch = followed(desk)
    forged = branch.fork(2)
    grow(forged, FOUR, sealers=FOUR[:2])
    told = desk.renew("--source", desk.serve(forged).url, "--hash", hash_of(forged, 3))
    assert "2 seals, 3 are needed" in told.output
    elsewhere = desk.serve(branch)
    elsewhere.instead = lambda method, params: (
        proof(branch.network, bytes(32)) if method == "eth_getProof" else branch.answer(method, params)
    )
    told = desk.renew("--source", elsewhere.url, "--hash", hash_of(branch, 3), "--json")
    assert json.loads(told.output)["error"] == "ProofRefused"
    assert not desk.new.exists()


def test_a_node_of_another_chain_is_refused(desk: Desk) -> None:
    branch = followed(desk)
    node = desk.serve(branch)
    desk.file(replace(branch.network, chain_id=7))
    told = desk.renew("--source", node.url, "--hash", hash_of(branch, 3), "--json")
    assert json.loads(told.output)["error"] == "OtherNetwork"


def test_a_file_past_180_days_is_renewed_by_an_agreed_block(desk: Desk) -> None:
    branch = followed(desk)
    at = branch.network.checkpoint
    desk.file(replace(branch.network, checkpoint=replace(at, time=START - 400 * DAY)))
    node = desk.serve(branch)
    assert "too old" in desk.renew("--source", node.url).output
    told = desk.renew("--source", node.url, "--hash", hash_of(branch, 3))
    assert told.exit_code == 0, told.output
    assert "checkpoint too old" in told.output


def test_where_the_old_file_does_not_lead_is_told(desk: Desk) -> None:
    branch = followed(desk)
    stranger = branch.fork(2)
    grow(stranger, KEYS[8:12])
    told = desk.renew("--source", desk.serve(stranger).url, "--hash", hash_of(stranger, 3))
    assert told.exit_code == 0, told.output
    assert "does not lead there" in told.output
    assert "validator joined" in told.output


def test_of_cliques_blocks_only_settled_ones_become_checkpoints(desk: Desk) -> None:
    branch = clique(FOUR)
    desk.file(branch.network)
    sign_in_turn(branch, FOUR, 9)
    node = desk.serve(branch)
    told = desk.renew("--source", node.url, "--block", 4, "--hash", hash_of(branch, 4))
    assert "not settled" in told.output
    assert desk.renew("--source", node.url, "--hash", hash_of(branch, 3)).exit_code == 0
    assert read_network_file(desk.new).checkpoint.validators == branch.network.checkpoint.validators
    with desk.replica(desk.folder / "old.json", node) as replica:
        replica.follow_once()
    assert run("check", "--network", desk.new, "--replica", desk.db).exit_code == 0
    named = ["renew", "--network", desk.folder / "old.json", "--out", desk.folder / "two.json"]
    assert run(*named, "--source", node.url, "--block", 2, "--hash", hash_of(branch, 2)).exit_code == 0


def check(desk: Desk, network: NetworkFile, *arguments: object) -> tuple[int, str]:
    """Exit status and what is said."""
    told = run("check", "--network", desk.file(network, "given.json"), *arguments)
    return told.exit_code, told.output


@pytest.mark.parametrize("by_node", [False, True])
def test_a_checkpoint_is_agreed_contradicted_or_not_to_be_told(desk: Desk, by_node: bool) -> None:
    branch = followed(desk)
    desk.renew("--replica", desk.db, "--block", 2)
    with_block = read_network_file(desk.new)
    who: tuple[object, ...] = ("--source", desk.serve(branch).url) if by_node else ("--replica", desk.db)
    status, words = check(desk, with_block, *who)
    assert status == 0
    assert words.startswith("agreed")
    at = with_block.checkpoint
    for changed in (
        replace(at, hash=bytes(32)),
        replace(at, time=at.time + 1),
        replace(at, validators=at.validators[:3]),
    ):
        status, words = check(desk, replace(with_block, checkpoint=changed), *who)
        assert status == 4
        assert words.startswith("contradicts")
    status, words = check(desk, replace(with_block, checkpoint=replace(at, number=9)), *who)
    assert status == 3
    assert words.startswith("cannot tell")


def test_another_network_or_more_than_the_checkpoint_is_a_contradiction(desk: Desk) -> None:
    branch = followed(desk)
    desk.renew("--replica", desk.db)
    new = read_network_file(desk.new)
    who = ("--replica", desk.db)
    assert check(desk, replace(new, network_id=bytes(32)), *who)[0] == 4
    assert check(desk, replace(new, chain_id=7), "--source", desk.serve(branch).url)[0] == 4
    before = ("--before", desk.folder / "old.json")
    assert check(desk, new, *who, *before)[0] == 0
    status, words = check(desk, replace(new, name="another"), *who, *before)
    assert status == 4
    assert "ANOTHER name" in words


def test_a_replica_that_saw_a_contradiction_cannot_tell_what_comes_after(desk: Desk) -> None:
    branch, other = contradicted(desk)
    desk.renew("--replica", desk.db, "--block", 4, "--hash", hash_of(branch, 4))
    new = read_network_file(desk.new)
    assert check(desk, new, "--replica", desk.db)[0] == 3
    other_side = replace(new.checkpoint, hash=other.blocks[4].header.hash)
    assert check(desk, replace(new, checkpoint=other_side), "--replica", desk.db)[0] == 4


def test_on_a_real_node_replica_and_node_agree(ledger_world: World, tmp_path: Path) -> None:
    with ledger_world.replica(tmp_path / "r.db") as replica:
        block = replica.follow_once().block
    old = tmp_path / "old.json"
    old.write_bytes(serialise_network_file(ledger_world.network))
    made = answer("renew", "--network", old, "--replica", tmp_path / "r.db", "--out", tmp_path / "1.json")
    assert made["block"] == block
    by_node = ["--source", ledger_world.url, "--block", block, "--hash", made["hash"], "--out", tmp_path / "2.json"]
    assert answer("renew", "--network", old, *by_node)["fingerprint"] == made["fingerprint"]
    assert run("check", "--network", tmp_path / "1.json", "--source", ledger_world.url).exit_code == 0
    with Replica(
        tmp_path / "new.db", read_network_file(tmp_path / "1.json"), load_catalogue(), [ledger_world.url]
    ) as new:
        assert new.follow_once().block >= block


def test_a_node_that_is_down_cannot_tell(desk: Desk) -> None:
    branch = followed(desk)
    assert check(desk, branch.network, "--source", "http://127.0.0.1:9")[0] == 3


def test_checking_changes_nothing_in_the_replica(desk: Desk) -> None:
    branch = followed(desk)
    at = replace(branch.network.checkpoint, number=3, hash=bytes(32))
    before = desk.db.read_bytes()
    assert check(desk, replace(branch.network, checkpoint=at), "--replica", desk.db)[0] == 4
    assert desk.db.read_bytes() == before


@pytest.mark.parametrize("command", ["renew", "check"])
def test_either_a_replica_or_a_node_is_asked(desk: Desk, command: str) -> None:
    branch = followed(desk)
    out = ["--out", desk.new] if command == "renew" else []
    arguments = [command, "--network", desk.file(branch.network), *out]
    assert run(*arguments).exit_code == 2
    assert run(*arguments, "--replica", desk.db, "--source", "http://127.0.0.1:9").exit_code == 2


def test_a_file_is_shown_with_its_fingerprint_and_age(desk: Desk) -> None:
    network = qbft(FOUR).network
    file = desk.file(replace(network, checkpoint=replace(network.checkpoint, time=int(time.time()) - 3 * DAY - 60)))
    shown = answer("show", file)
    assert shown["fingerprint"] == read_network_file(file).fingerprint
    assert (shown["engine"], shown["block"], shown["age_seconds"] // DAY) == ("qbft", 0, 3)
    text = run("show", file).output
    assert read_network_file(file).short_fingerprint in text
    assert "3 days old, good for a new replica until" in text
    old = replace(network.checkpoint, time=int(time.time()) - 181 * DAY)
    assert "too old" in run("show", desk.file(replace(network, checkpoint=old))).output


def test_json_says_what_the_words_say(desk: Desk) -> None:
    followed(desk)
    where = ["--network", desk.folder / "old.json", "--replica", desk.db]
    made = answer("renew", *where, "--out", desk.new)
    assert made["fingerprint"] == read_network_file(desk.new).fingerprint != made["old_fingerprint"]
    assert (made["block"], made["trusted_until"] - made["time"]) == (3, 180 * DAY)
    assert answer("check", "--network", desk.new, "--replica", desk.db)["agreement"] == "agreed"


def test_the_help_says_what_each_exit_status_means() -> None:
    told = run("check", "--help").output
    for words in ("0  agreed", "3  cannot tell", "4  contradicts"):
        assert words in told
