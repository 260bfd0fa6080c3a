"""`yinxin issuer reconcile`: after a theft, with the service stopped, the books and the chain are brought together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from ledger import number_of

if TYPE_CHECKING:
    from issuer.bureau import Bureau
    from issuer.comparing import Comparison, Difference
    from ledger import AuthorityRecord, Rpc

_SHOWN = 20


def reconcile(config: Path, replica_file: Path | None, yes: bool, as_json: bool) -> None:
    """Raises IssuerError or LedgerError."""
    from issuer.bureau import open_bureau
    from issuer.comparing import compare
    from issuer.ledger_link import adopt
    from issuer.reconciling import carry_out, give_up_fenced, require_unfenced
    from issuer.serving import alone
    from issuer.settings import load_settings
    from issuer.store import reading

    if as_json and not yes:
        raise click.UsageError("--json asks nothing: run it without first, then add --yes")
    settings = load_settings(config)
    with alone(settings.database):
        bureau, now = open_bureau(settings), _now()
        records = _records(bureau, replica_file)
        require_unfenced(bureau, records)
        with _nodes(bureau) as rpcs:
            given_up = give_up_fenced(bureau, rpcs[0], records)
            adopt(bureau, rpcs)
        with reading(bureau.engine) as connection:
            found = [compare(connection, record, now) for record in records]
        if not as_json:
            click.echo("\n".join(_lines(found, given_up)))
        queued = 0
        if not all(each.is_even for each in found):
            if not yes:
                click.confirm("Take note of this, and queue what is missing?", abort=True)
            with bureau.engine.begin() as connection:
                queued = sum(carry_out(connection, bureau, each, now) for each in found)
        bureau.engine.dispose()
    told = {"given_up": given_up, "queued": queued, "authorities": [_as_json(each) for each in found]}
    click.echo(json.dumps(told) if as_json else f"{number_of(queued, 'change')} queued; start the service to send them")


def _now() -> int:
    import time

    return int(time.time())


def _records(bureau: Bureau, replica_file: Path | None) -> list[AuthorityRecord]:
    from ledger import Replica, authority_on_record

    with ExitStack() as stack:
        file = replica_file or Path(stack.enter_context(TemporaryDirectory())) / "replica.db"
        replica = stack.enter_context(Replica(file, bureau.network, bureau.catalogue, bureau.settings.ledger_urls))
        replica.follow_once()
        return [authority_on_record(replica, number) for number in bureau.authorities]


@contextmanager
def _nodes(bureau: Bureau) -> Iterator[list[Rpc]]:
    """Those that answer and serve this network's chain. Raises the last one's error where none does."""
    from issuer.errors import OtherChain
    from ledger import Rpc, SourceError

    usable: list[Rpc] = []
    failure: Exception | None = None
    with ExitStack() as stack:
        for url in bureau.settings.ledger_urls:
            rpc = stack.enter_context(Rpc(url))
            try:
                found = rpc.chain_id()
            except SourceError as error:
                failure = error
                continue
            if found == bureau.network.chain_id:
                usable.append(rpc)
            else:
                failure = OtherChain(f"chain id {found}, the network file says {bureau.network.chain_id}")
        if failure is not None and not usable:
            raise failure
        yield usable


def _lines(found: Sequence[Comparison], given_up: int) -> Iterator[str]:
    if given_up:
        yield f"{number_of(given_up, 'call')} of a fenced account will never run: given up"
    for each in found:
        yield f"authority {each.authority}:"
        if each.is_even and not each.fallen:
            yield "  the books and the chain agree"
        yield from (f"  batch {one.seq} was anchored by somebody else; its places stay taken" for one in each.foreign)
        for one in each.fallen:
            yield f"  batch {one.seq} fell with the fence; to be reissued: {number_of(one.copies, 'copy', 'copies')}"
        if each.unrestored:
            statuses = number_of(len(each.unrestored), "status", "statuses")
            yield f"  to be restored by the region: {statuses}; then run this again"
        yield from map(_line, each.differences[:_SHOWN])
        if len(each.differences) > _SHOWN:
            yield f"  and {len(each.differences) - _SHOWN} more"


def _line(one: Difference) -> str:
    copy = f"  credential {one.credential}, position {one.position}:"
    states = f"{one.held.name.lower()} on the chain, ought to be {one.wanted.name.lower()}"
    if one.cause is None:
        return f"{copy} {states}; no act leads there: wait for the region, or see to it by a new act"
    return f"{copy} {states}: act {one.cause.act} is recorded again ({one.cause.reason.name.lower()})"


def _as_json(found: Comparison) -> dict[str, object]:
    return {
        "authority": found.authority,
        "foreign_batches": [each.seq for each in found.foreign],
        "fallen_batches": [{"seq": each.seq, "copies": each.copies} for each in found.fallen],
        "unrestored": list(found.unrestored),
        "differences": [
            {
                "credential": each.credential,
                "position": each.position,
                "held": each.held.name.lower(),
                "wanted": each.wanted.name.lower(),
                "act": each.cause.act if each.cause else None,
                "effective": each.cause.effective if each.cause else None,
            }
            for each in found.differences
        ],
    }
