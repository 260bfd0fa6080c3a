"""The trie database under py-evm: reads nodes from a view, keeps what is written until the block is committed."""

from __future__ import annotations

from eth.db.backends.base import BaseDB

from ledger.node.view import View


class Nodes(BaseDB):
    """py-evm's BaseDB. State is kept for every block, so nothing is ever deleted."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.written: dict[bytes, bytes] = {}

    def __getitem__(self, key: bytes) -> bytes:
        node = self.written.get(key)
        if node is None:
            node = self._view.node(key)
        if node is None:
            raise KeyError(key)
        return node

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self.written[key] = value

    def __delitem__(self, key: bytes) -> None:
        raise RuntimeError("trie nodes are never deleted")

    def _exists(self, key: bytes) -> bool:
        return key in self.written or self._view.node(key) is not None
