"""A ledger that never ran: keys, events, a state trie and sealed headers, all invented, in a few seconds.

What light client, packs and replica believe of a real network they believe of this one, given its network file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

import rlp
from eth_abi.abi import encode
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey
from trie.hexary import HexaryTrie

from credential import SigningKey
from ledger import NetworkFile, events
from ledger.abi import types_of
from ledger.headers import MIX_HASH, Extra, Header, seal
from ledger.journal import RawLog, fold
from ledger.network_file import Checkpoint, Engine, JournalAt, RegistriesAt
from ledger.replica.update import Proof

JOURNAL, TRUST, CREDENTIAL, RECOGNITION = (bytes([value]) * 20 for value in (0xA1, 0xA2, 0xA3, 0xA4))
_WRITERS = (TRUST, CREDENTIAL, RECOGNITION)
STARTS = 1_760_000_000
_SLOT = int.from_bytes(keccak(b"yinxin/journal/1/head"), "big")
_CODE_HASH = keccak(b"the journal's code")
_CREDITS = "11310000MB{:05d}00G"
_ACTS = ((0, 2, 16), (2, 0, 17), (0, 1, 1), (0, 1, 3), (0, 14, 20), (0, 12, 21), (0, 13, 18), (13, 0, 19))
"""From which state to which, by which reason."""
_OFTEN = (10, 8, 30, 20, 5, 2, 3, 3)
_DAY = 86_400


def log(address: bytes, event: type[events.Event], *values: object) -> RawLog:
    return RawLog(address, keccak(event.SIGNATURE.encode()), encode(types_of(event.SIGNATURE), values))


@dataclass(frozen=True)
class Invented:
    """One network with its validators' keys and its whole history."""

    network: NetworkFile
    keys: tuple[PrivateKey, ...]
    logs: tuple[RawLog, ...]

    @cached_property
    def heads(self) -> list[bytes]:
        """The journal's head after so many events."""
        found = [self.network.first_head]
        for each in self.logs:
            found.append(fold(found[-1], [each]))
        return found

    def proof(self, events: int, number: int, path: tuple[bytes, ...] = ()) -> Proof:
        """A sealed block with that many events in it, by all the keys."""
        root, account, storage = _state(self.network.journal, self.heads[events])
        header = sealed_header(number, root, self.keys)
        return Proof(header.encode(), account, storage, path)

    def signed_by(self, keys: Sequence[PrivateKey]) -> Invented:
        """The same history, sealed from now on by others than the checkpoint's."""
        return replace(self, keys=tuple(keys))


def invent(logs: Sequence[RawLog], keys: Sequence[PrivateKey], engine: Engine = "qbft", seed: int = 1) -> Invented:
    """A network with this history. `seed` makes other networks out of the same history."""
    validators = tuple(key.public_key.to_canonical_address() for key in keys)
    network = NetworkFile(
        name="示例网 invented",
        network_id=keccak(b"network %d" % seed),
        engine=engine,
        chain_id=20260,
        checkpoint=Checkpoint(2, keccak(b"block 2"), STARTS, validators),
        journal=JournalAt(JOURNAL, _CODE_HASH, _SLOT),
        registries=RegistriesAt(TRUST, CREDENTIAL, RECOGNITION),
        from_block=1,
    )
    return Invented(network, tuple(keys), tuple(logs))


def keys_of(count: int) -> tuple[PrivateKey, ...]:
    return tuple(PrivateKey(bytes([number]) * 32) for number in range(1, count + 1))


def sealed_header(number: int, state_root: bytes, keys: Sequence[PrivateKey]) -> Header:
    """A header a minute after the one before, which names the keys' accounts and is sealed by all of them."""
    validators = tuple(key.public_key.to_canonical_address() for key in keys)
    header = Header(
        parent_hash=keccak(b"block %d" % (number - 1)),
        uncles_hash=keccak(rlp.encode([])),
        coinbase=validators[number % len(validators)],
        state_root=state_root,
        transactions_root=keccak(b"transactions %d" % number),
        receipts_root=keccak(b"receipts %d" % number),
        logs_bloom=bytes(256),
        difficulty=1,
        number=number,
        gas_limit=30_000_000,
        gas_used=0,
        timestamp=STARTS + 60 * number,
        extra_data=Extra(bytes(32), validators, (), 0, ()).encode(),
        mix_hash=MIX_HASH,
        nonce=bytes(8),
        base_fee_per_gas=0,
    )
    return seal(header, tuple(keys))


def _state(journal: JournalAt, head: bytes) -> tuple[bytes, tuple[bytes, ...], tuple[bytes, ...]]:
    """The state root of a chain with a hundred accounts, and the nodes that prove the journal's head in it."""
    storage, accounts = HexaryTrie({}), HexaryTrie({})
    for number in range(8):
        storage[keccak(b"slot %d" % number)] = rlp.encode(b"\x01")
    slot = keccak(journal.slot.to_bytes(32, "big"))
    storage[slot] = rlp.encode(head.lstrip(b"\0"))
    for number in range(100):
        accounts[keccak(b"account %d" % number)] = rlp.encode([b"", b"", storage.root_hash, _CODE_HASH])
    account = keccak(journal.address)
    accounts[account] = rlp.encode([b"\x01", b"", storage.root_hash, journal.code_hash])
    return accounts.root_hash, _nodes(accounts, account), _nodes(storage, slot)


def _nodes(trie: HexaryTrie, key: bytes) -> tuple[bytes, ...]:
    return tuple(rlp.encode(node) for node in trie.get_proof(key))  # type: ignore[no-untyped-call]


@dataclass(slots=True)
class _Bureau:
    number: int
    operators: list[str]
    kid: bytes
    busy: float
    batches: int = 0
    positions: int = 0


class History:
    """The events of a country's bureaus, in the mixed order in which they would come; the same for the same seed."""

    def __init__(self, seed: int, authorities: int) -> None:
        self._random = Random(seed)  # noqa: S311 - invented data, the same each time
        self._time = STARTS - 365 * _DAY
        self._bureaus: list[_Bureau] = []
        self.logs: list[RawLog] = [log(JOURNAL, events.WriterAdded, self._time, _hex(each)) for each in _WRITERS]
        regions = range(110000, 660000, 10000)
        for region in regions:
            self._add(TRUST, events.RegionAdmitted, region, f"第{region}号地区", self._account())
        for number in range(1, authorities + 1):
            self._register(number, self._random.choice(regions))

    def run(self, batches: int, batch_size: int, changes: int) -> list[RawLog]:
        """All the logs, after so many batches and changes of status more, spread over a year."""
        what = [True] * batches + [False] * changes
        self._random.shuffle(what)
        busy = [each.busy for each in self._bureaus]
        anchored: list[_Bureau] = []
        pace = len(what) / (360 * _DAY)
        for is_batch in what:
            self._time += int(self._random.expovariate(pace))
            if is_batch or not anchored:
                (bureau,) = self._random.choices(self._bureaus, busy)
                self._anchor(bureau, batch_size)
                anchored.append(bureau)
            else:
                self._change(self._random.choice(anchored))
        return self.logs

    def register_type(self, number: int, code: str, version: int, digest: bytes) -> None:
        self._add(TRUST, events.TypeRegistered, number, code, version, digest)

    def _register(self, number: int, region: int) -> None:
        operators = [self._account() for _ in range(1 + (self._random.random() < 0.3))]
        key = SigningKey.from_secret(number.to_bytes(32, "big"))
        credit_code, url = _CREDITS.format(number), f"https://bureau{number}.example.cn/yinxin"
        self._add(TRUST, events.AuthorityRegistered, number, region, credit_code, f"第{number}号示例局", url)
        for operator in operators:
            self._add(TRUST, events.OperatorAdded, number, operator)
        self._add(TRUST, events.KeyAdded, number, key.kid, 1, 1, key.public_key.octets, self._time, 0)
        for kind in (1, 2, 3):
            self._add(TRUST, events.Accredited, 3 * number + kind - 3, number, kind, self._time, 0)
        self._bureaus.append(_Bureau(number, operators, key.kid, self._random.paretovariate(1)))

    def _anchor(self, bureau: _Bureau, count: int) -> None:
        root, operator = self._random.randbytes(32), self._random.choice(bureau.operators)
        place = (bureau.number, bureau.batches, bureau.positions, count)
        self._add(CREDENTIAL, events.BatchAnchored, *place, root, bureau.kid, operator)
        bureau.batches += 1
        bureau.positions += count

    def _change(self, bureau: _Bureau) -> None:
        ((origin, to, reason),) = self._random.choices(_ACTS, _OFTEN)
        position = self._random.randrange(bureau.positions)
        effective = self._time - (self._random.randrange(5 * _DAY) if to == 1 else 5)
        successor = self._random.randrange(bureau.positions) if to == 14 else 0
        act = (position, origin, to, reason, effective, successor)
        self._add(CREDENTIAL, events.StatusChanged, bureau.number, *act, bureau.operators[0])

    def _add(self, address: bytes, event: type[events.Event], *values: object) -> None:
        self.logs.append(log(address, event, self._time, *values))

    def _account(self) -> str:
        return _hex(self._random.randbytes(20))


def _hex(address: bytes) -> str:
    return "0x" + address.hex()
