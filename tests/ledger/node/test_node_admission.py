"""Which transactions are acknowledged, and the words of each refusal."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.node.admission import MAX_TRANSACTION_OCTETS, check_nonce, read_transaction
from ledger.node.errors import TransactionRefused

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def refusal(raw: bytes) -> str:
    with pytest.raises(TransactionRefused) as caught:
        read_transaction(raw, 20260)
    return str(caught.value)


def test_hash_and_sender_are_the_signers(client: Any) -> None:
    signed = client.account.sign_transaction(
        {"to": "0x" + "11" * 20, "nonce": 4, "gas": 21_000, "gasPrice": 0, "value": 0, "chainId": 20260}
    )
    candidate = read_transaction(bytes(signed.raw_transaction), 20260)
    assert candidate.hash == bytes(signed.hash)
    assert candidate.sender.hex() == client.address[2:]
    assert candidate.nonce == 4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"chainId": 1}, "invalid chain id for signer: have 1 want 20260"),
        ({"gas": 20_999}, "intrinsic gas too low: gas 20999, minimum needed 21000"),
        ({"gas": 30_000_001}, "exceeds block gas limit"),
        ({"maxFeePerGas": 1, "maxPriorityFeePerGas": 2}, "max priority fee per gas higher than max fee per gas"),
        ({"maxFeePerGas": 1}, "insufficient funds for gas * price + value: balance 0, tx cost 300000"),
        ({"gasPrice": 2}, "insufficient funds for gas * price + value: balance 0, tx cost 600000"),
        ({"value": 1}, "insufficient funds for gas * price + value: balance 0, tx cost 1"),
    ],
)
def test_refused_transaction(client: Any, changes: dict[str, Any], message: str) -> None:
    assert refusal(client.sign(**changes)) == message


def test_oversized_transaction_is_refused(client: Any) -> None:
    raw = client.sign(data=bytes(MAX_TRANSACTION_OCTETS))
    assert refusal(raw) == f"oversized data: transaction size {len(raw)}, limit 131072"


def test_legacy_transaction_without_chain_id_is_refused(client: Any) -> None:
    signed = client.account.sign_transaction(
        {"to": "0x" + "11" * 20, "nonce": 0, "gas": 21_000, "gasPrice": 0, "value": 0}
    )
    assert refusal(bytes(signed.raw_transaction)) == "only replay-protected (EIP-155) transactions allowed over RPC"


def test_other_s_of_the_same_signature_is_refused(client: Any) -> None:
    items = rlp.decode(client.sign(gasPrice=0))
    other_parity = 2 * (35 + 2 * 20260) + 1 - int.from_bytes(items[6], "big")
    items[6] = other_parity.to_bytes(2, "big")
    items[8] = (ORDER - int.from_bytes(items[8], "big")).to_bytes(32, "big")
    assert refusal(rlp.encode(items)) == "invalid transaction v, r, s values"


@pytest.mark.parametrize(
    "raw", [b"", b"\x00", b"\x03" + rlp.encode([b""] * 14), b"\x7f\xc0", b"\xc0", b"\xf8", b"\x02", b"\xff" * 50]
)
def test_octets_that_are_no_transaction_are_refused(raw: bytes) -> None:
    assert refusal(raw).startswith(("rlp: ", "transaction type not supported"))


def test_appended_octets_are_refused(client: Any) -> None:
    assert refusal(client.sign() + b"\0").startswith("rlp: ")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"\x01", b"\x02", b"\x04"]))
def test_any_octets_are_read_or_refused(octets: bytes, kind: bytes) -> None:
    refusal(kind + octets)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(st.binary(max_size=40), st.just([])), min_size=9, max_size=12),
    st.sampled_from([b"", b"\x01", b"\x02"]),
)
def test_any_list_of_fields_is_read_or_refused(items: list[Any], kind: bytes) -> None:
    try:
        read_transaction(kind + rlp.encode(items), 20260)
    except TransactionRefused:
        return


@pytest.mark.parametrize(
    ("nonce", "pending", "message"),
    [
        (4, [], "nonce too low: next nonce 5, tx nonce 4"),
        (6, [5, 6], "replacement transaction underpriced"),
        (5 + 1_025, [], "nonce too high: next nonce 5, tx nonce 1030"),
    ],
)
def test_nonce_that_is_refused(nonce: int, pending: list[int], message: str) -> None:
    with pytest.raises(TransactionRefused) as caught:
        check_nonce(nonce, 5, pending)
    assert str(caught.value) == message


@pytest.mark.parametrize("nonce", [5, 6, 5 + 1_024])
def test_nonce_that_is_taken(nonce: int) -> None:
    check_nonce(nonce, 5, [7])


def test_other_transaction_of_a_waiting_nonce_is_refused_and_the_first_is_mined(node: Any, client: Any) -> None:
    first = node.send(client.sign(nonce=0))
    error = node.error("eth_sendRawTransaction", "0x" + client.sign(nonce=0, data=b"other").hex())
    assert (error["code"], error["message"]) == (-32000, "replacement transaction underpriced")
    node.mine()
    assert node.result("eth_getTransactionReceipt", first)["status"] == "0x1"


def test_other_transaction_of_a_used_nonce_is_refused(node: Any, client: Any) -> None:
    node.send(client.sign(nonce=0))
    node.mine()
    error = node.error("eth_sendRawTransaction", "0x" + client.sign(nonce=0, data=b"other").hex())
    assert error["message"] == "nonce too low: next nonce 1, tx nonce 0"
