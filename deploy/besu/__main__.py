"""Writes, or compares, the files of a Besu network. The genesis of a network that exists is never written again."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import click
from pydantic import ValidationError

from deploy.besu.description import read_description
from deploy.besu.files import files_of

EXAMPLE = Path(__file__).resolve().with_name("example.toml")
GENESIS = "genesis.json"


@click.command()
@click.argument("description", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=EXAMPLE)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Default: its name without .toml.")
@click.option("--check", is_flag=True, help="Write nothing; end with 1 where a file differs.")
def main(description: Path, out: Path | None, check: bool) -> None:
    """From one DESCRIPTION (default: the example) to genesis, permissions and each node's configuration.

    A folder that has a genesis.json keeps it: where the description would give another one, for other founders, chain
    id, time or periods, nothing is written. That would be another network; give it another folder.
    """
    folder = out or description.with_suffix("")
    try:
        described = read_description(description)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise click.ClickException(f"{description}: {e}") from e
    except ValidationError as e:
        raise click.ClickException(f"{description}: {_problems(e)}") from e
    files = files_of(described)
    _require_same_genesis(folder / GENESIS, files[GENESIS])
    if check:
        _check(folder, files)
        return
    _write(folder, files)
    for name in described.founders_without_node:
        click.echo(f"founder, and no node any more: {name}")


def _require_same_genesis(path: Path, text: str) -> None:
    there = _text(path)
    if there in {None, text}:
        return
    raise click.ClickException(
        f"{path} is of another network than the description gives ({_difference(str(there), text)}): a network's "
        "founders and first settings never change. Nodes that come or go belong to nodes, not to founders"
    )


def _difference(there: str, text: str) -> str:
    """What of the genesis is another, in the description's words where it has them."""
    try:
        before, now = json.loads(there), json.loads(text)
        names = [name for name in {**now, **before} if before.get(name) != now.get(name)]
    except (ValueError, AttributeError):
        return "it is no genesis"
    return ", ".join({"extraData": "founders"}.get(name, name) for name in names) or "written otherwise"


def _write(folder: Path, files: dict[str, str]) -> None:
    """A file that belongs to no node any more is named and left."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    click.echo(f"{len(files)} files in {folder}")
    for name in sorted(_present(folder) - set(files)):
        click.echo(f"not of this network any more: {folder / name}")


def _check(folder: Path, files: dict[str, str]) -> None:
    differing = [name for name, text in files.items() if _text(folder / name) != text]
    differing += sorted(_present(folder) - set(files))
    if differing:
        raise click.ClickException(f"{folder} differs from its description: {', '.join(differing)}")


def _present(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _problems(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'the whole'}: {each['msg']}" for each in error.errors())


if __name__ == "__main__":
    main(prog_name="deploy/besu/generate")
