"""The package's public door: what it names is there, and what is heavy stays out until it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import ledger
from credential import Reason, SigningKey, State
from ledger import load_catalogue
from ledger.abi import selector
from ledger.artifacts import artifact
from ledger.registries import Registries, Restoration
from tests.ledger.replica_samples import NETWORK

ROOT = Path(__file__).resolve().parents[2]
DOOR = {
    "Accepted",
    "Account",
    "AccountProblem",
    "Administration",
    "AnchoredBatch",
    "AuthorityRecord",
    "Call",
    "CheckpointTooOld",
    "ContradictoryHeaders",
    "Delivery",
    "Evidence",
    "Fees",
    "FollowFailed",
    "LedgerError",
    "MalformedNetworkFile",
    "Loaded",
    "MalformedPack",
    "MalformedSource",
    "Member",
    "NetworkFile",
    "NodeRefused",
    "NodeUnavailable",
    "NotProven",
    "OtherNetwork",
    "OtherReplica",
    "Outbox",
    "PACK_REFUSALS",
    "PackGap",
    "PackIncomplete",
    "PackProblem",
    "PackStale",
    "PackTooLarge",
    "Progress",
    "Receipt",
    "Registries",
    "RegistryReader",
    "Replica",
    "ReplicaDamaged",
    "ReplicaUnwritable",
    "Revert",
    "Rewind",
    "Rpc",
    "Sent",
    "SourceError",
    "SourceFailure",
    "TransactionNotFinal",
    "TransactionReverted",
    "UnsupportedPack",
    "WHOLE_SECONDS",
    "Waiting",
    "authority_on_record",
    "changes",
    "deploy",
    "events",
    "is_later",
    "is_renewal",
    "keep_following",
    "load_account",
    "load_catalogue",
    "load_pack",
    "open_client",
    "parse_network_file",
    "print_table",
    "qbft_genesis_header",
    "read_network_file",
    "save_account",
    "require_source",
    "serialise_network_file",
    "shown_address",
    "trusted_until",
    "visible",
    "number_of",
    "visible_json",
    "write_over",
}


def test_the_door_is_exactly_this() -> None:
    assert set(ledger.__all__) == DOOR


@pytest.mark.parametrize("name", sorted(DOOR))
def test_every_name_of_the_door_is_there(name: str) -> None:
    assert getattr(ledger, name) is not None


def test_what_the_door_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        ledger.nonsense  # noqa: B018


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_who_only_reads_facts_loads_nothing_heavy() -> None:
    code = "from ledger import Replica, load_catalogue, read_network_file; Replica; load_catalogue(); read_network_file"
    heavy = {"web3", "eth_account", "eth", "sqlalchemy", "httpx", "eth_abi", "trie", "uvicorn"}
    assert not heavy & loaded_after(code)


def test_importing_the_package_loads_nothing_of_it() -> None:
    assert not {name for name in loaded_after("import ledger") if name.startswith("ledger.")}


def test_the_catalogue_has_the_installed_types_and_their_dictionaries() -> None:
    catalogue = load_catalogue()
    assert set(catalogue.types) == {(1, 1), (2, 1), (3, 1)}
    assert all(each.dictionary in catalogue.dictionaries for each in catalogue.types.values())


def test_every_call_is_a_function_of_its_contract() -> None:
    calls, key, account = Registries(NETWORK), SigningKey.from_secret(b"\x01" * 32), bytes(19) + b"\x01"
    at = NETWORK.registries
    made = [
        calls.anchor(1, 0, bytes(32), 1, bytes(32)),
        calls.set_status(1, 1, State.VALID, State.INVALID, Reason.REVOKED, 3),
        calls.admit_region(310000, "上海市", account),
        calls.change_region_administrator(310000, account),
        calls.register_type(1, "code", 1, bytes(32)),
        calls.register_authority(310000, "code", "name", "url"),
        calls.add_authority_url(1, "url"),
        calls.dissolve_authority(1),
        calls.add_operator(1, account),
        calls.restore_statuses(1, account, [Restoration(1, State.INVALID, State.VALID)]),
        calls.revoke_operator(1, account, 1),
        calls.add_key(1, key.kid, key.public_key.octets, 0),
        calls.revoke_key(key.kid, 1),
        calls.accredit(1, 1, 0),
        calls.end_accreditation(1, 1),
        calls.propose_agreement(310000, bytes(32), [1], 0, None, [ledger.Member(310000, True, True)]),
        calls.ratify_agreement(1, 310000),
        calls.suspend_agreement(1, 310000),
        calls.resume_agreement(1, 310000),
        calls.withdraw_agreement(1, 310000),
        calls.add_writer(account),
        calls.retire_writer(account),
    ]
    contracts = {
        at.trust: "TrustRegistry",
        at.credential: "CredentialRegistry",
        at.recognition: "RecognitionRegistry",
        NETWORK.journal.address: "Journal",
    }
    for call in made:
        assert call.to is not None
        functions = artifact(contracts[call.to]).signatures("function")
        assert call.data[:4] in set(map(selector, functions)), call.purpose
