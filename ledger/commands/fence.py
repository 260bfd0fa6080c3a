"""`yinxin ledger operator|key revoke` and `preview`: a fence, with what it fells shown before it is set."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from ledger.administration import Administration
from ledger.calls import Call
from ledger.commands.acting import (
    Acting,
    Address,
    Instant,
    Kid,
    KidCommand,
    acting,
    errors_told,
    json_option,
    network_option,
    tell,
)
from ledger.commands.fence_text import falling_as_json, falling_as_text, when
from ledger.commands.proven import Basis, basis_options, confirm, proven_replica, yes_option
from ledger.fences import Falling, falling_with_key, falling_with_operator
from ledger.network_file import NetworkFile, read_network_file
from ledger.replica import Accepted

Look = Callable[[sqlite3.Connection], Falling]

_moment = click.option(
    "--from",
    "revoked_from",
    type=Instant(),
    required=True,
    help="Day, time or seconds; what was recorded from then on falls.",
)
_node = click.option("--rpc", "rpc_url", metavar="URL", help="A node to bring the replica up to date with.")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What falls, as of a proven block."""

    subject: str
    falling: Falling
    block: Accepted | None

    @property
    def as_text(self) -> str:
        return falling_as_text(self.subject, self.falling, self.block)

    @property
    def as_json(self) -> dict[str, object]:
        return falling_as_json(self.falling, self.block)


@click.command("revoke")
@click.argument("authority", type=int)
@click.argument("operator", type=Address())
@_moment
@basis_options
@yes_option
@acting
def revoke_operator_command(
    acting: Acting, *, authority: int, operator: bytes, revoked_from: int, basis: Basis, yes: bool
) -> None:
    """Set an operator's fence: what it recorded from then on falls. It moves earlier, never later.

    Shows what falls and what stands, and asks. Anchors and statuses of honest officers sent with the same account fall
    with the thief's: the authority has to issue and record them again, with a new account. `authority restore` then
    brings the registry's statuses back.
    """
    seen = _look(basis, acting.network, acting.rpc_url, *_at_operator(authority, operator, revoked_from))
    _set_fence(acting, seen, acting.registries.revoke_operator(authority, operator, revoked_from), revoked_from, yes)


@click.command("preview")
@click.argument("authority", type=int)
@click.argument("operator", type=Address())
@_moment
@network_option
@_node
@basis_options
@json_option
@errors_told
def preview_operator_command(
    *,
    authority: int,
    operator: bytes,
    revoked_from: int,
    network: Path,
    rpc_url: str | None,
    basis: Basis,
    as_json: bool,
) -> None:
    """Show what would fall if an operator were revoked from then on. Sends nothing."""
    looked_for = _at_operator(authority, operator, revoked_from)
    _preview(as_json, _look(_existing(basis, rpc_url), read_network_file(network), rpc_url, *looked_for))


@click.command("revoke", cls=KidCommand)
@click.argument("kid", type=Kid())
@_moment
@basis_options
@yes_option
@acting
def revoke_key_command(acting: Acting, *, kid: bytes, revoked_from: int, basis: Basis, yes: bool) -> None:
    """Set a key's fence: what was anchored with it from then on falls. It moves earlier, never later.

    Shows what falls and what stands, and asks. KID is the key's id as reports print it, or in hexadecimal.
    """
    seen = _look(basis, acting.network, acting.rpc_url, *_at_key(kid, revoked_from))
    _set_fence(acting, seen, acting.registries.revoke_key(kid, revoked_from), revoked_from, yes)


@click.command("preview", cls=KidCommand)
@click.argument("kid", type=Kid())
@_moment
@network_option
@_node
@basis_options
@json_option
@errors_told
def preview_key_command(
    *,
    kid: bytes,
    revoked_from: int,
    network: Path,
    rpc_url: str | None,
    basis: Basis,
    as_json: bool,
) -> None:
    """Show what would fall if a key were revoked from then on. Sends nothing.

    KID is the key's id as reports print it, or in hexadecimal.
    """
    looked_for = _at_key(kid, revoked_from)
    _preview(as_json, _look(_existing(basis, rpc_url), read_network_file(network), rpc_url, *looked_for))


def _at_operator(authority: int, operator: bytes, revoked_from: int) -> tuple[str, Look]:
    subject = f"operator 0x{operator.hex()} of authority {authority}"
    return subject, lambda connection: falling_with_operator(connection, authority, operator, revoked_from)


def _at_key(kid: bytes, revoked_from: int) -> tuple[str, Look]:
    return f"key 0x{kid.hex()}", lambda connection: falling_with_key(connection, kid, revoked_from)


def _look(basis: Basis, network: NetworkFile, rpc_url: str | None, subject: str, look: Look) -> _Seen:
    with proven_replica(basis, network, rpc_url) as replica, replica.reading() as (connection, block):
        return _Seen(subject, look(connection), block)


def _existing(basis: Basis, rpc_url: str | None) -> Basis:
    path = basis.replica_file
    if rpc_url is None and path is None:
        raise click.UsageError("name a replica (--replica), a node (--rpc), or both")
    if rpc_url is None and path is not None and not path.exists():
        raise click.UsageError(f"there is no replica {path}; --rpc names a node to make it from")
    return basis


def _preview(as_json: bool, seen: _Seen) -> None:
    tell(as_json, seen.as_text, **seen.as_json)


def _set_fence(acting: Acting, seen: _Seen, call: Call, revoked_from: int, yes: bool) -> None:
    question = f"Set the fence at {when(revoked_from)}? It can move earlier, never later."
    confirm(acting.as_json, yes, lambda: click.echo(seen.as_text), question)
    with Administration(acting.rpc_url, acting.account, fees=acting.fees) as administration:
        receipt = administration.send(call)
    acting.tell_done(call, receipt, falling=seen.as_json)
