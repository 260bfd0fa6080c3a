"""A network of hosts on one machine: Clique on geth, each province one host, with the registries deployed.

A test network: nothing on it is ever final. Everything about one network lies in its folder; every method that changes
something holds the folder's lock meanwhile, so that two commands at once wait for one another.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from ledger import Account, Fees, NetworkFile, deploy, load_account, read_network_file, serialise_network_file
from scripts.hosts import founding, geth, namespaces, records
from scripts.hosts.beginning import new_record
from scripts.hosts.faucet import pour
from scripts.hosts.folder import held, remove
from scripts.hosts.joining import help_on, wait_until_joined
from scripts.hosts.machine import ROOT, Machine, end, open_door
from scripts.hosts.meeting import Dial, Meeting
from scripts.hosts.namespaces import Cables
from scripts.hosts.problems import HostProblem
from scripts.hosts.records import Host, Isolation, Record
from scripts.hosts.watch import View, look

PERIOD_SECONDS = 1
FEES = Fees.up_to(10**9)
"""More than the base fee ever is here; what is above it is not taken."""
LOOPBACK = "127.0.0.0/8"

Tell = Callable[[str], None]


def _silent(text: str) -> None:
    """Tells nobody."""


class Network:
    """One network in one folder. Hosts are numbered from 1."""

    def __init__(self, folder: Path, record: Record, dial: Dial | None = None, tell: Tell = _silent) -> None:
        self.folder = folder
        self.record = record
        self._dial = dial
        self._tell = tell
        self._keeper: subprocess.Popen[bytes] | None = None

    # Beginning and end

    @classmethod
    def create(
        cls,
        folder: Path,
        hosts: int = 4,
        isolation: Isolation | None = None,
        dial: Dial | None = None,
        tell: Tell = _silent,
    ) -> Self:
        """A network whose addresses are known, but none of whose hosts runs yet; or the one that is in the folder.

        `isolation` None takes namespaces where they can be made. `dial(from, to)` is where a host dials another: a
        proxy's address; else the host itself. Raises HostProblem, CannotBuild among them; a new folder is gone then.
        """
        if not 1 <= hosts <= founding.MAX_HOSTS:
            raise HostProblem(f"1 to {founding.MAX_HOSTS} hosts, not {hosts}")
        with held(folder):
            record = records.read(folder / "hosts.json") or new_record(folder, hosts, isolation, tell)
            if len(record.hosts) != hosts:
                raise HostProblem(f"the network in {folder} has {len(record.hosts)} hosts, not {hosts}: `down` first")
            if isolation not in {None, record.isolation}:
                raise HostProblem(f"the network in {folder} has {record.isolation}, not {isolation}: `down` first")
            records.write(record, folder / "hosts.json")
        return cls(folder, record, dial, tell)

    @classmethod
    def open(cls, folder: Path, tell: Tell = _silent) -> Self:
        """The network of a folder. Raises HostProblem where there is none."""
        record = records.read(folder / "hosts.json")
        if record is None:
            raise HostProblem(f"there is no network in {folder}: `up` makes one")
        return cls(folder, record, None, tell)

    def up(self) -> NetworkFile:
        """Starts what does not run, lets it seal, and deploys the registries once. Safe to do again after anything."""
        with self._changing():
            program = geth.build(self._tell)
            self._found()
            self._lay_cables()
            started = [host.number for host in self.record.hosts if not host.is_up]
            for number in started:
                self._start(number, program)
            self._let_seal(started)
            if started:
                self._wait_until_joined()
            if not self.network_path.exists():
                self._deploy()
        return self.network

    def down(self, keep_data: bool = False) -> None:
        """Ends what this network started and removes its namespaces; the chain and the keys too, unless told."""
        with self._changing():
            for host in self.record.hosts:
                end(host.process)
                self._machine(host.number).end_leftovers()
                end(host.door)
                self._remember(replace(host, process=None, door=None))
            if self.record.isolation == "namespaces":
                self._cables.remove()
            if not keep_data:
                for name in ("hosts", "accounts"):
                    shutil.rmtree(self.folder / name, ignore_errors=True)
                for name in ("genesis.json", "network.json", "hosts.json"):
                    (self.folder / name).unlink(missing_ok=True)
                remove(self.folder)
                self._dismiss_keeper()

    def end_with_this_process(self) -> None:
        """From now on everything ends as by `down` when this process does, however it ends."""
        command = [sys.executable, "-m", "scripts.hosts.keeper", str(self.folder)]
        self._keeper = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True)

    def _dismiss_keeper(self) -> None:
        """There is nothing left to end."""
        if self._keeper is not None:
            self._keeper.kill()
            self._keeper.communicate()
            self._keeper = None

    # What can happen to hosts

    def kill(self, number: int) -> None:
        """SIGKILL, as by a power cut."""
        with self._changing():
            host = self.record.host(number)
            if not host.is_up:
                raise HostProblem(f"host {number} is down already")
            end(host.process)
            self._remember(replace(host, process=None))

    def start(self, number: int) -> None:
        """Starts a host that is down; it seals once it has caught up with those that it can reach."""
        with self._changing():
            if self.record.host(number).is_up:
                raise HostProblem(f"host {number} is up already")
            self._start(number, geth.build(self._tell))
            self._let_seal([number])
            self._wait_until_joined()

    def partition(self, *groups: Sequence[int]) -> None:
        """Cuts the links between groups; hosts of no group become one of their own. Between namespaces, packets vanish
        without a word, as with a cut cable; between ports the hosts are told to drop one another."""
        with self._changing():
            whole = self._completed(groups)
            before = self.record
            self._save(replace(self.record, groups=whole))
            if self.record.isolation == "namespaces":
                self._cables.plug(whole)
            else:
                self._meeting.introduce(before)

    def heal(self) -> None:
        """Joins all again and waits until those that are up have met and are on one branch."""
        with self._changing():
            before = self.record
            self._save(replace(self.record, groups=(tuple(each.number for each in self.record.hosts),)))
            if self.record.isolation == "namespaces":
                self._cables.plug(self.record.groups)
                self._meeting.drop_dead_connections(before)
            self._meeting.introduce(before)
            self._meeting.wait_until_met([each.number for each in self.record.hosts])
            self._wait_until_joined()

    def help_on(self, *numbers: int) -> None:
        """What an operator does for hosts that reach one another and yet stand still, as three of four may, too."""
        with self._changing():
            some = replace(self.record, hosts=tuple(map(self.record.host, numbers)))
            machines = {number: self._machine(number) for number in numbers}
            help_on(look(some, {number: machine.ask for number, machine in machines.items()}), machines, self._branch)

    # What others need of it

    @property
    def network_path(self) -> Path:
        return self.folder / "network.json"

    @property
    def network(self) -> NetworkFile:
        return read_network_file(self.network_path)

    @property
    def fees(self) -> Fees:
        """What transactions offer here."""
        return FEES

    def host(self, number: int) -> Host:
        return self.record.host(number)

    def url(self, number: int) -> str:
        return self.host(number).url

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(host.url for host in self.record.hosts)

    def account(self, role: str) -> Account:
        """One of those that the network began with: `council`, `region-310000`, `operator-1` …; they have a balance."""
        return load_account(self.folder / "accounts" / f"{role}.json")

    def fund(self, *addresses: bytes) -> None:
        """Gives each a balance for a lifetime of fees; a few seconds, at any host that answers."""
        with self._changing():
            pour(self._answering_url(), self.account("faucet"), addresses, FEES)

    def new_accounts(self, count: int) -> list[Account]:
        """Fresh accounts with a balance."""
        accounts = [Account.create() for _ in range(count)]
        self.fund(*(each.address for each in accounts))
        return accounts

    def look(self) -> View:
        """Every host now."""
        self._reload()
        return look(self.record, {number: machine.ask for number, machine in self._machines.items()})

    def wait_for_agreement(self, blocks: int = 2, seconds: float = 120) -> View:
        """Until all that are up have so many blocks in common above the highest of now. Raises HostProblem."""
        goal, give_up = self.look().height + blocks, time.monotonic() + seconds
        while (view := self.look()).common is None or view.common < goal:
            if time.monotonic() > give_up:
                raise HostProblem(f"the hosts do not agree on block {goal} after {seconds:.0f} seconds: {view.heights}")
            time.sleep(0.2)
        return view

    def enter_hub(self) -> str:
        """Moves the calling thread to where the hosts' cables meet; its address there. With ports: nothing to do."""
        if self.record.isolation == "ports":
            return "127.0.0.1"
        namespaces.enter(self._cables.hub)
        return namespaces.HUB_ADDRESS

    # How

    @property
    def _cables(self) -> Cables:
        return Cables(self.record.run, len(self.record.hosts))

    @property
    def _branch(self) -> Path:
        return self.folder / "branch.rlp"

    def _wait_until_joined(self) -> None:
        """Where nobody is cut off; for new blocks, too, where a majority is up, so that there can be any."""
        if len(self.record.groups) > 1:
            return
        up = sum(host.is_up for host in self.record.hosts)
        blocks = 2 if up > len(self.record.hosts) // 2 else 0
        if wait_until_joined(self.look, self._machines, self._branch, blocks):
            self._tell("Clique stood still, as where two branches weigh the same; it was helped on")

    @property
    def _machines(self) -> dict[int, Machine]:
        return {host.number: self._machine(host.number) for host in self.record.hosts}

    @property
    def _meeting(self) -> Meeting:
        return Meeting(self.record, self._machines, self._dial)

    def _machine(self, number: int, program: Path | None = None) -> Machine:
        return Machine(self.folder / "hosts" / str(number), program or geth.program())

    def _found(self) -> None:
        """Keys, accounts and the first block; each is made once."""
        hosts = self.record.hosts
        accounts = founding.make_accounts(self.folder / "accounts", len(hosts))
        genesis = self.folder / "genesis.json"
        if not genesis.exists():
            signers, funded = [each.signer for each in hosts], [each.hex_address for each in accounts.values()]
            text = json.dumps(
                founding.genesis(self.record.chain_id, signers, funded, int(time.time()), PERIOD_SECONDS), indent=2
            )
            genesis.with_suffix(".new").write_text(text + "\n", encoding="utf-8")
            genesis.with_suffix(".new").replace(genesis)
        for host in hosts:
            self._machine(host.number).prepare(genesis)

    def _lay_cables(self) -> None:
        if self.record.isolation == "ports":
            return
        for name in namespaces.sweep():
            self._tell(f"removed {name}, which an earlier run left")
        if not self._cables.are_laid():
            self._cables.lay()
            self._cables.plug(self.record.groups)
        for host in self.record.hosts:
            if host.door is None or not host.door.is_alive:
                log = self._machine(host.number).folder / "door.log"
                door, port = open_door(self._cables.name(host.number), host.rpc_port, log)
                self._remember(replace(host, door=door, rpc_port=port))

    def _start(self, number: int, program: Path) -> None:
        host, machine = self.record.host(number), self._machine(number, program)
        machine.end_leftovers()
        ports = self.record.isolation == "ports"
        inside, subnet = ([], LOOPBACK) if ports else (self._cables.inside(number), namespaces.SUBNET)
        process = machine.start(host, self.record.chain_id, self._meeting.peers(number), inside, subnet)
        self._remember(replace(host, process=process))
        self._tell(f"host {number} {host.name}: {host.url}")

    def _let_seal(self, numbers: Sequence[int]) -> None:
        """Only now: hosts that seal before they see one another stop at block 2 for ever, and one that seals before it
        has what the others have made begins a branch of its own."""
        self._meeting.wait_until_met(numbers)
        self._meeting.wait_until_caught_up(numbers)
        for number in numbers:
            self._machine(number).ask("miner_start")

    def _deploy(self) -> None:
        self._tell("deploying the registries")
        name = f"Clique 试验网 test network of {len(self.record.hosts)} hosts"
        network = deploy(self._answering_url(), self.account("council"), name, engine="clique", fees=FEES)
        unfinished = self.network_path.with_suffix(".new")
        unfinished.write_bytes(serialise_network_file(network))
        unfinished.replace(self.network_path)
        self._tell(f"network file {self.network_path}, fingerprint {network.short_fingerprint}")

    def _answering_url(self) -> str:
        for host in self.record.hosts:
            if host.is_up and self._machine(host.number).answers():
                return host.url
        raise HostProblem("no host answers")

    def _completed(self, groups: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
        named = [number for group in groups for number in group]
        for number in named:
            self.record.host(number)
        if len(set(named)) != len(named):
            raise HostProblem("a host can be in one group only")
        rest = tuple(host.number for host in self.record.hosts if host.number not in named)
        whole = tuple(tuple(group) for group in (*groups, rest) if group)
        if len(whole) < 2:
            raise HostProblem("a partition has two groups or more, such as '1,2|3,4'")
        return whole

    def _remember(self, host: Host) -> None:
        self._save(self.record.with_host(host))

    def _save(self, record: Record) -> None:
        self.record = record
        records.write(record, self.folder / "hosts.json")

    def _reload(self) -> None:
        """Another process may have changed something since."""
        self.record = records.read(self.folder / "hosts.json") or self.record

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with held(self.folder):
            self._reload()
            yield
