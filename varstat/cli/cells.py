"""varstat cells: records counted by unit, period and stratum."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from varstat.cli import options, parse
from varstat.cli.options import Format
from varstat.cli.saved import refuse_fit

if TYPE_CHECKING:
    from varstat.records import Cells

_CELLS = "Cells"
_RUN = "Where it runs"
# Cells shown in a terminal; all of them go to a file or a pipe.
_MOST = 20


class Dialect(StrEnum):
    """What SQL can be written in."""

    DUCKDB = "duckdb"
    POSTGRES = "postgres"
    SNOWFLAKE = "snowflake"
    BIGQUERY = "bigquery"
    DATABRICKS = "databricks"
    PYSPARK = "pyspark"


def cells(
    data: Annotated[
        str,
        typer.Argument(metavar="DATA", help="A file of records: Parquet, CSV in UTF-8 or DuckDB."),
    ],
    unit: Annotated[
        str,
        typer.Option("--unit", metavar="COL", help="Code of the unit.", rich_help_panel=_CELLS),
    ],
    event: Annotated[
        str | None,
        typer.Option(
            "--event",
            metavar="COL",
            help="What happened (1 or true) or didn't (0 or false).",
            rich_help_panel=_CELLS,
        ),
    ] = None,
    value: Annotated[
        str | None,
        typer.Option(
            "--value",
            metavar="COL",
            help="Instead of an event: numbers whose mean is wanted.",
            rich_help_panel=_CELLS,
        ),
    ] = None,
    stratum: Annotated[
        list[str] | None,
        typer.Option(
            "--stratum",
            metavar="COL",
            help="Case-mix to count by; repeat, or separate by commas.",
            rich_help_panel=_CELLS,
        ),
    ] = None,
    band: Annotated[
        list[str] | None,
        typer.Option(
            "--band",
            metavar="COL=EDGES",
            help="Case-mix of numbers cut into bands, as age=18,45,65; repeatable.",
            rich_help_panel=_CELLS,
        ),
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(
            "--period", metavar="COL", help="Period or date of the record.", rich_help_panel=_CELLS
        ),
    ] = None,
    roll_up: Annotated[
        str | None,
        typer.Option(
            "--roll-up",
            metavar="SPAN",
            help="Take dates together: month, quarter, year (both financial) or calendar-year.",
            rich_help_panel=_CELLS,
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(
            "--table",
            help="Table of a DuckDB file; with --sql, of the warehouse.",
            rich_help_panel=_CELLS,
        ),
    ] = None,
    lenient: Annotated[
        bool,
        typer.Option(
            "--lenient", help="Leave out impossible records, and say so.", rich_help_panel=_CELLS
        ),
    ] = False,
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help="Default: all.", rich_help_panel=_RUN)
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            "--memory",
            metavar="SIZE",
            help="At most, as 4GB; the rest is put on disk for the time.",
            rich_help_panel=_RUN,
        ),
    ] = None,
    sql: Annotated[
        Dialect | None,
        typer.Option(
            "--sql",
            help="Print the query for a warehouse instead; DATA then only tells the columns.",
            rich_help_panel=_RUN,
        ),
    ] = None,
    account: Annotated[
        bool,
        typer.Option(
            "--account",
            help="With --sql: the query that accounts for every record.",
            rich_help_panel=_RUN,
        ),
    ] = False,
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write .parquet or .csv; repeatable."),
    ] = None,
    format_: options.FormatName = Format.TABLE,
    quiet: options.Quiet = False,
) -> None:
    """Count records by unit, period and case-mix, every one of them accounted for."""
    from varstat.errors import UsageError
    from varstat.files import check_path

    refuse_fit(data, command="cells")
    what: dict[str, Any] = {
        "unit": unit,
        "event": event,
        "value": value,
        "strata": parse.split_commas(stratum),
        "bands": parse_bands(band),
        "period": period,
        "roll_up": roll_up,
    }
    if sql is not None:
        if output:
            raise UsageError("--sql", "the query goes to standard output: leave out -o.")
        _print_sql(data, what, dialect=sql, table=table, account=account)
        return
    if account:
        raise UsageError("--account", "this says which query --sql prints. Cells come with theirs.")
    paths = [
        check_path(path, suffixes=(".parquet", ".csv"), inputs=[data]) for path in output or []
    ]
    what |= {"table": table, "lenient": lenient, "threads": threads, "memory_limit": memory}
    _write(data, what, paths, format_=format_, quiet=quiet)


def parse_bands(texts: list[str] | None) -> dict[str, list[float]]:
    """Read COL=EDGES, as often as it was given.

    Raises
    ------
    UsageError
        If one is something else, or a column stands twice.

    Examples
    --------
    >>> parse_bands(["age=18,45,65"])
    {'age': [18.0, 45.0, 65.0]}
    """
    from varstat.errors import UsageError

    bands: dict[str, list[float]] = {}
    for text in texts or []:
        name, _, edges = text.rpartition("=")
        try:
            numbers = [float(edge) for edge in edges.split(",")]
        except ValueError:
            numbers = []
        if not name or not numbers:
            raise UsageError("--band", f"'{text}' is not COL=EDGES; expected as in age=18,45,65.")
        if name in bands:
            raise UsageError("--band", f"column '{name}' is cut twice. Give all its edges at once.")
        bands[name] = numbers
    return bands


def _print_sql(
    data: str, what: dict[str, Any], *, dialect: Dialect, table: str | None, account: bool
) -> None:
    from varstat.records import cells_sql
    from varstat.records.source import describe_records

    schema, name = describe_records(data, table=table)
    typer.echo(cells_sql(schema, dialect=dialect.value, table=name, account=account, **what))


def _write(
    data: str, what: dict[str, Any], paths: list[Path], *, format_: Format, quiet: bool
) -> None:
    """Count, write files, print what was asked for; messages go to stderr."""
    from rich.console import Console

    from varstat.records import count_cells, write_cells

    messages = Console(stderr=True, highlight=False, quiet=quiet)
    parquet = [path for path in paths if path.suffix.lower() == ".parquet"]
    accounts = [write_cells(data, path, **what) for path in parquet]
    counted = None
    if len(parquet) < len(paths) or not paths or format_ is not Format.TABLE:
        counted = count_cells(data, **what)
        accounts.append(counted.account)
    for path in paths:
        if counted is not None and path not in parquet:
            _write_csv(counted, path)
    if format_ is Format.TABLE:
        if counted is not None and not paths:
            _print_cells(counted, Console(highlight=False))
    elif counted is not None:
        _print_all(counted, format_)
    messages.print(accounts[0].summary(), markup=False, soft_wrap=True)
    for path in paths:
        messages.print(f"Wrote {path.name}.", markup=False)


def _write_csv(counted: "Cells", path: Path) -> None:
    """Write the cells, and beside them what became of the records."""
    from varstat.files import replace_files
    from varstat.present.formats.csv import csv_bytes

    about = {"account": counted.account.to_dict(), "provenance": counted.provenance}
    beside = (json.dumps(about, indent=2, ensure_ascii=False) + "\n").encode()
    # First in place, so that a CSV never stands without it.
    replace_files(
        {
            path.with_name(f"{path.name}.provenance.json"): beside,
            path: csv_bytes(counted.frame),
        }
    )


def _print_all(counted: "Cells", format_: Format) -> None:
    from varstat.present.formats.csv import csv_bytes

    if format_ is Format.CSV:
        sys.stdout.buffer.write(csv_bytes(counted.frame))
    else:
        whole = {
            "cells": counted.frame.to_dict(orient="records"),
            "account": counted.account.to_dict(),
            "provenance": counted.provenance,
        }
        sys.stdout.buffer.write(json.dumps(whole, ensure_ascii=False).encode() + b"\n")
    sys.stdout.flush()


def _print_cells(counted: "Cells", console: Any) -> None:
    """Print the first of the cells."""
    from varstat.present.terminal.columns import name_text, print_padded, set_columns

    first = counted.frame.head(_MOST)
    amounts = [name for name in first.columns if first[name].dtype.kind in "if"]
    keys = [name for name in first.columns if name not in amounts]
    print_padded(
        console,
        set_columns(
            {name_text(name): [name_text(cell) for cell in first[name]] for name in keys},
            {name: [_amount(cell) for cell in first[name]] for name in amounts},
            width=console.width,
            expendable=(),
        ),
    )
    more = len(counted.frame) - len(first)
    if more:
        console.print(f" … and {more:,} more cells", style="dim")


def _amount(number: float) -> str:
    return f"{number:,.0f}" if number % 1 == 0 else f"{number:,.6g}"
