"""The light client against headers recorded from a live network of four validators, and against changed ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_keys.datatypes import PrivateKey

from ledger import light_client
from ledger.errors import CheckpointTooOld, HeaderNotSealed, NotAdvancing, ValidatorsChanged
from ledger.headers import Extra, Header, header_from_json, parse_extra, seal
from ledger.light_client import MIX_HASH, TRUSTING_DAYS, Trusted, check_header, quorum, require_recent

VECTORS = json.loads((Path(__file__).parents[2] / "spec/vectors/qbft-headers.json").read_text())
BLOCKS: dict[int, dict[str, Any]] = {int(block["number"], 16): block for block in VECTORS["headers"]}
FOUR = parse_extra(header_from_json(BLOCKS[1]).extra_data).validators
KEYS = [PrivateKey(bytes([number]) * 32) for number in range(1, 5)]
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def trusted(number: int = 0, time: int = 0, validators: tuple[bytes, ...] = FOUR) -> Trusted:
    return Trusted(number, bytes(32), time, validators)


def address(key: PrivateKey) -> bytes:
    return key.public_key.to_canonical_address()


def own_header(keys: list[PrivateKey], validators: list[PrivateKey] | None = None, **changes: Any) -> Header:
    """A recorded header made over: other validators and seals."""
    named = tuple(map(address, validators or keys))
    extra = Extra(bytes(32), named, (), 0, ()).encode()
    return seal(replace(header_from_json(BLOCKS[7]), extra_data=extra, **changes), tuple(keys))


def as_json(header: Header) -> dict[str, Any]:
    """Of a header before London, as those recorded are."""
    block = dict(BLOCKS[7])
    block["extraData"] = "0x" + header.extra_data.hex()
    block["mixHash"] = "0x" + header.mix_hash.hex()
    block["timestamp"] = hex(header.timestamp)
    block["number"] = hex(header.number)
    block["hash"] = "0x" + header.hash.hex()
    return block


@pytest.mark.parametrize("number", [n for n in BLOCKS if 0 < n < 13])
def test_a_recorded_header_is_accepted(number: int) -> None:
    found = check_header(BLOCKS[number], trusted(number - 1))
    assert found.number == number
    assert found.hash.hex() == BLOCKS[number]["hash"][2:]
    assert found.state_root.hex() == BLOCKS[number]["stateRoot"][2:]


def test_headers_that_name_another_set_are_refused_by_name() -> None:
    changed = [
        n for n in BLOCKS if n > 0 and set(parse_extra(header_from_json(BLOCKS[n]).extra_data).validators) != set(FOUR)
    ]
    assert changed
    for number in changed:
        with pytest.raises(ValidatorsChanged, match=f"header {number} names the validators"):
            check_header(BLOCKS[number], trusted())


def test_a_recorded_header_of_a_set_of_five_is_accepted_by_who_trusts_five() -> None:
    five = parse_extra(header_from_json(BLOCKS[14]).extra_data).validators
    assert len(five) == 5
    assert check_header(BLOCKS[14], trusted(13, validators=five)).number == 14


@pytest.mark.parametrize("validators", [(), FOUR[:3], (*FOUR[:3], bytes(20)), (*FOUR, bytes(20))])
def test_who_trusts_another_set_refuses(validators: tuple[bytes, ...]) -> None:
    with pytest.raises(ValidatorsChanged):
        check_header(BLOCKS[7], trusted(validators=validators))


@pytest.mark.parametrize(("validators", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (34, 23)])
def test_the_quorum_is_two_thirds_rounded_up(validators: int, needed: int) -> None:
    assert quorum(validators) == needed


def test_more_seals_than_validators_are_refused_before_any_is_recovered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(light_client, "signers")
    with pytest.raises(HeaderNotSealed, match="5 seals, more than its 4 validators"):
        check_header(as_json(own_header([*KEYS, KEYS[0]], KEYS)), trusted(6, validators=tuple(map(address, KEYS))))


@pytest.mark.parametrize("seals", [0, 1, 2])
def test_fewer_seals_than_the_quorum_are_refused(seals: int) -> None:
    header = own_header(KEYS[:seals], KEYS)
    with pytest.raises(HeaderNotSealed, match=f"{seals} seals, 3 are needed"):
        check_header(as_json(header), trusted(validators=tuple(map(address, KEYS))))


def test_the_quorum_is_enough() -> None:
    header = own_header(KEYS[:3], KEYS)
    assert check_header(as_json(header), trusted(validators=tuple(map(address, KEYS)))).number == 7


def test_one_validator_alone_is_the_embedded_form() -> None:
    header = own_header(KEYS[:1])
    assert check_header(as_json(header), trusted(validators=(address(KEYS[0]),))).hash == header.hash


def test_a_validator_counts_once() -> None:
    header = own_header([KEYS[0], KEYS[0], KEYS[1]], KEYS)
    with pytest.raises(HeaderNotSealed, match="two seals by one validator"):
        check_header(as_json(header), trusted(validators=tuple(map(address, KEYS))))


def test_a_stranger_may_not_seal_along() -> None:
    stranger = PrivateKey(b"\x09" * 32)
    header = own_header([*KEYS[:3], stranger], KEYS)
    with pytest.raises(HeaderNotSealed, match="who do not validate"):
        check_header(as_json(header), trusted(validators=tuple(map(address, KEYS))))


def test_a_seal_with_high_s_is_refused() -> None:
    header = own_header(KEYS[:1])
    extra = parse_extra(header.extra_data)
    (low,) = extra.seals
    high = low[:32] + (ORDER - int.from_bytes(low[32:64], "big")).to_bytes(32, "big") + bytes([low[64] ^ 1])
    twisted = replace(header, extra_data=replace(extra, seals=(high,)).encode())
    with pytest.raises(HeaderNotSealed, match="high s"):
        check_header(as_json(twisted), trusted(validators=(address(KEYS[0]),)))


@pytest.mark.parametrize(
    "member", ["parentHash", "stateRoot", "receiptsRoot", "transactionsRoot", "logsBloom", "miner", "timestamp"]
)
def test_a_changed_header_is_refused_with_its_old_hash_and_with_its_new(member: str) -> None:
    block = dict(BLOCKS[7])
    block[member] = block[member][:-1] + ("1" if block[member][-1] != "1" else "2")
    with pytest.raises(HeaderNotSealed, match="hashes to"):
        check_header(block, trusted())
    block["hash"] = "0x" + header_from_json(block).hash.hex()
    with pytest.raises(HeaderNotSealed):
        check_header(block, trusted())


@pytest.mark.parametrize("missing", ["hash", "stateRoot", "extraData", "number"])
def test_a_header_without_a_member_is_refused(missing: str) -> None:
    block = {name: value for name, value in BLOCKS[7].items() if name != missing}
    with pytest.raises(HeaderNotSealed):
        check_header(block, trusted())


def test_a_header_that_is_not_of_qbft_is_refused() -> None:
    header = own_header(KEYS[:1], mix_hash=bytes(32))
    assert header.mix_hash != MIX_HASH
    with pytest.raises(HeaderNotSealed, match="not a QBFT header"):
        check_header(as_json(header), trusted(validators=(address(KEYS[0]),)))


def test_an_older_header_is_refused() -> None:
    with pytest.raises(NotAdvancing, match="already accepted is 8"):
        check_header(BLOCKS[7], trusted(8))


def test_the_trusted_block_itself_is_accepted_again() -> None:
    known = Trusted(7, bytes.fromhex(BLOCKS[7]["hash"][2:]), int(BLOCKS[7]["timestamp"], 16), FOUR)
    assert check_header(BLOCKS[7], known).number == 7


def test_another_header_of_the_same_number_is_refused() -> None:
    with pytest.raises(NotAdvancing, match="two sealed headers of number 7"):
        check_header(BLOCKS[7], trusted(7))


def test_time_must_advance() -> None:
    time = int(BLOCKS[7]["timestamp"], 16)
    check_header(BLOCKS[7], trusted(6, time - 1))
    with pytest.raises(NotAdvancing, match="not later than"):
        check_header(BLOCKS[7], trusted(6, time))


def test_validators_are_trusted_to_the_last_second_of_the_trusting_days() -> None:
    last = 1000 + TRUSTING_DAYS * 86_400
    require_recent(trusted(time=1000), last)
    with pytest.raises(CheckpointTooOld, match="get a new network file"):
        require_recent(trusted(time=1000), last + 1)
