"""`yinxin ledger pack` and `yinxin ledger mirror`, as people type them, on the embedded node."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from bench.mutations import altered
from credential import parse_certificate_type
from ledger import load_pack
from ledger.commands.pack import progress_bar
from ledger.mirror import MirrorFolder
from ledger.pack.sections import Tag
from tests.fixtures_ledger import ROOT, World
from tests.ledger.command_line import run
from tests.waiting import until


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def answers(*arguments: object) -> list[dict[str, Any]]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def refusal(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 1
    found: dict[str, Any] = json.loads(result.output)
    return found


@pytest.fixture
def where(ledger_world: World, tmp_path: Path) -> tuple[object, ...]:
    """Options of a replica that has just followed the node."""
    options = ("--network", ledger_world.network_path, "--replica", tmp_path / "maker.db")
    answers("replica", "follow", *options, "--source", ledger_world.url)
    return options


def test_from_a_node_to_a_stick_to_a_window(ledger_world: World, where: tuple[object, ...], tmp_path: Path) -> None:
    (made,) = answers("pack", "export", tmp_path / "all.pack", *where)
    assert made["types"] == 3
    network = ("--network", ledger_world.network_path)
    window = (*network, "--replica", tmp_path / "window.db")
    (loaded,) = answers("pack", "import", tmp_path / "all.pack", *window)
    assert loaded["new_events"] == made["events"] > 10
    ledger_world.anchor(ledger_world.shanghai, (b"\x21" * 32, 64))
    answers("replica", "follow", *where, "--source", ledger_world.url)
    (later,) = answers("pack", "export", tmp_path / "b.pack", *where, "--since-pack", tmp_path / "all.pack")
    assert later["from_event"] == made["events"]
    loaded, again = answers("pack", "import", tmp_path / "b.pack", tmp_path / "b.pack", *window)
    assert loaded["new_events"] == later["events"] - made["events"] == 1
    assert again["already_known"]
    (shown,) = answers("pack", "show", tmp_path / "b.pack", *network)
    assert shown["holds"]
    assert shown["kinds"] == {"BatchAnchored": 1}


def test_a_pack_s_name_is_told_as_it_is_and_harmless(
    ledger_world: World, where: tuple[object, ...], tmp_path: Path
) -> None:
    pack = tmp_path / "[bold]\x1b]0;x\x07:smile:.pack"
    answers("pack", "export", pack, *where)
    told = run(
        *("pack", "import", pack, "--network", ledger_world.network_path, "--replica", tmp_path / "window.db"),
    )
    assert told.exit_code == 0
    assert "/[bold]\ufffd]0;x\ufffd:smile:.pack: " in told.output
    assert not set("\x1b\x07") & set(told.output)


def test_a_bar_s_name_is_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("[/bold]\x1b]0;x\x07.pack", quiet=False) as on_progress:
        on_progress(1, 2)
    assert "[/bold]\ufffd]0;x\ufffd.pack" in screen.getvalue()


def test_show_says_what_is_in_it_and_whether_it_holds(
    ledger_world: World, own_world: World, where: tuple[object, ...], tmp_path: Path
) -> None:
    answers("pack", "export", tmp_path / "a.pack", *where)
    told = run("pack", "show", tmp_path / "a.pack")
    assert told.exit_code == 0
    assert "TypeRegistered" in told.output
    assert "营业执照" in told.output
    held = run("pack", "show", tmp_path / "a.pack", "--network", ledger_world.network_path)
    assert "holds against the network file" in held.output
    other = run("pack", "show", tmp_path / "a.pack", "--network", own_world.network_path)
    assert other.exit_code == 1
    assert "DOES NOT HOLD against the network file: This trust pack belongs to another network" in other.output
    assert other.output.rstrip().endswith("[OtherNetwork]")


def test_show_without_a_network_file_says_that_nothing_was_checked(
    ledger_world: World, where: tuple[object, ...], tmp_path: Path
) -> None:
    pack, network = tmp_path / "a.pack", ("--network", ledger_world.network_path)
    answers("pack", "export", pack, *where)
    assert run("pack", "show", pack).output.splitlines()[-1].startswith("NOTHING WAS CHECKED")
    assert "NOTHING WAS CHECKED" not in run("pack", "show", pack, *network).output
    assert [answers("pack", "show", pack, *options)[0]["checked"] for options in ((), network)] == [False, True]


def test_the_makers_fingerprint_is_marked_as_the_makers_word(
    ledger_world: World, where: tuple[object, ...], tmp_path: Path
) -> None:
    """Anybody can write another: the pack holds all the same."""
    pack = tmp_path / "a.pack"
    answers("pack", "export", pack, *where)
    mine = b"\xab" * 32
    pack.write_bytes(altered(pack.read_bytes(), Tag.SPAN, lambda span: span[:32] + mine + span[64:]))
    told = run("pack", "show", pack, "--network", ledger_world.network_path).output
    assert f"made with    {mine.hex()}, as its maker says; nothing proves it" in told
    assert "holds against the network file" in told


def test_each_refusal_has_its_name(
    ledger_world: World, own_world: World, where: tuple[object, ...], tmp_path: Path
) -> None:
    pack, cut, later = tmp_path / "a.pack", tmp_path / "cut.pack", tmp_path / "later.pack"
    answers("pack", "export", pack, *where)
    answers("pack", "export", tmp_path / "tail.pack", *where, "--since-event", 5)
    cut.write_bytes(pack.read_bytes()[:-40])
    later.write_bytes(pack.read_bytes().replace(b"yinxin-pack/1", b"yinxin-pack/2"))
    new = ("--network", ledger_world.network_path, "--replica", tmp_path / "new.db")
    other = ("--network", own_world.network_path, "--replica", tmp_path / "other.db")
    assert refusal("pack", "import", pack, *other)["error"] == "OtherNetwork"
    assert refusal("pack", "import", cut, *new)["error"] == "PackIncomplete"
    assert refusal("pack", "import", tmp_path / "tail.pack", *new)["error"] == "PackGap"
    assert refusal("pack", "import", later, *new)["error"] == "UnsupportedPack"
    assert refusal("pack", "import", ledger_world.network_path, *new)["error"] == "MalformedPack"
    time.sleep(1.1)
    ledger_world.anchor(ledger_world.shanghai, (b"\x22" * 32, 64))
    answers("replica", "follow", *where, "--source", ledger_world.url)
    assert refusal("pack", "import", pack, *where)["error"] == "PackStale"


def test_in_text_each_refusal_says_in_plain_words_what_kind_it_is(
    ledger_world: World, own_world: World, where: tuple[object, ...], tmp_path: Path
) -> None:
    pack, cut, later, large = (tmp_path / f"{name}.pack" for name in ("a", "cut", "later", "large"))
    tail = tmp_path / "tail.pack"
    answers("pack", "export", pack, *where)
    answers("pack", "export", tmp_path / "tail.pack", *where, "--since-event", 5)
    cut.write_bytes(pack.read_bytes()[:-40])
    later.write_bytes(pack.read_bytes().replace(b"yinxin-pack/1", b"yinxin-pack/2"))
    large.write_bytes(b"yinxin-pack/1\n\x01\xff\xff\xff\x7f")
    garbled = altered(pack.read_bytes(), Tag.PROOF, lambda proof: proof[:-1] + bytes([proof[-1] ^ 1]))
    (tmp_path / "garbled.pack").write_bytes(garbled)
    new = ("--network", ledger_world.network_path, "--replica", tmp_path / "new.db")
    other = ("--network", own_world.network_path, "--replica", tmp_path / "other.db")

    def told(path: Path, *options: object) -> str:
        result = run("pack", "import", path, *options)
        assert result.exit_code == 1
        return result.output

    assert re.search(r"cut.pack: This trust pack is incomplete, .*ends after \d+.*\[PackIncomplete\]", told(cut, *new))
    assert re.search(r"belongs to another network: .*\[OtherNetwork\]", told(pack, *other))
    assert re.search(r"in between is missing: .* event 5, known here are 0.*\[PackGap\]", told(tail, *new))
    assert re.search(r"of a later format .*yinxin-pack/2.*\[UnsupportedPack\]", told(later, *new))
    assert re.search(r"is too large, .*limit.*\[PackTooLarge\]", told(large, *new))
    assert re.search(r"no trust pack, or it is damaged: .*\[MalformedPack\]", told(ledger_world.network_path, *new))
    assert re.search(r"does not hold; .*\[ProofRefused\]", told(tmp_path / "garbled.pack", *new))
    shown = run("pack", "show", cut)
    assert shown.exit_code == 1
    assert "This trust pack is incomplete" in shown.output
    time.sleep(1.1)
    ledger_world.anchor(ledger_world.shanghai, (b"\x23" * 32, 64))
    answers("replica", "follow", *where, "--source", ledger_world.url)
    assert re.search(r"is stale, .*\[PackStale\]", told(pack, *where))


def test_a_new_replica_of_which_nothing_came_is_not_kept(
    ledger_world: World, own_world: World, where: tuple[object, ...], tmp_path: Path
) -> None:
    pack, cut, new = tmp_path / "a.pack", tmp_path / "cut.pack", tmp_path / "replicas" / "new.db"
    answers("pack", "export", pack, *where)
    cut.write_bytes(pack.read_bytes()[:-40])
    new.parent.mkdir()
    assert run("pack", "import", pack, "--network", own_world.network_path, "--replica", new).exit_code == 1
    assert run("pack", "import", cut, pack, "--network", ledger_world.network_path, "--replica", new).exit_code == 1
    assert not list(new.parent.iterdir())
    assert run("pack", "import", pack, cut, "--network", ledger_world.network_path, "--replica", new).exit_code == 1
    answers("pack", "export", tmp_path / "b.pack", "--network", ledger_world.network_path, "--replica", new)


def test_an_export_writes_over_nothing_unasked(where: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "a.pack").write_text("mine")
    assert "--replace" in run("pack", "export", tmp_path / "a.pack", *where).output
    assert (tmp_path / "a.pack").read_text() == "mine"
    assert run("pack", "export", tmp_path / "a.pack", *where, "--replace").exit_code == 0


def test_since_a_pack_and_since_an_event_do_not_go_together(where: tuple[object, ...], tmp_path: Path) -> None:
    answers("pack", "export", tmp_path / "a.pack", *where)
    both = ("--since-pack", tmp_path / "a.pack", "--since-event", 1)
    assert run("pack", "export", tmp_path / "b.pack", *where, *both).exit_code == 2


def test_a_type_file_that_is_none_is_refused(where: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text("{}")
    told = run("pack", "export", tmp_path / "a.pack", *where, "--type", tmp_path / "t.json")
    assert told.exit_code == 1
    assert "is not a certificate type" in told.output


def test_a_mirror_is_written_served_and_followed(ledger_world: World, tmp_path: Path) -> None:
    maker = ("--network", ledger_world.network_path, "--replica", tmp_path / "maker.db")
    (made,) = answers("mirror", "write", tmp_path / "mirror", *maker, "--source", ledger_world.url)
    assert made["written"] == 1
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "yinxin", "ledger", "mirror", "serve", str(tmp_path / "mirror"), "--port", "0"]
    with subprocess.Popen([*command, "--ready-file", str(ready)], cwd=ROOT, stdout=subprocess.DEVNULL) as server:
        try:
            until(ready.exists, "the mirror's server")
            window = ("--network", ledger_world.network_path, "--replica", tmp_path / "window.db")
            url = f"mirror+{json.loads(ready.read_text())['url']}/"
            (followed,) = answers("replica", "follow", *window, "--source", url)
            assert (followed["block"], followed["as_of"]) == (made["block"], made["as_of"])
        finally:
            server.terminate()
    (again,) = answers("mirror", "write", tmp_path / "mirror", *maker)
    assert again["packs"] is None


@pytest.mark.parametrize(
    ("host", "said"),
    [("127.0.0.1", "; windows name it mirror+http://127.0.0.1:"), ("0.0.0.0", None), ("::", None)],
)
def test_a_mirror_names_no_address_that_nobody_can_reach(
    where: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, said: str | None
) -> None:
    run("mirror", "write", tmp_path / "mirror", *where)
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **__: None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    told = run("mirror", "serve", tmp_path / "mirror", "--host", host, "--port", 0)
    assert told.output.startswith("mirror ready at http://"), told.output
    assert said in told.output if said else "windows name it" not in told.output


def test_a_second_writer_of_a_mirror_is_told_that_there_is_one(where: tuple[object, ...], tmp_path: Path) -> None:
    with MirrorFolder(tmp_path / "mirror", {}):
        for options in ((), ("--every", "1")):
            told = run("mirror", "write", tmp_path / "mirror", *where, *options)
            assert told.exit_code == 1
            assert "another process writes the mirror" in told.output
    assert run("mirror", "write", tmp_path / "mirror", *where, "--keep", "59").exit_code == 2
    assert run("mirror", "write", tmp_path / "mirror", *where, "--keep", "60").exit_code == 0


def test_a_folder_that_is_no_mirror_is_not_served(ledger_world: World, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    serve = ("mirror", "serve", tmp_path, "--port", "0", "--ready-file", ready)
    told = run(*serve)
    assert (told.exit_code, "ready at" in told.output) == (1, False)
    assert f"{tmp_path} has no manifest.json" in told.output
    (tmp_path / "manifest.json").write_bytes(ledger_world.network_path.read_bytes())
    told = run(*serve)
    assert (told.exit_code, "ready at" in told.output) == (1, False)
    assert "is no mirror that can be served: the mirror's manifest is of no known format" in told.output
    assert not ready.exists()


def test_help_names_all_kinds_of_sources() -> None:
    for command in (("replica", "follow"), ("mirror", "write")):
        told = " ".join(run(*command, "--help").output.split())
        for form in ("http(s)://", "mirror+http(s)://", "file:///"):
            assert form in told


def test_a_source_that_is_not_used_is_told_once(
    ledger_world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    where = ("--network", ledger_world.network_path, "--replica", tmp_path / "r.db")
    gone, node = ("--source", (tmp_path / "gone").as_uri()), ("--source", ledger_world.url)
    for command in (("replica", "follow"), ("mirror", "write", tmp_path / "mirror")):
        for sources, status in ((gone, 1), ((*gone, *node), 0)):
            told = run(*command, *where, *sources)
            assert (told.exit_code, told.output.count("NodeUnavailable")) == (status, 1)
    assert "not used" not in caplog.text


def test_a_window_uses_a_type_that_its_program_lacks(own_world: World, tmp_path: Path) -> None:
    """The business licence's second version: nobody has it installed; the ledger has its digest, the pack its file."""
    installed = (ROOT / "credential/types/business_licence.json").read_bytes()
    newer = tmp_path / "newer.json"
    newer.write_bytes(installed.replace(b"11100000MB0YX0001Q001:1", b"11100000MB0YX0001Q001:2"))
    made = parse_certificate_type(newer.read_bytes())
    own_world.send(own_world.council, own_world.registries.register_type(made.number, made.code, 2, made.digest))
    where = ("--network", own_world.network_path, "--replica", tmp_path / "maker.db")
    answers("replica", "follow", *where, "--source", own_world.url)
    answers("pack", "export", tmp_path / "without.pack", *where)
    (told,) = answers("pack", "export", tmp_path / "with.pack", *where, "--type", newer)
    assert told["types"] == 4
    for pack, known in (("without.pack", None), ("with.pack", made)):
        with own_world.replica(tmp_path / f"{pack}.db") as window:
            load_pack(window, tmp_path / pack, int(time.time()))
            assert window.catalogue().types.get((made.number, 2)) == known
    (again,) = answers(
        "pack",
        "export",
        tmp_path / "on.pack",
        "--network",
        own_world.network_path,
        "--replica",
        tmp_path / "with.pack.db",
    )
    assert again["types"] == 4
