"""varstat cells: records counted by unit, period and stratum."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from varstat.analysis.inputs import refuse_fit
from varstat.cli import parse
from varstat.cli.grouped import grouped
from varstat.cli.option import Laid, argument, files, flag, number, text, texts
from varstat.cli.output import DRAWING, Format, Output
from varstat.prose.text import clean

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What is counted of records, and where that runs.

    Attributes
    ----------
    data : str
        A file of records.
    unit, event, value, period, roll_up, table : str or None
        As `count_cells` takes them.
    stratum : list of str
    band : dict of str to list of float, or None
    lenient : bool
    threads : int or None
    memory : str or None
    sql : Dialect or None
        Of a query to print instead.
    account : bool
        Whether that is the one that accounts for every record.
    """

    data: str
    unit: str
    event: str | None = None
    value: str | None = None
    stratum: tuple[str, ...] = ()
    band: Mapping[str, list[float]] | None = None
    period: str | None = None
    roll_up: str | None = None
    table: str | None = None
    lenient: bool = False
    threads: int | None = None
    memory: str | None = None
    sql: Dialect | None = None
    account: bool = False

    def question(self) -> dict[str, Any]:
        """What is counted, as `count_cells` and `cells_sql` take it."""
        return {
            "unit": self.unit,
            "event": self.event,
            "value": self.value,
            "strata": list(self.stratum),
            "bands": dict(self.band or {}),
            "period": self.period,
            "roll_up": self.roll_up,
        }


def parse_bands(options: list[str] | None) -> dict[str, list[float]]:
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
    for written in options or []:
        name, _, edges = written.rpartition("=")
        try:
            numbers = [float(edge) for edge in edges.split(",")]
        except ValueError:
            numbers = []
        if not name or not numbers:
            raise UsageError(
                "--band", f"'{written}' is not COL=EDGES; expected as in age=18,45,65."
            )
        if name in bands:
            raise UsageError("--band", f"column '{name}' is cut twice. Give all its edges at once.")
        bands[name] = numbers
    return bands


_OPTIONS = {
    "data": argument("DATA", "A file of records: Parquet, CSV in UTF-8 or DuckDB."),
    "unit": Laid(
        type=str,
        info=typer.Option(
            "--unit", metavar="COL", help="Code of the unit.", rich_help_panel=_CELLS
        ),
    ),
    "event": text(
        "event", _CELLS, "What happened (1 or true) or didn't (0 or false).", metavar="COL"
    ),
    "value": text(
        "value", _CELLS, "Instead of an event: numbers whose mean is wanted.", metavar="COL"
    ),
    "stratum": texts(
        "stratum",
        _CELLS,
        "Case-mix to count by; repeat, or separate by commas.",
        metavar="COL",
        read=parse.split_commas,
    ),
    "band": texts(
        "band",
        _CELLS,
        "Case-mix of numbers cut into bands, as age=18,45,65; repeatable.",
        metavar="COL=EDGES",
        read=parse_bands,
    ),
    "period": text("period", _CELLS, "Period or date of the record.", metavar="COL"),
    "roll_up": text(
        "roll-up",
        _CELLS,
        "Take dates together: month, quarter, year (both financial) or calendar-year.",
        metavar="SPAN",
    ),
    "table": text("table", _CELLS, "Table of a DuckDB file; with --sql, of the warehouse."),
    "lenient": flag("lenient", _CELLS, "Leave out impossible records, and say so."),
    "threads": number(int | None, "threads", _RUN, "Default: all.", least=1),
    "memory": text(
        "memory", _RUN, "At most, as 4GB; the rest is put on disk for the time.", metavar="SIZE"
    ),
    "sql": Laid(
        type=Dialect | None,
        info=typer.Option(
            "--sql",
            help="Print the query for a warehouse instead; DATA then only tells the columns.",
            rich_help_panel=_RUN,
        ),
    ),
    "account": flag("account", _RUN, "With --sql: the query that accounts for every record."),
    "output": files("Write .parquet or .csv; repeatable."),
}


@grouped(without={*DRAWING, "accept_failed"}, instead=_OPTIONS)
def cells(counting: Counting, output: Output) -> None:
    """Count records by unit, period and case-mix, every one of them accounted for."""
    from varstat.errors import UsageError
    from varstat.files import check_path, refuse_foreign

    refuse_fit(counting.data, command="cells")
    if counting.sql is not None:
        if output.output:
            raise UsageError("--sql", "the query goes to standard output: leave out -o.")
        _print_sql(counting, counting.sql)
        return
    if counting.account:
        raise UsageError("--account", "this says which query --sql prints. Cells come with theirs.")
    paths = [
        check_path(path, suffixes=(".parquet", ".csv"), inputs=[counting.data])
        for path in output.output
    ]
    for path in () if output.force else paths:
        refuse_foreign(path)
    _write(counting, paths, format_=output.format_, quiet=output.quiet)


def _print_sql(counting: Counting, dialect: Dialect) -> None:
    from varstat.records import cells_sql
    from varstat.records.source import describe_records

    given = (counting.unit, counting.event, counting.value, counting.period, *counting.stratum)
    wanted = [name for name in (*given, *(counting.band or {})) if name]
    schema, name = describe_records(counting.data, table=counting.table, wanted=wanted)
    query = cells_sql(
        schema,
        dialect=dialect.value,
        table=name,
        account=counting.account,
        **counting.question(),
    )
    typer.echo(query)


def _write(counting: Counting, paths: list[Path], *, format_: Format, quiet: bool) -> None:
    """Count, write files, print what was asked for; messages go to stderr."""
    from rich.console import Console

    from varstat.present.terminal.console import open_console
    from varstat.records import count_cells, write_cells

    what = counting.question() | {
        "table": counting.table,
        "lenient": counting.lenient,
        "threads": counting.threads,
        "memory_limit": counting.memory,
    }
    messages = Console(stderr=True, highlight=False, quiet=quiet)
    parquet = [path for path in paths if path.suffix.lower() == ".parquet"]
    accounts = [write_cells(counting.data, path, **what) for path in parquet]
    counted = None
    if len(parquet) < len(paths) or not paths or format_ is not Format.TABLE:
        counted = count_cells(counting.data, **what)
        accounts.append(counted.account)
    for path in paths:
        if counted is not None and path not in parquet:
            _write_csv(counted, path)
    if format_ is Format.TABLE:
        if counted is not None and not paths:
            _print_cells(counted, open_console())
    elif counted is not None:
        _print_all(counted, format_)
    messages.print(accounts[0].summary(), markup=False, soft_wrap=True)
    for path in paths:
        messages.print(f"Wrote {clean(path.name)}.", markup=False)


def _write_csv(counted: "Cells", path: Path) -> None:
    """Write the cells, and beside them what became of the records."""
    from varstat.files import beside, replace_files
    from varstat.present.formats.csv import csv_bytes

    about = {"account": counted.account.to_dict(), "provenance": counted.provenance}
    stated = (json.dumps(about, indent=2, ensure_ascii=False) + "\n").encode()
    # First in place, so that a CSV never stands without it.
    replace_files({beside(path): stated, path: csv_bytes(counted.frame)})


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
    from varstat.present.terminal.columns import (
        are_codes,
        name_text,
        print_columns,
        set_columns,
    )

    first = counted.frame.head(_MOST)
    amounts = [name for name in first.columns if first[name].dtype.kind in "if"]
    keys = [name for name in first.columns if name not in amounts]
    texts = {name_text(name): [name_text(cell) for cell in first[name]] for name in keys}
    print_columns(
        console,
        set_columns(
            texts,
            {name: [_amount(cell) for cell in first[name]] for name in amounts},
            width=console.width,
            expendable=(),
            whole=[name for name, cells in texts.items() if are_codes(cells)],
        ),
    )
    more = len(counted.frame) - len(first)
    if more:
        console.print(f" … and {more:,} more cells", style="dim")


def _amount(number: float) -> str:
    return f"{number:,.0f}" if number % 1 == 0 else f"{number:,.6g}"
