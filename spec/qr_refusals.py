"""QR forms that must be refused, and as what: the reference licence with one thing changed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from credential import SigningKey
from credential.qr import to_text

FLAGS, FORMS, DAYS = 4, 5, 8
"""Where they begin in a business licence: four one-octet numbers go before, ten fields have three octets of forms."""


def refused_vectors(good: bytes, reference: Any, dictionary: bytes) -> Iterator[dict[str, object]]:
    """`good` is the reference licence, live and with the seed; each vector is that with one thing changed."""
    key = SigningKey.from_secret(bytes.fromhex(reference["holder_secret"])).public_key.compressed
    yield from _refused_heads(good)
    yield from _refused_octets(good, key)
    yield from _refused_texts(*_split(good, dictionary, reference["issuer"]), dictionary)
    yield from _refused_characters(to_text(good))


def _refused_heads(good: bytes) -> Iterator[dict[str, object]]:
    yield _refused("format 2", "unknown_version", _put(good, 0, b"\x02"))
    yield _refused("certificate type 99", "unknown_version", _put(good, 1, b"\x63"))
    yield _refused("certificate type 300", "unknown_version", good[:1] + b"\xac\x02" + good[2:])
    yield _refused("version 2 of the type", "unknown_version", _put(good, 2, b"\x02"))
    yield _refused("dictionary 99", "unknown_version", _put(good, 3, b"\x63"))


def _refused_octets(good: bytes, key: bytes) -> Iterator[dict[str, object]]:
    yield _refused("no octets", "malformed_qr", b"")
    yield _refused("the last octet missing", "malformed_qr", good[:-1])
    yield _refused("an octet too many", "malformed_qr", good + b"\0")
    yield _refused("cut in the inclusion path", "malformed_qr", good[:200])
    yield _refused("more octets than a QR code holds", "malformed_qr", good + bytes(3000 - len(good)))
    yield _refused("a number with a needless octet", "malformed_qr", b"\x81\0" + good[1:])
    yield _refused("a number of 70 bits", "malformed_qr", b"\xff" * 9 + b"\x02" + good[1:])
    yield _refused("a reserved flag", "malformed_qr", _put(good, FLAGS, bytes([good[FLAGS] | 0x80])))
    yield _refused("a nonce without key binding", "malformed_qr", _put(good, FLAGS, bytes([good[FLAGS] & 0xFC])))
    yield _refused("a form past the fields", "malformed_qr", _put(good, FORMS + 2, bytes([good[FORMS + 2] | 1])))
    yield _refused("a form that the kind lacks", "malformed_qr", _put(good, FORMS, bytes([good[FORMS] | 0xC0])))
    yield _refused("day 0", "malformed_qr", _put(good, DAYS, bytes(3)))
    yield _refused("a day after the year 9999", "malformed_qr", _put(good, DAYS, b"\xff\xff\xff"))
    yield _refused("a holder's key off the curve", "malformed_qr", good.replace(key, b"\x02" + b"\xff" * 32))


def _refused_texts(octets: bytes, texts: bytes, dictionary: bytes) -> Iterator[dict[str, object]]:
    """Other octets in the deflate stream."""
    for name, changed in (
        ("a text too many", texts + b"\x01a"),
        ("a text too few", texts[: texts.rindex("上海市浦东新区".encode()) - 1]),
        ("a text cut short", texts[:-1]),
        ("a text that is not UTF-8", texts[:-1] + b"\xff"),
        ("a text that grows past 64 KiB", texts + bytes(2_000_000)),
        ("a presentation past 64 KiB", texts.replace(texts[:1], b"\xb0\xea\x03" + b"a" * (62_768 - texts[0]), 1)),
    ):
        yield _refused(name, "malformed_qr", octets + _deflate(changed, dictionary))
    yield _refused("no deflate stream", "malformed_qr", octets + b"\xff\xff")
    yield _refused("a deflate stream without an end", "malformed_qr", octets + _deflate(texts, dictionary)[:-3])


def _refused_characters(good: str) -> Iterator[dict[str, object]]:
    for name, text in (
        ("another prefix", "HC1:6BFOXN"),
        ("lower case", good.lower()),
        ("a character that is not of Base45", good[:-1] + "_"),
        ("a group past 65535", "YX:GGW"),
        ("a lone character", "YX:BB8A"),
        ("a line break at the end", good + "\n"),
    ):
        yield {"name": name, "error": "malformed_qr", "text": text}


def _split(good: bytes, dictionary: bytes, issuer: str) -> tuple[bytes, bytes]:
    """The octets before the deflate stream, and the texts in it."""
    for length in range(60, len(good)):
        inflater = zlib.decompressobj(-15, dictionary)
        try:
            texts = inflater.decompress(good[-length:])
        except zlib.error:
            continue
        if inflater.eof and not inflater.unused_data and texts[1:].startswith(issuer.encode()):
            return good[:-length], texts
    raise ValueError("the reference licence has no texts")


def _deflate(texts: bytes, dictionary: bytes) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
    return deflater.compress(texts) + deflater.flush()


def _put(octets: bytes, at: int, new: bytes) -> bytes:
    return octets[:at] + new + octets[at + len(new) :]


def _refused(name: str, error: str, octets: bytes) -> dict[str, object]:
    return {"name": name, "error": error, "text": to_text(octets)}
