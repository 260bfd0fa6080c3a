"""`scripts/network`: a network of several hosts on this machine, for trying out what can happen to one."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from ledger import LedgerError, visible_json
from scripts.hosts import founding, geth, namespaces
from scripts.hosts.network import Network
from scripts.hosts.problems import HostProblem
from scripts.hosts.watch import View

ROOT = Path(__file__).resolve().parent.parent.parent

folder_option = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path, resolve_path=True),
    default=ROOT / "network",
    show_default="network in the checkout",
    help="Where everything of the network lies.",
)
host_argument = click.argument("host", type=click.IntRange(1, founding.MAX_HOSTS))


def told(command: Callable[..., None]) -> Callable[..., None]:
    """Turns what is wrong into one line and exit status 1."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except (HostProblem, LedgerError) as e:
            raise click.ClickException(str(e)) from e

    return wrapped


def say(text: str) -> None:
    click.echo(f"• {text}", err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A TEST network of several hosts on this machine: geth with Clique, each province one host.

    Hosts are network namespaces where you are root, else ports of loopback. Nothing on Clique is ever final: a
    partition makes branches, and blocks of the lighter one vanish. The production network is Besu with QBFT
    (docs/operators.md).
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@main.command()
@folder_option
@click.option(
    "--hosts",
    type=click.IntRange(1, founding.MAX_HOSTS),
    default=4,
    show_default=True,
    help="How many; of a network that exists, as many as it has.",
)
@click.option("--isolation", type=click.Choice(["namespaces", "ports"]), help="Default: namespaces where possible.")
@told
def up(folder: Path, hosts: int, isolation: Any) -> None:
    """Start the hosts, let them seal, deploy the registries. Safe to repeat, after an interruption too."""
    namespaces.install_ip()
    network = Network.create(folder, hosts, isolation, tell=say)
    deployed = network.up()
    for line in (
        f"{len(network.record.hosts)} hosts in {network.record.isolation}, chain {deployed.chain_id}",
        *(f"  {host.number} {host.name}  {host.url}" for host in network.record.hosts),
        f"network file   {network.network_path}",
        f"fingerprint    {deployed.short_fingerprint}",
        f"accounts       {folder / 'accounts'} ({', '.join(founding.roles(len(network.record.hosts)))})",
        f"gas            not free: offer up to {network.fees.max_fee_per_gas} wei (--max-fee-per-gas, max_fee_per_gas)",
        "a new account  needs a balance: scripts/network fund 0x…",
    ):
        click.echo(line)


@main.command()
@folder_option
@click.option("--keep-data", is_flag=True, help="Keep the chain and all keys; `up` goes on with them.")
@told
def down(folder: Path, keep_data: bool) -> None:
    """End the hosts; remove the chain and all keys too, unless told otherwise."""
    network = Network.open(folder, say)
    network.down(keep_data)
    click.echo("down; chain and keys are kept" if keep_data else "down; chain and keys are removed")


@main.command()
@folder_option
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@told
def status(folder: Path, as_json: bool) -> None:
    """Tell each host's height, peers and sealing, whose turn it is, and whether the chain is forked.

    Peers are as the hosts report them: geth notices a cut cable after about half a minute. During a cut the text says,
    beside them, how many are in reach; --json gives the groups.
    """
    view = Network.open(folder).look()
    click.echo(visible_json(_as_json(view)) if as_json else _as_text(view))


@main.command()
@host_argument
@folder_option
@told
def kill(host: int, folder: Path) -> None:
    """End a host by SIGKILL, as a power cut would."""
    Network.open(folder, say).kill(host)
    click.echo(f"host {host} is down")


@main.command()
@host_argument
@folder_option
@told
def start(host: int, folder: Path) -> None:
    """Start a host that is down, let it catch up and seal."""
    Network.open(folder, say).start(host)
    click.echo(f"host {host} is up and seals")


def _parsed(context: click.Context, parameter: click.Parameter, words: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """Groups between bars, `1,2|3,4`; where there is no bar, a group a word: `1,2 3,4`."""
    text = " ".join(words)
    return tuple(map(_group, text.split("|") if "|" in text else text.split()))


@main.command()
@click.argument("groups", nargs=-1, required=True, callback=_parsed)
@folder_option
@told
def partition(groups: tuple[tuple[int, ...], ...], folder: Path) -> None:
    """Cut the links between GROUPS of hosts; those not named become a group of their own.

    \b
    scripts/network partition '1,2|3,4'   quoted: a bare | is the shell's own
    scripts/network partition 1,2 3,4     the same, a group a word
    scripts/network partition 4           host 4 alone, cut off from all others
    """
    network = Network.open(folder, say)
    network.partition(*groups)
    click.echo(f"cut: {_groups(network.record.groups)}")
    if network.record.isolation == "ports":
        say("the hosts share loopback: they were told to drop one another, no packet is lost")


@main.command()
@folder_option
@told
def heal(folder: Path) -> None:
    """Join all hosts again and wait until they have met."""
    Network.open(folder, say).heal()
    click.echo("healed")


@main.command()
@click.argument("addresses", nargs=-1, required=True)
@folder_option
@told
def fund(addresses: tuple[str, ...], folder: Path) -> None:
    """Give accounts a balance, for fees."""
    Network.open(folder, say).fund(*map(_address, addresses))
    click.echo(f"funded {len(addresses)}")


@main.command("geth")
@click.option("--check", is_flag=True, help="Build nothing; end with 1 where it is not built.")
@told
def geth_command(check: bool) -> None:
    """Build the hosts' program, once, and print where it is."""
    if check and not geth.is_built():
        raise click.ClickException(geth.why_it_cannot_be_built() or f"geth {geth.VERSION} is not built yet")
    click.echo(geth.build(say))


def _group(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"\s*[0-9]+(\s*,\s*[0-9]+)*\s*", text):
        raise click.BadParameter(f"{text.strip()!r} is no group of hosts like 1,2; write groups as '1,2|3,4', quoted")
    return tuple(map(int, text.split(",")))


def _address(text: str) -> bytes:
    if not re.fullmatch("0x[0-9a-fA-F]{40}", text):
        raise click.BadParameter(f"{text!r} is not an address like 0x0123…, 40 digits")
    return bytes.fromhex(text[2:])


def _groups(groups: tuple[tuple[int, ...], ...]) -> str:
    return " | ".join(",".join(map(str, group)) for group in groups)


def _as_json(view: View) -> dict[str, Any]:
    hosts = [
        {
            "host": each.host.number,
            "region": each.host.region,
            "url": each.host.url,
            "height": each.height,
            "peers": each.peers,
            "sealing": each.is_sealing,
            "reason": each.reason,
        }
        for each in view.hosts
    ]
    return {"hosts": hosts, "common": view.common, "forked": view.is_forked, "groups": view.groups}


def _as_text(view: View) -> str:
    lines = []
    for each in view.hosts:
        peers = f"{each.peers} peers{f', {view.in_reach(each)} in reach' if view.is_cut else ''}"
        what = each.reason or f"block {each.height}  {peers}  {'seals' if each.is_sealing else 'follows'}"
        turn = "  next" if each.height is not None and view.next_signer(view.height) == each.host.number else ""
        lines.append(f"{each.host.number} {each.host.name}  {each.host.url}  {what}{turn}")
    if view.is_cut:
        lines.append(f"cut: {_groups(view.groups)}")
        if any(each.peers > view.in_reach(each) for each in view.answering):
            lines.append("peers are as the hosts report them: geth notices a cut cable after about half a minute")
    if view.common is not None:
        parted = f"FORKED after block {view.common}" if view.is_forked else f"all agree up to block {view.common}"
        lines.append(parted)
    return "\n".join(lines)


if __name__ == "__main__":
    os.umask(0o077)
    main(prog_name="scripts/network")
