"""What the registry holds at positions, as one's own node says it: where an act that is tried again has to start."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from eth_hash.auto import keccak

from credential import State
from issuer.bureau import Bureau
from ledger import Rpc, SourceError

_STATUS_OF = keccak(b"statusOf(uint32,uint64)")[:4]
_TIMEOUT_SECONDS = 5.0
_log = logging.getLogger(__name__)


def states_on_chain(bureau: Bureau, authority: int, positions: Sequence[int]) -> dict[int, State]:
    """By position. Empty where no node answers: an act is then tried from what is known here."""
    if not positions:
        return {}
    for url in bureau.settings.ledger_urls:
        with Rpc(url, timeout_seconds=_TIMEOUT_SECONDS) as rpc:
            try:
                return _ask(rpc, bureau.network.registries.credential, authority, positions)
            except (SourceError, ValueError) as error:
                _log.info("no statuses from %s: %s", url, error)
    return {}


def _ask(rpc: Rpc, registry: bytes, authority: int, positions: Sequence[int]) -> dict[int, State]:
    calls = [
        [{"to": f"0x{registry.hex()}", "data": f"0x{_call(authority, position).hex()}"}, "latest"]
        for position in positions
    ]
    answers = rpc.batch("eth_call", calls)
    return {position: State(int(str(answer), 16)) for position, answer in zip(positions, answers, strict=True)}


def _call(authority: int, position: int) -> bytes:
    return _STATUS_OF + authority.to_bytes(32) + position.to_bytes(32)
