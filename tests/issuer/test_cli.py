"""The commands as people type them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from credential import dates
from issuer.cli import issuer
from issuer.settings import load_settings
from issuer.signing import load_key
from tests.issuer.desk import PASSWORD, business_licence, csv_of, make_certificate

INIT = [
    "--number",
    "1",
    "--name",
    '上海"示例"局',
    "--credit-code",
    "11310115000YX00012",
    "--url",
    "http://127.0.0.1:8001/a",
]


def run(*arguments: str, status: int = 0, typed: str | None = None, **environment: str):
    result = CliRunner().invoke(issuer, arguments, input=typed, env={"YINXIN_PASSWORD": PASSWORD, **environment})
    assert result.exit_code == status, result.output
    return result.output


def at(desk, officer: str, *arguments: object, status: int = 0) -> str:
    return run(*map(str, arguments), status=status, **environment_of(desk, officer))


def environment_of(desk, officer: str) -> dict[str, str]:
    return {"YINXIN_ISSUER_URL": str(desk.client.base_url), "YINXIN_OFFICER": officer}


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


@pytest.mark.parametrize(("path", "command"), list(commands(issuer, "yinxin issuer")))
def test_every_command_is_in_the_document_and_every_option_has_its_help(path, command):
    document = Path(__file__).parents[2] / "docs" / "issuer.md"
    assert path in document.read_text("utf-8")
    assert [each.name for each in command.params if isinstance(each, click.Option) and not each.help] == []


def test_init_makes_a_folder_that_serves_and_overwrites_nothing(tmp_path):
    told = run("init", str(tmp_path / "bureau"), *INIT, "--type", "1", "--type", "2")
    settings = load_settings(tmp_path / "bureau" / "issuer.toml")
    assert (settings.authorities[0].name, settings.authorities[0].types) == ('上海"示例"局', (1, 2))
    assert {line.split()[0] for line in told.splitlines()} == {"settings", "kid", "public", "operator"}
    for name in ("credential.pem", "operator.json"):
        assert (tmp_path / "bureau" / name).stat().st_mode & 0o077 == 0
    key = (tmp_path / "bureau" / "credential.pem").read_bytes()
    assert "set up already" in run("init", str(tmp_path / "bureau"), *INIT, "--type", "1", status=1)
    assert (tmp_path / "bureau" / "credential.pem").read_bytes() == key


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (["--url", "hello"], "url"),
        (["--credit-code", "11310115000YX00013"], "信用代码"),
        (["--type", "99"], "99"),
        (["--port", "70000"], "port"),
        (["--number", "0"], "number"),
    ],
)
def test_init_writes_nothing_that_would_be_refused(tmp_path, wrong, named):
    folder = tmp_path / "bureau"
    assert named in run("init", str(folder), *INIT, "--type", "1", *wrong, status=1)
    assert not folder.exists()
    run("init", str(folder), *INIT, "--type", "1")


def test_init_makes_what_the_region_registers(tmp_path):
    """The file that it names is what `yinxin ledger key add` reads: the public half of the key, and no more."""
    told = run("init", str(tmp_path), *INIT, "--type", "1")
    (named,) = (line.removeprefix("public key").strip() for line in told.splitlines() if line.startswith("public key"))
    public = Path(named).read_bytes()
    assert b"PRIVATE" not in public
    numbers = load_pem_public_key(public).public_numbers()
    made = load_key(tmp_path / "credential.pem", None).public_key
    assert numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big") == made.octets


def test_officers_are_added_and_listed(tmp_path):
    run("init", str(tmp_path), *INIT, "--type", "1")
    config = ["--config", str(tmp_path / "issuer.toml")]
    assert "drafter" in run("officer", "add", "李明", "--role", "drafter", "--authority", "1", *config)
    assert "there already" in run("officer", "add", "李明", "--role", "drafter", "--authority", "1", *config, status=1)
    assert "no authority 7" in run("officer", "add", "王芳", "--role", "drafter", "--authority", "7", *config, status=2)
    assert "李明" in run("officer", "list", *config)


def test_settings_that_do_not_fit_are_told_in_a_line(tmp_path):
    (tmp_path / "issuer.toml").write_text("port = 70000\n")
    told = run("serve", "--config", str(tmp_path / "issuer.toml"), status=1)
    assert "port" in told
    assert "authorities" in told
    assert "Traceback" not in told


def test_from_file_to_paper_on_the_command_line(desk, tmp_path):
    file, pdf = tmp_path / "licences.csv", tmp_path / "paper.pdf"
    file.write_bytes(csv_of([business_licence(1), business_licence(2)]))
    assert "previewed, 2 of 2 rows fit" in at(desk, "first", "import", file, "--type", 1)
    assert "confirmed" in at(desk, "first", "import", file, "--type", 1, "--confirm")
    assert "same_officer" in at(desk, "first", "approve", "--import", 1, status=1)
    assert "2 certificates" in at(desk, "second", "approve", "--import", 1)
    assert "anchored" in at(desk, "first", "seal", "--import", 1, "--wait")
    at(desk, "first", "paper", 1, "--out", pdf)
    assert pdf.read_bytes().startswith(b"%PDF")
    assert "0 refused" in at(desk, "first", "status")


def test_bad_rows_are_shown_with_row_column_value_and_reason(offline, tmp_path):
    file = tmp_path / "bad.csv"
    file.write_bytes(csv_of([business_licence(1, certificate_validate_start="31.12.99"), business_licence(2)]))
    told = at(offline, "first", "import", file, "--type", 1)
    assert "31.12.99" in told
    assert "1 of 2 rows fit" in told
    assert "rows_have_errors" in at(offline, "first", "import", file, "--type", 1, "--confirm", status=1)
    assert "confirmed" in at(offline, "first", "import", file, "--type", 1, "--confirm", "--leave-out-bad-rows")


def test_what_a_file_holds_is_shown_whole_and_as_it_is(offline, tmp_path):
    """No markup for the table, nothing cut, and nothing that a terminal obeys."""
    file, name = tmp_path / "bad.csv", "试验" * 60
    bad = {"certificate_holder_code": "[/bold]9131[red]:smile:", "legal_representative": "王\x1b[2J\u202e五"}
    bad["certificate_validate_start"] = f"{name}1999"
    file.write_bytes(csv_of([business_licence(1, **bad)]))
    told = at(offline, "first", "import", file, "--type", 1)
    for words in ("[/bold]9131[red]:smile:", "王\ufffd[2J\ufffd五", f"{name}1999", *bad):
        assert words.upper() in told.upper()
    for problem in offline.as_("first").get("/imports/1")["problems"]:
        assert f"{problem['reason_zh']} / {problem['reason']}" in told
    assert not set("\x1b\u202e…") & set(told)


def test_an_officer_may_be_called_as_he_is_called(tmp_path):
    run("init", str(tmp_path), *INIT, "--type", "1")
    config = ["--config", str(tmp_path / "issuer.toml")]
    for name in ("[/bold]李", "[red]明", "长" * 90):
        run("officer", "add", name, "--role", "drafter", "--authority", "1", *config)
        assert name in run("officer", "list", *config)


def test_acts_and_offers_on_the_command_line(offline, tmp_path):
    number = make_certificate(offline)
    identifier = offline.as_("first").get(f"/certificates/{number}")["claims"]["certificate_identifier"]
    png = tmp_path / "offer.png"
    assert "openid-credential-offer://" in at(offline, "first", "offer", number, "--png", png)
    assert png.read_bytes().startswith(b"\x89PNG")
    draft = [
        "act",
        "draft",
        "alter",
        number,
        "--reference",
        "沪试字〔2026〕1号",
        "--change",
        "法定代表人=[red]李四",
    ]
    assert "act 1 drafted" in at(offline, "first", *draft)
    assert "not_confirmed" in at(offline, "second", "act", "approve", 1, "--confirm", "yes", status=1)
    told = run("act", "approve", "1", typed=f"{identifier}\n", **environment_of(offline, "second"))
    shown, asked, done = told.partition("certificate identifier")
    day = dates.day_of(offline.as_("first").get("/acts/1")["effective"]).isoformat()
    words = ("alter 变更", f"certificate {number}", identifier, "沪试字〔2026〕1号", day)
    assert [each for each in (*words, "法定代表人", "王㽏𠮷", "[red]李四") if each not in shown] == []
    assert asked
    assert "act 1 is recorded" in done


def test_a_folder_that_is_not_there_is_told_before_an_offer_is_made(offline, tmp_path):
    from issuer.schema import offers

    number, nowhere = make_certificate(offline), tmp_path / "nowhere"
    assert f"no folder {nowhere}" in at(offline, "first", "offer", number, "--png", nowhere / "x.png", status=2)
    assert f"no folder {nowhere}" in at(offline, "first", "paper", 1, "--out", nowhere / "x.pdf", status=2)
    with offline.bureau.engine.begin() as connection:
        assert connection.execute(offers.select()).first() is None


def test_a_file_that_cannot_be_written_is_told(offline):
    assert "No space left" in at(offline, "first", "offer", make_certificate(offline), "--png", "/dev/full", status=1)


@pytest.mark.parametrize(("change", "status"), [("foobar", 2), ("=x", 2), ("nosuchfield=", 1), ("colour=red", 1)])
def test_a_slip_in_a_change_is_told(offline, change, status):
    draft = ["act", "draft", "alter", make_certificate(offline), "--reference", "x", "--change", "住所=甲路1号"]
    told = at(offline, "first", *draft, "--change", change, status=status)
    assert change.partition("=")[0] in told
    assert "row" not in told
    assert offline.as_("first").get("/acts") == []
    assert "twice" in at(offline, "first", *draft, "--change", "住所=乙路2号", status=2)


def test_a_wrong_password_and_an_absent_service_are_told(offline):
    environment = {"YINXIN_ISSUER_URL": str(offline.client.base_url), "YINXIN_OFFICER": "first"}
    told = run("status", status=1, **{**environment, "YINXIN_PASSWORD": "wrong password"})
    assert "wrong_login" in told
    told = run("status", status=1, **{**environment, "YINXIN_ISSUER_URL": "http://127.0.0.1:9"})
    assert "the service at http://127.0.0.1:9 cannot be reached: ConnectError" in told
    told = run("status", status=1, **{**environment, "YINXIN_ISSUER_URL": "http://me:secret@127.0.0.1:9/bureau"})
    assert "the service at http://127.0.0.1:9/bureau" in told
    assert "secret" not in told
    told = run("status", status=1, **{**environment, "YINXIN_ISSUER_URL": "http://me:secret@[::1"})
    assert "http://[::1 is no address of a service" in told
    assert "secret" not in told
    told = run("status", status=1, **{**environment, "YINXIN_ISSUER_URL": "http://a..b"})
    assert "the service at http://a..b cannot be reached" in told


@pytest.fixture
def offline_config(offline_settings, tmp_path):
    """The offline settings as a file."""
    (authority,) = offline_settings.authorities
    one = {**json.loads(authority.model_dump_json())}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in one.items()]
    urls = json.dumps(offline_settings.ledger_urls)
    head = [f'network = "{offline_settings.network}"', f"ledger_urls = {urls}", "port = 0", "", "[[authorities]]"]
    file = tmp_path / "issuer.toml"
    file.write_text("\n".join([*head, *lines]) + "\n", "utf-8")
    return file


def test_serve_names_the_port_that_is_taken(offline_config):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = run("serve", "--config", str(offline_config), "--port", str(port), status=1)
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in told
    assert "Errno" not in told


def test_serve_says_where_it_listens_runs_alone_and_ends_on_a_signal(offline_config, tmp_path):
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "yinxin", "issuer", "serve", "--config", str(offline_config)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*command, "--ready-file", str(ready)], **pipes, text=True) as first:
        try:
            give_up = time.monotonic() + 60
            while not ready.exists():
                assert first.poll() is None, first.stderr.read() if first.stderr else ""
                assert time.monotonic() < give_up
                time.sleep(0.05)
            assert json.loads(ready.read_text())["pid"] == first.pid
            other = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
            assert other.returncode == 1
            assert "another service is using issuer.db" in other.stderr
            # Once it answers, it is also ready for the signal; the file is there a moment earlier.
            assert httpx.get(f"{json.loads(ready.read_text())['url']}/health", timeout=60, trust_env=False).content
        finally:
            os.kill(first.pid, signal.SIGTERM)
        said, log = first.communicate(timeout=120)
    assert said == f"bureau ready at {json.loads(ready.read_text())['url']}\n"
    assert "Traceback" not in log
    assert "the ledger cannot be reached, acts are queued" in log
