"""`yinxin ledger pack`: the proven history in one file, for a stick or a mirror, and from one into a replica."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from credential import MalformedType, parse_certificate_type
from ledger.catalogue import installed_metadata, load_catalogue
from ledger.commands.acting import FILE, NEW_FILE, errors_told, json_option, network_option, tell
from ledger.commands.replica import when
from ledger.errors import LedgerError
from ledger.network_file import NetworkFile, read_network_file
from ledger.pack import Draft, Loaded, Mark, OnProgress, Pack, check_pack, export_pack, load_pack, open_pack
from ledger.pack.showing import Contents, contents_of
from ledger.printable import number_of, visible, visible_json
from ledger.refusals import pack_refusal
from ledger.replica import Replica

type_option = click.option(
    "--type",
    "type_files",
    type=FILE,
    multiple=True,
    help="A certificate type's file that is not installed here; repeatable.",
)


@click.group("pack")
def pack_group() -> None:
    """Trust packs: what a window needs of the ledger, in one file that any stick or web server may carry."""


@pack_group.command("export")
@click.argument("out", type=NEW_FILE)
@network_option
@click.option("--replica", "replica_file", type=FILE, required=True, help="The replica whose history is written.")
@click.option("--since-pack", type=FILE, help="Begin where this pack ends.")
@click.option("--since-event", type=click.IntRange(0), help="Begin at this event, the first is 0.")
@type_option
@click.option("--replace", is_flag=True, help="Write over a file that is there.")
@json_option
@errors_told
def export_command(  # noqa: PLR0913, PLR0917 - one for each option
    out: Path,
    network: Path,
    replica_file: Path,
    since_pack: Path | None,
    since_event: int | None,
    type_files: tuple[Path, ...],
    replace: bool,
    as_json: bool,
) -> None:
    """Write what a replica has proven to the file OUT: from the first event on, or what came after an earlier pack.

    The pack is checked like a stranger's before it gets its name.
    """
    if since_pack is not None and since_event is not None:
        raise click.UsageError("--since-pack and --since-event do not go together")
    if out.exists() and not replace:
        raise click.ClickException(f"{out} exists; --replace writes over it")
    since = since_event or 0 if since_pack is None else _end_of(since_pack)
    with (
        Replica(replica_file, read_network_file(network), load_catalogue(), ()) as replica,
        progress_bar("writing and checking", as_json, times=2) as on_progress,
    ):
        draft = export_pack(replica, out, metadata_of(type_files), since=since, on_progress=on_progress)
    tell(as_json, f"{out}: {_written(draft)}", file=str(out), **written_as_json(draft))


@pack_group.command("import")
@click.argument("packs", type=FILE, nargs=-1, required=True)
@network_option
@click.option("--replica", "replica_file", type=NEW_FILE, required=True, help="The replica that takes it over.")
@json_option
@errors_told
def import_command(packs: tuple[Path, ...], network: Path, replica_file: Path, as_json: bool) -> None:
    """Take over what PACKS prove, one after the other: no network is needed.

    Each pack is taken over whole or not at all. One that is not taken stops the rest: its reason, exit status 1. A new
    replica of which nothing came is not kept.
    """
    with _replica_taking(replica_file, read_network_file(network)) as replica:
        for path in packs:
            with _refusals_told(path, as_json), progress_bar(path.name, as_json) as on_progress:
                loaded = load_pack(replica, path, int(time.time()), on_progress)
            tell(as_json, f"{path}: {_loaded(loaded)}", file=str(path), **_loaded_as_json(loaded))


@pack_group.command("show")
@click.argument("path", metavar="PACK", type=FILE)
@click.option("--network", type=FILE, help="Network file to hold it against.")
@json_option
@errors_told
def show_command(path: Path, network: Path | None, as_json: bool) -> None:
    """Show what a pack says, and with --network whether it holds. Exit status 1 where it does not.

    Without --network nothing is checked but that the file is whole: anybody can make up the rest.
    """
    with (
        _refusals_told(path, as_json),
        open_pack(path) as pack,
        progress_bar("reading", as_json, times=1 if network is None else 2) as on_progress,
    ):
        contents = contents_of(pack, on_progress)
        refused = None if network is None else _refusal(pack, read_network_file(network), on_progress)
    shown: dict[str, Any] = {**_shown(pack, contents), "checked": network is not None}
    if network is not None:
        shown["holds"] = refused is None
        shown["reason"] = None if refused is None else f"{type(refused).__name__}: {refused}"
    if as_json:
        click.echo(visible_json(shown))
    else:
        click.echo(f"{_as_text(shown)}\n{_judgement(network is not None, refused)}")
    if refused is not None:
        raise SystemExit(1)


@contextmanager
def _replica_taking(path: Path, network: NetworkFile) -> Iterator[Replica]:
    """The replica in `path`. A new one in which nothing was taken over goes away again."""
    is_new, is_empty = not path.exists(), False
    try:
        with Replica(path, network, load_catalogue(), ()) as replica:
            try:
                yield replica
            finally:
                is_empty = replica.accepted is None and replica.contradiction is None
    finally:
        if is_new and is_empty:
            path.unlink(missing_ok=True)


@contextmanager
def _refusals_told(path: Path, as_json: bool) -> Iterator[None]:
    """Says in plain words what is wrong with a pack; for programs it stays an error as all are."""
    try:
        yield
    except LedgerError as e:
        told = _in_words(e)
        if as_json or told is None:
            raise
        raise click.ClickException(f"{path}: {told}") from e


def _in_words(error: LedgerError) -> str | None:
    """First what kind of refusal it is, then what exactly was found, and the permanent code."""
    words = pack_refusal(error)
    return None if words is None else f"{words[1]} ({error}) [{type(error).__name__}]"


@contextmanager
def progress_bar(what: str, quiet: bool, times: int = 1) -> Iterator[OnProgress]:
    """A bar for work that goes over all events so many times; none where the answer is for a program."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=quiet) as progress:
        task = progress.add_task(escape(visible(what)))
        before = last = 0

        def on_progress(done: int, total: int) -> None:
            nonlocal before, last
            if done < last:  # once more from the beginning
                before += last
            last = done
            progress.update(task, completed=before + done, total=total * times)

        yield on_progress


def metadata_of(files: tuple[Path, ...]) -> Mapping[bytes, bytes]:
    """The installed types' files and these, by digest."""
    found = dict(installed_metadata())
    for path in files:
        octets = path.read_bytes()
        try:
            parse_certificate_type(octets)
        except MalformedType as e:
            raise click.ClickException(f"{path} is not a certificate type: {e}") from e
        found[hashlib.sha256(octets).digest()] = octets
    return found


def written_as_json(draft: Draft) -> dict[str, object]:
    return {
        "octets": draft.written.octets,
        "sha256": draft.written.digest.hex(),
        "from_event": draft.span.start.events,
        "events": draft.span.end.events,
        "types": draft.written.types,
        "block": draft.block,
        "as_of": draft.time,
    }


def _written(draft: Draft) -> str:
    start, end = draft.span.start.events, draft.span.end.events
    return f"events {start} to {end}, as of {when(draft.time)}, {draft.written.octets:,} octets"


def _end_of(path: Path) -> Mark:
    with open_pack(path) as pack:
        return pack.span.end


def _loaded(loaded: Loaded) -> str:
    if loaded.already_known:
        return f"nothing new; block {loaded.block}, as of {when(loaded.as_of)}, is known already"
    return f"{number_of(loaded.new_events, 'new event')}; block {loaded.block}, as of {when(loaded.as_of)}"


def _loaded_as_json(loaded: Loaded) -> dict[str, object]:
    return {name: getattr(loaded, name) for name in loaded.__slots__}


def _refusal(pack: Pack, network: NetworkFile, on_progress: OnProgress) -> LedgerError | None:
    try:
        check_pack(pack, network, on_progress)
    except LedgerError as e:
        return e
    return None


def _shown(pack: Pack, contents: Contents) -> dict[str, Any]:
    span = pack.span
    return {
        "octets": pack.octets,
        "network": "0x" + span.network.hex(),
        "fingerprint": span.fingerprint.hex(),
        "from_event": span.start.events,
        "events": span.end.events,
        "head": "0x" + span.end.head.hex(),
        "block": contents.block,
        "as_of": contents.time,
        "validators": contents.validators,
        "headers_in_between": contents.headers_in_between,
        "kinds": dict(contents.kinds),
        "types": list(contents.carried),
        "types_registered": contents.registered,
    }


def _as_text(shown: dict[str, Any]) -> str:
    lines = [
        f"size         {shown['octets']:,} octets",
        f"network      {shown['network']}",
        f"made with    {shown['fingerprint']}, as its maker says; nothing proves it",
        f"events       {shown['from_event']} to {shown['events']}",
        f"head         {shown['head']}",
        f"block        {shown['block']}, of {when(shown['as_of'])}, {number_of(shown['validators'], 'validator')}, "
        f"{number_of(shown['headers_in_between'], 'header')} in between",
        *(f"  {count:>9,}  {kind}" for kind, count in shown["kinds"].items()),
        f"types        files of {len(shown['types'])} of the {shown['types_registered']} that it registers",
        *(f"  {visible(each)}" for each in shown["types"]),
    ]
    return "\n".join(lines)


def _judgement(is_checked: bool, refused: LedgerError | None) -> str:
    if not is_checked:
        return "NOTHING WAS CHECKED: all this is what the file says of itself; --network shows whether it holds"
    if refused is None:
        return "holds against the network file"
    return visible(f"DOES NOT HOLD against the network file: {_in_words(refused) or refused}")
