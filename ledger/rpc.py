"""Plain JSON-RPC over HTTP to one node: time limits, a size limit, and typed errors. Trusts nothing that it is told."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from ledger.errors import MalformedAnswer, NodeRefused, NodeUnavailable
from ledger.exchange import WHOLE_SECONDS, open_client
from ledger.hexadecimal import counted, octets, to_hex
from ledger.journal import RawLog
from ledger.printable import printable

TIMEOUT_SECONDS = 10.0
MAX_ANSWER_OCTETS = 64 * 1024 * 1024
MAX_ANSWER_SECONDS = 60.0
"""How long a whole exchange may take, headers and all; each step of it has the shorter time limit."""
MAX_BATCH = 100
MAX_DEPTH = 32
# Possessive, and a text that never ends is taken to the end: going back and forth would cost a hostile text's square.
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class Rpc:
    """One node's JSON-RPC door, safe in several threads. Every method raises SourceError where the node fails."""

    def __init__(self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.url = url
        self._http = open_client(timeout_seconds=timeout_seconds, headers={"accept-encoding": "identity"})
        self._ids = itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def call(self, method: str, *params: object) -> Any:
        """The result of one call."""
        request = self._request(method, params)
        answer = self._post(request)
        return _result(answer, request)

    def batch(self, method: str, params: Sequence[Sequence[object]]) -> list[Any]:
        """The results of many calls of one method, in order."""
        results: list[Any] = []
        for start in range(0, len(params), MAX_BATCH):
            results += self._batch([self._request(method, each) for each in params[start : start + MAX_BATCH]])
        return results

    def chain_id(self) -> int:
        return self.quantity("eth_chainId")

    def quantity(self, method: str, *params: object) -> int:
        try:
            return counted(self.call(method, *params))
        except ValueError as e:
            raise MalformedAnswer(f"{method}: {e}") from e

    def nonce(self, address: bytes, block: str = "latest") -> int:
        return self.quantity("eth_getTransactionCount", to_hex(address), block)

    def header(self, block: int | str = "latest") -> Mapping[str, Any]:
        """The raw block object of a number or tag, unchecked."""
        found = self.call("eth_getBlockByNumber", hex(block) if isinstance(block, int) else block, False)
        if not isinstance(found, Mapping):
            raise MalformedAnswer(f"eth_getBlockByNumber: block {block} was not answered with an object")
        return found

    def proof(self, address: bytes, slot: int, block: int) -> object:
        """The raw `eth_getProof` answer, unchecked."""
        return self.call("eth_getProof", to_hex(address), [f"0x{slot:064x}"], hex(block))

    def logs(self, addresses: Sequence[bytes], first: int, last: int) -> list[RawLog]:
        """What the node says these contracts logged in blocks `first` to `last`, in its order, unchecked."""
        asked = {"address": [to_hex(each) for each in addresses], "fromBlock": hex(first), "toBlock": hex(last)}
        found = self.call("eth_getLogs", asked)
        if not isinstance(found, list):
            raise MalformedAnswer("eth_getLogs was not answered with a list")
        return [raw_log(each) for each in found]

    def _request(self, method: str, params: Sequence[object]) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}

    def _batch(self, requests: list[dict[str, Any]]) -> list[Any]:
        answers = self._post(requests)
        if not isinstance(answers, list) or len(answers) != len(requests):
            raise MalformedAnswer(f"a batch of {len(requests)} calls was not answered with as many answers")
        numbered = (each for each in answers if isinstance(each, dict) and type(each.get("id")) is int)
        by_id = {answer["id"]: answer for answer in numbered}
        return [_result(by_id.get(request["id"]), request) for request in requests]

    def _post(self, body: object) -> Any:
        whole = {WHOLE_SECONDS: MAX_ANSWER_SECONDS}
        try:
            with self._http.stream("POST", self.url, json=body, extensions=whole) as response:
                received = _limited(response)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as e:  # ValueError: a Location that is none
            raise NodeUnavailable(f"{type(e).__name__}: {e}") from e
        if response.status_code != httpx.codes.OK:
            raise NodeUnavailable(f"HTTP status {response.status_code}")
        try:
            return _parse(received)
        except ValueError as e:
            raise MalformedAnswer(f"the answer is not JSON: {e}") from e


def raw_log(answer: object) -> RawLog:
    """A log object's proven parts. Raises MalformedAnswer unless it has the one topic that journaled events have."""
    if not isinstance(answer, Mapping):
        raise MalformedAnswer("a log is not an object")
    topics = answer.get("topics")
    if not isinstance(topics, list) or len(topics) != 1:
        raise MalformedAnswer("a log of the registries has exactly one topic")
    try:
        return RawLog(octets(answer.get("address"), 20), octets(topics[0], 32), octets(answer.get("data")))
    except ValueError as e:
        raise MalformedAnswer(f"a log: {e}") from e


def _parse(octets: bytes) -> Any:
    """Looks at the nesting first: Python's own limit, which signing libraries raise, may lie beyond the C stack's."""
    depth = 0
    for bracket in _STRINGS.sub(b"", octets).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH}")
    return json.loads(octets)


def _limited(response: httpx.Response) -> bytes:
    received = bytearray()
    for chunk in response.iter_raw():
        received += chunk
        if len(received) > MAX_ANSWER_OCTETS:
            raise MalformedAnswer(f"the answer has more than {MAX_ANSWER_OCTETS} octets")
    return bytes(received)


def _result(answer: object, request: Mapping[str, Any]) -> Any:
    method = str(request["method"])
    if not isinstance(answer, Mapping) or answer.get("id") != request["id"]:
        raise MalformedAnswer(f"{method}: the answer is not to the question asked")
    error = answer.get("error")
    if error is not None:
        if not isinstance(error, Mapping) or type(error.get("code")) is not int:
            raise MalformedAnswer(f"{method}: an error without its code")
        raise NodeRefused(method, error["code"], printable(str(error.get("message"))), error.get("data"))
    if "result" not in answer:
        raise MalformedAnswer(f"{method}: neither result nor error")
    return answer["result"]
