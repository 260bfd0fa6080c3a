"""`yinxin bench`: figures of this machine, as ratios to something that everybody can measure."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import click


@click.group()
def bench() -> None:
    """Figures of this machine, as ratios."""


@bench.command("verify")
@click.option("--rounds", type=click.IntRange(1, 100_000), default=300, show_default=True, help="Checks to time.")
def verify_command(rounds: int) -> None:
    """Time one check at a window: a live code of ten fields, from a batch of 1,024, facts from a replica on disk.

    Ends with 1 where a median is over its limit.
    """
    from bench.verify import LIMIT_MS, PICTURE_LIMIT_MS, measure
    from bench.window import window

    click.echo("Setting up a ledger, a bureau and a window (about ten seconds) ...", err=True)
    with TemporaryDirectory() as folder, window(Path(folder)) as measured:
        figures = measure(measured, rounds)
    click.echo(f"median of {figures.rounds} checks, in one process, the node stopped")
    click.echo(f"  one check, from the code's text  {figures.check_ms:8.3f} ms   limit {LIMIT_MS:g} ms")
    click.echo(f"  one check, reading the PNG too   {figures.picture_check_ms:8.3f} ms   limit {PICTURE_LIMIT_MS:g} ms")
    click.echo(f"  two bare P-256 signature checks  {figures.two_signatures_ms:8.3f} ms")
    click.echo(f"  the first in units of the last   {figures.ratio:8.2f}")
    click.echo(f"  load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    if not figures.within_limits:
        raise click.ClickException("over the limit")


@bench.command("issue")
@click.option("--count", type=click.IntRange(1, 65_536), default=10_000, show_default=True, help="Certificates.")
def issue_command(count: int) -> None:
    """Time certificates from CSV file to anchored paper credentials, over HTTP, with the embedded node.

    Ends with 1 where 10,000 or fewer take 60 seconds or more.
    """
    from bench.issue import LIMIT_SECONDS, bureau, measure

    click.echo("Setting up a ledger and a bureau (about ten seconds) ...", err=True)
    with TemporaryDirectory() as folder, bureau(Path(folder)) as url:
        figures = measure(url, Path(folder), count)
    for step, seconds in figures.steps:
        click.echo(f"  {step:34} {seconds:8.2f} s")
    whole = f"{figures.count} certificates, file to anchored"
    click.echo(f"  {whole:34} {figures.seconds:8.2f} s   limit for 10,000: {LIMIT_SECONDS:g} s")
    if not figures.within_limit:
        raise click.ClickException("over the limit")


@bench.command("pack")
@click.option("--share", type=click.FloatRange(0.001, 1), default=1.0, show_default=True, help="Of the whole country.")
@click.option("--mutations", type=click.IntRange(0, 100_000), default=100, show_default=True, help="Altered packs.")
def pack_command(share: float, mutations: int) -> None:
    """Verify and load the trust pack of ten million credentials in 10,000 batches, 1 % of them not valid.

    Ends with 1 where the whole pack is over a limit, or an altered one is believed.
    """
    from bench.pack import LIMIT_MIB, LIMIT_OCTETS, LIMIT_SECONDS, measure

    click.echo("Inventing a ledger (some twenty seconds) ...", err=True)
    with TemporaryDirectory() as folder:
        figures = measure(Path(folder), share, mutations)
    click.echo(f"a pack of {figures.events:,} events, loaded in a process of its own")
    click.echo(f"  size                 {figures.octets:12,} octets   limit {LIMIT_OCTETS:,}")
    click.echo(f"  of its logs' own     {figures.octets / figures.raw_octets:12.1%}   {figures.raw_octets:,} octets")
    click.echo(f"  verified and loaded  {figures.seconds:12.2f} s        limit {LIMIT_SECONDS:g} s")
    click.echo(f"  memory at most       {figures.mebibytes:12.1f} MiB      limit {LIMIT_MIB:g} MiB")
    click.echo(f"  altered and believed {figures.accepted_mutations:12} of {figures.mutations}")
    click.echo(f"  load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    if not figures.within_limits:
        raise click.ClickException("over the limit")
