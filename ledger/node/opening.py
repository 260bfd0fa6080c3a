"""Opening a data directory: the first start makes key and genesis, later ones prove that all parts belong together."""

from __future__ import annotations

from dataclasses import dataclass

from eth_keys.datatypes import PrivateKey

from ledger.headers import Header, MalformedHeader, signers
from ledger.node.accounts import EMPTY_TRIE
from ledger.node.blocks import Validator, genesis_block
from ledger.node.directory import DataDirectory, Mark
from ledger.node.errors import StartRefused
from ledger.node.settings import DEFAULT_CHAIN_ID, NodeSettings
from ledger.node.store import Store
from ledger.node.view import View

_HASH_RULE = "qbft"
_CLOCK_TOLERANCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Opened:
    directory: DataDirectory
    store: Store
    validator: Validator
    chain_id: int
    genesis_hash: bytes

    def close(self) -> None:
        self.store.close()
        self.directory.close()


def open_chain(settings: NodeSettings, now: int) -> Opened:
    directory = DataDirectory(settings.data)
    try:
        store = Store(directory.database)
        try:
            return _opened(directory, store, settings, now)
        except BaseException:
            store.close()
            raise
    except BaseException:
        directory.close()
        raise


def _opened(directory: DataDirectory, store: Store, settings: NodeSettings, now: int) -> Opened:
    mark, identity = directory.mark(), store.identity()
    if identity is None and mark is not None:
        raise StartRefused(f"the database is gone, but blocks up to {mark.number} have been sealed")
    validator = Validator(PrivateKey(directory.validator_key(create=identity is None)))
    chain_id = settings.chain_id or int((identity or {}).get("chain_id", DEFAULT_CHAIN_ID))
    wanted = {"hash_rule": _HASH_RULE, "chain_id": str(chain_id), "validator": validator.address.hex()}
    if identity is None:
        # A second before now, so that the first block need not wait.
        store.create(wanted, genesis_block(validator, now - 1))
    else:
        _check_identity(identity, wanted)
    with store.reading() as view:
        _check_head(view, validator, now)
        directory.set_mark(_raised(mark, view))
        return Opened(directory, store, validator, chain_id, view.block_hash(0))


def _check_identity(identity: dict[str, str], wanted: dict[str, str]) -> None:
    for name, value in wanted.items():
        if identity.get(name) != value:
            raise StartRefused(f"the database has {name} {identity.get(name)}, this node {value}")


def _check_head(view: View, validator: Validator, now: int) -> None:
    """The head must be what its hash says, sealed by our key (the genesis by nobody), with its state at hand."""
    try:
        head = view.head_header()
        sealed_by = signers(head.fields())
    except MalformedHeader as e:
        raise StartRefused(f"block {view.head} is damaged: {e}") from e
    expected = (validator.address,) if head.number else ()
    if head.number != view.head or head.hash != view.block_hash(view.head) or sealed_by != expected:
        raise StartRefused(f"block {view.head} is not sealed by this node's key")
    if head.timestamp > now + _CLOCK_TOLERANCE_SECONDS:
        raise StartRefused(f"block {view.head} is {head.timestamp - now} s ahead of the clock: check the clock")
    if not _has_state(view, head):
        raise StartRefused(f"the state of block {view.head} is missing")


def _has_state(view: View, head: Header) -> bool:
    return head.state_root == EMPTY_TRIE or view.node(head.state_root) is not None


def _raised(mark: Mark | None, view: View) -> Mark:
    """The mark for the head that is stored. A crash may have left the mark one block behind, never ahead."""
    if mark is None and view.head > 0:
        raise StartRefused(f"sealed-height is missing: nothing shows that block {view.head} is the highest one sealed")
    if mark is not None and mark.number > view.head:
        raise StartRefused(f"the database ends at block {view.head}, but block {mark.number} has been sealed")
    if mark is not None and view.block_hash(mark.number) != mark.hash:
        raise StartRefused(f"block {mark.number} is not the one that was sealed")
    return Mark(view.head, view.block_hash(view.head))
