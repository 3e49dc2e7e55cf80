"""varstat check: what became of every row."""

import json
import sys

import typer

from varstat.cli import options
from varstat.cli.options import Format
from varstat.cli.parse import parse_only, parse_range, split_commas
from varstat.cli.saved import refuse_fit


def check(
    data: options.Data,
    card: options.CardName = None,
    counts: options.Counts = None,
    unit: options.Unit = None,
    unit_name: options.UnitName = None,
    numerator: options.Numerator = None,
    denominator: options.Denominator = None,
    observed: options.Observed = None,
    expected: options.Expected = None,
    exposure: options.Exposure = None,
    value: options.Value = None,
    se: options.Se = None,
    count: options.Count = None,
    total: options.Total = None,
    sum_of_squares: options.SumOfSquares = None,
    peer_group: options.PeerGroup = None,
    period: options.Period = None,
    by: options.By = None,
    only: options.Only = None,
    lookup: options.Lookup = None,
    roll_up: options.RollUp = None,
    sheet: options.Sheet = None,
    suppressed: options.Suppressed = None,
    rounded: options.Rounded = None,
    lenient: options.Lenient = False,
    format_: options.FormatName = Format.TABLE,
) -> None:
    """Read a file and account for every row: kept, merged, or left out and why."""
    from varstat.data import read_table

    refuse_fit(data, command="check")
    table = read_table(
        data,
        card=card,
        counts=counts,
        unit=unit,
        unit_name=unit_name,
        numerator=numerator,
        denominator=denominator,
        observed=observed,
        expected=expected,
        exposure=exposure,
        value=value,
        se=se,
        count=count,
        total=total,
        sum_of_squares=sum_of_squares,
        peer_group=peer_group,
        period=period,
        suppressed=parse_range(suppressed),
        rounded=rounded,
        by=split_commas(by),
        only=parse_only(only),
        lookup=lookup,
        roll_up=roll_up,
        sheet=sheet,
        lenient=lenient,
    )
    match format_:
        case Format.JSON:
            typer.echo(json.dumps(table.account.to_dict(), ensure_ascii=False))
        case Format.CSV:
            from varstat.present.formats.csv import csv_bytes

            sys.stdout.buffer.write(csv_bytes(table.frame))
        case Format.TABLE:
            typer.echo(table.account.summary())
