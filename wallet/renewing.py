"""Decides what a wallet may check by from now on: a first network file, a renewed one, other sources. Saves nothing.

A network file is let in by a person who has compared its fingerprint; what is decided here is that a mistake, or a
file from a stranger, cannot lead a wallet to another network or back to an earlier checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger import NetworkFile, require_source, shown_address
from wallet.contents import Trust
from wallet.errors import AnotherNetwork, CheckpointNotLater, NoNetworkFile


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a wallet checks by before and after."""

    before: Trust | None
    after: Trust

    @property
    def replaces_file(self) -> bool:
        """Whether what is held has to be confirmed anew."""
        return self.before is None or self.before.network != self.after.network

    @property
    def changes(self) -> tuple[str, ...]:
        """In words; nothing where all stays as it was."""
        sources = () if self.before and self.before.sources == self.after.sources else (_sources(self.after),)
        if self.before is None:
            return (f"the wallet's first network file, {self.after.network.name!r}", *sources)
        return (*_of_file(self.before.network, self.after.network), *sources)


def renewal(before: Trust | None, network: NetworkFile | None, sources: Sequence[str]) -> Renewal:
    """What becomes of `before`; without `network` or `sources` that part stays.

    1. Every source has the form of one. Raises MalformedSource.
    2. A wallet without a network file is given its first; sources alone are none. Raises NoNetworkFile.
    3. A wallet that has one keeps it, or takes one of the same network. Raises AnotherNetwork.
    4. Its checkpoint is later. Raises CheckpointNotLater.
    """
    given = tuple(map(require_source, sources))  # 1
    if before is None:
        if network is None:  # 2
            raise NoNetworkFile("sources alone confirm nothing: the wallet needs a network file first")
        return Renewal(None, Trust(network, given))
    if network is not None and network != before.network:
        _require_renewal(before.network, network)  # 3, 4
    return Renewal(before, Trust(network or before.network, given or before.sources))


def _require_renewal(old: NetworkFile, new: NetworkFile) -> None:
    from ledger import changes, is_later, is_renewal  # headers take a moment to load; few calls need them

    if not is_renewal(old, new):
        raise AnotherNetwork(f"the file is not a later one of {old.name!r}: {changes(old, new)[-1]}")
    if not is_later(new, old):
        raise CheckpointNotLater(
            f"the file's checkpoint, block {new.checkpoint.number}, is not later in number and time than the "
            f"wallet's, block {old.checkpoint.number}"
        )


def _of_file(old: NetworkFile, new: NetworkFile) -> tuple[str, ...]:
    from ledger import changes

    return changes(old, new) if new != old else ()


def _sources(trust: Trust) -> str:
    return f"sources: {', '.join(map(shown_address, trust.sources)) or 'none'}"
