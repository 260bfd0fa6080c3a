"""Headers in Clique's form, as geth writes them: extraData = vanity, 32 ‖ [signers, 20 each] ‖ seal, 65.

The list of signers is there at the genesis and at each epoch only. The block hash is over everything, seal included.
"""

from __future__ import annotations

import rlp
from eth_hash.auto import keccak

from ledger.headers.layout import EXTRA_DATA, BlockHeader, MalformedHeader
from ledger.headers.signature import SEAL_OCTETS, signer_of

_VANITY_OCTETS = 32


class CliqueHeader(BlockHeader):
    """A header of the test network. `decode` and `from_json` look at the header's form only."""

    __slots__ = ()

    @property
    def hash(self) -> bytes:
        return bytes(keccak(self.encode()))

    @property
    def seal_digest(self) -> bytes:
        """What the signer signs: the whole header but the seal."""
        fields = self.fields()
        unsealed = fields[EXTRA_DATA][:-SEAL_OCTETS]
        return bytes(keccak(rlp.encode([*fields[:EXTRA_DATA], unsealed, *fields[EXTRA_DATA + 1 :]])))

    @property
    def signer(self) -> bytes:
        """The address that sealed. Raises MalformedHeader where there is none, as in the genesis."""
        self._signers_octets()
        return signer_of(self.extra_data[-SEAL_OCTETS:], self.seal_digest)

    @property
    def named_signers(self) -> tuple[bytes, ...]:
        """The signers that extraData lists: all of them at the genesis and at each epoch, nobody elsewhere."""
        octets = self._signers_octets()
        return tuple(octets[start : start + 20] for start in range(0, len(octets), 20))

    def _signers_octets(self) -> bytes:
        between = len(self.extra_data) - _VANITY_OCTETS - SEAL_OCTETS
        if between < 0 or between % 20:
            raise MalformedHeader(f"extraData of {len(self.extra_data)} octets is not vanity, signers and seal")
        return self.extra_data[_VANITY_OCTETS:-SEAL_OCTETS]
