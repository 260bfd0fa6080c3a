"""`yinxin wallet`: the holder's commands. Brings clock, randomness, passphrase and network; the rest is wallet.py."""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import click

from credential import Catalogue, dates
from ledger import (
    LedgerError,
    MalformedNetworkFile,
    MalformedSource,
    NetworkFile,
    Replica,
    load_catalogue,
    print_table,
    read_network_file,
    shown_address,
    trusted_until,
    visible,
)
from wallet import drawing
from wallet.contents import Collection, Held, Trust
from wallet.errors import WalletError
from wallet.issuer_client import IssuerClient
from wallet.renewing import renewal
from wallet.showing import DEFAULT_FIELDS, parsed, type_of
from wallet.wallet import Wallet, World

_Command = TypeVar("_Command", bound=Callable[..., object])
_FORGETTING = "这会永久删除凭证和它的密钥 This erases the credential and its key for good. 继续 Go on?"
_ADOPTING = (
    "请与公布的指纹逐位比对；换用后，已有的证照要重新核验。\n"
    "Compare the fingerprint with the published one, digit by digit; what is held will be checked anew.\n"
    "换用 Use it?"
)
_FOLLOWING = "换用这些来源 Use these sources?"


class _Group(click.Group):
    """Turns the wallet's errors into a message and an exit status."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except WalletError as e:
            click.echo(visible(f"{e} [{e.code}]"), err=True)
            sys.exit(e.exit_status)
        except MalformedNetworkFile as e:
            raise click.UsageError(f"the network file is wrong: {e}") from e
        except MalformedSource as e:
            raise click.UsageError(str(e)) from e
        except LedgerError as e:
            raise click.ClickException(str(e)) from e
        except BrokenPipeError:  # who read what was told has enough: click ends the command
            raise
        except OSError as e:
            raise click.ClickException(f"{e.filename or 'output'}: {e.strerror}") from e


class _Text(click.ParamType[str]):
    """What a shell hands over that is not UTF-8 is no text."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            value.encode()
        except UnicodeEncodeError:
            self.fail("it is not UTF-8", param, ctx)
        return value


def _default_folder() -> Path:
    try:
        return Path.home() / ".yinxin" / "wallet"
    except RuntimeError as e:
        raise click.UsageError("there is no home folder: say with --wallet where the wallet is") from e


@click.group(cls=_Group)
@click.option(
    "--wallet",
    "folder",
    envvar="YINXIN_WALLET",
    default=_default_folder,
    show_default="~/.yinxin/wallet",
    type=click.Path(file_okay=False, path_type=Path),
    help="The wallet's folder.",
)
@click.pass_context
def wallet(ctx: click.Context, folder: Path) -> None:
    """The holder's wallet 持证人的证照夹."""
    ctx.obj = folder


def _require_some(context: click.Context, parameter: click.Parameter, passphrase: str) -> str:
    if not passphrase:
        raise click.BadParameter("an empty passphrase protects nothing")
    return passphrase


def _passphrase_option(*, confirm: bool) -> Callable[[_Command], _Command]:
    return click.option(
        "--passphrase",
        envvar="YINXIN_WALLET_PASSPHRASE",
        type=_Text(),
        prompt="口令 Passphrase",
        hide_input=True,
        confirmation_prompt=confirm,
        callback=_require_some if confirm else None,
        help="Asked for, or taken from YINXIN_WALLET_PASSPHRASE.",
    )


_passphrase = _passphrase_option(confirm=False)
_new_passphrase = _passphrase_option(confirm=True)
_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)
_sources = click.option(
    "--source",
    "sources",
    type=_Text(),
    multiple=True,
    metavar="URL",
    help="Address of a node or mirror to follow; may be repeated.",
)
_wait = click.option("--wait", default=30.0, show_default=True, help="Seconds to wait for a credential in the making.")


@wallet.command()
@_new_passphrase
@click.option("--network", type=_FILE, help="The network file.")
@_sources
@click.pass_obj
def init(folder: Path, passphrase: str, network: Path | None, sources: tuple[str, ...]) -> None:
    """Make an empty wallet; with a network file it can check what it gets."""
    trust = None
    if network or sources:
        trust = renewal(None, read_network_file(network) if network else None, sources).after
        click.echo(f"网络指纹 network: {trust.network.short_fingerprint}")
    Wallet.create(folder, passphrase, _world(), trust=trust)
    _say(visible(f"已建立 created: {folder}"))


@wallet.command()
@click.argument("offer")
@click.option("--tx-code", type=_Text(), help="The transaction code that the bureau handed over.")
@_wait
@_passphrase
@click.pass_obj
def accept(folder: Path, offer: str, tx_code: str | None, wait: float, passphrase: str) -> None:
    """Collect the credential of an openid-credential-offer:// link."""
    opened = Wallet.open(folder, passphrase, _world())
    with IssuerClient.open() as issuer, opened.replica() as replica:
        _tell(opened.accept(offer, tx_code, issuer, replica, wait))


@wallet.command()
@_wait
@_passphrase
@click.pass_obj
def resume(folder: Path, wait: float, passphrase: str) -> None:
    """Take up every collection that was interrupted, and check what could not be checked yet."""
    opened, failures = Wallet.open(folder, passphrase, _world()), 0
    with IssuerClient.open() as issuer, opened.replica() as replica:
        for collection in opened.collections:
            failures += _tried(collection.id, partial(opened.resume, collection.id, issuer, replica, wait))
        failures += _check_what_is_not_yet(opened, replica)
    if failures:
        sys.exit(WalletError.exit_status)


@wallet.command("network")
@click.option("--renew", "file", type=_FILE, help="Check by this network file from now on.")
@_sources
@click.option("--yes", is_flag=True, help="Do not ask.")
@_passphrase
@click.pass_obj
def network_command(folder: Path, file: Path | None, sources: tuple[str, ...], yes: bool, passphrase: str) -> None:
    """Show the network that the wallet checks by, or renew it.

    --renew takes a later network file of the same network, or a wallet's first; what is held is then checked anew.
    --source takes the place of all sources.
    """
    opened = Wallet.open(folder, passphrase, _world())
    if file is None and not sources:
        _tell_trust(opened.trust)
        return
    network = read_network_file(file) if file else None
    planned = opened.renewal(network, sources)
    _tell_trust(planned.after)
    if not planned.changes:
        click.echo("没有变化 nothing changes")
        return
    for line in planned.changes:
        click.echo(f"变化 change: {line}")
    if not yes:
        click.confirm(_ADOPTING if planned.replaces_file else _FOLLOWING, abort=True)
    opened.renew(network, sources)
    _say("已换用 in use from now on")
    with opened.replica() as replica:
        if _check_what_is_not_yet(opened, replica):
            sys.exit(WalletError.exit_status)


@wallet.command("list")
@_passphrase
@click.pass_obj
def list_command(folder: Path, passphrase: str) -> None:
    """List what is in the wallet."""
    opened, catalogue = Wallet.open(folder, passphrase, _world()), load_catalogue()
    rows = [_row(held, catalogue) for held in opened.held]
    rows.extend(map(_begun, opened.collections))
    print_table(("编号 id", "证照 certificate", "持证人 holder", "有效期 validity", "核验 checked"), rows)


@wallet.command()
@click.argument("credential_id", metavar="ID")
@click.option("--fields", help="Fields by name or Chinese label, with commas; default: name and validity.")
@click.option("--png", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write a picture here.")
@_passphrase
@click.pass_obj
def show(folder: Path, credential_id: str, fields: str | None, png: Path | None, passphrase: str) -> None:
    """Show chosen fields as a live code, good for one minute and one check."""
    opened = Wallet.open(folder, passphrase, _world())
    wanted = fields.replace("，", ",").split(",") if fields else DEFAULT_FIELDS
    code = opened.show(credential_id, wanted)
    if png:
        png.write_bytes(drawing.png(code.qr_text, code.expires_at))
        click.echo(visible(f"图片 picture: {png}"))
    else:
        for line in drawing.terminal_lines(code.qr_text, coloured=sys.stdout.isatty()):
            click.echo(line)
    labels = {field.name: field.zh for field in type_of(opened.find(credential_id), load_catalogue()).fields}
    click.echo(f"出示 shown: {'、'.join(labels[name] for name in code.fields)}")
    for line in drawing.caption(code.expires_at):
        click.echo(line)


@wallet.command()
@click.argument("entry_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_passphrase
@click.pass_obj
def forget(folder: Path, entry_id: str, yes: bool, passphrase: str) -> None:
    """Erase a credential and its key for good."""
    opened, catalogue = Wallet.open(folder, passphrase, _world()), load_catalogue()
    entry = opened.entry(entry_id)
    if not yes:
        row = _row(entry, catalogue) if isinstance(entry, Held) else _begun(entry)
        click.echo(visible("  ".join(filter(None, row))))
        click.confirm(_FORGETTING, abort=True)
    opened.forget(entry.id)
    _say("已删除 erased")


def _say(text: str) -> None:
    """What was done. Who no longer reads it (`| head`) keeps the command from nothing that it has yet to do."""
    try:
        click.echo(text)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _world() -> World:
    return World(load_catalogue(), lambda: int(time.time()), time.sleep, secrets.token_bytes)


def _check_what_is_not_yet(opened: Wallet, replica: Replica | None) -> int:
    """How many failed; each result is told."""
    if replica is None:
        return 0
    waiting = [held.id for held in opened.held if held.checked_at is None]
    return sum(_tried(each, partial(opened.check, each, replica)) for each in waiting)


def _tell_trust(trust: Trust | None) -> None:
    if trust is None:
        click.echo("没有网络文件，无法核验 no network file: nothing can be checked")
        return
    network, at = trust.network, trust.network.checkpoint
    click.echo(f"网络 network: {network.name}")
    click.echo(f"指纹 fingerprint: {network.short_fingerprint}")
    click.echo(f"  {network.fingerprint}")
    click.echo(f"检查点 checkpoint: block {at.number}, {_age(network, int(time.time()))}")
    for address in trust.sources:
        click.echo(f"来源 source: {shown_address(address)}")


def _age(network: NetworkFile, now: int) -> str:
    days, last = max(now - network.checkpoint.time, 0) // dates.DAY_SECONDS, trusted_until(network)
    until = _day(last)
    if now > last:
        return f"{days} 天 days old, 对新副本已过旧 too old for a new replica since {until}: get a newer network file"
    return f"{days} 天 days old, 新副本可用至 good for a new replica until {until}"


def _day(instant: int) -> str:
    """A network file may name a time that no calendar has: then its seconds."""
    try:
        return str(dates.day_of(instant))
    except (OverflowError, ValueError):
        return str(instant)


def _tried(entry_id: str, act: Callable[[], Held | Collection]) -> bool:
    """Tells how it went; True where it failed, which does not keep the others from going on."""
    try:
        _tell(act())
    except WalletError as e:
        click.echo(visible(f"{entry_id}: {e} [{e.code}]"), err=True)
        return True
    return False


def _tell(found: Held | Collection) -> None:
    if isinstance(found, Collection):
        _say(f"还在制作，稍后用 resume 继续 in the making, resume later: {found.id}")
    elif found.checked_at is None:
        _say(f"已收下，尚未核验（连不上账本或账本还没有它）kept, not yet checked by the ledger: {found.id}")
    else:
        _say(f"已核验并收下 checked and kept: {found.id}")


def _begun(collection: Collection) -> tuple[str, str, str, str, str]:
    return collection.id, f"领取中 being collected: {collection.configuration}", "", "", ""


def _row(held: Held, catalogue: Catalogue) -> tuple[str, str, str, str, str]:
    claims = {each.name: each.value for each in parsed(held).disclosures}
    name, starts, ends = (claims.get(each, "—") for each in DEFAULT_FIELDS)
    checked = "尚未 not yet" if held.checked_at is None else "已核验 yes"
    return held.id, type_of(held, catalogue).zh, name, f"{starts} – {ends}", checked
