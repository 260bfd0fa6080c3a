"""What a country's bureaus recorded in a year: the fake history that benches and tests fill an invented ledger with.

The same for the same seed. Nothing of it was sent or signed; `bench.invented` makes a sealed chain of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from eth_abi.abi import encode
from eth_hash.auto import keccak

from bench.invented import CREDENTIAL, JOURNAL, RECOGNITION, STARTS, TRUST
from credential import SigningKey
from ledger import events
from ledger.abi import types_of
from ledger.journal import RawLog

_WRITERS = (TRUST, CREDENTIAL, RECOGNITION)
_CREDITS = "11310000MB{:05d}00G"
_ACTS = ((0, 2, 16), (2, 0, 17), (0, 1, 1), (0, 1, 3), (0, 14, 20), (0, 12, 21), (0, 13, 18), (13, 0, 19))
"""From which state to which, by which reason."""
_OFTEN = (10, 8, 30, 20, 5, 2, 3, 3)
_DAY = 86_400


def log(address: bytes, event: type[events.Event], *values: object) -> RawLog:
    return RawLog(address, keccak(event.SIGNATURE.encode()), encode(types_of(event.SIGNATURE), values))


@dataclass(slots=True)
class _Bureau:
    number: int
    operators: list[str]
    kid: bytes
    busy: float
    batches: int = 0
    positions: int = 0


class History:
    """The events of a country's bureaus, in the mixed order in which they would come; `now` is the last one's time."""

    def __init__(self, seed: int, authorities: int) -> None:
        self._random = Random(seed)  # noqa: S311 - invented data, the same each time
        self.now = STARTS - 365 * _DAY
        self._bureaus: list[_Bureau] = []
        self.logs: list[RawLog] = [log(JOURNAL, events.WriterAdded, self.now, _hex(each)) for each in _WRITERS]
        regions = range(110000, 660000, 10000)
        for region in regions:
            self.add(TRUST, events.RegionAdmitted, region, f"第{region}号地区", self._account())
        for number in range(1, authorities + 1):
            self._register(number, self._random.choice(regions))

    def run(self, batches: int, batch_size: int, changes: int, days: float = 360) -> list[RawLog]:
        """All the logs, after so many batches and changes of status more, spread over about so many days."""
        what = [True] * batches + [False] * changes
        self._random.shuffle(what)
        busy = [each.busy for each in self._bureaus]
        anchored: list[_Bureau] = []
        pace = len(what) / (days * _DAY)
        for is_batch in what:
            self.now += int(self._random.expovariate(pace))
            if is_batch or not anchored:
                (bureau,) = self._random.choices(self._bureaus, busy)
                self._anchor(bureau, batch_size)
                anchored.append(bureau)
            else:
                self._change(self._random.choice(anchored))
        return self.logs

    def rest_until(self, time: int) -> None:
        """Nothing happens until then."""
        self.now = max(self.now, time)

    def register_type(self, number: int, code: str, version: int, digest: bytes) -> None:
        self.add(TRUST, events.TypeRegistered, number, code, version, digest)

    def _register(self, number: int, region: int) -> None:
        operators = [self._account() for _ in range(1 + (self._random.random() < 0.3))]
        key = SigningKey.from_secret(number.to_bytes(32, "big"))
        credit_code, url = _CREDITS.format(number), f"https://bureau{number}.example.cn/yinxin"
        self.add(TRUST, events.AuthorityRegistered, number, region, credit_code, f"第{number}号示例局", url)
        for operator in operators:
            self.add(TRUST, events.OperatorAdded, number, operator)
        self.add(TRUST, events.KeyAdded, number, key.kid, 1, 1, key.public_key.octets, self.now, 0)
        for kind in (1, 2, 3):
            self.add(TRUST, events.Accredited, 3 * number + kind - 3, number, kind, self.now, 0)
        self._bureaus.append(_Bureau(number, operators, key.kid, self._random.paretovariate(1)))

    def _anchor(self, bureau: _Bureau, count: int) -> None:
        root, operator = self._random.randbytes(32), self._random.choice(bureau.operators)
        place = (bureau.number, bureau.batches, bureau.positions, count)
        self.add(CREDENTIAL, events.BatchAnchored, *place, root, bureau.kid, operator)
        bureau.batches += 1
        bureau.positions += count

    def _change(self, bureau: _Bureau) -> None:
        ((origin, to, reason),) = self._random.choices(_ACTS, _OFTEN)
        position = self._random.randrange(bureau.positions)
        effective = self.now - (self._random.randrange(5 * _DAY) if to == 1 else 5)
        successor = self._random.randrange(bureau.positions) if to == 14 else 0
        act = (position, origin, to, reason, effective, successor)
        self.add(CREDENTIAL, events.StatusChanged, bureau.number, *act, bureau.operators[0])

    def add(self, address: bytes, event: type[events.Event], *values: object) -> None:
        """One event more, now, by one of the registries."""
        self.logs.append(log(address, event, self.now, *values))

    def _account(self) -> str:
        return _hex(self._random.randbytes(20))


def _hex(address: bytes) -> str:
    return "0x" + address.hex()
