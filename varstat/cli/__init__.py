"""The command line: one file a command, which parses, calls and writes.

Nothing but Typer and the standard library is imported until a command runs.
"""

import io
import os
import sys

import typer

from varstat.cli import card, cells, check, compare, example, fit, funnel, league, opportunity
from varstat.errors import VarstatError

app = typer.Typer(
    name="varstat",
    help="Tell true differences between organisations from chance.",
    epilog="Try: varstat funnel example:star98",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("funnel")(funnel.funnel)
app.command("league")(league.league)
app.command("opportunity")(opportunity.opportunity)
app.command("compare")(compare.compare)
app.command("fit")(fit.fit)
app.command("check")(check.check)
app.command("cells")(cells.cells)
app.add_typer(card.app, name="card")
app.add_typer(example.app, name="example")


def _version(asked: bool) -> None:
    if asked:
        from varstat.version import __version__

        typer.echo(f"varstat {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Tell true differences between organisations from chance."""


def main() -> None:
    """Run the command line; a user's mistake ends with its message and its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # Where a terminal can't show a letter, a question mark is better than an error.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except VarstatError as error:
        typer.echo(f"{type(error).__name__}: {_printable(str(error))}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has enough of it; don't fail when Python flushes the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _printable(message: str) -> str:
    """A message without what a terminal would obey; its lines stay."""
    return "\n".join(
        "".join(letter for letter in line if letter.isprintable()) for line in message.split("\n")
    )
