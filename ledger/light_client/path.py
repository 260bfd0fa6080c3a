"""How a trusted block leads to a later header when the validators have changed in between.

Most headers are reached in one step. Where too few of the trusted validators sealed the header, one half way is looked
at first, and so on: a network that changes one validator at a time is crossed in a few steps, however long one was off.
"""

from __future__ import annotations

from collections.abc import Callable

from ledger.errors import HeaderNotSealed, TooFewTrusted
from ledger.headers import Header
from ledger.light_client.qbft import check_header
from ledger.light_client.trusted import SealedHeader, Trusted

MAX_FETCHED = 64
"""How many headers in between are asked for: enough for two turnovers of the whole set in 180 days of blocks."""


def reach(trusted: Trusted, target: Header, header_at: Callable[[int], Header]) -> tuple[SealedHeader, ...]:
    """The sealed headers that lead from `trusted`, which is not among them, to `target`, the last.

    Raises what `check_header` and `header_at` raise: TooFewTrusted where nothing in between helps, or where
    MAX_FETCHED headers did not. A hostile `header_at` can only make it fail.
    """
    path: list[SealedHeader] = []
    ahead, fetched = [target], 0
    while ahead:
        try:
            sealed = check_header(ahead[-1], trusted)
        except TooFewTrusted:
            middle = (trusted.number + ahead[-1].number) // 2
            if middle <= trusted.number or fetched == MAX_FETCHED:
                raise
            ahead.append(_header_at(middle, header_at))
            fetched += 1
        else:
            ahead.pop()
            path.append(sealed)
            trusted = sealed.trusted
    return tuple(path)


def _header_at(number: int, header_at: Callable[[int], Header]) -> Header:
    header = header_at(number)
    if header.number != number:
        raise HeaderNotSealed(f"header {number} was asked for, {header.number} came")
    return header
