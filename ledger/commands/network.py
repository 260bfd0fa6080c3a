"""`yinxin ledger network`: look at a network file, renew its checkpoint, and see whether a renewed one holds."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from ledger.commands.acting import FILE, NEW_FILE, Octets32, errors_told, json_option, network_option, tell
from ledger.commands.replica import when
from ledger.errors import HeaderNotSealed, SourceError
from ledger.hexadecimal import to_hex
from ledger.network_file import NetworkFile, read_network_file, serialise_network_file
from ledger.node_blocks import NodeBlock, block_of_node, header_of_node
from ledger.renewal import (
    Agreement,
    Finding,
    changes,
    checkpoint_from,
    compare,
    compare_record,
    is_renewal,
    renewed,
    require_agreed,
    trusted_until,
)
from ledger.replica.recorded import read_record
from ledger.replica.sources import shown_address
from ledger.rpc import Rpc

_replica_option = click.option("--replica", "replica_file", type=FILE, help="A replica's file; it is only read.")
_source_option = click.option("--source", metavar="URL", help="A node's JSON-RPC address, in place of a replica.")


@click.group("network")
def network_group() -> None:
    """The network file: the root of trust, its checkpoint, and how both are renewed."""


@network_group.command("show")
@click.argument("file", type=FILE)
@json_option
@errors_told
def show_command(file: Path, as_json: bool) -> None:
    """Show a network file: its fingerprint, to compare by voice, and how old its checkpoint is."""
    network, now = read_network_file(file), int(time.time())
    at = network.checkpoint
    lines = [
        f"network      {network.name}, chain {network.chain_id}, engine {network.engine}",
        f"fingerprint  {network.short_fingerprint}",
        f"             {network.fingerprint}",
        f"checkpoint   block {at.number} of {when(at.time)}",
        f"             {to_hex(at.hash)}",
        f"             {_age(network, now)}",
        *(f"validator    {to_hex(each)}" for each in at.validators),
    ]
    tell(as_json, "\n".join(lines), network=network.name, chain_id=network.chain_id, **_facts(network, now))


@network_group.command("renew")
@network_option
@_replica_option
@_source_option
@click.option("--out", type=NEW_FILE, required=True, help="The network file to write; never overwritten.")
@click.option("--block", "number", type=click.IntRange(1), metavar="N", help="Default: the newest that may be used.")
@click.option("--hash", "agreed", type=Octets32(), help="The block's hash, as people agreed upon it by voice.")
@json_option
@errors_told
def renew_command(
    network: Path,
    replica_file: Path | None,
    source: str | None,
    out: Path,
    number: int | None,
    agreed: bytes | None,
    as_json: bool,
) -> None:
    """Write the network file again, with a newer checkpoint and all else as it was.

    The checkpoint is a block that a replica has proven: its newest, or --block N. Every 60 days, after every change of
    the validators.

    After a contradiction of the validators the council says which side counts. Its block is named by --block and
    --hash, and taken from a replica, or from a node of that side with --source. A node is believed in nothing: without
    --hash it is only told which block it has.
    """
    _require_one(replica_file, source)
    if out.exists():
        raise click.ClickException(f"{out} exists already; it is never overwritten")
    old, not_led_there = read_network_file(network), None
    if replica_file is not None:
        checkpoint = checkpoint_from(read_record(replica_file), old, number, agreed)
    else:
        assert source is not None
        block = _block(source, old, number)
        checkpoint, not_led_there = block.checkpoint, block.not_led_there
        require_agreed(checkpoint, agreed, _why_by_voice(block))
    new = renewed(old, checkpoint)
    with out.open("xb") as file:
        file.write(serialise_network_file(new))
    _tell_renewed(as_json, out, old, new, not_led_there)


@network_group.command("check")
@network_option
@_replica_option
@_source_option
@click.option("--before", type=FILE, help="The network file used until now: all but the checkpoint must be the same.")
@json_option
@click.pass_context
@errors_told
def check_command(
    ctx: click.Context,
    network: Path,
    replica_file: Path | None,
    source: str | None,
    before: Path | None,
    as_json: bool,
) -> None:
    """Whether a network file's checkpoint is a block that a replica has proven, or that a node has.

    \b
    Exit status:
      0  agreed: the same block, with this hash, time and validators
      1  the file, the replica or the command line cannot be used
      2  wrong options
      3  cannot tell: that block is not there, or the replica saw a contradiction before it
      4  contradicts: another block, another network, or more than the checkpoint differs

    A node is believed in nothing; that it has the block is as good as its operator's word.
    """
    _require_one(replica_file, source)
    file = read_network_file(network)
    finding = compare_record(file, read_record(replica_file)) if replica_file else _ask(str(source), file)
    if before is not None and not is_renewal(read_network_file(before), file):
        finding = Finding(Agreement.CONTRADICTS, changes(read_network_file(before), file)[-1])
    name = finding.agreement.name.lower()
    text = f"{name.replace('_', ' ')}: {finding.words}\nfingerprint {file.short_fingerprint}, {_age(file, _now())}"
    tell(as_json, text, agreement=name, words=finding.words, **_facts(file, _now()))
    ctx.exit(finding.agreement.value)


def _require_one(replica_file: Path | None, source: str | None) -> None:
    if (replica_file is None) == (source is None):
        raise click.UsageError("either --replica FILE or --source URL")


def _block(source: str, old: NetworkFile, number: int | None) -> NodeBlock:
    with Rpc(source) as rpc:
        return block_of_node(rpc, old, number)


def _why_by_voice(block: NodeBlock) -> str:
    if block.not_led_there is None:
        return "Not written: one node's word is not enough, though the old file leads there."
    return f"Not written: the old file does not lead there ({block.not_led_there})."


def _ask(source: str, network: NetworkFile) -> Finding:
    at = network.checkpoint
    try:
        with Rpc(source) as rpc:
            if rpc.chain_id() != network.chain_id:
                return Finding(Agreement.CONTRADICTS, "the file is of another chain than the node")
            found = header_of_node(rpc, network, at.number)
    except (SourceError, HeaderNotSealed) as e:
        return Finding(Agreement.CANNOT_TELL, f"{shown_address(source)}: {e}")
    return compare(at, found, shown_address(source))


def _tell_renewed(as_json: bool, out: Path, old: NetworkFile, new: NetworkFile, not_led_there: str | None) -> None:
    now = _now()
    lines = [
        f"{new.name!r} is in {out}",
        f"old fingerprint  {old.short_fingerprint}\n                 {old.fingerprint}",
        f"new fingerprint  {new.short_fingerprint}\n                 {new.fingerprint}",
        *changes(old, new),
        _age(new, now),
        "Publish it with its fingerprint, as the first; windows replace the file, their replicas go on.",
    ]
    if not_led_there is not None:
        lines.insert(-1, f"The old file does not lead there ({not_led_there}): the hash was agreed upon by people.")
    values = {"out": str(out), "old_fingerprint": old.fingerprint, "not_led_there": not_led_there}
    tell(as_json, "\n".join(lines), **values, changes=list(changes(old, new)), **_facts(new, now))


def _facts(network: NetworkFile, now: int) -> dict[str, Any]:
    at = network.checkpoint
    return {
        "fingerprint": network.fingerprint,
        "engine": network.engine,
        "block": at.number,
        "hash": to_hex(at.hash),
        "time": at.time,
        "validators": [to_hex(each) for each in at.validators],
        "age_seconds": now - at.time,
        "trusted_until": trusted_until(network),
    }


def _age(network: NetworkFile, now: int) -> str:
    age, last = now - network.checkpoint.time, trusted_until(network)
    if now > last:
        return f"{age // 86_400} days old: too old for a new replica since {when(last)}"
    return f"{max(age, 0) // 86_400} days old, good for a new replica until {when(last)}"


def _now() -> int:
    return int(time.time())
