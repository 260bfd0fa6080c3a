"""Reading JSON-RPC parameters: strict, each wrong one an InvalidParams that names its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ledger.node.errors import InvalidParams, LimitExceeded, NotAvailable
from ledger.node.evm import BLOCK_GAS, Call
from ledger.node.records import LogQuery
from ledger.node.view import View

MAX_LOG_BLOCKS = 100_000
MAX_LOG_VALUES = 1_000
_GREATEST_NUMBER = 2**63 - 1  # of a row in the database
_QUANTITY = re.compile("0x(0|[1-9a-fA-F][0-9a-fA-F]{0,63})")
_DATA = re.compile("0x(?:[0-9a-fA-F]{2})*")
_NEWEST = frozenset({"latest", "pending", "safe", "finalized"})
_PRICES_AND_FORM = ("gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "nonce", "chainId", "type")
_CALL_MEMBERS = frozenset({"from", "to", "gas", "value", "data", "input", "accessList", *_PRICES_AND_FORM})


def quantity(value: Any, name: str) -> int:
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise InvalidParams(f"{name} must be a hexadecimal quantity such as 0x1f")
    return int(value, 16)


def data(value: Any, name: str, octets: int | None = None) -> bytes:
    if not isinstance(value, str) or not _DATA.fullmatch(value):
        raise InvalidParams(f"{name} must be hexadecimal data with 0x")
    found = bytes.fromhex(value[2:])
    if octets is not None and len(found) != octets:
        raise InvalidParams(f"{name} has {len(found)} octets, must have {octets}")
    return found


def flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidParams(f"{name} must be true or false")
    return value


def slot(value: Any, name: str) -> int:
    """A storage slot, as a quantity or as up to 32 octets of data."""
    if isinstance(value, str) and re.fullmatch("0x[0-9a-fA-F]{1,64}", value):
        return int(value, 16)
    raise InvalidParams(f"{name} must be a storage slot of at most 32 octets")


def block_number(value: Any, name: str, view: View) -> int:
    """The number of a tag or quantity, whether or not there is such a block. The head is final: it has four names."""
    if isinstance(value, str) and value in _NEWEST:
        return view.head
    return 0 if value == "earliest" else min(quantity(value, name), _GREATEST_NUMBER)


def state_block(value: Any, view: View) -> int:
    """The number of an existing block: a tag, a quantity, or an object as in EIP-1898."""
    number = _by_object(value, view) if isinstance(value, Mapping) else block_number(value, "block", view)
    if number is None or number > view.head:
        raise NotAvailable("header not found")
    return number


def call(value: Any) -> Call:
    """The transaction object of eth_call and eth_estimateGas. Prices are read for form and count for nothing."""
    members = _object(value, "transaction", _CALL_MEMBERS)
    for name in _PRICES_AND_FORM:
        quantity(members.get(name, "0x0"), name)
    return Call(
        sender=data(members.get("from", "0x" + "00" * 20), "from", 20),
        to=data(members["to"], "to", 20) if "to" in members else b"",
        gas=min(quantity(members.get("gas", hex(BLOCK_GAS)), "gas"), BLOCK_GAS),
        value=quantity(members.get("value", "0x0"), "value"),
        data=_call_data(members),
        access_list=_access_list(members.get("accessList", [])),
    )


def log_query(value: Any, view: View) -> LogQuery:
    members = _object(value, "filter", frozenset({"fromBlock", "toBlock", "blockHash", "address", "topics"}))
    first, last = _range(members, view)
    if last - first >= MAX_LOG_BLOCKS:
        raise LimitExceeded(f"query covers {last - first + 1} blocks, the limit is {MAX_LOG_BLOCKS}")
    addresses = _alternatives(members.get("address"), "address", 20)
    topics = members.get("topics") or []
    if not isinstance(topics, list) or len(topics) > 4:
        raise InvalidParams("topics must be a list of at most 4")
    query = LogQuery(first, last, addresses, tuple(_alternatives(topic, "topic", 32) for topic in topics))
    if len(addresses) + sum(map(len, query.topics)) > MAX_LOG_VALUES:
        raise LimitExceeded(f"query names more than {MAX_LOG_VALUES} addresses and topics")
    return query


def _object(value: Any, name: str, known: frozenset[str]) -> dict[str, Any]:
    """The members that are not null."""
    if not isinstance(value, dict):
        raise InvalidParams(f"{name} must be an object")
    if unknown := sorted(set(value) - known):
        raise InvalidParams(f"{name} has members that this node does not know: {', '.join(unknown)[:200]}")
    return {key: member for key, member in value.items() if member is not None}


def _by_object(value: Mapping[str, Any], view: View) -> int | None:
    if value.get("blockHash") is not None:
        return view.number_of(data(value["blockHash"], "blockHash", 32))
    if value.get("blockNumber") is not None:
        return block_number(value["blockNumber"], "blockNumber", view)
    raise InvalidParams("block must name a blockNumber or a blockHash")


def _call_data(members: Mapping[str, Any]) -> bytes:
    found = {data(members[name], name) for name in ("data", "input") if name in members}
    if len(found) > 1:
        raise InvalidParams("data and input differ")
    return found.pop() if found else b""


def _access_list(value: Any) -> tuple[tuple[bytes, tuple[int, ...]], ...]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise InvalidParams("accessList must be a list of objects")
    return tuple(
        (data(entry.get("address"), "accessList address", 20), _storage_keys(entry.get("storageKeys", [])))
        for entry in value
    )


def _storage_keys(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise InvalidParams("storageKeys must be a list")
    return tuple(slot(key, "storage key") for key in value)


def _range(members: Mapping[str, Any], view: View) -> tuple[int, int]:
    if "blockHash" in members:
        if "fromBlock" in members or "toBlock" in members:
            raise InvalidParams("blockHash excludes fromBlock and toBlock")
        number = view.number_of(data(members["blockHash"], "blockHash", 32))
        if number is None:
            raise NotAvailable("unknown block")
        return number, number
    first = block_number(members.get("fromBlock", "latest"), "fromBlock", view)
    last = min(block_number(members.get("toBlock", "latest"), "toBlock", view), view.head)
    return first, max(last, first - 1)


def _alternatives(value: Any, name: str, octets: int) -> tuple[bytes, ...]:
    """One value, a list of alternatives, or null for any."""
    if value is None:
        return ()
    return tuple(data(one, name, octets) for one in (value if isinstance(value, list) else [value]))
