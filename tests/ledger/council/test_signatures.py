"""Proposals, their digest, and signatures: offline, each bound to one chain, one Safe, one nonce and every octet."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account as EthAccount
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Account
from ledger.council import (
    CouncilFile,
    Proposal,
    Signature,
    gather,
    parse_council_file,
    parse_proposal,
    parse_signature,
    read_proposal,
    read_signatures,
    serialise_council_file,
    serialise_proposal,
    serialise_signature,
    sign,
)
from ledger.council.acts import make_act
from ledger.council.carrying import Intended, carry
from ledger.council.signatures import require_no_newcomer
from ledger.errors import MalformedCouncilDocument, OtherCouncil, SignatureRefused, TooFewSignatures

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.fixture(scope="module")
def proposal(papers: CouncilFile) -> Proposal:
    act = make_act(papers, "trust", "admitRegion(uint32,string,address)", 310000, "上海市", b"\xab" * 20)
    to, data = carry(papers, [Intended(act, delayed=False)])
    return Proposal(papers.chain_id, papers.safe, 7, to, data)


@pytest.fixture(scope="module")
def members() -> list[Account]:
    return [Account.create() for _ in range(5)]


def addresses(members: list[Account]) -> list[bytes]:
    return [each.address for each in members]


def test_the_digest_is_eip_712s(proposal: Proposal) -> None:
    """Against another implementation: what a wallet that knows Safes would sign."""
    names = "to:address value:uint256 data:bytes operation:uint8 safeTxGas:uint256 baseGas:uint256 gasPrice:uint256"
    names += " gasToken:address refundReceiver:address nonce:uint256"
    fields = [dict(zip(("name", "type"), each.split(":"), strict=True)) for each in names.split()]
    values: dict[str, Any] = {each["name"]: 0 for each in fields}
    values |= {"gasToken": "0x" + "00" * 20, "refundReceiver": "0x" + "00" * 20, "nonce": proposal.nonce}
    values |= {"to": "0x" + proposal.to.hex(), "data": proposal.data}
    domain = {"chainId": proposal.chain_id, "verifyingContract": "0x" + proposal.safe.hex()}
    signed = EthAccount.sign_typed_data(b"\x01" * 32, domain, {"SafeTx": fields}, values)
    assert bytes(signed.message_hash) == proposal.digest
    assert bytes(signed.signature) == sign(proposal, Account.from_secret(b"\x01" * 32)).signature


@pytest.mark.parametrize(
    "changes", [{"chain_id": 1}, {"safe": b"\x09" * 20}, {"nonce": 8}, {"to": b"\x09" * 20}, {"data": b""}]
)
def test_every_member_of_a_proposal_is_in_the_digest(proposal: Proposal, changes: dict[str, Any]) -> None:
    assert replace(proposal, **changes).digest != proposal.digest


def test_a_proposal_for_another_chain_or_safe_is_refused(
    papers: CouncilFile, proposal: Proposal, tmp_path: Path
) -> None:
    for changes, reason in (({"chain_id": 1}, "chain 1"), ({"safe": b"\x09" * 20}, "Safe 0x0909")):
        other: Any = replace(proposal, **changes)  # type: ignore[arg-type]
        path = tmp_path / "p.json"
        path.write_bytes(serialise_proposal(other))
        with pytest.raises(OtherCouncil, match=reason):
            read_proposal(path, papers)


def test_signing_asks_no_network(proposal: Proposal, members: list[Account], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("no network")

    monkeypatch.setattr(socket, "socket", refuse)
    signed = sign(proposal, members[0])
    assert gather(proposal, [signed], addresses(members), 1).octets == signed.signature


def test_whom_a_proposal_makes_a_member_does_not_sign_it(papers: CouncilFile, members: list[Account]) -> None:
    new = members[0]
    add = make_act(papers, "safe", "addOwnerWithThreshold(address,uint256)", new.address, 3)
    swap = make_act(papers, "safe", "swapOwner(address,address,address)", b"\x01" * 20, members[1].address, new.address)
    for act in (add, swap):
        with pytest.raises(SignatureRefused, match=f"{new.hex_address} is not a member yet"):
            require_no_newcomer([Intended(act, delayed=False)], new)
        require_no_newcomer([Intended(act, delayed=False)], members[1])


def test_gathered_signatures_are_in_the_order_of_addresses(proposal: Proposal, members: list[Account]) -> None:
    gathered = gather(proposal, [sign(proposal, each) for each in members], addresses(members), 3)
    lowest = sorted(members, key=lambda each: each.address)[:3]
    assert gathered.octets == b"".join(sign(proposal, each).signature for each in lowest)


def test_one_short_names_who_is_missing(proposal: Proposal, members: list[Account]) -> None:
    with pytest.raises(TooFewSignatures, match="2 of 3 signatures; 1 more needed") as refused:
        gather(proposal, [sign(proposal, each) for each in members[:2]], addresses(members), 3)
    named = [each.hex_address in str(refused.value) for each in members]
    assert named == [False, False, True, True, True]


def test_the_same_member_counts_once(proposal: Proposal, members: list[Account]) -> None:
    twice = [sign(proposal, members[0]), sign(proposal, members[0]), sign(proposal, members[1])]
    with pytest.raises(TooFewSignatures, match=r"2 of 3 .* signed already"):
        gather(proposal, twice, addresses(members), 3)


BAD: list[tuple[Callable[[Signature, Proposal], Signature], str]] = [
    (lambda good, made: sign(made, Account.create()), "is not a member"),
    (lambda good, made: replace(sign(made, Account.create()), member=good.member), "was not made by that key"),
    (lambda good, made: replace(good, signature=bytes(65)), "was not made by that key"),
    (lambda good, made: replace(good, digest=bytes(32)), "another proposal"),
    (lambda good, made: good, "signed already, in good0.json"),
]


@pytest.mark.parametrize(("spoil", "reason"), BAD)
@pytest.mark.parametrize("place", [1, 3])
def test_a_bad_signature_stops_nothing_and_is_named(
    proposal: Proposal, members: list[Account], spoil: Any, reason: str, place: int
) -> None:
    """Among enough good ones the Safe is given the same octets as without it; else the bad one's file is told."""
    good = [replace(sign(proposal, each), file=f"good{number}.json") for number, each in enumerate(members[:3])]
    bad = replace(spoil(good[0], proposal), file="stick/bad.json")
    gathered = gather(proposal, [*good[:place], bad, *good[place:]], addresses(members), 3)
    assert gathered.octets == gather(proposal, good, addresses(members), 3).octets
    ((file, told),) = [(each.file, each.reason) for each in gathered.left_out]
    assert (file, reason in told) == ("stick/bad.json", True)
    with pytest.raises(TooFewSignatures, match="3 of 4 signatures; 1 more needed") as refused:
        gather(proposal, [*good, bad], addresses(members), 4)
    assert f"left out stick/bad.json: {told}" in str(refused.value)
    assert members[4].hex_address in str(refused.value)


def test_a_file_that_is_no_signature_is_left_out(proposal: Proposal, members: list[Account], tmp_path: Path) -> None:
    for number, each in enumerate(members[:2]):
        (tmp_path / f"{number}.json").write_bytes(serialise_signature(sign(proposal, each)))
    (tmp_path / "torn.json").write_bytes((tmp_path / "0.json").read_bytes()[:50])
    found, unreadable = read_signatures([tmp_path / name for name in ("torn.json", "gone.json", "0.json", "1.json")])
    gathered = gather(proposal, found, addresses(members), 2, unreadable)
    assert [Path(each.file).name for each in gathered.left_out] == ["torn.json", "gone.json"]
    with pytest.raises(TooFewSignatures, match=r"torn\.json: not a yinxin-signature/1 .*gone\.json: cannot read"):
        gather(proposal, found, addresses(members), 3, unreadable)


def test_a_stranger_cannot_sign_in_a_members_name(proposal: Proposal, members: list[Account]) -> None:
    forged = replace(sign(proposal, Account.create()), member=members[0].address)
    with pytest.raises(TooFewSignatures, match=r"0 of 1 .* not made by that key"):
        gather(proposal, [forged], addresses(members), 1)


@pytest.mark.parametrize("changes", [{"nonce": 8}, {"chain_id": 1}, {"safe": b"\x09" * 20}, {"data": b"\x00"}])
def test_a_signature_of_another_proposal_is_refused(
    proposal: Proposal, members: list[Account], changes: dict[str, Any]
) -> None:
    other = sign(replace(proposal, **changes), members[0])
    with pytest.raises(TooFewSignatures, match=r"0 of 1 .* another proposal"):
        gather(proposal, [other], addresses(members), 1)
    with pytest.raises(TooFewSignatures, match=r"0 of 1 .* not made by that key"):
        gather(proposal, [replace(other, digest=proposal.digest)], addresses(members), 1)


def test_the_mirrored_signature_is_refused(proposal: Proposal, members: list[Account]) -> None:
    """(r, n - s) with the other v is valid ECDSA, and the chain would take it; one form is enough."""
    signed = sign(proposal, members[0])
    s = int.from_bytes(signed.signature[32:64], "big")
    mirrored = signed.signature[:32] + (ORDER - s).to_bytes(32, "big") + bytes([55 - signed.signature[64]])
    with pytest.raises(TooFewSignatures, match=r"0 of 1 .* not made by that key"):
        gather(proposal, [replace(signed, signature=mirrored)], addresses(members), 1)


def test_every_octet_of_a_signature_matters(proposal: Proposal, members: list[Account]) -> None:
    signed = sign(proposal, members[0])
    for place in range(65):
        octets = bytearray(signed.signature)
        octets[place] ^= 1
        with pytest.raises(TooFewSignatures, match=r"0 of 1 .* not made by that key"):
            gather(proposal, [replace(signed, signature=bytes(octets))], addresses(members), 1)


def test_documents_are_read_as_they_were_written(
    papers: CouncilFile, proposal: Proposal, members: list[Account]
) -> None:
    signed = sign(proposal, members[0])
    assert parse_council_file(serialise_council_file(papers)) == papers
    assert parse_proposal(serialise_proposal(proposal)) == proposal
    assert parse_signature(serialise_signature(signed)) == signed


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=300), st.integers(0, 2**53 - 1), st.integers(0, 2**53 - 1))
def test_any_proposal_is_read_as_it_was_written(data: bytes, nonce: int, chain_id: int) -> None:
    made = Proposal(chain_id, b"\x01" * 20, nonce, b"\x02" * 20, data)
    assert parse_proposal(serialise_proposal(made)) == made


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda document: document.pop("nonce"), "'nonce' is missing"),
        (lambda document: document.update(words="harmless"), "'words' is not a member"),
        (lambda document: document.update(format="yinxin-proposal/2"), "yinxin-proposal/2"),
        (lambda document: document.update(nonce=-1), "nonce must be an integer"),
        (lambda document: document.update(nonce=True), "nonce must be an integer"),
        (lambda document: document.update(nonce="7"), "nonce must be an integer"),
        (lambda document: document.update(safe="0x" + "AB" * 20), "lower case"),
        (lambda document: document.update(safe="0x" + "ab" * 19), "20 octets"),
        (lambda document: document.update(to=None), "to: octets"),
        (lambda document: document.update(data="0x" + "00" * 65_537), "at most 65536"),
    ],
)
def test_a_proposal_that_is_none_is_refused(proposal: Proposal, change: Any, reason: str) -> None:
    document = json.loads(serialise_proposal(proposal))
    change(document)
    with pytest.raises(MalformedCouncilDocument, match=reason):
        parse_proposal(json.dumps(document).encode())


@pytest.mark.parametrize(
    "document", [b"", b"[]", b"{}", b"null", b"\xff", b'{"format":1}', b'{"a":1,"a":2}', b"[" * 40, b" " * 300_000]
)
def test_garbage_is_refused(document: bytes) -> None:
    for parse in (parse_proposal, parse_signature, parse_council_file):
        with pytest.raises(MalformedCouncilDocument):
            parse(document)


def test_a_file_that_cannot_be_read_is_told(papers: CouncilFile, tmp_path: Path) -> None:
    with pytest.raises(MalformedCouncilDocument, match="cannot read"):
        read_proposal(tmp_path / "none.json", papers)


def test_no_key_is_in_what_is_printed(proposal: Proposal, members: list[Account]) -> None:
    signed: Signature = sign(proposal, members[0])
    secret = members[0].secret.hex()
    assert secret not in repr(signed) + serialise_signature(signed).decode() + repr(members[0])
