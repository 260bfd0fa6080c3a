"""JSON-RPC's two hexadecimal forms, quantities and octets, read strictly and printed."""

from __future__ import annotations

import re

MAX_COUNTED = 2**63 - 1
_QUANTITY = re.compile(r"0x(0|[1-9a-f][0-9a-f]{0,63})")
_OCTETS = re.compile(r"0x([0-9a-fA-F]{2})*")


def quantity(value: object) -> int:
    """The number of `0x0` or `0x1f`. Raises ValueError on any other form."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise ValueError(f"a quantity like 0x1f was expected, not {str(value)[:80]!r}")
    return int(value, 16)


def counted(value: object) -> int:
    """The quantity of something that is counted in a chain, in the 63 bits that a database holds. Raises ValueError."""
    found = quantity(value)
    if found > MAX_COUNTED:
        raise ValueError(f"a number up to {MAX_COUNTED} was expected, not {found}")
    return found


def octets(value: object, size: int | None = None) -> bytes:
    """The octets of `0x` and pairs of digits. Raises ValueError on another form, or another size than `size`."""
    if not isinstance(value, str) or not _OCTETS.fullmatch(value):
        raise ValueError(f"octets like 0x00ff were expected, not {str(value)[:80]!r}")
    found = bytes.fromhex(value[2:])
    if size is not None and len(found) != size:
        raise ValueError(f"{size} octets were expected, not {len(found)}")
    return found


def to_hex(value: bytes) -> str:
    return "0x" + value.hex()
