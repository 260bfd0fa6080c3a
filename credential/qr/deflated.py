"""The texts of the QR form through raw deflate (RFC 1951) with a preset dictionary, and back within a limit."""

from __future__ import annotations

import zlib

from credential.qr.errors import MalformedQr

MAX_INFLATED = 64 * 1024
_RAW_32K = -15
_BEST = 9
_STRATEGIES = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED)


def deflate(octets: bytes, dictionary: bytes) -> bytes:
    """The shortest of what zlib has to offer. No two packers need agree: only inflating is canonical."""
    return min((_deflate(octets, dictionary, strategy) for strategy in _STRATEGIES), key=len)


def inflate(octets: bytes, dictionary: bytes) -> bytes:
    """Raises MalformedQr for what does not end with the stream, or grows past MAX_INFLATED; no more is ever held."""
    inflater = zlib.decompressobj(_RAW_32K, dictionary)
    try:
        inflated = inflater.decompress(octets, MAX_INFLATED + 1)
    except zlib.error as error:
        raise MalformedQr("the texts do not inflate") from error
    if len(inflated) > MAX_INFLATED:
        raise MalformedQr(f"the texts inflate to more than {MAX_INFLATED} octets")
    if not inflater.eof:
        raise MalformedQr("truncated: the deflate stream has no end")
    if inflater.unused_data:
        raise MalformedQr(f"{len(inflater.unused_data)} octets after the deflate stream")
    return inflated


def _deflate(octets: bytes, dictionary: bytes, strategy: int) -> bytes:
    deflater = zlib.compressobj(_BEST, zlib.DEFLATED, _RAW_32K, _BEST, strategy, dictionary)
    return deflater.compress(octets) + deflater.flush()
