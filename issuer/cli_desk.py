"""The officers' commands: each logs in to a running service, does one thing, and logs out."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from issuer.act_kinds import ACT_KINDS
from issuer.desk_client import DeskClient, DeskError
from ledger import number_of

_POLL_SECONDS = 0.5
_WORST_SHOWN = 20


def at_desk(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options of a login; the command is given the client first."""

    @click.option(
        "--url",
        envvar="YINXIN_ISSUER_URL",
        default="http://127.0.0.1:8001",
        show_default=True,
        help="The service's address, or YINXIN_ISSUER_URL.",
    )
    @click.option("--officer", envvar="YINXIN_OFFICER", prompt=True, help="Your name, or YINXIN_OFFICER.")
    @click.option("--password", envvar="YINXIN_PASSWORD", prompt=True, hide_input=True, help="Or YINXIN_PASSWORD.")
    def wrapped(url: str, officer: str, password: str, **options: Any) -> None:
        try:
            with DeskClient(url, officer, password) as desk:
                command(desk, **options)
        except DeskError as error:
            _show_details(error.details)
            raise click.ClickException(str(error)) from error
        except OSError as error:  # a file that cannot be read or written
            raise click.ClickException(str(error)) from error

    wrapped.__doc__ = command.__doc__
    wrapped.__name__ = command.__name__
    # click keeps a decorated function's options on it, innermost last
    inner, outer = getattr(command, "__click_params__", []), getattr(wrapped, "__click_params__", [])
    wrapped.__click_params__ = [*inner, *outer]  # type: ignore[attr-defined]
    return wrapped


def _in_a_folder(_: click.Context, __: click.Parameter, file: Path | None) -> Path | None:
    """Looked at before anything is asked for: an offer is made once."""
    if file is not None and not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.parent}")
    return file


_NEW_FILE = click.Path(path_type=Path, dir_okay=False, writable=True)


@click.command("import")
@at_desk
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--type", "type_number", type=int, required=True, help="The certificate type's number.")
@click.option("--confirm/--look", default=False, help="Make drafts of the rows, or only look (the default).")
@click.option("--leave-out-bad-rows", is_flag=True, help="Go on with the good rows.")
def import_file(desk: DeskClient, file: Path, type_number: int, confirm: bool, leave_out_bad_rows: bool) -> None:
    """Import a CSV file: look at it first, then --confirm.

    \b
    Examples:
      yinxin issuer import licences.csv --type 1
      yinxin issuer import licences.csv --type 1 --confirm --leave-out-bad-rows
    """
    with _waiting("reading the file"):
        seen = desk.upload(file, type_number)
    _show_problems(seen["problems"])
    if confirm and seen["state"] != "confirmed":
        with _waiting("making drafts"):
            seen = desk.post(f"/imports/{seen['id']}/confirm", {"leave_out_bad_rows": leave_out_bad_rows})
    click.echo(f"import {seen['id']}: {seen['state']}, {seen['good_rows']} of {seen['rows']} rows fit")


@click.command()
@at_desk
@click.option("--import", "import_id", type=int, help="Every submitted draft of an import.")
@click.option("--draft", "drafts", type=int, multiple=True, help="A draft; repeatable.")
def approve(desk: DeskClient, import_id: int | None, drafts: tuple[int, ...]) -> None:
    """Approve drafts that another officer made; each becomes a certificate.

    \b
    Example:
      yinxin issuer approve --import 1
    """
    with _waiting("approving"):
        made = desk.post("/approvals", {"import_id": import_id, "drafts": list(drafts)})["certificates"]
    click.echo(number_of(len(made), "certificate") + (f", {made[0]} to {made[-1]}" if made else ""))


@click.command()
@at_desk
@click.option("--import", "import_id", type=int, help="The certificates of an import.")
@click.option("--certificate", "certificates", type=int, multiple=True, help="A certificate; repeatable.")
@click.option("--all", "everything", is_flag=True, help="Every certificate without a paper credential.")
@click.option("--wait", is_flag=True, help="Wait until everything is anchored.")
def seal(desk: DeskClient, import_id: int | None, certificates: tuple[int, ...], everything: bool, wait: bool) -> None:
    """Seal certificates as paper credentials and anchor them.

    \b
    Example:
      yinxin issuer seal --import 1 --wait
    """
    asked = {"import_id": import_id, "certificates": list(certificates), "all": everything}
    answer = desk.post("/seals", asked)
    click.echo(f"{number_of(answer['queued'], 'paper credential')} queued")
    if answer["waiting_for_ledger"]:
        click.echo("they wait for the ledger: see `yinxin issuer status`")
    if wait:
        with _waiting("anchoring"):
            while _unsettled(desk.get("/queue")):
                time.sleep(_POLL_SECONDS)
        click.echo("anchored")


@click.command()
@at_desk
@click.argument("credential", type=int)
@click.option("--out", type=_NEW_FILE, callback=_in_a_folder, required=True, help="The PDF to write.")
def paper(desk: DeskClient, credential: int, out: Path) -> None:
    """Write the paper copy of an anchored credential as PDF."""
    out.write_bytes(desk.download(f"/credentials/{credential}/paper.pdf"))
    click.echo(f"wrote {out}")


@click.command()
@at_desk
@click.argument("certificate", type=int)
@click.option("--png", type=_NEW_FILE, callback=_in_a_folder, help="Also write the offer's QR code.")
def offer(desk: DeskClient, certificate: int, png: Path | None) -> None:
    """Offer a certificate to its holder's wallet. Give the code in person, not with the offer."""
    made = desk.post(f"/certificates/{certificate}/offers", {})
    click.echo(f"offer  {made['by_reference']}")
    click.echo(f"code   {made['tx_code']}")
    if png is not None:
        png.write_bytes(base64.b64decode(made["qr_png"]))
        click.echo(f"wrote {png}")


@click.group()
def act() -> None:
    """Acts on certificates, drafted by one officer and approved by another."""


def _as_changes(_: click.Context, __: click.Parameter, changes: tuple[str, ...]) -> dict[str, str]:
    """FIELD=VALUE each; an empty value takes the claim away."""
    if bad := [change for change in changes if not change.partition("=")[0].strip() or "=" not in change]:
        raise click.BadParameter(f"{bad[0]!r} is not FIELD=VALUE")
    pairs = [(name.strip(), value) for name, _, value in (change.partition("=") for change in changes)]
    if len(dict(pairs)) != len(pairs):
        raise click.BadParameter("a field is named twice")
    return dict(pairs)


@act.command("draft")
@at_desk
@click.argument("kind", type=click.Choice(list(ACT_KINDS)))
@click.argument("certificate", type=int)
@click.option("--reference", required=True, help="Number of the legal document or of the holder's request.")
@click.option("--effective", help="A day YYYY-MM-DD or an RFC 3339 time; without it, now.")
@click.option("--credential", type=int, help="One copy, for freeze, unfreeze and withdraw_copy.")
@click.option(
    "--change",
    "changes",
    multiple=True,
    metavar="FIELD=VALUE",
    callback=_as_changes,
    help="A changed claim by its name, code or Chinese label; without VALUE it is taken away; repeatable.",
)
def draft_act(
    desk: DeskClient,
    kind: str,
    certificate: int,
    reference: str,
    effective: str | None,
    credential: int | None,
    changes: dict[str, str],
) -> None:
    """Draft an act.

    \b
    Examples:
      yinxin issuer act draft revoke 17 --reference 沪市监吊〔2026〕8号 --effective 2026-11-20
      yinxin issuer act draft alter 17 --reference 沪市监变〔2026〕9号 --change 住所=上海市…
    """
    body = {"kind": kind, "certificate": certificate, "reference": reference, "credential": credential}
    made = desk.post("/acts", {**body, "effective": effective, "changes": changes})
    click.echo(f"act {made['id']} drafted: another officer approves it")


@act.command("approve")
@at_desk
@click.argument("number", type=int)
@click.option("--confirm", help="The certificate's identifier, once more; without it, it is asked for.")
def approve_act(desk: DeskClient, number: int, confirm: str | None) -> None:
    """Approve another officer's act, which is shown first; it cannot be undone but by another act."""
    _show_act(desk.get(f"/acts/{number}"))
    if confirm is None:
        confirm = click.prompt("certificate identifier")
    done = desk.post(f"/acts/{number}/approve", {"certificate_identifier": confirm})
    waits = ", and waits for the ledger: see `yinxin issuer status`" if done["waiting_for_ledger"] else ""
    click.echo(f"act {number} is {done['state']}{waits}")


@click.command()
@at_desk
def status(desk: DeskClient) -> None:
    """Show what waits for the ledger, and why."""
    from ledger import print_table

    found, rows = desk.get("/queue"), []
    for each in found["authorities"]:
        refused = "; ".join(batch["refusal"] for batch in each["refused_batches"])
        counts = ("authority", "waiting_credentials", "queued_batches", "anchored_batches", "positions")
        rows.append((*(str(each[name]) for name in counts), refused or each["mismatch"] or ""))
    print_table(("authority", "waiting", "queued batches", "anchored", "positions", "refused"), rows)
    click.echo(f"changes of status: {found['queued_changes']} queued, {found['refused_changes']} refused")
    if found["waiting_for_ledger"]:
        why = found["unreachable"] or found["status"]
        click.echo(f"waiting for the ledger, {number_of(found['queued_calls'], 'call')} queued: {why}")
    for problem in found["problems"]:
        click.echo(f"problem: {problem}")


def _show_act(shown: dict[str, Any]) -> None:
    from credential import dates
    from ledger import print_table, visible

    copy = "" if shown["credential"] is None else f", copy {shown['credential']} alone"
    effective = dates.day_of(shown["effective"])
    click.echo(f"act {shown['id']}       {shown['kind']} {ACT_KINDS[shown['kind']].zh}, {shown['state']}")
    click.echo(f"certificate {shown['certificate']}{copy}")
    click.echo(visible(f"identifier  {shown['certificate_identifier']}"))
    click.echo(visible(f"reference   {shown['reference']}"))
    click.echo(f"effective   {effective}")
    if changed := shown["changed_claims"]:
        rows = [(each["label"]["zh"], each["field"], each["old"] or "", each["new"] or "") for each in changed]
        print_table(("项", "field", "from", "to"), rows)


def _unsettled(queue: dict[str, Any]) -> bool:
    if refused := [batch["refusal"] for each in queue["authorities"] for batch in each["refused_batches"]]:
        raise click.ClickException(f"the chain refused a batch: {refused[0]}")
    return any(each["waiting_credentials"] or each["queued_batches"] for each in queue["authorities"])


def _waiting(text: str) -> Any:
    from rich.console import Console

    return Console(stderr=True).status(f"{text} …")


def _show_problems(problems: list[dict[str, Any]]) -> None:
    """A table for the officer who sent the file."""
    if not problems:
        return
    from ledger import print_table

    rows = [
        (str(each["row"]), each["column"], each["value"], f"{each['reason_zh']} / {each['reason']}")
        for each in problems[:_WORST_SHOWN]
    ]
    start = 0 if any(each["row"] for each in problems) else 1  # what came by hand has no row
    print_table(("row", "column", "value", "reason")[start:], [row[start:] for row in rows], err=True)
    if len(problems) > _WORST_SHOWN:
        click.echo(f"… and {len(problems) - _WORST_SHOWN} more", err=True)


def _show_details(details: dict[str, Any]) -> None:
    from ledger import visible

    if "problems" in details:
        _show_problems(details["problems"])
    for name, value in details.items():
        if name != "problems":
            click.echo(visible(f"{name}: {value}"), err=True)
