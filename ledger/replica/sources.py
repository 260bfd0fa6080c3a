"""From a source's address to the source: a node, a mirror of static files, or a folder or pack on this machine."""

from __future__ import annotations

from ledger.errors import MalformedSource
from ledger.network_file import NetworkFile
from ledger.replica.source import Source

FORMS = "http(s)://… (a node), mirror+http(s)://…/ (a mirror) or file:///… (a mirror's folder, or a pack)"
_NODES = ("http://", "https://")
_MIRRORS = ("mirror+http://", "mirror+https://", "file:///")


def require_source(address: str) -> str:
    """The address. Raises MalformedSource where it has none of the forms."""
    if not address.startswith((*_NODES, *_MIRRORS)):
        raise MalformedSource(f"{address!r} is not a source; expected {FORMS}")
    return address


def open_source(address: str, network: NetworkFile) -> Source:
    """The source, not asked yet. Raises MalformedSource."""
    # Proofs and HTTP take a second to load; who only reads the file does without.
    if require_source(address).startswith(_NODES):
        from ledger.replica.node_source import NodeSource

        return NodeSource(address, network)
    from ledger.mirror import MirrorSource

    return MirrorSource(address, network)
