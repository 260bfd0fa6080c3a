"""From a pack to a proven block: believed is what the network file, or the replica, leads to (spec/trust-pack.md §5).

Decides whether a pack holds and what of it is new. The fold of its events is the store's, which does it while it
stores them and keeps nothing where they do not lead to the proven head.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from ledger.errors import (
    JournalMismatch,
    MalformedPack,
    OtherNetwork,
    PackGap,
    PackStale,
    UnsupportedPack,
)
from ledger.headers import Header
from ledger.hexadecimal import to_hex
from ledger.journal import RawLog, fold
from ledger.light_client import SealedHeader, Trusted, check_header, header_of_octets, require_recent
from ledger.network_file import NetworkFile
from ledger.pack.container import Mark, OnProgress, Pack, unheard
from ledger.proofs import ProofNodes, prove_journal
from ledger.replica.contradictions import require_no_contradiction
from ledger.replica.trust import trusted_now
from ledger.replica.update import Known, Proof, Proven


def prove_packs(packs: Sequence[Pack], network: NetworkFile, known: Known, now: int) -> Proven | None:
    """The block that the last of the packs ends at, if it holds; None where that is the accepted one.

    Raises PackProblem, NotProven or CheckpointTooOld.

    1. The network's engine is one whose blocks are final, and the packs are of this network.
    2. Each begins at or before what is known, or ends the pack before it; and where it begins there, at the same head.
    3. The trusted validators were confirmed recently enough.
    4. The last one's block is not older than the trusted one, and its headers lead there.
    5. The journal's head is proven under that header, and is the one that the pack ends with.
    """
    at, pack = mark_of(network, known), packs[-1]
    for each in packs:
        _require_network(each, network)  # 1
        _require_start(each.span.start, at)  # 2
        at = max(at, each.span.end, key=_events)
    trusted = trusted_now(network, known)
    require_recent(trusted, now)  # 3
    require_no_contradiction(known, header_of_octets(pack.proof.header))
    steps = _steps(pack.proof, trusted)  # 4
    newest = steps[-1]
    if known.accepted is not None and newest.hash == known.accepted.hash:
        return None
    proof = Proof(newest.octets, pack.proof.account, pack.proof.storage, tuple(each.octets for each in steps[:-1]))
    return Proven(
        number=newest.number,
        hash=newest.hash,
        time=newest.time,
        head=_proven_head(pack, network, newest),  # 5
        validators=newest.validators,
        proof=proof,
        after=known.points[-1] if known.points else None,
        metadata=tuple({octets: None for each in packs for octets in each.metadata}),
    )


def check_pack(pack: Pack, network: NetworkFile, on_progress: OnProgress = unheard) -> SealedHeader:
    """The block that the pack ends at, if the pack alone holds against the network file, whatever its age.

    That it begins where it says is so; that nothing lies before is only known of a pack from the first event on.
    Raises PackProblem or NotProven.
    """
    _require_network(pack, network)
    start = pack.span.start
    if start.events == 0:
        _require_start(start, Mark(0, network.first_head))
    newest = _steps(pack.proof, Trusted.by_checkpoint(network))[-1]
    head = _proven_head(pack, network, newest)
    if fold(start.head, pack.logs(on_progress)) != head:
        raise JournalMismatch("the pack's events do not lead to the head that its header proves")
    return newest


def new_logs(
    packs: Sequence[Pack], network: NetworkFile, known: Known, on_progress: OnProgress = unheard
) -> Iterator[RawLog]:
    """The events of `packs`, one pack after the other, that are not known yet.

    What they have in common with what is known is held against its head. Raises JournalMismatch, PackGap, PackProblem.
    """
    at = mark_of(network, known)
    for pack in packs:
        span = pack.span
        _require_start(span.start, at)
        if span.end.events < at.events:
            continue
        logs = pack.logs(on_progress)
        common = at.events - span.start.events
        if fold(span.start.head, islice(logs, common)) != at.head:
            raise JournalMismatch(f"the pack's first {common} events are not those that are known")
        yield from logs
        at = span.end


def mark_of(network: NetworkFile, known: Known) -> Mark:
    """Where the known history ends."""
    accepted = known.accepted
    return Mark(accepted.events, accepted.head) if accepted else Mark(0, network.first_head)


def _events(mark: Mark) -> int:
    return mark.events


def _require_network(pack: Pack, network: NetworkFile) -> None:
    if network.engine == "clique":
        raise UnsupportedPack("there are no trust packs of Clique networks: their blocks are never final")
    if pack.span.network != network.first_head:
        raise OtherNetwork(f"the pack is of another network than {network.name!r}")


def _require_start(start: Mark, known: Mark) -> None:
    if start.events > known.events:
        raise PackGap(start.events, known.events)
    if start.events == known.events and start.head != known.head:
        raise JournalMismatch(
            f"at event {start.events} the head is {to_hex(known.head)}, the pack has {to_hex(start.head)}"
        )


def _steps(proof: Proof, trusted: Trusted) -> list[SealedHeader]:
    """The headers after the trusted block, each held against the one before; at least the pack's own."""
    *path, header = _headers(proof)
    if header.number < trusted.number:
        raise PackStale(f"the pack ends at block {header.number}, known is block {trusted.number} already")
    steps: list[SealedHeader] = []
    for each in (*(each for each in path if each.number > trusted.number), header):
        steps.append(check_header(each, trusted))
        trusted = steps[-1].trusted
    return steps


def _headers(proof: Proof) -> list[Header]:
    """The headers in between, and the pack's own."""
    headers = [header_of_octets(octets) for octets in (*proof.path, proof.header)]
    numbers = [each.number for each in headers]
    if numbers != sorted(set(numbers)):
        raise MalformedPack("the pack's headers are not in the order of their numbers")
    return headers


def _proven_head(pack: Pack, network: NetworkFile, header: SealedHeader) -> bytes:
    nodes = ProofNodes(pack.proof.account, pack.proof.storage)
    head = prove_journal(nodes, header.state_root, network.journal)
    if head != pack.span.end.head:
        raise MalformedPack("the pack's events end at another head than the one that its header proves")
    return head
