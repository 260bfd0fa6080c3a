"""What the commands share: options for network, node and account, output as text or JSON, errors without a trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import click

from credential import base64url, dates
from ledger.accounts import Account, Fees, load_account
from ledger.administration import Administration
from ledger.calls import Call
from ledger.commands.settling import block_text, settled_at
from ledger.errors import LedgerError, TransactionReverted
from ledger.network_file import NetworkFile, read_network_file
from ledger.printable import visible, visible_json
from ledger.receipts import Receipt
from ledger.registries import Registries

P = ParamSpec("P")

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts on which network, through which node, and how to tell the outcome."""

    network: NetworkFile
    rpc_url: str
    account: Account
    fees: Fees
    as_json: bool

    @property
    def registries(self) -> Registries:
        return Registries(self.network)

    def send(self, call: Call) -> Receipt:
        """Sends the call, waits until it is in a block and tells it."""
        with Administration(self.rpc_url, self.account, fees=self.fees) as administration:
            receipt = administration.send(call)
        self.tell_done(call, receipt)
        return receipt

    def tell_done(self, call: Call, receipt: Receipt, **more: object) -> None:
        """Where the call is, and from which height on it is in the facts: on Clique not yet."""
        text = f"done: {call.purpose}{named(receipt)} ({block_text(self.network, receipt.block)})"
        told = {**facts_of(receipt), "settled_at_block": settled_at(self.network, receipt.block)}
        tell(self.as_json, text, done=call.purpose, **told, **more)


def acting(command: Callable[..., None]) -> Callable[..., None]:
    """Gives the command `acting`, from the options for network, node, account, fees and output."""

    @network_option
    @rpc_option
    @click.option("--account", "account_file", type=FILE, required=True, help="Key file of who acts.")
    @passphrase_option
    @fees_option
    @json_option
    @errors_told
    @wraps(command)
    def wrapped(
        network: Path,
        rpc_url: str,
        account_file: Path,
        passphrase_file: Path | None,
        fees: Fees,
        as_json: bool,
        **rest: Any,
    ) -> None:
        account = load_account(account_file, passphrase_of(passphrase_file))
        command(acting=Acting(read_network_file(network), rpc_url, account, fees, as_json), **rest)

    return wrapped


def errors_told(command: Callable[P, None]) -> Callable[P, None]:
    """Turns the package's errors into one line, or one JSON object, and exit status 1."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except LedgerError as e:
            if not kwargs.get("as_json"):
                raise click.ClickException(str(e)) from e
            code = e.revert.name if isinstance(e, TransactionReverted) else type(e).__name__
            click.echo(visible_json({"error": code, "message": str(e)}))
            raise SystemExit(1) from e

    return wrapped


network_option = click.option("--network", type=FILE, required=True, help="Network file.")
rpc_option = click.option("--rpc", "rpc_url", required=True, metavar="URL", help="The node's JSON-RPC address.")
json_option = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
fees_option = click.option(
    "--max-fee-per-gas",
    "fees",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="WEI",
    envvar="YINXIN_MAX_FEE_PER_GAS",
    show_envvar=True,
    callback=lambda ctx, param, value: Fees.up_to(value),
    help="The most to pay for gas; 0 where it is free.",
)
passphrase_option = click.option("--passphrase-file", type=FILE, help="First line: the key file's passphrase.")


def passphrase_of(path: Path | None) -> str | None:
    if path is None:
        return None
    lines = path.read_text(encoding="utf-8").splitlines()
    return lines[0] if lines else ""


def tell(as_json: bool, text: str, **values: object) -> None:
    """Prints `values` as one JSON object, or `text`, whose lines are harmless to a terminal."""
    click.echo(visible_json(values) if as_json else "\n".join(map(visible, text.split("\n"))))


_NAMED = {
    "AuthorityRegistered": "authority",
    "Accredited": "accreditation",
    "AgreementProposed": "agreement",
    "KeyAdded": "kid",
}
"""What a registry gave a name to, which later commands ask for."""


def named(receipt: Receipt) -> str:
    """`: it is authority 3` where the call made what later commands name, else nothing."""
    told = facts_of(receipt)
    name = _NAMED.get(str(told.get("event")))
    return f": it is {name} {told[name]}" if name else ""


def facts_of(receipt: Receipt) -> dict[str, object]:
    """Where a call is, and its event's values, among them the number that a registry gave."""
    told: dict[str, object] = {"transaction": "0x" + receipt.transaction.hex(), "block": receipt.block}
    for event in receipt.events:
        told["event"] = type(event).__name__
        for name in event.__slots__:
            value = getattr(event, name)
            told[name] = "0x" + value.hex() if isinstance(value, bytes) else value
    return told


class Address(click.ParamType[bytes]):
    """An account's address: 0x and 40 hexadecimal digits."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        try:
            octets = bytes.fromhex(str(value).removeprefix("0x"))
        except ValueError:
            octets = b""
        if len(octets) != 20 or not str(value).startswith("0x"):
            self.fail(f"{value!r} is not an address like 0x0123…, 40 digits", param, ctx)
        return octets


class Octets32(click.ParamType[bytes]):
    """32 octets, in hexadecimal with 0x."""

    name = "0x…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        try:
            octets = bytes.fromhex(str(value).removeprefix("0x"))
        except ValueError:
            octets = b""
        if len(octets) != 32:
            self.fail(f"{value!r} is not 32 octets in hexadecimal", param, ctx)
        return octets


class Kid(Octets32):
    """A key's id: in base64url as reports print it, 43 characters, or in hexadecimal."""

    name = "kid"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        octets = _octets_32(str(value))
        return super().convert(value, param, ctx) if octets is None else octets


def _octets_32(text: str) -> bytes | None:
    """Of base64url; None for anything else."""
    try:
        octets = base64url.decode(text)
    except ValueError:
        return None
    return octets if len(octets) == 32 else None


class KidCommand(click.Command):
    """A command with a KID as argument, also one that begins with a dash: in hexadecimal it is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        octets = {each: _octets_32(each) for each in args if each.startswith("-")}
        return super().parse_args(ctx, [each if (kid := octets.get(each)) is None else kid.hex() for each in args])


class Instant(click.ParamType[int]):
    """A moment: YYYY-MM-DD for 00:00 of that day in Shanghai, 2026-11-20T09:30:00+08:00, or Unix seconds."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            moment = value if isinstance(value, int) else _moment(str(value))
        except ValueError:
            self.fail(f"{value!r} is neither YYYY-MM-DD, nor a time with its offset, nor Unix seconds", param, ctx)
        if not 0 <= moment < 2**64:
            self.fail(f"{value!r} is no moment that the registries can hold: they begin with 1970", param, ctx)
        return moment


def _moment(text: str) -> int:
    """In Unix seconds. Raises ValueError, also for a time that does not say its offset."""
    if text.isdecimal():
        return int(text)
    if len(text) == len("YYYY-MM-DD"):
        return dates.start_of(dates.parse_day(text))
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without its offset")
    return int(found.timestamp())


starts_option = click.option("--starts", type=Instant(), required=True, help="First moment: YYYY-MM-DD or seconds.")
ends_option = click.option("--ends", type=Instant(), help="First moment after; left out: no end.")
