"""How large a country's trust pack is, and how long a window takes to verify and load it: ten million credentials.

The ledger is invented (`bench.invented`); what is timed is the window's own code, in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.invented import STARTS, History, Invented, invent, keys_of
from ledger import LedgerError, NetworkFile, serialise_network_file
from ledger.pack import Mark, Span, check_pack, open_pack
from ledger.pack.container import write_pack

AUTHORITIES, BATCH = 400, 1_000
BATCHES, CHANGES = 10_000, 100_000
"""Ten million credentials, one in a hundred of them not valid."""
LIMIT_OCTETS, LIMIT_SECONDS, LIMIT_MIB = 2_500_000, 15.0, 300.0
_BLOCK = 1_000
_NOW = STARTS + 60 * _BLOCK + 60
_LOAD = """
import json, resource, sys, time
from pathlib import Path
began = time.perf_counter()
from ledger import load_catalogue, load_pack, read_network_file, Replica
folder, now = Path(sys.argv[1]), int(sys.argv[2])
with Replica(folder / "window.db", read_network_file(folder / "network.json"), load_catalogue(), ()) as replica:
    loaded = load_pack(replica, folder / "country.pack", now)
seconds = time.perf_counter() - began
print(json.dumps([loaded.new_events, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one pack. `raw_octets` are the logs' own; `accepted_mutations` is how many altered packs were believed."""

    events: int
    raw_octets: int
    octets: int
    seconds: float
    mebibytes: float
    mutations: int
    accepted_mutations: int

    @property
    def within_limits(self) -> bool:
        fits = self.octets <= LIMIT_OCTETS and self.seconds < LIMIT_SECONDS and self.mebibytes < LIMIT_MIB
        return fits and self.accepted_mutations == 0


def measure(folder: Path, share: float, mutations: int) -> Figures:
    """Makes the pack of `share` of the country in `folder`, has it loaded, and alters it so many times."""
    logs = History(1, AUTHORITIES).run(int(BATCHES * share), BATCH, int(CHANGES * share))
    world = invent(logs, keys_of(4))
    octets = _write(folder, world)
    loaded, seconds, mebibytes = _load(folder)
    if loaded != len(logs):
        raise RuntimeError(f"{loaded} of {len(logs)} events were loaded")
    return Figures(
        events=len(logs),
        raw_octets=sum(len(log.address) + len(log.topic) + len(log.data) for log in logs),
        octets=octets,
        seconds=seconds,
        mebibytes=mebibytes,
        mutations=mutations,
        accepted_mutations=_accepted(folder, world.network, mutations),
    )


def _write(folder: Path, world: Invented) -> int:
    network = world.network
    start, end = Mark(0, network.first_head), Mark(len(world.logs), world.heads[-1])
    (folder / "network.json").write_bytes(serialise_network_file(network))
    with (folder / "country.pack").open("wb") as file:
        span = Span(network.first_head, bytes.fromhex(network.fingerprint), start, end)
        return write_pack(file, span, world.proof(len(world.logs), _BLOCK), world.logs, {}).octets


def _load(folder: Path) -> Sequence[float]:
    command = [sys.executable, "-c", _LOAD, str(folder), str(_NOW)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own code
    found: list[float] = json.loads(done.stdout)
    return found


def _accepted(folder: Path, network: NetworkFile, mutations: int) -> int:
    """One octet altered at a random place, so many times. How many of them still hold."""
    octets, random, accepted = (folder / "country.pack").read_bytes(), Random(1), 0  # noqa: S311 - places, no secrets
    for _ in range(mutations):
        altered = bytearray(octets)
        altered[random.randrange(len(octets))] ^= 1 << random.randrange(8)
        path = folder / "altered.pack"
        path.write_bytes(altered)
        accepted += _holds(path, network)
    return accepted


def _holds(path: Path, network: NetworkFile) -> bool:
    try:
        with open_pack(path) as pack:
            check_pack(pack, network)
    except LedgerError:
        return False
    return True
