"""Deeply nested JSON is refused, also in a process that has signed: its libraries would let it overflow the stack."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SIGNED_THEN_FED = """
import sys
from ledger import Account, Call, Fees, MalformedNetworkFile, RegistryReader, Rpc, SourceError, parse_network_file
from tests.ledger.replica_samples import NETWORK
from tests.servers import WebServer, reply

limit = sys.getrecursionlimit()
DEEP = b"[" * 100_000

Account.create().sign(1, 0, Call(bytes(20), b"", 21_000, "nothing"), Fees())
RegistryReader("http://127.0.0.1:9", NETWORK)
assert sys.getrecursionlimit() == limit, sys.getrecursionlimit()

with WebServer(lambda request: reply(request, DEEP)) as server:
    try:
        Rpc(server.url).chain_id()
    except SourceError as e:
        print("rpc:", e)
try:
    parse_network_file(DEEP[:60_000])
except MalformedNetworkFile as e:
    print("file:", e)
"""


def test_nested_json_does_not_crash_a_process_that_signed() -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SIGNED_THEN_FED], cwd=root, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "rpc: the answer is not JSON: nested deeper than" in done.stdout
    assert "file: nested deeper than" in done.stdout
