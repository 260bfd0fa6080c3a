"""From a pack to a proven block: believed is what the network file, or the replica, leads to (spec/trust-pack.md §5).

Decides whether a pack's block holds, and keeps of its headers what others need to believe it. Which events it brings
is in `history`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ledger.errors import (
    JournalMismatch,
    MalformedPack,
    PackStale,
    TooFewTrusted,
)
from ledger.headers import Header
from ledger.journal import fold
from ledger.light_client import SealedHeader, Trusted, check_header, header_of_octets, require_recent
from ledger.network_file import NetworkFile
from ledger.pack.container import Mark, OnProgress, Pack, Span, unheard
from ledger.pack.history import metadata_of, require_chain, require_network, require_start
from ledger.proofs import ProofNodes, prove_journal
from ledger.replica.contradictions import require_no_contradiction
from ledger.replica.trust import trusted_now
from ledger.replica.update import Accepted, Known, Proof, Proven


def prove_packs(packs: Sequence[Pack], network: NetworkFile, known: Known, now: int) -> Proven | None:
    """The block that the last of the packs ends at, if it holds; None where that is the accepted one.

    Raises PackProblem, NotProven or CheckpointTooOld.
    """
    require_chain(packs, network, known)
    proven = prove_pack(packs[-1], network, known, now)
    return None if proven is None else replace(proven, metadata=metadata_of(packs))


def prove_pack(pack: Pack, network: NetworkFile, known: Known, now: int) -> Proven | None:
    """The block that the pack ends at, if it holds, wherever the pack begins; None where that is the accepted one.

    Raises PackProblem, NotProven or CheckpointTooOld.

    1. The network's engine is one whose blocks are final, and the pack is of this network.
    2. The trusted validators were confirmed recently enough.
    3. The pack's block is not older than the trusted one, and its headers lead there.
    4. A later block than the accepted one has no fewer events.
    5. The journal's head is proven under that header, and is the one that the pack ends with.
    """
    require_network(pack, network)  # 1
    trusted = trusted_now(network, known)
    require_recent(trusted, now)  # 2
    proof = pack.proof
    require_no_contradiction(network, known, header_of_octets(proof.header), now)
    *path, newest = _steps(proof, trusted)  # 3
    if known.accepted is not None and newest.hash == known.accepted.hash:
        return None
    _require_no_fewer(pack.span.end, known.accepted)  # 4
    return Proven(
        number=newest.number,
        hash=newest.hash,
        time=newest.time,
        head=_proven_head(pack.span, proof, network, newest),  # 5
        validators=newest.validators,
        proof=replace(proof, path=tuple(each.octets for each in path)),
        after=known.newest,
        metadata=pack.metadata,
    )


def check_pack(pack: Pack, network: NetworkFile, on_progress: OnProgress = unheard) -> SealedHeader:
    """The block that the pack ends at, if the pack alone holds against the network file, whatever its age.

    That it begins where it says is so; that nothing lies before is only known of a pack from the first event on.
    Raises PackProblem or NotProven.
    """
    require_network(pack, network)
    start = pack.span.start
    if start.events == 0:
        require_start(start, Mark(0, network.first_head))
    proof = pack.proof
    newest = _steps(proof, Trusted.by_checkpoint(network))[-1]
    head = _proven_head(pack.span, proof, network, newest)
    if fold(start.head, pack.logs(on_progress)) != head:
        raise JournalMismatch("the pack's events do not lead to the head that its header proves")
    return newest


def _require_no_fewer(end: Mark, accepted: Accepted | None) -> None:
    if accepted is not None and end.events < accepted.events:
        raise JournalMismatch(
            f"the pack has {end.events} events in a later block than {accepted.number}, which has {accepted.events}"
        )


def _steps(proof: Proof, trusted: Trusted) -> list[SealedHeader]:
    """The headers that lead from the trusted block to the pack's own, the last; each held against the one before."""
    *path, header = _headers(proof)
    if header.number < trusted.number:
        raise PackStale(f"the pack ends at block {header.number}, known is block {trusted.number} already")
    headers = [*(each for each in path if each.number > trusted.number), header]
    steps: list[SealedHeader] = []
    for each in headers:
        steps.append(check_header(each, steps[-1].trusted if steps else trusted))
    return _needed(headers, steps, trusted)


def _needed(headers: Sequence[Header], steps: Sequence[SealedHeader], trusted: Trusted) -> list[SealedHeader]:
    """Without those that are as well skipped: who accepts the block keeps them, and a pack has room for few."""
    if _leads(trusted, headers[-1]):
        return [steps[-1]]
    needed: list[SealedHeader] = []
    for step, following in zip(steps, headers[1:], strict=False):
        if not _leads(trusted, following):
            needed.append(step)
            trusted = step.trusted
    return [*needed, steps[-1]]


def _leads(trusted: Trusted, header: Header) -> bool:
    try:
        check_header(header, trusted)
    except TooFewTrusted:
        return False
    return True


def _headers(proof: Proof) -> list[Header]:
    """The headers in between, and the pack's own."""
    headers = [header_of_octets(octets) for octets in (*proof.path, proof.header)]
    numbers = [each.number for each in headers]
    if numbers != sorted(set(numbers)):
        raise MalformedPack("the pack's headers are not in the order of their numbers")
    return headers


def _proven_head(span: Span, proof: Proof, network: NetworkFile, header: SealedHeader) -> bytes:
    nodes = ProofNodes(proof.account, proof.storage)
    head = prove_journal(nodes, header.state_root, network.journal)
    if head != span.end.head:
        raise MalformedPack("the pack's events end at another head than the one that its header proves")
    return head
