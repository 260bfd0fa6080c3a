"""`yinxin issuer`: setting a bureau up and running it. The officers' commands are in cli_desk.py."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from issuer.cli_desk import act, approve, import_file, offer, paper, seal, status

_TEMPLATE = """# Settings of the bureau's service; docs/issuer.md describes every one.
database = "issuer.db"
network = {network}
ledger_urls = [{ledger_url}]
host = "127.0.0.1"
port = {port}

[[authorities]]
number = {number}
name = {name}
credit_code = {credit_code}
url = {url}
key = "credential.pem"
operator = "operator.json"
types = [{types}]
"""
_CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default="issuer.toml",
    show_default=True,
    help="The settings file.",
)


@click.group()
def issuer() -> None:
    """The bureau's service: certificates in, anchored credentials out."""


@issuer.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--number", type=int, required=True, help="The authority's number in the trust registry.")
@click.option("--name", required=True, help="The authority's name.")
@click.option("--credit-code", required=True, help="Its 统一社会信用代码.")
@click.option("--url", required=True, help="Its URL: what its credentials name as their issuer.")
@click.option(
    "--type", "types", type=int, multiple=True, required=True, help="A certificate type's number; repeatable."
)
@click.option("--network", default="network.json", show_default=True, help="The network file, relative to FOLDER.")
@click.option("--ledger-url", default="http://127.0.0.1:8545", show_default=True, help="A node's JSON-RPC address.")
@click.option("--port", type=int, default=8001, show_default=True, help="The port the service will listen on.")
def init(folder: Path, types: tuple[int, ...], **values: str | int) -> None:
    """Make a bureau's folder: settings, a credential key, an operator account.

    Prints what the region's administrator registers on the ledger: the file with the key's public half (`yinxin ledger
    key add`) and the operator account's address (`yinxin ledger operator add`). The key is encrypted where the
    environment variable YINXIN_ISSUER_PASSPHRASE is set. Nothing that is there already is overwritten.

    \b
    Example:
      yinxin issuer init shanghai --number 1 --name 上海市市场监督管理局 \\
          --credit-code 11310115000YX00012 --url http://127.0.0.1:8001/samr --type 1 --type 2
    """
    from credential import base64url
    from issuer.signing import make_key, save_public_key
    from ledger import Account, AccountProblem, save_account

    text = _settings_text(values, types)
    with _told():
        _must_fit(text)
        folder.mkdir(parents=True, exist_ok=True)
    passphrase = os.environ.get("YINXIN_ISSUER_PASSPHRASE")
    account = Account.create()
    settings, public_key = folder / "issuer.toml", folder / "bureau.pub.pem"
    try:
        key = make_key(folder / "credential.pem", passphrase)
        save_public_key(key.public_key, public_key)
        save_account(account, folder / "operator.json", passphrase)
        with settings.open("x", encoding="utf-8") as file:
            file.write(text)
    except (FileExistsError, AccountProblem) as error:
        raise click.ClickException(f"{folder} is set up already: {error}") from error
    click.echo(f"settings    {settings}")
    click.echo(f"kid         {base64url.encode(key.kid)}")
    click.echo(f"public key  {public_key}")
    click.echo(f"operator    {account.hex_address}")


@issuer.command()
@_CONFIG
@click.option("--port", type=click.IntRange(0, 65535), help="Another port than the settings'; 0 takes a free one.")
@click.option("--ready-file", type=click.Path(path_type=Path), help="Written with the address once requests are taken.")
def serve(config: Path, port: int | None, ready_file: Path | None) -> None:
    """Run the service until it is stopped.

    Refuses to start where the chain tells another history than the database. Where no node can be reached it starts,
    queues, and says so at /health.
    """
    from issuer.serving import log_our_own_work
    from issuer.serving import serve as run
    from issuer.settings import load_settings

    log_our_own_work()
    with _told():
        settings = load_settings(config)
        run(
            settings if port is None else settings.model_copy(update={"port": port}),
            ready_file,
            lambda url: click.echo(f"bureau ready at {url}"),
        )


@issuer.command("reconcile")
@_CONFIG
@click.option(
    "--replica",
    "replica_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A replica's file; without it one is made for the moment.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
def reconcile_command(config: Path, replica_file: Path | None, yes: bool, as_json: bool) -> None:
    """Bring the books and the chain together again after the operator account was stolen.

    With the service stopped, a new account in the settings, and the region's fence and restoration done. Takes note of
    batches that the thief anchored, and queues again what fell with the fence: it is approved already. Says which
    batches fell, whose copies have to be reissued.
    """
    from issuer.cli_reconcile import reconcile

    with _told():
        reconcile(config, replica_file, yes, as_json)


@issuer.group()
def officer() -> None:
    """Officers' accounts."""


@officer.command("add")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    type=click.Choice(["drafter", "approver", "administrator"]),
    multiple=True,
    required=True,
    help="What the officer may do; repeatable.",
)
@click.option(
    "--authority", type=int, help="The number of the authority the officer serves; none for an administrator."
)
@click.option(
    "--password",
    envvar="YINXIN_PASSWORD",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="At least 10 characters; or YINXIN_PASSWORD; without either it is asked for.",
)
@_CONFIG
def add(name: str, roles: tuple[str, ...], authority: int | None, password: str, config: Path) -> None:
    """Add an officer's account. The password is asked for, or taken from YINXIN_PASSWORD.

    \b
    Examples:
      yinxin issuer officer add 李明 --role drafter --authority 1
      yinxin issuer officer add 王芳 --role approver --authority 1
    """
    from issuer.accounts import Role, add_officer
    from issuer.settings import load_settings
    from issuer.store import open_store

    with _told():
        settings = load_settings(config)
        if authority is not None and authority not in {each.number for each in settings.authorities}:
            raise click.UsageError(f"the settings have no authority {authority}")
        engine = open_store(settings.database)
        with engine.begin() as connection:
            made = add_officer(connection, name, password, map(Role, roles), authority)
        engine.dispose()
    click.echo(f"officer {made.number}: {', '.join(sorted(made.roles))}")


@officer.command("list")
@_CONFIG
def list_officers(config: Path) -> None:
    """List the accounts."""
    from issuer.accounts import all_officers
    from issuer.settings import load_settings
    from issuer.store import open_store, reading
    from ledger import print_table

    with _told():
        engine = open_store(load_settings(config).database)
    with reading(engine) as connection:
        found = all_officers(connection)
    engine.dispose()
    rows = []
    for each in found:
        roles = ", ".join(sorted(each.roles))
        rows.append((str(each.number), each.name, roles, str(each.authority or ""), "yes" if each.disabled else ""))
    print_table(("id", "name", "roles", "authority", "disabled"), rows)


def _settings_text(values: dict[str, str | int], types: tuple[int, ...]) -> str:
    """The template filled in; a text in JSON is the same text in TOML."""
    texts = {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
    return _TEMPLATE.format(**texts, types=", ".join(map(str, types)))


def _must_fit(text: str) -> None:
    """Raises for what `serve` would refuse, and for a slip in the credit code, which goes into every identifier."""
    import tomllib

    from credential import identifiers
    from issuer.bureau import newest_types
    from issuer.settings import Settings
    from ledger import load_catalogue

    (authority,) = Settings.model_validate(tomllib.loads(text)).authorities
    newest_types(authority, load_catalogue())
    if not identifiers.is_credit_code(authority.credit_code):
        raise ValueError(f"{authority.credit_code} is no 统一社会信用代码 (GB 32100): a character is wrong")


def _told() -> _Told:
    return _Told()


class _Told:
    """Turns what is wrong with files and settings into one line for a person."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        from pydantic import ValidationError

        from issuer.errors import IssuerError
        from issuer.store import OtherDatabase
        from ledger import LedgerError

        if isinstance(error, ValidationError):
            places = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            raise click.ClickException("the settings do not fit: " + "; ".join(places)) from error
        if isinstance(error, IssuerError | LedgerError | OtherDatabase | OSError | ValueError | RecursionError):
            raise click.ClickException(str(error)) from error


for _command in (import_file, approve, seal, paper, offer, act, status):
    issuer.add_command(_command)
