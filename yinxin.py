"""The command `yinxin`: gathers the packages' command groups, each loaded only when it is called."""

from __future__ import annotations

import importlib
import io
import sys

import click

GROUPS = {
    "ledger": ("ledger.cli", "ledger", "The chain: node, registries, replica."),
    "council": ("ledger.council.cli", "council", "The council of provinces: propose, sign, execute."),
    "issuer": ("issuer.cli", "issuer", "The bureau: import, approve, seal, act."),
    "verifier": ("verifier.cli", "verifier", "The window: check what is shown."),
    "wallet": ("wallet.cli", "wallet", "The holder: accept, keep, show."),
    "bench": ("bench.cli", "bench", "Figures of this machine, as ratios."),
}


class _Gathered(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in GROUPS:
            return None
        module, name, _ = GROUPS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in GROUPS.items()])


@click.command(cls=_Gathered, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="yinxin")
def yinxin() -> None:
    """Yinxin 印信: electronic certificates that count in every province."""


USAGE = 64
"""Exit status of a wrong command line (sysexits.h, EX_USAGE)."""


def main() -> None:
    """Runs the command; a wrong command line ends with 64, so that it differs from every verdict's status."""
    try:
        status = yinxin.main(standalone_mode=False)
    except click.UsageError as error:
        _tell(error)
        sys.exit(USAGE)
    except click.ClickException as error:
        _tell(error)
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Aborted.", err=True)
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)


def _tell(error: click.ClickException) -> None:
    """It may quote a file or a node, which must not speak to the terminal."""
    from ledger import visible

    told = io.StringIO()
    error.show(told)
    for line in told.getvalue().rstrip("\n").split("\n"):
        click.echo(visible(line), err=True)


if __name__ == "__main__":
    main()
