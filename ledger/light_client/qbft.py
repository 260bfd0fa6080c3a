"""Whether a QBFT header is sealed as its network must: one step from a trusted block to a later one.

The embedded engine is the same path with one validator. Which headers to ask for is `reach`'s to decide.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.errors import ContradictoryHeaders, HeaderNotSealed, NotAdvancing, TooFewTrusted
from ledger.headers import MIX_HASH, Extra, Header, MalformedHeader, parse_extra, signers
from ledger.hexadecimal import to_hex
from ledger.light_client.trusted import SealedHeader, Trusted
from ledger.network_file import MAX_VALIDATORS


def quorum(validators: int) -> int:
    """How many of N validators must seal: ceil(2N/3)."""
    return -(-2 * validators // 3)


def needed_of_trusted(validators: int) -> int:
    """How many of N validators trusted before must have sealed: floor((N − 1)/3) + 1, so that one of them is honest."""
    return (validators - 1) // 3 + 1


def check_header(header: Header, trusted: Trusted) -> SealedHeader:
    """The header, if it may be relied on after `trusted` (spec/headers.md, section 2).

    Raises HeaderNotSealed (a, b), TooFewTrusted (c), NotAdvancing or ContradictoryHeaders (d).

    a. Every seal is by another of the validators that the header itself names.
    b. There are at least ceil(2N/3) of them.
    c. At least floor((N − 1)/3) + 1 of the validators trusted before are among them.
    d. Number and time are later than the trusted block's; or it is that very block.
    """
    try:
        validators, sealed_by = _sealed(header)  # a, b
    except MalformedHeader as e:
        raise HeaderNotSealed(f"malformed header: {e}") from e
    _require_trusted(header.number, sealed_by, trusted.validators)  # c
    sealed = SealedHeader(header.number, header.hash, header.timestamp, header.state_root, validators, header.encode())
    _require_advance(sealed, trusted)  # d
    return sealed


def is_contradiction(first: bytes, second: bytes, validators: tuple[bytes, ...]) -> bool:
    """Whether the RLP of two headers shows that the network sealed two blocks of one number.

    `validators` are those trusted before. Headers of other rounds, or with other seals, of one block do not.
    """
    try:
        headers = [Header.decode(octets) for octets in (first, second)]
        for header in headers:
            _require_trusted(header.number, _sealed(header)[1], validators)
    except (MalformedHeader, HeaderNotSealed, TooFewTrusted):
        return False
    one, other = headers
    return one.number == other.number and one.hash != other.hash


def _sealed(header: Header) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """The validators that the header names, and those of them that sealed it: rules a and b."""
    if header.mix_hash != MIX_HASH:
        raise HeaderNotSealed(f"header {header.number} is not a QBFT header")
    extra = parse_extra(header.extra_data)
    _require_set(header.number, extra.validators)
    _require_number_of_seals(header.number, extra)  # before any is recovered: a node makes up a thousand for nothing
    sealed_by = signers(header.fields())
    if strangers := set(sealed_by) - set(extra.validators):
        raise HeaderNotSealed(f"header {header.number} has seals by {_list(strangers)}, who do not validate")
    if len(set(sealed_by)) != len(sealed_by):
        raise HeaderNotSealed(f"header {header.number} has two seals by one validator")
    return extra.validators, sealed_by


def _require_set(number: int, named: tuple[bytes, ...]) -> None:
    if not 0 < len(named) <= MAX_VALIDATORS:
        raise HeaderNotSealed(f"header {number} names {len(named)} validators, expected 1 to {MAX_VALIDATORS}")
    if len(set(named)) != len(named):
        raise HeaderNotSealed(f"header {number} names a validator twice")


def _require_number_of_seals(number: int, extra: Extra) -> None:
    found, most, needed = len(extra.seals), len(extra.validators), quorum(len(extra.validators))
    if found > most:
        raise HeaderNotSealed(f"header {number} has {found} seals, more than its {most} validators")
    if found < needed:
        raise HeaderNotSealed(f"header {number} has {found} seals, {needed} are needed")


def _require_trusted(number: int, sealed_by: Iterable[bytes], trusted: tuple[bytes, ...]) -> None:
    found, needed = len(set(sealed_by) & set(trusted)), needed_of_trusted(len(trusted))
    if found < needed:
        raise TooFewTrusted(
            f"header {number} is sealed by {found} of the {len(trusted)} validators trusted before ({_list(trusted)}), "
            f"{needed} are needed"
        )


def _require_advance(header: SealedHeader, trusted: Trusted) -> None:
    if header.number == trusted.number:
        if header.hash != trusted.hash:
            _refuse_second(header, trusted)
        return
    if header.number < trusted.number:
        raise NotAdvancing(f"the newest header is {header.number}, already accepted is {trusted.number}")
    if header.time <= trusted.time:
        raise NotAdvancing(f"header {header.number} is of {header.time}, not later than {trusted.time}")


def _refuse_second(header: SealedHeader, trusted: Trusted) -> None:
    if trusted.octets is None:
        raise NotAdvancing(
            f"header {header.number} is {to_hex(header.hash)}, trusted of that number is {to_hex(trusted.hash)}"
        )
    raise ContradictoryHeaders(header.number, trusted.octets, header.octets)


def _list(addresses: Iterable[bytes]) -> str:
    return ", ".join(sorted(map(to_hex, addresses)))
