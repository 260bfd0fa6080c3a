"""From a bureau's CSV file to anchored paper credentials: a real node, a real service, everything over HTTP."""

from __future__ import annotations

import csv
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.process import running, yinxin
from credential import SigningKey, identifiers
from issuer.accounts import Role, add_officer
from issuer.desk_client import DeskClient
from issuer.settings import load_settings
from issuer.signing import load_key
from issuer.store import open_store
from ledger import Account, Administration, Registries, deploy, load_account, load_catalogue, serialise_network_file

LIMIT_SECONDS = 60.0
LIMIT_COUNT = 10_000
_SHANGHAI, _TYPE = 310000, 1
_CREDIT_CODE = "11310115000YX00012"
_PASSWORD = "for measuring only"  # noqa: S105 - of an account that lives for a minute


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of each step, in order."""

    count: int
    steps: tuple[tuple[str, float], ...]

    @property
    def seconds(self) -> float:
        return sum(seconds for _, seconds in self.steps)

    @property
    def within_limit(self) -> bool:
        return self.count > LIMIT_COUNT or self.seconds < LIMIT_SECONDS


def measure(url: str, folder: Path, count: int) -> Figures:
    """The two officers' procedure, each step timed."""
    file = folder / "licences.csv"
    _write_file(file, count)
    steps: list[tuple[str, float]] = []
    with DeskClient(url, "first", _PASSWORD) as first, DeskClient(url, "second", _PASSWORD) as second:
        run = _timed(steps)
        seen = run("read and check the file", lambda: first.upload(file, _TYPE))
        number = seen["id"]
        run("make drafts", lambda: first.post(f"/imports/{number}/confirm", {}))
        made = run("approve", lambda: second.post("/approvals", {"import_id": number}))
        run("seal and anchor", lambda: _seal(first, number))
    if len(made["certificates"]) != count:
        raise RuntimeError(f"{len(made['certificates'])} of {count} rows became certificates")
    return Figures(count, tuple(steps))


def _seal(desk: DeskClient, import_id: int) -> None:
    desk.post("/seals", {"import_id": import_id})
    while True:
        (queue,) = desk.get("/queue")["authorities"]
        if not queue["waiting_credentials"] and not queue["queued_batches"]:
            return
        time.sleep(0.05)


def _timed(steps: list[tuple[str, float]]) -> Callable[[str, Callable[[], Any]], Any]:
    def run(step: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        result = work()
        steps.append((step, time.perf_counter() - started))
        return result

    return run


def _write_file(file: Path, count: int) -> None:
    """Invented firms with valid codes, one a row."""
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        rows = csv.writer(target)
        rows.writerow(["名称", "统一社会信用代码", "类型", "法定代表人", "经营范围", "住所", "成立日期", "有效期至"])
        for serial in range(count):
            first = f"91310000MA{serial:07d}"
            code = first + identifiers.credit_check_character(first)
            scope = "一般项目：技术服务、技术开发、技术咨询、技术转让；软件开发；电子产品销售；广告制作。"
            place = f"上海市浦东新区试验路{serial}号"
            rows.writerow(
                [f"上海试验{serial}号软件有限公司", code, "有限责任公司", "顾明远", scope, place, "2024-03-18", "长期"]
            )


@contextmanager
def bureau(folder: Path) -> Iterator[str]:
    """The URL of a bureau's service in a process of its own, on a ledger of its own."""
    node = ["ledger", "node", "--data", str(folder / "node"), "--port", "0"]
    with running(node, folder / "node.json") as ledger_url:
        address = "http://127.0.0.1:1/bureau"
        init = ["issuer", "init", str(folder), "--number", "1", "--name", "上海市示例局", "--url", address]
        init += ["--credit-code", _CREDIT_CODE, "--type", str(_TYPE), "--ledger-url", ledger_url]
        subprocess.run(yinxin(init), check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        key = load_key(folder / "credential.pem", None)
        _register(ledger_url, folder, key, load_account(folder / "operator.json"), address)
        config = folder / "issuer.toml"
        _add_officers(config)
        serve = ["issuer", "serve", "--config", str(config), "--port", "0"]
        with running(serve, folder / "issuer.json") as url:
            yield url


def _register(ledger_url: str, folder: Path, key: SigningKey, operator: Account, address: str) -> None:
    """One account is council and region: who may do what is not what is measured."""
    council, since = Account.create(), int(time.time()) - 86_400
    network = deploy(ledger_url, council, "bench")
    (folder / "network.json").write_bytes(serialise_network_file(network))
    licence, calls = load_catalogue().types[_TYPE, 1], Registries(network)
    with Administration(ledger_url, council) as administration:
        administration.send_all(
            [
                calls.admit_region(_SHANGHAI, "上海市", council.address),
                calls.register_type(licence.number, licence.code, licence.version, licence.digest),
                calls.register_authority(_SHANGHAI, _CREDIT_CODE, "上海市示例局", address),
                calls.add_operator(1, operator.address),
                calls.add_key(1, key.kid, key.public_key.octets, since),
                calls.accredit(1, licence.number, since),
            ]
        )


def _add_officers(config: Path) -> None:
    engine = open_store(load_settings(config).database)
    with engine.begin() as connection:
        add_officer(connection, "first", _PASSWORD, [Role.DRAFTER], 1)
        add_officer(connection, "second", _PASSWORD, [Role.APPROVER], 1)
    engine.dispose()
