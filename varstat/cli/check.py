"""varstat check: what became of every row."""

import json
import sys

import typer

from varstat.analysis.inputs import refuse_fit
from varstat.analysis.specification import Reading
from varstat.cli.grouped import grouped
from varstat.cli.output import DRAWING, Format, Output


@grouped(
    without={
        *("title", "direction", "annualise"),
        *(*DRAWING, "accept_failed", "output", "quiet"),
    }
)
def check(reading: Reading, output: Output) -> None:
    """Read a file and account for every row: kept, merged, or left out and why."""
    from varstat.analysis.run import read

    for source in reading.source:
        refuse_fit(source, command="check")
    table = read(reading)
    match output.format_:
        case Format.JSON:
            typer.echo(json.dumps(table.account.to_dict(), ensure_ascii=False))
        case Format.CSV:
            from varstat.present.formats.csv import csv_bytes

            sys.stdout.buffer.write(csv_bytes(table.frame))
        case Format.TABLE:
            typer.echo(table.account.summary(sums=True))
