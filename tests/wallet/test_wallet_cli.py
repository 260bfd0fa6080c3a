"""Whatever shell, folder or disk do to the commands: a message and an exit status, never a stack trace."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner, Result

from tests.servers import bare_server
from tests.small_disk import SmallDisk
from tests.wallet.wallet_samples import COST, PASSPHRASE
from wallet import Held, VaultUnusable, Wallet, World
from wallet.cli import wallet as command

ROOT = Path(__file__).parents[2]
NO_UTF_8 = os.fsdecode(b"\xff")


def run(folder: Path, *words: str, passphrase: str = PASSPHRASE) -> Result:
    return CliRunner().invoke(command, ["--wallet", str(folder), *words], env={"YINXIN_WALLET_PASSPHRASE": passphrase})


def started(folder: Path, *words: str, **options: object) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "yinxin", "wallet", "--wallet", str(folder), *words]
    environment = {**os.environ, "YINXIN_WALLET_PASSPHRASE": PASSPHRASE}
    return subprocess.Popen(line, cwd=ROOT, env=environment, stderr=subprocess.PIPE, **options)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize("words", [("init",), ("list",)])
def test_a_folder_that_cannot_be_one_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "file").touch()
    told = run(tmp_path / "file" / "wallet", *words)
    assert (told.exit_code, "[wallet_unusable]" in told.output) == (1, True), told.output


def test_a_file_that_is_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "wallet" / "wallet.vault").mkdir(parents=True)
    assert "[wallet_unusable]" in run(tmp_path / "wallet", "list").output


def test_on_a_full_disk_the_wallet_stays_as_it_was(tmp_path: Path, small_disk: SmallDisk, world: World) -> None:
    wallet = Wallet.create(small_disk.path / "wallet", PASSPHRASE, world, cost=COST)
    wallet._keep(Held("0badcafe", "jwt~", None, b"k" * 32, 1, None))
    with small_disk.full():
        told = run(small_disk.path / "wallet", "forget", "0badcafe", "--yes")
        assert (told.exit_code, "[wallet_unusable]" in told.output) == (1, True), told.output
        with pytest.raises(VaultUnusable, match="No space left"):
            Wallet.create(small_disk.path / "other", PASSPHRASE, world, cost=COST)
    assert run(small_disk.path / "wallet", "forget", "0badcafe", "--yes").exit_code == 0


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path, held: Held) -> None:
    told = run(tmp_path / "wallet", "show", held.id, "--png", str(tmp_path / "nowhere" / "code.png"))
    assert (told.exit_code, "code.png: No such file" in told.output) == (1, True), told.output


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["accept", f"openid-credential-offer://?credential_offer={NO_UTF_8}"], 1),
        (["accept", f"openid-credential-offer://?credential_offer_uri=https://{NO_UTF_8}/"], 1),
        (["accept", "openid-credential-offer://?", "--tx-code", NO_UTF_8], 2),
        (["network", "--source", f"file:///{NO_UTF_8}"], 2),
        (["show", NO_UTF_8], 1),
        (["show", "0badcafe", "--fields", NO_UTF_8], 1),
        (["list", "--passphrase", NO_UTF_8], 2),
    ],
)
def test_what_is_not_utf_8_is_told(tmp_path: Path, held: Held, words: list[str], status: int) -> None:
    told = run(tmp_path / "wallet", *words)
    assert (told.exit_code, type(told.exception)) == (status, SystemExit), told.output


def test_a_folder_s_name_does_not_speak_to_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Wallet, "create", lambda *_, **__: None)
    told = run(tmp_path / "\u202e", "init")
    assert (told.exit_code, "\u202e" in told.output) == (0, False), told.output


def test_without_a_home_the_folder_has_to_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    told = CliRunner().invoke(command, ["list"], env={"YINXIN_WALLET": None})
    assert (told.exit_code, "say with --wallet" in told.output) == (2, True), told.output
    assert "[no_wallet]" in run(tmp_path, "list").output


def test_nobody_reading_changes_nothing_about_what_is_done(tmp_path: Path, held: Held) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = started(tmp_path / "wallet", "forget", held.id, "--yes", stdout=writing)
    os.close(writing)
    assert (process.communicate()[1], process.returncode) == (b"", 0)
    assert held.id not in run(tmp_path / "wallet", "list").output


def test_output_for_which_there_is_no_room_is_told(tmp_path: Path, wallet: Wallet) -> None:
    with Path("/dev/full").open("wb") as full:
        process = started(tmp_path / "wallet", "list", stdout=full)
        told = process.communicate()[1]
    assert process.returncode != 0
    assert b"No space left" in told
    assert b"Traceback" not in told


@pytest.fixture
def not_in_the_background() -> Iterator[None]:
    """A program that a shell starts with & ignores Ctrl-C, and so does what it starts: these tests, too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("not_in_the_background")
def test_ctrl_c_while_an_issuer_is_waited_for_ends_the_command(tmp_path: Path, wallet: Wallet) -> None:
    asked = Event()

    def silent(connection: socket.socket, over: Event) -> None:
        connection.recv(65536)
        asked.set()
        over.wait()

    with bare_server(silent) as url:
        offer = f"openid-credential-offer://?credential_offer_uri={url}/offer"
        process = started(tmp_path / "wallet", "accept", offer, stdout=subprocess.DEVNULL)
        assert asked.wait(60)
        process.send_signal(signal.SIGINT)
        told = process.communicate()[1]
    assert (process.returncode, told.strip()) == (130, b"Aborted.")


def test_an_empty_passphrase_makes_no_wallet(tmp_path: Path) -> None:
    told = run(tmp_path / "wallet", "init", "--passphrase", "")
    assert (told.exit_code, "protects nothing" in told.output) == (2, True), told.output
    assert not (tmp_path / "wallet").exists()


def test_what_is_to_be_forgotten_is_named_before_it_is_asked_for(tmp_path: Path, held: Held) -> None:
    told = run(tmp_path / "wallet", "forget", "nothing")
    assert (told.exit_code, "[no_such_credential]" in told.output) == (1, True), told.output
    told = run(tmp_path / "wallet", "forget", held.id[:6])
    assert told.output.index(held.id) < told.output.index("Go on?")
    assert held.id in run(tmp_path / "wallet", "list").output
