"""From a source's address to the source: a node, a mirror of static files, or a folder or pack on this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from ledger.errors import MalformedSource
from ledger.network_file import NetworkFile
from ledger.replica.source import Source

FORMS = "http(s)://… (a node), mirror+http(s)://…/ (a mirror) or file:///… (a mirror's folder, or a pack)"
_NODES = ("http", "https")
_MIRRORS = ("mirror+http", "mirror+https")


def require_source(address: str) -> str:
    """The address. Raises MalformedSource where it has none of the forms."""
    if not _is_remote(address) and _is_remote(f"{address}/"):
        raise MalformedSource(f"{shown_address(address)!r} lacks the / at its end, which a mirror's address has")
    if not (_is_remote(address) or _is_local(address)):
        raise MalformedSource(f"{shown_address(address)!r} is not a source; expected {FORMS}")
    return address


def shown_address(address: str) -> str:
    """The address for pages, logs and errors: without a user's name and password."""
    scheme, slashes, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}"


def open_source(address: str, network: NetworkFile) -> Source:
    """The source, not asked yet. Raises MalformedSource."""
    # Proofs and HTTP take a second to load; who only reads the file does without.
    if urlsplit(require_source(address)).scheme in _NODES:
        from ledger.replica.node_source import NodeSource

        return NodeSource(address, network)
    from ledger.mirror import MirrorSource

    return MirrorSource(address, network)


def _is_remote(address: str) -> bool:
    try:
        parts = urlsplit(address)
        has_host = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
    is_folder = parts.scheme in _MIRRORS and parts.path.endswith("/")
    return has_host and (parts.scheme in _NODES or is_folder)


def _is_local(address: str) -> bool:
    return address.startswith("file:///") and len(address) > len("file:///")
