"""Reads the registries' getters at a node, through web3 and the contracts' ABI: what operators look up, unproven.

A verdict never uses this: its facts come from the replica. web3 takes a second to load: only who asks pays it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledger.artifacts import artifact
from ledger.errors import NodeRefused, NodeUnavailable
from ledger.network_file import NetworkFile
from ledger.recursion import recursion_limit_kept

if TYPE_CHECKING:
    from web3.contract import Contract

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RegionEntry:
    """A region as the registry has it now; `administrator` is a checksummed address."""

    region: int
    name: str
    administrator: str
    admitted_at: int


@dataclass(frozen=True, slots=True)
class AuthorityEntry:
    """An authority as the registry has it now. `next_seq` and `total` are its anchors' next number and positions."""

    authority: int
    region: int
    credit_code: str
    name: str
    registered_at: int
    dissolved_at: int | None
    next_seq: int
    total: int


class RegistryReader:
    """The getters of one network's registries at one node. Every method raises SourceError where the node fails."""

    def __init__(self, rpc_url: str, network: NetworkFile) -> None:
        with recursion_limit_kept():
            from web3 import HTTPProvider, Web3

        self._web3 = Web3(HTTPProvider(rpc_url, request_kwargs={"timeout": TIMEOUT_SECONDS}))
        at = network.registries
        self._trust = self._contract("TrustRegistry", at.trust)
        self._credential = self._contract("CredentialRegistry", at.credential)
        self._recognition = self._contract("RecognitionRegistry", at.recognition)

    def region(self, region: int) -> RegionEntry:
        name, administrator, admitted_at = self._call(self._trust, "regionOf", region)
        return RegionEntry(region, name, administrator, admitted_at)

    def authority(self, authority: int) -> AuthorityEntry:
        region, registered_at, dissolved_at, credit_code, name = self._call(self._trust, "authorityOf", authority)
        next_seq, total = self._call(self._credential, "totalsOf", authority)
        return AuthorityEntry(
            authority, region, credit_code, name, registered_at, dissolved_at or None, next_seq, total
        )

    def authority_count(self) -> int:
        return int(self._call(self._trust, "authorityCount"))

    def authority_of_url(self, url: str) -> int | None:
        """The authority's number; None where no authority ever had the URL."""
        return int(self._call(self._trust, "authorityOfUrl", url)) or None

    def metadata_digest(self, certificate_type: int, version: int) -> bytes:
        """32 octets, all zero where the version is not registered."""
        return bytes(self._call(self._trust, "metadataDigestOf", certificate_type, version))

    def agreement_count(self) -> int:
        return int(self._call(self._recognition, "agreementCount"))

    def status(self, authority: int, position: int) -> int:
        """The four bits at an anchored position."""
        return int(self._call(self._credential, "statusOf", authority, position))

    def _contract(self, name: str, address: bytes) -> Contract:
        return self._web3.eth.contract(self._web3.to_checksum_address(address), abi=list(artifact(name).abi))

    def _call(self, contract: Contract, function: str, *values: object) -> Any:
        from requests.exceptions import RequestException
        from web3.exceptions import Web3Exception

        try:
            return contract.functions[function](*values).call()
        except Web3Exception as e:
            raise NodeRefused(function, 0, str(e)) from e
        except RequestException as e:
            raise NodeUnavailable(f"{type(e).__name__}: the node gave no answer") from e
