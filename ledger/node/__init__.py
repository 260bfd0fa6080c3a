"""The embedded node: py-evm on disk as a one-validator network with QBFT headers. The door of this package."""

from ledger.node.errors import NodeError, StartRefused
from ledger.node.settings import NodeSettings

__all__ = ["Node", "NodeError", "NodeSettings", "StartRefused", "application"]


def __getattr__(name: str) -> object:
    """`Node` and `application` on first use: they load an EVM, which takes a second that a client need not spend."""
    if name == "Node":
        from ledger.node.node import Node

        return Node
    if name == "application":
        from ledger.node.rpc import application

        return application
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
