"""`yinxin ledger region` and `yinxin ledger type`: what the council admits."""

from __future__ import annotations

from pathlib import Path

import click

from credential import MalformedType, parse_certificate_type
from ledger.catalogue import load_catalogue
from ledger.commands.acting import FILE, Acting, Address, acting


@click.group("region")
def region_group() -> None:
    """The council: admit regions, change their administrators."""


@region_group.command("admit")
@click.argument("region", type=int)
@click.argument("name")
@click.option("--administrator", type=Address(), required=True, help="The account that will act for the region.")
@acting
def admit_command(acting: Acting, region: int, name: str, administrator: bytes) -> None:
    """Admit a region by its GB/T 2260 province code."""
    acting.send(acting.registries.admit_region(region, name, administrator))


@region_group.command("administrator")
@click.argument("region", type=int)
@click.argument("administrator", type=Address())
@acting
def administrator_command(acting: Acting, region: int, administrator: bytes) -> None:
    """Give a region another administrator."""
    acting.send(acting.registries.change_region_administrator(region, administrator))


@click.group("type")
def type_group() -> None:
    """The council: register certificate types."""


@type_group.command("register")
@click.argument("files", type=FILE, nargs=-1)
@acting
def register_command(acting: Acting, files: tuple[Path, ...]) -> None:
    """Register the types of the given metadata files; without any, all that are installed."""
    try:
        types = [parse_certificate_type(path.read_bytes()) for path in files]
    except MalformedType as e:
        raise click.ClickException(f"not a certificate type: {e}") from e
    for each in types or load_catalogue().types.values():
        acting.send(acting.registries.register_type(each.number, each.code, each.version, each.digest))
