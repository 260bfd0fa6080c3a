"""The scene: the demo's folder, its settings files, and which process plays which part."""

from __future__ import annotations

import itertools
import json
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from credential import base64url
from ledger import Account, NetworkFile, Rpc, serialise_network_file
from scripts.ports import free_port
from scripts.story.bureau_desk import Officer
from scripts.story.processes import Processes, yinxin
from scripts.story.setting import (
    ANHUI,
    BUSINESS_LICENCE,
    DRIVING_LICENCE,
    FOOD_PERMIT,
    GUANGDONG,
    SHANGHAI,
    SICHUAN,
    Bureau,
    admit,
    found_network,
)
from scripts.story.window_desk import Window

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
SHANGHAI_BUREAU, ANHUI_BUREAU = "bureau-shanghai", "bureau-anhui"
_BUREAUS = {
    SHANGHAI_BUREAU: (
        SHANGHAI,
        "上海市示范市场监督管理局",
        "11310000MAEB4T0F67",
        (BUSINESS_LICENCE, FOOD_PERMIT),
    ),
    ANHUI_BUREAU: (ANHUI, "安徽省示范交通管理局", "11340000MAU2HK1B7K", (DRIVING_LICENCE,)),
}
_HEARTBEAT_SECONDS = 2
_FOLLOW_SECONDS = 1


@dataclass
class Scene:
    """Everything the chapters touch. Lifetimes are shortened by settings alone: no service has a clock hook."""

    folder: Path
    processes: Processes
    live_seconds: int = 2
    strict_facts_seconds: int = 15
    node_port: int = field(default_factory=free_port)
    network: NetworkFile = field(init=False)
    _council: Account = field(init=False, repr=False)
    officers: dict[str, tuple[Officer, Officer]] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)

    @property
    def node_url(self) -> str:
        return f"http://127.0.0.1:{self.node_port}"

    @property
    def network_file(self) -> Path:
        return self.folder / "network.json"

    @property
    def bureaus(self) -> list[str]:
        return list(_BUREAUS)

    @property
    def guangdong(self) -> Window:
        return self.windows["guangdong"]

    @property
    def neighbour(self) -> Window:
        """A second window in Guangdong, with the first one's store."""
        return self.windows["guangdong-neighbour"]

    @property
    def impatient(self) -> Window:
        """A window where live codes live for two seconds."""
        return self.windows["guangdong-impatient"]

    @property
    def strict(self) -> Window:
        """A window that wants facts of the last few seconds."""
        return self.windows["guangdong-strict"]

    @property
    def sichuan(self) -> Window:
        return self.windows["sichuan"]

    def start_node(self) -> None:
        words = ("ledger", "node", "--data", self.folder / "node", "--port", self.node_port)
        self.processes.start("node", self.node_url, *words, "--heartbeat-seconds", _HEARTBEAT_SECONDS)

    def open_network(self, say: Callable[[str], None]) -> None:
        self.start_node()
        say(f"embedded node at {self.node_url}")
        self.network, self._council = found_network(self.node_url, self.folder, lambda call: say(call.purpose))
        self.network_file.write_bytes(serialise_network_file(self.network))

    def open_bureaus(self, say: Callable[[str], None]) -> None:
        """Keys first, then their registration, then the services: a bureau is admitted before it opens."""
        with ThreadPoolExecutor() as pool:
            registered = list(pool.map(self._prepare_bureau, _BUREAUS, itertools.count(1)))
        admit(self.node_url, self.network, self._council, registered, self.folder)
        say("four regions, three types, two authorities, three agreements are on the chain")
        with ThreadPoolExecutor() as pool:
            self.officers.update(zip(_BUREAUS, pool.map(self._open_bureau, _BUREAUS, registered), strict=True))
        for bureau in registered:
            say(f"{bureau.name} at {bureau.url}")

    def open_windows(self, say: Callable[[str], None]) -> None:
        """All at once: a window takes a second or two to start."""
        shared = "guangdong-store.sqlite"
        self._launch_window("guangdong", "广东第一窗口", store=shared)
        self._launch_window("guangdong-neighbour", "广东第二窗口", store=shared)
        self._launch_window(
            "guangdong-impatient", "广东（动态码 2 秒）", live_seconds=self.live_seconds, skew_seconds=0
        )
        self._launch_window("guangdong-strict", "广东（事实限 15 秒）", max_facts_age_seconds=self.strict_facts_seconds)
        self._launch_window("sichuan", "四川窗口", region=SICHUAN)
        newest = latest_block(self.node_url)
        for name, window in self.windows.items():
            self.processes.wait_for(name)
            window.wait_until_it_knows(newest)
            say(f"{window.name} at {window.url}")

    def open_window(self, name: str, title: str, **settings: object) -> Window:
        self._launch_window(name, title, **settings)
        self.processes.wait_for(name)
        return self.windows[name]

    def _launch_window(self, name: str, title: str, **settings: object) -> None:
        """A window with a replica of its own; `settings` go before the demo's usual ones."""
        port = free_port()
        usual = {
            "name": title,
            "region": GUANGDONG,
            "network_file": self.network_file.name,
            "sources": [self.node_url],
            "replica": f"{name}-replica.sqlite",
            "store": f"{name}-store.sqlite",
            "follow_seconds": _FOLLOW_SECONDS,
            "port": port,
        }
        config = self.folder / f"{name}.toml"
        config.write_text(_toml(usual | settings), encoding="utf-8")
        url = f"http://127.0.0.1:{port}"
        self.processes.launch(name, url, "verifier", "serve", "--config", config)
        self.windows[name] = Window(title, url)

    def reopen_bureau(self, name: str) -> None:
        url = self.processes.services[name].url
        self.processes.start(name, url, "issuer", "serve", "--config", self.folder / name / "issuer.toml")

    def answers(self, name: str) -> bool:
        try:
            return httpx.get(self.processes.services[name].url + "/health", timeout=2).is_success
        except httpx.TransportError:
            return False

    def _prepare_bureau(self, name: str, number: int) -> Bureau:
        """`yinxin issuer init` makes settings, key and account, and prints what is to be registered."""
        region, title, credit_code, types = _BUREAUS[name]
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        words: list[str | Path | int] = ["issuer", "init", self.folder / name, "--number", number, "--name", title]
        words += ["--credit-code", credit_code, "--url", url, "--port", port, "--ledger-url", self.node_url]
        words += ["--network", "../network.json", *(word for each in types for word in ("--type", each))]
        told = dict(re.split(r"\s{2,}", line, maxsplit=1) for line in yinxin(*words).splitlines())
        operator, kid = bytes.fromhex(told["operator"][2:]), base64url.decode(told["kid"])
        public_key = load_pem_public_key(Path(told["public key"]).read_bytes())
        point = public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Bureau(number, region, title, credit_code, url, types, operator, kid, point[1:])

    def _open_bureau(self, name: str, bureau: Bureau) -> tuple[Officer, Officer]:
        """Two officers, each of whom may draft and approve, but not the same."""
        config = self.folder / name / "issuer.toml"
        passwords = {officer: secrets.token_urlsafe(12) for officer in ("lin", "zhou")}
        for officer, password in passwords.items():
            roles = ("--role", "drafter", "--role", "approver", "--authority", bureau.number)
            words = ("issuer", "officer", "add", officer, *roles, "--config", config)
            yinxin(*words, env={"YINXIN_PASSWORD": password})
        told = "".join(f"{officer} {password}\n" for officer, password in passwords.items())
        (config.parent / "officers.txt").write_text(told, encoding="utf-8")
        self.processes.start(name, bureau.url, "issuer", "serve", "--config", config)
        lin, zhou = (Officer.log_in(bureau.url, officer, password) for officer, password in passwords.items())
        return lin, zhou


def latest_block(node_url: str) -> int:
    with Rpc(node_url) as rpc:
        return int(str(rpc.call("eth_blockNumber")), 16)


def _toml(values: dict[str, object]) -> str:
    """TOML of texts, numbers and lists of these; JSON writes them the same way."""
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())
