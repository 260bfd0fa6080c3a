"""How large a country's trust pack is, and how long a window takes to verify and load it: ten million credentials.

The ledger is invented (`bench.invented`); what is timed is the window's own code, in a process of its own. Then the
pack is altered at random: anywhere, with a checksum that fits again, and inside. Nothing of that may be believed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from random import Random

from bench.history import History
from bench.invented import STARTS, Invented, invent, keys_of
from bench.mutations import END_OCTETS, altered, mutated, resealed
from ledger import LedgerError, NetworkFile, serialise_network_file
from ledger.pack import Mark, Span, check_pack, open_pack
from ledger.pack.container import write_pack
from ledger.pack.sections import Tag, read_sections

AUTHORITIES, BATCH = 400, 1_000
BATCHES, CHANGES = 10_000, 100_000
"""Ten million credentials, one in a hundred of them not valid."""
LIMIT_OCTETS, LIMIT_SECONDS, LIMIT_MIB = 2_500_000, 15.0, 300.0
_BLOCK = 1_000
_NOW = STARTS + 60 * _BLOCK + 60
_LOAD = """
import json, sys, time
from pathlib import Path
began = time.perf_counter()
from ledger import load_catalogue, load_pack, read_network_file, Replica
folder, now = Path(sys.argv[1]), int(sys.argv[2])
with Replica(folder / "window.db", read_network_file(folder / "network.json"), load_catalogue(), ()) as replica:
    loaded = load_pack(replica, folder / "country.pack", now)
seconds = time.perf_counter() - began
kibibytes = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
print(json.dumps([loaded.new_events, seconds, kibibytes / 1024]))
"""
"""VmHWM, since Linux counts what the parent had when it forked into a child's `ru_maxrss`."""


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
    (folder / "network.json").write_bytes(serialise_network_file(world.network))
    octets = _write(folder / "country.pack", world, len(logs))
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
        accepted_mutations=_accepted(folder, world, mutations),
    )


def _write(path: Path, world: Invented, events: int) -> int:
    network = world.network
    start, end = Mark(0, network.first_head), Mark(events, world.heads[events])
    span = Span(network.first_head, bytes.fromhex(network.fingerprint), start, end)
    with path.open("wb") as file:
        return write_pack(file, span, world.proof(events, _BLOCK), world.logs[:events], {}).octets


def _load(folder: Path) -> Sequence[float]:
    command = [sys.executable, "-c", _LOAD, str(folder), str(_NOW)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own code
    found: list[float] = json.loads(done.stdout)
    return found


def _accepted(folder: Path, world: Invented, mutations: int) -> int:
    """How many altered packs still hold, of so many. What is spliced in comes from the pack of half the history."""
    half, path = folder / "half.pack", folder / "altered.pack"
    _write(half, world, len(world.logs) // 2)
    octets, other = (folder / "country.pack").read_bytes(), half.read_bytes()
    random, accepted = Random(1), 0  # noqa: S311 - places, no secrets
    for alter in islice(cycle(_HANDS), mutations):
        path.write_bytes(alter(random, octets, other))
        accepted += _holds(path, world.network)
    return accepted


def _resealed(random: Random, octets: bytes, other: bytes) -> bytes:
    """Altered anywhere before the checksum, which fits again."""
    end = octets[-END_OCTETS:]
    return resealed(mutated(random, octets[:-END_OCTETS], other[:-END_OCTETS]) + end)


def _inside(random: Random, octets: bytes, other: bytes) -> bytes:
    """The events themselves altered, and deflated again: only the journal's head can tell."""
    segments = sum(section.tag is Tag.EVENTS for section in read_sections(BytesIO(octets)))
    which = random.randrange(segments)
    return altered(octets, Tag.EVENTS, lambda inside: mutated(random, inside, other), which)


_HANDS = (*4 * (mutated, _resealed), mutated, _inside)
"""The last is rare, since it takes reading a whole pack to refuse it."""


def _holds(path: Path, network: NetworkFile) -> bool:
    try:
        with open_pack(path) as pack:
            check_pack(pack, network)
    except LedgerError:
        return False
    return True
