"""The chain, as the other packages see it. This is the only public door; names are loaded when first used.

Loading all at once would cost every command a second: signing and the embedded EVM are heavy and seldom needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger import events as events
    from ledger.accounts import Account as Account
    from ledger.accounts import Fees as Fees
    from ledger.accounts import load_account as load_account
    from ledger.accounts import save_account as save_account
    from ledger.administration import Administration as Administration
    from ledger.authority_record import AuthorityRecord as AuthorityRecord
    from ledger.authority_record import authority_on_record as authority_on_record
    from ledger.calls import Call as Call
    from ledger.catalogue import load_catalogue as load_catalogue
    from ledger.deployment import deploy as deploy
    from ledger.durable import write_over as write_over
    from ledger.errors import AccountProblem as AccountProblem
    from ledger.errors import CheckpointTooOld as CheckpointTooOld
    from ledger.errors import ContradictoryHeaders as ContradictoryHeaders
    from ledger.errors import FollowFailed as FollowFailed
    from ledger.errors import LedgerError as LedgerError
    from ledger.errors import MalformedNetworkFile as MalformedNetworkFile
    from ledger.errors import MalformedPack as MalformedPack
    from ledger.errors import MalformedSource as MalformedSource
    from ledger.errors import NodeRefused as NodeRefused
    from ledger.errors import NodeUnavailable as NodeUnavailable
    from ledger.errors import NotProven as NotProven
    from ledger.errors import OtherNetwork as OtherNetwork
    from ledger.errors import OtherReplica as OtherReplica
    from ledger.errors import PackGap as PackGap
    from ledger.errors import PackIncomplete as PackIncomplete
    from ledger.errors import PackProblem as PackProblem
    from ledger.errors import PackStale as PackStale
    from ledger.errors import PackTooLarge as PackTooLarge
    from ledger.errors import ReplicaDamaged as ReplicaDamaged
    from ledger.errors import ReplicaUnwritable as ReplicaUnwritable
    from ledger.errors import Revert as Revert
    from ledger.errors import SourceError as SourceError
    from ledger.errors import SourceFailure as SourceFailure
    from ledger.errors import TransactionNotFinal as TransactionNotFinal
    from ledger.errors import TransactionReverted as TransactionReverted
    from ledger.errors import UnsupportedPack as UnsupportedPack
    from ledger.exchange import WHOLE_SECONDS as WHOLE_SECONDS
    from ledger.exchange import open_client as open_client
    from ledger.fences import AnchoredBatch as AnchoredBatch
    from ledger.genesis import qbft_genesis_header as qbft_genesis_header
    from ledger.network_file import NetworkFile as NetworkFile
    from ledger.network_file import parse_network_file as parse_network_file
    from ledger.network_file import read_network_file as read_network_file
    from ledger.network_file import serialise_network_file as serialise_network_file
    from ledger.outbox import Delivery as Delivery
    from ledger.outbox import Outbox as Outbox
    from ledger.outbox import Sent as Sent
    from ledger.outbox import Waiting as Waiting
    from ledger.pack import Loaded as Loaded
    from ledger.pack import load_pack as load_pack
    from ledger.printable import number_of as number_of
    from ledger.printable import visible as visible
    from ledger.printable import visible_json as visible_json
    from ledger.reading import RegistryReader as RegistryReader
    from ledger.receipts import Receipt as Receipt
    from ledger.refusals import PACK_REFUSALS as PACK_REFUSALS
    from ledger.registries import Member as Member
    from ledger.registries import Registries as Registries
    from ledger.renewal import changes as changes
    from ledger.renewal import is_later as is_later
    from ledger.renewal import is_renewal as is_renewal
    from ledger.renewal import trusted_until as trusted_until
    from ledger.replica import Accepted as Accepted
    from ledger.replica import Evidence as Evidence
    from ledger.replica import Progress as Progress
    from ledger.replica import Replica as Replica
    from ledger.replica import Rewind as Rewind
    from ledger.replica import keep_following as keep_following
    from ledger.replica.sources import require_source as require_source
    from ledger.replica.sources import shown_address as shown_address
    from ledger.rpc import Rpc as Rpc
    from ledger.table import print_table as print_table

_HOMES = {
    "require_source": "replica.sources",
    "shown_address": "replica.sources",
    "Accepted": "replica",
    "Account": "accounts",
    "AccountProblem": "errors",
    "Administration": "administration",
    "AnchoredBatch": "fences",
    "AuthorityRecord": "authority_record",
    "Call": "calls",
    "CheckpointTooOld": "errors",
    "ContradictoryHeaders": "errors",
    "Delivery": "outbox",
    "Evidence": "replica",
    "Fees": "accounts",
    "FollowFailed": "errors",
    "LedgerError": "errors",
    "Loaded": "pack",
    "MalformedNetworkFile": "errors",
    "MalformedPack": "errors",
    "MalformedSource": "errors",
    "Member": "registries",
    "NetworkFile": "network_file",
    "NodeRefused": "errors",
    "NodeUnavailable": "errors",
    "NotProven": "errors",
    "OtherNetwork": "errors",
    "OtherReplica": "errors",
    "Outbox": "outbox",
    "PACK_REFUSALS": "refusals",
    "PackGap": "errors",
    "PackIncomplete": "errors",
    "PackProblem": "errors",
    "PackStale": "errors",
    "PackTooLarge": "errors",
    "Progress": "replica",
    "Receipt": "receipts",
    "Registries": "registries",
    "RegistryReader": "reading",
    "Replica": "replica",
    "ReplicaDamaged": "errors",
    "ReplicaUnwritable": "errors",
    "Revert": "errors",
    "Rewind": "replica",
    "Rpc": "rpc",
    "Sent": "outbox",
    "SourceError": "errors",
    "SourceFailure": "errors",
    "TransactionNotFinal": "errors",
    "TransactionReverted": "errors",
    "UnsupportedPack": "errors",
    "WHOLE_SECONDS": "exchange",
    "Waiting": "outbox",
    "authority_on_record": "authority_record",
    "changes": "renewal",
    "deploy": "deployment",
    "is_later": "renewal",
    "is_renewal": "renewal",
    "keep_following": "replica",
    "load_account": "accounts",
    "load_catalogue": "catalogue",
    "load_pack": "pack",
    "open_client": "exchange",
    "parse_network_file": "network_file",
    "print_table": "table",
    "qbft_genesis_header": "genesis",
    "read_network_file": "network_file",
    "save_account": "accounts",
    "serialise_network_file": "network_file",
    "trusted_until": "renewal",
    "number_of": "printable",
    "visible": "printable",
    "visible_json": "printable",
    "write_over": "durable",
}

__all__ = ["events", *_HOMES]  # noqa: PLE0604 - all are texts


def __getattr__(name: str) -> object:
    if name == "events":
        return import_module("ledger.events")
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'ledger' has no attribute {name!r}") from None
    found: object = getattr(import_module(f"ledger.{home}"), name)
    globals()[name] = found
    return found
