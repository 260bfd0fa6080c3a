"""On real hosts, where gas is not free: without its fee nothing reaches the pool, and what was stuck there gets in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from ledger import Account, Call, Fees, Outbox, Receipt, Rpc, Sent, save_account
from ledger.outbox import metadata
from scripts.hosts import Network
from scripts.hosts.console import ask
from tests.ledger.command_line import run
from tests.network.live import wait_until


def pooled(network: Network, account: Account) -> int:
    """How many of the account's transactions a host holds, and has in no block."""
    held: dict[str, dict[str, Any]] = ask(
        network.folder / "hosts" / "1" / "geth.ipc", "txpool_contentFrom", account.hex_address
    )
    return sum(map(len, held.values()))


def region(network: Network, code: int, *options: object) -> Any:
    """`region admit`, by the network's council."""
    admit = ("region", "admit", code, "示例省", "--administrator", Account.create().hex_address)
    account = network.folder / "accounts" / "council.json"
    return run(*admit, "--network", network.network_path, "--rpc", network.url(1), "--account", account, *options)


def test_a_command_with_the_fee_works_and_without_is_refused_by_name(clique_network: Network) -> None:
    council, fee = clique_network.account("council"), clique_network.fees.max_fee_per_gas
    with Rpc(clique_network.url(1)) as rpc:
        before = rpc.nonce(council.address, "pending")
        for too_low in ((), ("--max-fee-per-gas", "7")):
            refused = region(clique_network, 350000, *too_low, "--json")
            assert json.loads(refused.output)["error"] == "FeeTooLow"
        refused = run(
            *("deploy", "--rpc", clique_network.url(1), "--name", "another", "--engine", "embedded", "--json"),
            *("--council-account", clique_network.folder / "accounts" / "council.json"),
            *("--out", clique_network.folder / "another.json", "--max-fee-per-gas", fee),
        )
        assert json.loads(refused.output)["error"] == "OtherEngine"
        assert rpc.nonce(council.address, "pending") == before
        assert pooled(clique_network, council) == 0
        assert region(clique_network, 350000, "--max-fee-per-gas", fee).exit_code == 0
        assert rpc.nonce(council.address) == before + 1


def test_what_was_sent_without_a_fee_is_replaced(clique_network: Network, tmp_path: Path) -> None:
    """As an earlier program did it; once by the outbox, which does the calls, once by hand, which drops them."""
    bureau, person = clique_network.new_accounts(2)
    engine = create_engine(f"sqlite:///{tmp_path / 'books.db'}")
    metadata.create_all(engine)
    nothing, told = Call(bytes([9]) * 20, b"", 30_000, "nothing"), []
    with Rpc(clique_network.url(1)) as rpc:
        free = Outbox(engine, clique_network.network)
        with engine.begin() as connection:
            for reference in "ab":
                free.enqueue(connection, bureau, nothing, reference)
        for account in (bureau, person):
            for nonce in (0, 1):
                raw = account.sign(rpc.chain_id(), nonce, nothing, Fees()).raw
                rpc.call("eth_sendRawTransaction", "0x" + raw.hex())
        assert (pooled(clique_network, bureau), pooled(clique_network, person)) == (2, 2)

        def note(_: object, sent: Sent, receipt: Receipt) -> None:
            told.append((sent.reference, receipt.succeeded))

        assert free.deliver(rpc, note, signers=[bureau]).fee_too_low is not None
        paying = Outbox(engine, clique_network.network, fees=clique_network.fees)
        assert paying.deliver(rpc, note, signers=[bureau]).problems == ()
        wait_until(lambda: paying.deliver(rpc, note, signers=[bureau]).waiting == 0, "both are settled")
        assert told == [("a", True), ("b", True)]
        assert (pooled(clique_network, bureau), rpc.nonce(bureau.address)) == (0, 2)
        _freed(clique_network, person, tmp_path)
        assert rpc.nonce(person.address) == 2
        wait_until(lambda: pooled(clique_network, person) == 0, "the pool lets go of what is in a block")


def _freed(network: Network, account: Account, folder: Path) -> None:
    save_account(account, folder / "person.json")
    fee = ("--max-fee-per-gas", network.fees.max_fee_per_gas)
    freed = run("account", "free", folder / "person.json", "--rpc", network.url(1), *fee, "--json")
    assert json.loads(freed.output)["freed"] == 2
