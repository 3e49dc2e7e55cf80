"""varstat check: what a file holds, and what became of every row."""

import json
import sys
from typing import Any

import typer

from varstat.analysis.asking import FunnelAsking
from varstat.analysis.inputs import refuse_fit
from varstat.analysis.specification import Reading, Specification
from varstat.analysis.suggest import Advice, advise, says_nothing
from varstat.cli.grouped import grouped
from varstat.cli.output import DRAWING, Format, Output

# Of the lines of a command, in a terminal that has room for them.
_WIDTH = 78


@grouped(
    without={
        *("title", "direction", "annualise"),
        *(*DRAWING, "accept_failed", "output", "force", "quiet"),
    }
)
def check(reading: Reading, output: Output) -> None:
    """Say what a file seems to hold and what to type next, and account for every row.

    With a card or columns: what became of every row: kept, merged, or left out and why.
    """
    from varstat.analysis.run import read

    for source in reading.source:
        refuse_fit(source, command="check")
    if says_nothing(reading):
        _advise(reading, output)
        return
    table = read(reading)
    match output.format_:
        case Format.JSON:
            typer.echo(json.dumps(table.account.to_dict(), ensure_ascii=False))
        case Format.CSV:
            _write_csv(table.frame)
        case Format.TABLE:
            typer.echo(table.account.summary(sums=True))


def _advise(reading: Reading, output: Output) -> None:
    """Show what is found out about a file of which nothing was said."""
    advice = advise(reading)
    match output.format_:
        case Format.JSON:
            typer.echo(json.dumps(_to_dict(advice), ensure_ascii=False))
        case Format.CSV:
            _write_csv(_frame(advice))
        case Format.TABLE:
            from varstat.present.terminal.advice import print_advice
            from varstat.present.terminal.console import open_console

            console = open_console()
            width = min(_WIDTH, console.width)
            print_advice(
                advice,
                console,
                commands=_commands(advice, width=width),
                begun=_command(advice.template, width=width),
                uses=_uses(advice),
            )


def _commands(advice: Advice, *, width: int | None = None) -> list[str]:
    return [_command(each.reading, width=width) for each in advice.suggestions]


def _command(reading: Reading, *, width: int | None = None) -> str:
    from varstat.analysis.command import write_command

    asked = Specification(reading=reading, asking=FunnelAsking())
    return write_command(asked, width=width)


def _uses(advice: Advice) -> list[str]:
    """Give the options by which another file's analysis takes columns from one of no rates."""
    from varstat.analysis.command import write_lookup
    from varstat.data.profile.nature import joinable

    key, groups, covariates = joinable(advice.profile.best)
    if advice.nature is None or key is None:
        return []
    (source,) = advice.template.source
    return write_lookup(source, key, groups=groups, covariates=covariates)


def _to_dict(advice: Advice) -> dict[str, Any]:
    """Make a dictionary for JSON: the account where there is one, and what was found out."""
    account = {} if advice.account is None else advice.account.to_dict()
    suggestions = [
        {
            "command": command,
            "why": each.why,
            "caution": each.caution,
            "rows_read": each.account.rows_read,
            "rows_kept": each.account.rows_kept,
            "units": each.account.units,
            "excluded": {e.reason: e.rows for e in each.account.exclusions},
        }
        for each, command in zip(advice.suggestions, _commands(advice), strict=True)
    ]
    return account | {
        "profile": advice.profile.to_dict(),
        "suggestions": suggestions,
        "missing": list(advice.missing),
        "nature": advice.nature,
        "uses": _uses(advice),
        "template": _command(advice.template),
    }


def _frame(advice: Advice) -> Any:
    """Give the rows where the file says what they are, and otherwise its columns."""
    import pandas as pd

    if advice.table is not None:
        return advice.table.frame
    columns = [each.to_dict() for each in advice.profile.best.columns]
    for each in columns:
        for name in ("levels", "marks"):
            each[name] = "; ".join(each[name])
    return pd.DataFrame(columns)


def _write_csv(frame: Any) -> None:
    from varstat.present.formats.csv import csv_bytes

    sys.stdout.buffer.write(csv_bytes(frame))
