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
    review,
)
from varstat.errors import OutputError, VarstatError
from varstat.prose.text import printable

_DOCS = "Documentation, in varstat's source: docs/"
# What to try of each command.
_TRY = {
    "funnel": "varstat funnel example:star98 -o star98.png",
    "league": "varstat league example:star98 --direction higher-is-better -o star98.html",
    "opportunity": "varstat opportunity example:star98 --direction higher-is-better",
    "compare": "varstat compare example:star98 D001 D002 --direction higher-is-better",
    "change": "varstat change data.csv --card daycase --from 2016-17Q1 --to 2017-18Q1",
    "completeness": "varstat completeness data.csv --unit trust --period month --counts referrals",
    "review": "varstat review example:star98 --direction higher-is-better -o star98.html",
    "fit": "varstat fit example:star98 -o star98.nc",
    "check": "varstat check data.csv",
    "cells": "varstat cells records.parquet --unit trust --event died -o cells.csv",
}
# Columns of a terminal that is wider, and how a line with a command begins.
_WIDTH, COMMAND = 80, "Type next: "

app = typer.Typer(
    name="varstat",
    help="Tell true differences between organisations from chance.",
    epilog=f"Try: varstat funnel example:star98\n\n{_DOCS}index.md",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (
    funnel.funnel,
    league.league,
    opportunity.opportunity,
    compare.compare,
    change.change,
    completeness.completeness,
    review.review,
    fit.fit,
    check.check,
    cells.cells,
):
    _name = _command.__name__
    app.command(_name, epilog=f"Try: {_TRY[_name]}\n\n{_DOCS}reference/cli.md")(_command)
app.add_typer(card.app, name="card")
app.add_typer(example.app, name="example")

# Commands of a group have the example of their group.
for _group, _example, _page in (
    (card.app, "varstat card show daycase", "how-to/write-a-card.md"),
    (example.app, "varstat example write star98 -o star98.csv", "tutorial/first-funnel.md"),
):
    _group.info.epilog = f"Try: {_example}\n\n{_DOCS}{_page}"
    for _each in _group.registered_commands:
        _each.epilog = _group.info.epilog


def _version(asked: bool) -> None:
    if asked:
        from varstat.version import __version__

        typer.echo(f"varstat {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", "-V", callback=_version, is_eager=True, help="Print the version."
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
