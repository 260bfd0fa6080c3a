"""The node's JSON-RPC door: `application(node)` is an ASGI app."""

from ledger.node.rpc.http import application

__all__ = ["application"]
