"""Collecting from the real bureau: checked before kept, resumed after any loss, never a second credential."""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
import zxingcpp
from PIL import Image

from credential import identifiers, parse_presented
from issuer.accounts import Role, add_officer
from issuer.store import open_store
from ledger import load_catalogue, save_account
from scripts.ports import free_port
from tests.issuer.desk import PASSWORD, business_licence, csv_of, make_key_file
from tests.wallet.wallet_samples import COST, PASSPHRASE
from wallet import Collection, Held, IssuerClient, IssuerRefused, IssuerUnreachable, TokenRefused, Wallet, World

ROOT = Path(__file__).parents[2]
CERTIFICATES = 40


@dataclass
class Desk:
    """The bureau's service in a process of its own, with approved certificates waiting for their holders."""

    url: str
    officer: httpx.Client
    certificates: list[int]

    def offer(self) -> tuple[int, dict[str, str]]:
        certificate = self.certificates.pop()
        answer = self.officer.post(f"/certificates/{certificate}/offers")
        assert answer.status_code == 201, answer.text
        return certificate, answer.json()

    def made(self, certificate: int) -> int:
        """How many wallet credentials the bureau has made for a certificate."""
        credentials = self.officer.get(f"/certificates/{certificate}").json()["credentials"]
        return len([each for each in credentials if each["form"] == "wallet"])


def write_bureau(folder: Path, world: object, port: int) -> Path:
    first = "11310000MB9900001"
    code = first + identifiers.credit_check_character(first)
    authority = world.add_authority(310000, code, "上海市试验局（领取）", f"http://127.0.0.1:{port}/samr")
    make_key_file(folder / "credential.pem", authority.key)
    save_account(authority.operator, folder / "operator.json")
    config = folder / "issuer.toml"
    config.write_text(
        f'network = "{world.network_path}"\nledger_urls = ["{world.url}"]\nport = {port}\n'
        "wallet_batch_seconds = 0.1\nworker_seconds = 0.05\nwallet_wait_seconds = 0\ndeferred_interval_seconds = 1\n"
        f'[[authorities]]\nnumber = {authority.number}\nname = "{authority.name}"\ncredit_code = "{code}"\n'
        f'url = "{authority.url}"\nkey = "credential.pem"\noperator = "operator.json"\ntypes = [1]\n',
        "utf-8",
    )
    engine = open_store(folder / "issuer.db")
    with engine.begin() as connection:
        for name in ("first", "second"):
            add_officer(connection, name, PASSWORD, [Role.DRAFTER, Role.APPROVER], authority.number)
    engine.dispose()
    return config


def logged_in(url: str, name: str) -> httpx.Client:
    token = httpx.post(f"{url}/sessions", json={"name": name, "password": PASSWORD}, timeout=60).json()["token"]
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def patient(transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """What asks the bureau, which is honest and may be slow."""
    return httpx.Client(transport=transport, timeout=60)


@pytest.fixture(scope="module")
def desk(ledger_world, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder, port = tmp_path_factory.mktemp("bureau"), free_port()
    config, ready = write_bureau(folder, ledger_world, port), folder / "ready"
    command = [sys.executable, "-m", "yinxin", "issuer", "serve", "--config", str(config), "--ready-file", str(ready)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    while not ready.exists():
        assert process.poll() is None, (folder / "log").read_text()
        time.sleep(0.05)
    url = f"http://127.0.0.1:{port}"
    with logged_in(url, "first") as first, logged_in(url, "second") as second:
        file = csv_of([business_licence(serial) for serial in range(1, CERTIFICATES + 1)])
        taken = first.post("/imports", data={"type_number": 1}, files={"file": ("file.csv", file)}).json()
        first.post(f"/imports/{taken['id']}/confirm", json={})
        approved = second.post("/approvals", json={"import_id": taken["id"]}).json()
        yield Desk(url, first, approved["certificates"])
    process.terminate()
    process.wait(120)


@pytest.fixture
def mine(tmp_path: Path) -> Wallet:
    world = World(load_catalogue(), lambda: int(time.time()), time.sleep, secrets.token_bytes)
    return Wallet.create(tmp_path / "wallet", PASSPHRASE, world, cost=COST)


def asked_once(wallet: Wallet, offer: dict[str, str], http: httpx.Client) -> Collection:
    """Its collection after the bureau's first answer: by this clock no time passes in which to ask again."""
    now = int(time.time())
    hasty = Wallet(wallet._vault, replace(wallet._world, clock=lambda: now))
    waiting = hasty.accept(offer["by_value"], offer["tx_code"], IssuerClient(http), None, 0)
    assert isinstance(waiting, Collection)
    return waiting


class Losing(httpx.HTTPTransport):
    """Loses one call: before it is sent, or (`stored`) its answer, which the issuer has acted on."""

    def __init__(self, lost: int, *, stored: bool) -> None:
        super().__init__()
        self.lost, self.stored, self.calls = lost, stored, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if self.calls == self.lost and not self.stored:
            raise httpx.ConnectError("lost before it was sent")
        answer = super().handle_request(request)
        if self.calls == self.lost:
            answer.read()
            answer.close()
            raise httpx.ReadTimeout("the answer was lost")
        return answer


def test_what_is_offered_by_value_is_collected_checked_and_kept(desk, mine, ledger_world, tmp_path: Path) -> None:
    certificate, offer = desk.offer()
    with patient() as http, ledger_world.replica(tmp_path / "replica.sqlite") as replica:
        held = mine.accept(offer["by_value"], offer["tx_code"], IssuerClient(http), replica, 60)
    assert isinstance(held, Held)
    assert held.checked_at is not None
    assert mine.collections == ()
    assert held.seed is not None
    assert desk.made(certificate) == 1
    names = {each.name for each in parse_presented(mine.show(held.id).qr_text, load_catalogue()).disclosures}
    assert names == {"certificate_holder_name", "certificate_validate_start", "certificate_validate_end"}


def test_without_the_ledger_it_is_kept_as_not_yet_checked(desk, mine, ledger_world, tmp_path: Path) -> None:
    _, offer = desk.offer()
    path = tmp_path / "replica.sqlite"
    with patient() as http, ledger_world.replica(path, "http://127.0.0.1:9") as unreachable:
        held = mine.accept(offer["by_reference"], offer["tx_code"], IssuerClient(http), unreachable, 60)
    assert held.checked_at is None
    with ledger_world.replica(path) as replica:
        assert mine.check(held.id, replica).checked_at is not None
    assert mine.find(held.id).checked_at is not None


class Answering(httpx.HTTPTransport):
    """Answers questions for a token in the issuer's place."""

    def __init__(self, status: int, content: bytes) -> None:
        super().__init__()
        self.status, self.content = status, content

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(self.status, stream=httpx.ByteStream(self.content))
        return super().handle_request(request)


def wrong_code(offer: dict[str, str]) -> str:
    return f"{(int(offer['tx_code']) + 1) % 10**6:06d}"


def with_dead_token(wallet: Wallet, collection: Collection, token: str | None = "over") -> None:
    wallet._save(wallet._contents.with_collection(replace(collection, access_token=token)))


def test_a_wrong_transaction_code_collects_nothing_and_is_sent_once(desk, mine) -> None:
    certificate, offer = desk.offer()
    with patient() as http:
        with pytest.raises(TokenRefused, match=r"invalid_grant.*nothing is kept: accept it again with the right code"):
            mine.accept(offer["by_value"], wrong_code(offer), IssuerClient(http), None, 60)
        assert (mine.held, mine.collections) == ((), ())
        assert desk.made(certificate) == 0
        assert isinstance(mine.accept(offer["by_value"], offer["tx_code"], IssuerClient(http), None, 60), Held)
    assert mine.collections == ()
    assert desk.made(certificate) == 1


@pytest.mark.parametrize("stored", [False, True], ids=["failed-not-stored", "failed-but-stored"])
def test_a_wrong_code_whose_answer_was_lost_is_replaced_by_the_right_one(desk, mine, stored: bool) -> None:
    certificate, offer = desk.offer()
    with patient(Losing(3, stored=stored)) as http, pytest.raises(IssuerUnreachable):
        mine.accept(offer["by_value"], wrong_code(offer), IssuerClient(http), None, 60)
    (begun,) = mine.collections
    with patient() as http:
        held = mine.accept(offer["by_reference"], offer["tx_code"], IssuerClient(http), None, 60)
    assert isinstance(held, Held)
    assert held.holder_secret == begun.holder_secret
    assert mine.collections == ()
    assert desk.made(certificate) == 1


def test_a_wrong_code_whose_answer_was_lost_is_erased_when_it_is_refused(desk, mine) -> None:
    _, offer = desk.offer()
    with patient(Losing(3, stored=False)) as http, pytest.raises(IssuerUnreachable):
        mine.accept(offer["by_value"], wrong_code(offer), IssuerClient(http), None, 60)
    (begun,) = mine.collections
    with patient() as http, pytest.raises(TokenRefused):
        mine.resume(begun.id, IssuerClient(http), None, 60)
    assert mine.collections == ()


def test_an_offer_under_way_that_is_accepted_again_goes_on_with_its_key(desk, mine) -> None:
    certificate, offer = desk.offer()
    with patient() as http:
        waiting = asked_once(mine, offer, http)
        held = mine.accept(offer["by_value"], wrong_code(offer), IssuerClient(http), None, 60)
    assert isinstance(held, Held)
    assert held.holder_secret == waiting.holder_secret
    assert mine.collections == ()
    assert desk.made(certificate) == 1


@pytest.mark.parametrize(
    ("status", "content"),
    [(503, b""), (429, b'{"error":"invalid_request"}'), (400, b'{"error":"slow_down"}'), (404, b"<html>")],
)
def test_an_answer_that_may_be_another_one_tomorrow_leaves_it_to_be_resumed(
    desk, mine, status: int, content: bytes
) -> None:
    _, offer = desk.offer()
    with patient(Answering(status, content)) as http, pytest.raises(IssuerRefused) as refused:
        mine.accept(offer["by_value"], offer["tx_code"], IssuerClient(http), None, 60)
    assert not isinstance(refused.value, TokenRefused)
    (begun,) = mine.collections
    with patient() as http:
        assert isinstance(mine.resume(begun.id, IssuerClient(http), None, 60), Held)


def test_a_token_that_died_is_fetched_anew(desk, mine) -> None:
    certificate, offer = desk.offer()
    with patient() as http:
        waiting = asked_once(mine, offer, http)
        with_dead_token(mine, waiting)
        assert isinstance(mine.resume(waiting.id, IssuerClient(http), None, 60), Held)
    assert desk.made(certificate) == 1


@pytest.mark.parametrize("token", ["over", None])
def test_a_key_for_which_something_may_have_been_issued_is_not_erased_by_a_refusal(desk, mine, token) -> None:
    """Earlier versions saved that a token had died by leaving it out."""
    certificate, offer = desk.offer()
    with patient() as http:
        waiting = asked_once(mine, offer, http)
        assert waiting.transaction_id is not None
        with_dead_token(mine, waiting, token)
        assert desk.officer.delete(f"/certificates/{certificate}/offers/{offer['id']}").status_code == 204
        for _ in range(2):
            with pytest.raises(IssuerRefused, match=r"invalid_grant.*forget what was begun") as refused:
                mine.resume(waiting.id, IssuerClient(http), None, 60)
            assert not isinstance(refused.value, TokenRefused)
    (kept,) = mine.collections
    assert kept.holder_secret == waiting.holder_secret


def test_what_takes_long_is_resumed_later_by_another_process(desk, mine, tmp_path: Path) -> None:
    certificate, offer = desk.offer()
    with patient() as http:
        waiting = asked_once(mine, offer, http)
        later = Wallet.open(tmp_path / "wallet", PASSPHRASE, mine._world)
        assert isinstance(later.resume(waiting.id, IssuerClient(http), None, 60), Held)
    assert later.collections == ()
    assert desk.made(certificate) == 1


@pytest.mark.parametrize("stored", [False, True], ids=["failed-not-stored", "failed-but-stored"])
@pytest.mark.parametrize("lost", [1, 2, 3, 4, 5, 6])
def test_any_lost_answer_is_made_up_for_without_a_second_credential(
    desk, mine, tmp_path: Path, lost: int, stored: bool
) -> None:
    certificate, offer = desk.offer()
    with patient(Losing(lost, stored=stored)) as http, pytest.raises(IssuerUnreachable):
        mine.accept(offer["by_value"], offer["tx_code"], IssuerClient(http), None, 60)
    again = Wallet.open(tmp_path / "wallet", PASSPHRASE, mine._world)
    (collection,) = again.collections
    with patient() as http:
        assert isinstance(again.resume(collection.id, IssuerClient(http), None, 60), Held)
    assert len(again.held) == 1
    assert desk.made(certificate) == 1


def run(folder: Path, *words: object, kill_after: float | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "yinxin", "wallet", "--wallet", str(folder), *map(str, words)]
    environment = {**os.environ, "YINXIN_WALLET_PASSPHRASE": PASSPHRASE, "COLUMNS": "200"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    try:
        out, err = process.communicate(timeout=kill_after or 120)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        out, err = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, out.decode(), err.decode())


def test_the_commands_from_offer_to_code_to_oblivion(desk, ledger_world, tmp_path: Path) -> None:
    folder, (certificate, offer) = tmp_path / "w", desk.offer()
    assert run(folder, "list").returncode == 1
    assert run(folder, "init", "--network", ledger_world.network_path, "--source", ledger_world.url).returncode == 0
    assert "[wallet_exists]" in run(folder, "init").stderr
    accepted = run(folder, "accept", offer["by_reference"], "--tx-code", offer["tx_code"])
    assert "已核验并收下" in accepted.stdout, accepted.stderr
    held_id = accepted.stdout.split()[-1]
    listed = run(folder, "list").stdout
    assert held_id in listed
    assert "营业执照" in listed
    shown = run(folder, "show", held_id, "--png", tmp_path / "code.png", "--fields", "名称,经营范围")
    assert "有效至" in shown.stdout, shown.stderr
    (code,) = zxingcpp.read_barcodes(Image.open(tmp_path / "code.png"), formats=zxingcpp.BarcodeFormat.QRCode)
    names = {each.name for each in parse_presented(code.text, load_catalogue()).disclosures}
    assert names == {"certificate_holder_name", "business_scope"}
    assert "█" in run(folder, "show", held_id).stdout
    assert run(folder, "forget", held_id).returncode == 130
    assert run(folder, "forget", held_id, "--yes").returncode == 0
    assert held_id not in run(folder, "list").stdout
    assert desk.made(certificate) == 1
    again = run(folder, "accept", offer["by_reference"], "--tx-code", offer["tx_code"])
    assert again.returncode == 1
    assert "Traceback" not in again.stderr


def test_the_command_forgets_a_mistyped_code_and_takes_the_right_one(desk, tmp_path: Path) -> None:
    folder, (certificate, offer) = tmp_path / "w", desk.offer()
    run(folder, "init")
    mistyped = run(folder, "accept", offer["by_reference"], "--tx-code", wrong_code(offer))
    assert mistyped.returncode == 1
    assert "accept it again with the right code" in mistyped.stderr
    assert "[token_refused]" in mistyped.stderr
    assert "being collected" not in run(folder, "list").stdout
    for _ in range(5):  # as many as the bureau allows tries
        assert run(folder, "resume").returncode == 0
    accepted = run(folder, "accept", offer["by_reference"], "--tx-code", offer["tx_code"])
    assert (accepted.returncode, accepted.stderr) == (0, "")
    assert desk.made(certificate) == 1


@pytest.mark.slow
def test_killed_at_random_moments_it_ends_with_one_credential(desk, ledger_world, tmp_path: Path) -> None:
    folder, (certificate, offer) = tmp_path / "w", desk.offer()
    run(folder, "init", "--network", ledger_world.network_path, "--source", ledger_world.url)
    words: tuple[object, ...] = ("accept", offer["by_value"], "--tx-code", offer["tx_code"])
    for _ in range(8):
        run(folder, *words, kill_after=random.uniform(0.8, 2.5))
        begun = run(folder, "list").stdout
        if "being collected" in begun or "营业执照" in begun:
            words = ("resume",)
    ended = run(folder, *words)
    assert ended.returncode == 0, ended.stderr
    assert "being collected" not in run(folder, "list").stdout
    assert run(folder, "list").stdout.count("营业执照") == 1
    assert desk.made(certificate) == 1
