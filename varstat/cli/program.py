"""The program: its commands, and how it ends."""

import io
import os
import sys
from typing import NoReturn

import typer

from varstat.cli import (
    card,
    cells,
    change,
    check,
    compare,
    completeness,
    example,
    fit,
    funnel,
    league,
    opportunity,
)
from varstat.errors import OutputError, VarstatError
from varstat.prose.text import printable

# Columns of a terminal that is wider, and how a line with a command begins.
_WIDTH, COMMAND = 80, "Type next: "

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
app.command("change")(change.change)
app.command("completeness")(completeness.completeness)
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


def run() -> None:
    """Run the command line; a user's mistake ends with its message and its exit code."""
    for name in ("stdout", "stderr"):
        # Where a terminal can't show a letter, a question mark is better than an error.
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
        elif stream is None:
            # Closed by who called us: what is written there is wanted by nobody.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except VarstatError as error:
        _end(error)
    except BrokenPipeError:
        # Whoever read our output has enough of it; don't fail when Python flushes the rest.
        _discard()
        sys.exit(1)
    except OSError as error:
        _discard()
        _end(OutputError("output", f"this can't be written ({(error.strerror or '').lower()})."))


def _end(error: VarstatError) -> NoReturn:
    """Say what is wrong, and end with its exit code."""
    said = f"{type(error).__name__}: {printable(str(error))}"
    typer.echo(_fold(said) if sys.stderr.isatty() else said, err=True)
    sys.exit(error.exit_code)


def _fold(text: str) -> str:
    """Break lines at words for a terminal, but not a command, which is to be pasted."""
    import textwrap
    from shutil import get_terminal_size

    width = min(get_terminal_size().columns, _WIDTH)
    return "\n".join(
        line
        if line.startswith(COMMAND)
        else textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
        for line in text.split("\n")
    )


def _discard() -> None:
    """Have standard output's rest go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
