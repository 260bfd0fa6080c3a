"""A whole small ledger for tests: a real node, deployed registries, regions, authorities, types, one agreement.

`ledger_world` is made once a session. Tests may add to it (authorities, batches, statuses) but never change what it
began with; a test that has to, makes its own with `make_world`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from credential import (
    Catalogue,
    CertificateType,
    PublicKey,
    Reason,
    SigningKey,
    State,
    Tree,
    assemble,
    disclosures,
    issue,
    leaf_hash,
    payload_octets,
)
from ledger import (
    Account,
    Administration,
    Call,
    Fees,
    Member,
    NetworkFile,
    Registries,
    Replica,
    deploy,
    load_catalogue,
    serialise_network_file,
)

ROOT = Path(__file__).resolve().parent.parent
SHANGHAI, ANHUI, GUANGDONG, SICHUAN = 310000, 340000, 440000, 510000
REGIONS = {SHANGHAI: "上海市", ANHUI: "安徽省", GUANGDONG: "广东省", SICHUAN: "四川省"}
STARTS = 1_735_660_800
"""2025-01-01 in Shanghai: keys, accreditations and the agreement hold from then on, without end."""
BUSINESS_LICENCE, FOOD_PERMIT, DRIVING_LICENCE = 1, 2, 3


@dataclass
class RunningNode:
    """An embedded node in a process of its own."""

    process: subprocess.Popen[bytes]
    url: str

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)


@dataclass
class Authority:
    """An authority with one operator and one credential key, accredited for every type."""

    number: int
    region: int
    credit_code: str
    name: str
    url: str
    operator: Account
    key: SigningKey
    next_seq: int = 0
    total: int = 0


@dataclass
class World:
    """A running network. `administrators` are by region code; `authorities` in order of their numbers, from 1."""

    url: str
    network: NetworkFile
    network_path: Path
    council: Account
    administrators: dict[int, Account]
    catalogue: Catalogue
    authorities: list[Authority] = field(default_factory=list)
    fees: Fees = field(default_factory=Fees)
    fund: Callable[[bytes], None] = lambda address: None
    """Gives a new account what it needs to pay fees, where there are any."""

    @property
    def registries(self) -> Registries:
        return Registries(self.network)

    @property
    def shanghai(self) -> Authority:
        return self.authorities[0]

    @property
    def anhui(self) -> Authority:
        return self.authorities[1]

    def type(self, number: int) -> CertificateType:
        return self.catalogue.types[(number, 1)]

    def send(self, account: Account, *calls: Call) -> None:
        """Sends the calls together and waits for all; about one second, however many."""
        with Administration(self.url, account, fees=self.fees) as administration:
            administration.send_all(calls)

    def replica(self, path: Path, *sources: str) -> Replica:
        """A replica in a new file, following this network's node unless sources are given."""
        return Replica(path, self.network, self.catalogue, sources or (self.url,))

    def add_authority(self, region: int, credit_code: str, name: str, url: str) -> Authority:
        """Registers an authority with operator, key and accreditations for every type; about one second."""
        number = len(self.authorities) + 1
        made = Authority(
            number, region, credit_code, name, url, Account.create(), SigningKey.from_secret(os.urandom(32))
        )
        self.fund(made.operator.address)
        calls = self.registries
        self.send(
            self.administrators[region],
            calls.register_authority(region, credit_code, name, url),
            calls.add_operator(number, made.operator.address),
            calls.add_key(number, made.key.kid, made.key.public_key.octets, STARTS),
            *(calls.accredit(number, kind, STARTS) for kind, _ in self.catalogue.types),
        )
        self.authorities.append(made)
        return made

    def anchor(self, authority: Authority, *roots_and_counts: tuple[bytes, int]) -> None:
        """Anchors batches of the authority, in order."""
        calls = []
        for root, count in roots_and_counts:
            calls.append(self.registries.anchor(authority.number, authority.next_seq, root, count, authority.key.kid))
            authority.next_seq += 1
            authority.total += count
        self.send(authority.operator, *calls)

    def issue(
        self,
        authority: Authority,
        certificate_type: CertificateType,
        claims: Sequence[dict[str, str]],
        holder_keys: Sequence[PublicKey | None] | None = None,
        *,
        issued_at: int | None = None,
        anchored: bool = True,
    ) -> list[str]:
        """One batch of whole credentials (all disclosures, no key binding), anchored unless told otherwise.

        What is not anchored takes no positions: the next batch will have the same.
        """
        keys = holder_keys or [None] * len(claims)
        seeds = [os.urandom(16) for _ in claims]
        payloads = [
            payload_octets(
                certificate_type,
                each,
                seed=seed,
                issuer=authority.url,
                position=authority.total + index,
                issued_at=int(time.time()) if issued_at is None else issued_at,
                holder_key=key,
            )
            for index, (each, seed, key) in enumerate(zip(claims, seeds, keys, strict=True))
        ]
        tree = Tree([leaf_hash(payload) for payload in payloads])
        if anchored:
            self.anchor(authority, (tree.root, len(payloads)))
        return [
            assemble(issue(payload, tree.path(index), authority.key), disclosures(certificate_type, each, seed))
            for index, (payload, each, seed) in enumerate(zip(payloads, claims, seeds, strict=True))
        ]

    def set_status(
        self,
        authority: Authority,
        position: int,
        origin: State,
        to: State,
        reason: Reason,
        effective: int | None = None,
        successor: int | None = None,
    ) -> None:
        when = int(time.time()) - 5 if effective is None else effective
        call = self.registries.set_status(authority.number, position, origin, to, reason, when, successor)
        self.send(authority.operator, call)


def start_node(data: Path, *options: str) -> RunningNode:
    """Starts a node on a free port and waits until it takes requests."""
    ready = data.with_name(data.name + ".ready.json")
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "yinxin", "ledger", "node", "--data", str(data), "--port", "0", *options]
    process = subprocess.Popen([*command, "--ready-file", str(ready)], cwd=ROOT, stdout=subprocess.DEVNULL)
    give_up = time.monotonic() + 120
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > give_up:
            process.kill()
            raise RuntimeError("the node did not start")
        time.sleep(0.02)
    return RunningNode(process, json.loads(ready.read_text())["url"])


@contextmanager
def running_node(data: Path, *options: str) -> Iterator[RunningNode]:
    node = start_node(data, *options)
    try:
        yield node
    finally:
        node.stop()


def make_world(url: str, folder: Path) -> World:
    """Deploys and sets up a network on the node at `url`; about six seconds."""
    council = Account.create()
    network = deploy(url, council, "测试网 test network")
    network_path = folder / "network.json"
    network_path.write_bytes(serialise_network_file(network))
    world = World(url, network, network_path, council, {code: Account.create() for code in REGIONS}, load_catalogue())
    set_up(world)
    return world


def set_up(world: World) -> None:
    """Admits and registers what every test begins with, on a network that was just deployed."""
    calls = world.registries
    world.send(
        world.council,
        *(calls.admit_region(code, name, world.administrators[code].address) for code, name in REGIONS.items()),
        *(
            calls.register_type(each.number, each.code, each.version, each.digest)
            for each in world.catalogue.types.values()
        ),
    )
    world.add_authority(SHANGHAI, "11310000MB2F30750G", "上海市浦东新区市场监督管理局", "https://scjg.pudong.example")
    world.add_authority(ANHUI, "11340000MB2F30820F", "合肥市市场监督管理局", "https://scjg.hefei.example")
    _agree(world)


def _agree(world: World) -> None:
    """Agreement 1: Shanghai and Anhui issue, Guangdong recognises types 1 and 2; Sichuan is out."""
    calls = world.registries
    members = [Member(SHANGHAI, True, False), Member(ANHUI, True, False), Member(GUANGDONG, False, True)]
    proposal = calls.propose_agreement(GUANGDONG, b"\x11" * 32, [BUSINESS_LICENCE, FOOD_PERMIT], STARTS, None, members)
    world.send(world.administrators[GUANGDONG], proposal)
    for region in (SHANGHAI, ANHUI, GUANGDONG):
        world.send(world.administrators[region], calls.ratify_agreement(1, region))


@pytest.fixture(scope="session")
def ledger_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with running_node(tmp_path_factory.mktemp("node") / "data") as node:
        yield node


@pytest.fixture(scope="session")
def ledger_world(ledger_node: RunningNode, tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(ledger_node.url, tmp_path_factory.mktemp("world"))
