"""How often a JPEG goes over its picture. Walks its markers as libjpeg does, and judges nothing else of it.

A progressive JPEG is decoded scan by scan, each over all pixels; a scan that says nothing has some 200 octets.
"""

from __future__ import annotations

import re

_SCAN, _END = 0xDA, 0xD9
# Of the markers that have a length (T.81, table B.1); the others, and what is damaged, libjpeg skips or refuses.
_SEGMENT = re.compile(rb"\xff([\xc0-\xcf\xd9-\xfe])")


def has_more_scans_than(most: int, octets: bytes) -> bool:
    """Thumbnails lie within segments and further pictures behind the end: they do not count."""
    scans, place = 0, 0
    while found := _SEGMENT.search(octets, place):
        marker, place = found[1][0], found.end()
        if marker == _END:
            break
        scans += marker == _SCAN
        if scans > most:
            return True
        place += int.from_bytes(octets[place : place + 2])
    return False
