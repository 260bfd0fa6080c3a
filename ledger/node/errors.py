"""What can go wrong in the node, by who can act on it.

NodeError
├── StartRefused            the operator: data, key, lock or settings do not fit together
└── RequestRefused          the caller: becomes a JSON-RPC error with `code`
    ├── InvalidParams       -32602
    ├── TransactionRefused  -32000, with geth's words, so that every client library understands them
    ├── NotAvailable        -32000, a block or state that this chain does not have
    ├── ExecutionReverted    3, with the revert data
    └── LimitExceeded       -32005
"""

from __future__ import annotations


class NodeError(Exception):
    """Base of all errors that the node raises on purpose."""


class StartRefused(NodeError):
    """The node must not start on this data directory."""


class RequestRefused(NodeError):
    """A request that the node answers with a JSON-RPC error."""

    code = -32000

    def __init__(self, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.data = data


class InvalidParams(RequestRefused):
    code = -32602


class TransactionRefused(RequestRefused):
    pass


class NotAvailable(RequestRefused):
    pass


class ExecutionReverted(RequestRefused):
    code = 3


class LimitExceeded(RequestRefused):
    code = -32005
