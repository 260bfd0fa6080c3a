"""A wallet's network file is renewed: the same network, later, or not at all; then all is confirmed anew."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from credential import SigningKey
from ledger import MalformedSource, NetworkFile, load_catalogue, serialise_network_file, trusted_until
from ledger.renewal import checkpoint_from, renewed
from ledger.replica.recorded import read_record
from tests.wallet.wallet_samples import CLAIMS, COST, PASSPHRASE
from wallet import AnotherNetwork, CheckpointNotLater, Held, NoNetworkFile, Trust, TrustRefused, Wallet, World
from wallet.cli import _age
from wallet.cli import wallet as command
from wallet.contents import Collection, Contents
from wallet.renewing import renewal

NOWHERE = "http://127.0.0.1:9"
DAY = 86_400


@pytest.fixture(scope="module")
def first(ledger_world) -> NetworkFile:
    return ledger_world.network


@pytest.fixture(scope="module")
def later(ledger_world, first, tmp_path_factory: pytest.TempPathFactory) -> NetworkFile:
    """As the operators renew it, from a block that a replica of theirs has proven."""
    path = tmp_path_factory.mktemp("operators") / "ours.db"
    with ledger_world.replica(path) as replica:
        replica.follow_once()
    return renewed(first, checkpoint_from(read_record(path), first, None, None))


@pytest.fixture(scope="module")
def secret() -> bytes:
    return secrets.token_bytes(32)


@pytest.fixture(scope="module")
def genuine(ledger_world, later, secret) -> str:
    """A credential on the ledger, anchored after the later checkpoint."""
    key = SigningKey.from_secret(secret).public_key
    (text,) = ledger_world.issue(ledger_world.shanghai, ledger_world.type(1), [CLAIMS], [key])
    return str(text)


@pytest.fixture
def world() -> World:
    return World(load_catalogue(), lambda: int(time.time()), time.sleep, secrets.token_bytes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "wallet"


Make = Callable[..., Wallet]


@pytest.fixture
def make(folder: Path, world: World, first, ledger_world) -> Make:
    """A wallet that trusts `network` (the first file unless told otherwise) and follows `sources` (the node)."""

    def made(*sources: str, network: NetworkFile | None = first) -> Wallet:
        trust = Trust(network, sources or (ledger_world.url,)) if network else None
        return Wallet.create(folder, PASSPHRASE, world, trust=trust, cost=COST)

    return made


def keep(wallet: Wallet, text: str, secret: bytes, held_id: str = "0badcafe", checked_at: int | None = 1) -> Held:
    return wallet._keep(Held(held_id, text, None, secret, 1, checked_at))


def again(wallet: Wallet, folder: Path) -> Wallet:
    """As another process finds it."""
    return Wallet.open(folder, PASSPHRASE, wallet._world)


def vault(folder: Path) -> bytes:
    return (folder / "wallet.vault").read_bytes()


# What may take the place of what.


def moved(network: NetworkFile, blocks: int, seconds: int, **changed: object) -> NetworkFile:
    at = network.checkpoint
    checkpoint = replace(at, number=at.number + blocks, time=at.time + seconds, hash=bytes(32))
    return replace(network, checkpoint=checkpoint, **changed)


def test_a_later_file_takes_the_place_and_the_sources_stay(first, later) -> None:
    found = renewal(Trust(first, (NOWHERE,)), later, ())
    assert found.after == Trust(later, (NOWHERE,))
    assert found.replaces_file
    assert f"becomes block {later.checkpoint.number}" in found.changes[0]
    assert found.changes[-1] == "all else is as it was"


def test_a_checkpoint_that_is_one_block_and_one_second_later_is_later(first) -> None:
    assert renewal(Trust(first, ()), moved(first, 1, 1), ()).replaces_file


@pytest.mark.parametrize(("blocks", "seconds"), [(0, 0), (0, 1), (1, 0), (1, -1), (-1, 1), (-1, -1)])
def test_a_checkpoint_that_is_not_later_in_both_is_refused(first, blocks: int, seconds: int) -> None:
    with pytest.raises(CheckpointNotLater) as raised:
        renewal(Trust(first, ()), moved(first, blocks, seconds), ())
    assert raised.value.code == "checkpoint_not_later"


def test_nobody_goes_back_to_the_file_before(first, later) -> None:
    with pytest.raises(CheckpointNotLater, match=f"block {first.checkpoint.number}"):
        renewal(Trust(later, ()), first, ())


OTHERS: dict[str, Callable[[NetworkFile], Any]] = {
    "name": lambda network: network.name + " ",
    "network_id": lambda network: bytes(32),
    "engine": lambda network: "qbft",
    "chain_id": lambda network: network.chain_id + 1,
    "journal": lambda network: replace(network.journal, slot=network.journal.slot + 1),
    "registries": lambda network: replace(network.registries, trust=bytes(20)),
    "from_block": lambda network: network.from_block + 1,
}


def test_every_member_but_the_checkpoint_is_tried() -> None:
    assert {each.name for each in fields(NetworkFile)} == {*OTHERS, "checkpoint"}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_that_differs_in_more_than_the_checkpoint_is_refused(first, name: str) -> None:
    with pytest.raises(AnotherNetwork, match=f"ANOTHER {name}") as raised:
        renewal(Trust(first, ()), moved(first, 1, 1, **{name: OTHERS[name](first)}), ())
    assert raised.value.code == "another_network"


def test_the_identical_file_is_no_change(first) -> None:
    found = renewal(Trust(first, (NOWHERE,)), replace(first), ())
    assert not found.replaces_file
    assert found.changes == ()


def test_a_wallet_without_a_network_file_may_be_given_any(first) -> None:
    found = renewal(None, first, [NOWHERE])
    assert found.after == Trust(first, (NOWHERE,))
    assert found.replaces_file
    assert first.name in found.changes[0]


def test_sources_alone_are_no_first_trust() -> None:
    with pytest.raises(NoNetworkFile) as raised:
        renewal(None, None, [NOWHERE])
    assert raised.value.code == "no_network_file"


def test_sources_take_the_place_of_all_and_their_passwords_are_not_told(first) -> None:
    found = renewal(Trust(first, (NOWHERE, NOWHERE)), None, ["http://name:word@192.0.2.1"])
    assert found.after == Trust(first, ("http://name:word@192.0.2.1",))
    assert not found.replaces_file
    assert found.changes == ("sources: http://192.0.2.1",)


@pytest.mark.parametrize("source", ["", "nonsense", "ftp://192.0.2.1", "http://", "mirror+http://192.0.2.1/file"])
def test_a_malformed_source_is_refused(make: Make, folder: Path, first, source: str) -> None:
    with pytest.raises(MalformedSource):
        renewal(Trust(first, ()), None, [NOWHERE, source])
    with pytest.raises(MalformedSource):
        make(source)
    assert not folder.exists()


def test_what_another_file_confirmed_is_not_checked_yet_and_nothing_else_changes(first, later) -> None:
    held = Held("aa01", "jwt~", b"s" * 16, b"k" * 32, 1, 2)
    under_way = Collection("aa02", "https://b", "c", None, "code", None, b"k" * 32, 1)
    contents = Contents(Trust(first, (NOWHERE,)), (held,), (under_way,))
    after = contents.trusting(Trust(later, ()))
    assert after == Contents(Trust(later, ()), (replace(held, checked_at=None),), (under_way,))
    assert contents.trusting(Trust(first, ())).held == (held,)
    assert replace(contents, trust=None).trusting(Trust(first, ())).held == after.held


# The wallet.


def test_it_is_saved_and_what_is_held_is_confirmed_anew(make: Make, folder: Path, later, genuine, secret) -> None:
    wallet = make()
    keep(wallet, genuine, secret)
    assert wallet.renew(later).replaces_file
    (held,) = again(wallet, folder).held
    assert held.checked_at is None
    with again(wallet, folder).replica() as replica:
        assert replica is not None
        assert replica.network == later
        assert wallet.check(held.id, replica).checked_at is not None
    assert again(wallet, folder).held[0].checked_at is not None


def test_what_the_replica_proved_by_the_file_before_confirms_nothing(
    make: Make, folder, later, genuine, secret
) -> None:
    """Nor where the ledger cannot be reached: it may have been the wrong side of a contradiction."""
    wallet = make()
    keep(wallet, genuine, secret, checked_at=None)
    with wallet.replica() as replica:
        assert wallet.check("0badcafe", replica).checked_at is not None
    wallet.renew(later, [NOWHERE])
    with wallet.replica() as replica:
        assert replica.accepted is None
        assert wallet.check("0badcafe", replica).checked_at is None


def test_the_replica_of_the_file_before_is_removed_and_nothing_else(make: Make, folder: Path, later) -> None:
    wallet = make()
    (folder / "replica.sqlite").touch()  # of a window, where somebody keeps both in one folder
    with wallet.replica(), again(wallet, folder).replica():
        again(wallet, folder).renew(later)  # another process has it open
    with again(wallet, folder).replica():
        pass
    assert {path.name for path in folder.glob("replica*")} == {
        "replica.sqlite",
        f"replica-{later.fingerprint[:16]}.sqlite",
    }


def test_a_replica_that_was_opened_before_confirms_nothing(make: Make, folder: Path, later, genuine, secret) -> None:
    wallet = make()
    keep(wallet, genuine, secret)
    with wallet.replica() as opened_before:
        again(wallet, folder).renew(later)
        assert wallet.check("0badcafe", opened_before).checked_at is None


@pytest.mark.parametrize("refused", ["another", "earlier", "malformed source"])
def test_what_is_refused_changes_nothing(make: Make, folder: Path, first, later, refused: str) -> None:
    wallet = make(network=later)
    before = vault(folder)
    network, sources = {
        "another": (replace(moved(later, 1, 1), name="another"), ()),
        "earlier": (first, ()),
        "malformed source": (moved(later, 1, 1), ["nonsense"]),
    }[refused]
    for act in (wallet.renewal, wallet.renew):
        with pytest.raises((TrustRefused, MalformedSource)):
            act(network, sources)
    assert vault(folder) == before
    assert wallet.trust == again(wallet, folder).trust
    assert wallet.trust.network == later


def test_the_identical_file_or_other_sources_leave_what_was_checked(make: Make, folder, first, genuine, secret) -> None:
    wallet = make()
    keep(wallet, genuine, secret)
    before = vault(folder)
    assert wallet.renew(replace(first)).changes == ()
    assert vault(folder) == before
    wallet.renew(sources=[NOWHERE])
    assert again(wallet, folder).trust == Trust(first, (NOWHERE,))
    assert again(wallet, folder).held[0].checked_at == 1


def test_what_is_decided_is_decided_by_what_is_on_disk(make: Make, folder: Path, first, later) -> None:
    wallet = make()
    assert wallet.renewal(moved(first, 1, 1)).changes
    again(wallet, folder).renew(later)
    with pytest.raises(CheckpointNotLater):
        wallet.renew(moved(first, 1, 1))


def test_a_wallet_without_a_network_file_has_no_replica_until_it_is_given_one(make: Make, first) -> None:
    wallet = make(network=None)
    with wallet.replica() as replica:
        assert replica is None
    wallet.renew(first)
    with wallet.replica() as replica:
        assert replica is not None


# The command.


def run(folder: Path, *words: object, typed: str | None = None) -> Result:
    environment = {"YINXIN_WALLET_PASSPHRASE": PASSPHRASE, "COLUMNS": "200"}
    arguments = ["--wallet", str(folder), *map(str, words)]
    return CliRunner().invoke(command, arguments, input=typed, env=environment)


def written(folder: Path, network: NetworkFile) -> Path:
    path = folder.with_name("given.json")
    path.write_bytes(serialise_network_file(network))
    return path


def test_it_shows_what_the_wallet_checks_by(make: Make, folder: Path, first) -> None:
    make("http://name:word@192.0.2.1", NOWHERE)
    told = run(folder, "network")
    assert told.exit_code == 0
    for words in (first.name, first.short_fingerprint, first.fingerprint, f"block {first.checkpoint.number}, 0 天"):
        assert words in told.output
    assert "good for a new replica until" in told.output
    assert "来源 source: http://192.0.2.1\n来源 source: " + NOWHERE in told.output
    assert "word" not in told.output


def test_it_says_where_there_is_no_network_file(make: Make, folder: Path) -> None:
    make(network=None)
    told = run(folder, "network")
    assert told.exit_code == 0
    assert "no network file" in told.output


def test_the_last_second_of_a_checkpoint_is_told(first) -> None:
    last = trusted_until(first)
    assert last == first.checkpoint.time + 180 * DAY
    assert "180 天 days old, 新副本可用至 good" in _age(first, last)
    assert "too old for a new replica since" in _age(first, last + 1)
    assert _age(first, first.checkpoint.time - 5).startswith("0 天")


@pytest.mark.parametrize("instant", [10**12, 2**53 - 1])
def test_a_file_from_beyond_the_calendar_is_shown_and_asked_about(make: Make, folder: Path, first, instant) -> None:
    make()
    beyond = replace(first.checkpoint, number=first.checkpoint.number + 1, time=instant)
    told = run(folder, "network", "--renew", written(folder, replace(first, checkpoint=beyond)), typed="n\n")
    assert told.exit_code == 1
    assert f"good for a new replica until {instant + 180 * DAY}" in told.output
    assert "换用 Use it?" in told.output


def test_renewing_tells_asks_saves_and_checks_everything_held(make, folder, later, genuine, secret) -> None:
    wallet = make()
    jwt, rest = genuine.split("~", 1)
    keep(wallet, genuine, secret)
    keep(wallet, f"{jwt[:-4]}{'BBBB' if jwt.endswith('AAAA') else 'AAAA'}~{rest}", secret, "bad0cafe")
    told = run(folder, "network", "--renew", written(folder, later), typed="y\n")
    assert told.exit_code == 1
    asked, _, done = told.output.partition("Use it?")
    for words in (later.short_fingerprint, later.fingerprint, f"becomes block {later.checkpoint.number}, "):
        assert words in asked
    assert "checked and kept: 0badcafe" in done
    assert "bad0cafe: the ledger does not confirm" in done
    assert "[credential_refused]" in done
    after = again(wallet, folder)
    assert after.trust.network == later
    assert {each.id: each.checked_at is None for each in after.held} == {"0badcafe": False, "bad0cafe": True}


def test_who_does_not_agree_keeps_the_file(make: Make, folder: Path, later) -> None:
    make()
    before = vault(folder)
    for typed in ("n\n", "\n", ""):
        told = run(folder, "network", "--renew", written(folder, later), typed=typed)
        assert told.exit_code == 1
        assert vault(folder) == before


def test_where_the_ledger_cannot_be_reached_resume_checks_later(make, folder, ledger_world, later, genuine, secret):
    wallet = make(NOWHERE)
    keep(wallet, genuine, secret)
    told = run(folder, "network", "--renew", written(folder, later), "--yes")
    assert told.exit_code == 0, told.output
    assert "Use it?" not in told.output
    assert "not yet checked by the ledger: 0badcafe" in told.output
    assert "尚未 not yet" in run(folder, "list").output
    again(wallet, folder).renew(sources=[ledger_world.url])
    assert "checked and kept: 0badcafe" in run(folder, "resume").output
    assert "已核验 yes" in run(folder, "list").output


def test_sources_are_replaced_and_what_was_not_checked_yet_is(make, folder, ledger_world, genuine, secret) -> None:
    wallet = make(NOWHERE)
    keep(wallet, genuine, secret, checked_at=None)
    told = run(folder, "network", "--source", ledger_world.url, "--source", NOWHERE, typed="y\n")
    assert told.exit_code == 0, told.output
    assert "Use these sources?" in told.output
    assert "checked and kept: 0badcafe" in told.output
    assert again(wallet, folder).trust.sources == (ledger_world.url, NOWHERE)


def test_the_identical_file_asks_nothing(make: Make, folder: Path, first) -> None:
    make()
    before = vault(folder)
    told = run(folder, "network", "--renew", written(folder, first))
    assert (told.exit_code, told.output.splitlines()[-1]) == (0, "没有变化 nothing changes")
    assert vault(folder) == before


def test_a_first_network_file_is_given(make: Make, folder: Path, ledger_world, first, genuine, secret) -> None:
    wallet = make(network=None)
    keep(wallet, genuine, secret, checked_at=None)
    told = run(folder, "network", "--renew", written(folder, first), "--source", ledger_world.url, "--yes")
    assert "first network file" in told.output
    assert "checked and kept: 0badcafe" in told.output
    assert again(wallet, folder).trust == Trust(first, (ledger_world.url,))


@pytest.mark.parametrize(
    ("octets", "words"),
    [(b"", "network file is wrong"), (b"{}", "format is missing"), (b"x" * 70_000, "at most 65536 octets")],
)
def test_a_malformed_file_is_a_clear_error_and_changes_nothing(make, folder: Path, octets: bytes, words: str) -> None:
    make()
    before, path = vault(folder), folder.with_name("given.json")
    path.write_bytes(octets)
    told = run(folder, "network", "--renew", path, "--yes")
    assert (told.exit_code, words in told.output) == (2, True)
    assert vault(folder) == before


@pytest.mark.parametrize(
    ("words", "status", "expected"),
    [
        (["--renew", "nowhere.json"], 2, "does not exist"),
        (["--renew", "/"], 2, "is a directory"),
        (["--source", "nonsense"], 2, "is not a source"),
        (["--renew", "GIVEN", "--source", "ftp://192.0.2.1"], 2, "is not a source"),
        (["--renew", "GIVEN"], 1, "[checkpoint_not_later]"),
    ],
)
def test_bad_input_is_a_clear_error_and_changes_nothing(
    make: Make, folder: Path, first, later, words: list[str], status: int, expected: str
) -> None:
    make(network=later)
    before, given = vault(folder), written(folder, first)
    told = run(folder, "network", *(given if word == "GIVEN" else word for word in words), "--yes")
    assert (told.exit_code, expected in told.output) == (status, True), told.output
    assert vault(folder) == before


@pytest.mark.parametrize(
    ("words", "status", "expected"),
    [(["--source", NOWHERE], 1, "[no_network_file]"), (["--network", "GIVEN", "--source", "x"], 2, "is not a source")],
)
def test_init_takes_no_sources_that_are_of_no_use(
    folder: Path, first, words: list[str], status: int, expected: str
) -> None:
    given = written(folder, first)
    told = run(folder, "init", *(given if word == "GIVEN" else word for word in words))
    assert (told.exit_code, expected in told.output) == (status, True), told.output
    assert not folder.exists()
