"""The options that commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

Data = Annotated[
    str,
    typer.Argument(
        metavar="DATA", help="A file (CSV, TSV, XLSX, XLS, Parquet, DuckDB) or example:NAME."
    ),
]

_CARD = "Indicator"
_COLUMNS = "Columns of the file"
_ROWS = "Rows"
_MODEL = "Model"
_OPPORTUNITY = "Opportunity"

CardName = Annotated[
    str | None,
    typer.Option(
        "--card", help="Card of the indicator: a name or a .toml file.", rich_help_panel=_CARD
    ),
]
Title = Annotated[
    str | None, typer.Option("--title", help="Title of the indicator.", rich_help_panel=_CARD)
]
DirectionName = Annotated[
    str | None,
    typer.Option(
        "--direction",
        help="higher-is-better, lower-is-better or neither.",
        rich_help_panel=_CARD,
    ),
]


Counts = Annotated[
    str | None,
    typer.Option("--counts", help="whole, or continuous (days, money).", rich_help_panel=_CARD),
]


def _column(name: str, text: str) -> Any:
    return typer.Option(f"--{name}", metavar="COL", help=text, rich_help_panel=_COLUMNS)


Unit = Annotated[str | None, _column("unit", "Code of the unit.")]
UnitName = Annotated[str | None, _column("unit-name", "Name of the unit.")]
Numerator = Annotated[str | None, _column("numerator", "Proportion: events.")]
Denominator = Annotated[str | None, _column("denominator", "Proportion: out of how many.")]
Observed = Annotated[str | None, _column("observed", "Ratio or rate: events.")]
Expected = Annotated[str | None, _column("expected", "Ratio: events expected.")]
Exposure = Annotated[str | None, _column("exposure", "Rate: person-years, bed days…")]
Value = Annotated[str | None, _column("value", "Mean: its value.")]
Se = Annotated[str | None, _column("se", "Mean: its standard error.")]
Count = Annotated[str | None, _column("count", "Mean: of how many.")]
Total = Annotated[str | None, _column("total", "Mean: the sum of the values.")]
SumOfSquares = Annotated[
    str | None, _column("sum-of-squares", "Mean: the sum of the squared values.")
]
PeerGroup = Annotated[str | None, _column("peer-group", "Group of like units.")]
Period = Annotated[str | None, _column("period", "Period of the row.")]
By = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="COL",
        help="One analysis for each value; repeat, or separate by commas.",
        rich_help_panel=_ROWS,
    ),
]
Lookup = Annotated[
    list[str] | None,
    typer.Option(
        "--lookup",
        metavar="FILE:KEY",
        help="Join columns of another file on the unit.",
        rich_help_panel=_ROWS,
    ),
]
Stratum = Annotated[
    list[str] | None,
    typer.Option(
        "--stratum",
        metavar="COL",
        help="Case-mix that rows are split by; repeat, or separate by commas; or none.",
        rich_help_panel=_ROWS,
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="COL=VALUE",
        help="Keep the rows that say so; several values by commas; repeatable.",
        rich_help_panel=_ROWS,
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="COL=VALUE",
        help="Leave out the rows that say so; several values by commas; repeatable.",
        rich_help_panel=_ROWS,
    ),
]
RollUp = Annotated[
    str | None,
    typer.Option(
        "--roll-up",
        metavar="SPAN",
        help="Add up periods: quarter, year (both financial), calendar-year or all.",
        rich_help_panel=_ROWS,
    ),
]
Sheet = Annotated[
    str | None,
    typer.Option(
        "--sheet", help="Sheet of a workbook, or table of a DuckDB file.", rich_help_panel=_ROWS
    ),
]
Decimal = Annotated[
    str | None,
    typer.Option(
        "--decimal",
        metavar="MARK",
        help="Decimal mark of the numbers, . or a comma; by default they tell.",
        rich_help_panel=_ROWS,
    ),
]
Suppressed = Annotated[
    str | None,
    typer.Option(
        "--suppressed",
        metavar="LOW:HIGH",
        help="What a suppression mark stands for, as 1:7.",
        rich_help_panel=_ROWS,
    ),
]
Rounded = Annotated[
    int | None,
    typer.Option(
        "--rounded", metavar="BASE", help="Counts were rounded to this.", rich_help_panel=_ROWS
    ),
]
Lenient = Annotated[
    bool,
    typer.Option("--lenient", help="Leave out impossible rows, and say so.", rich_help_panel=_ROWS),
]
Covariate = Annotated[
    list[str] | None,
    typer.Option(
        "--covariate",
        metavar="COL",
        help="Explain differences by a column of numbers; repeat, or separate by commas.",
        rich_help_panel=_MODEL,
    ),
]
Likelihood = Annotated[
    str | None,
    typer.Option(
        "--likelihood",
        help="binomial or beta-binomial; poisson or negative-binomial; normal.",
        rich_help_panel=_MODEL,
    ),
]
Effects = Annotated[
    str | None,
    typer.Option(
        "--effects",
        help="How units differ: normal, student-t or contaminated-normal.",
        rich_help_panel=_MODEL,
    ),
]
Transient = Annotated[
    str | None,
    typer.Option(
        "--transient",
        metavar="SD",
        help="What varies between a unit's periods beyond chance: auto, none or its SD.",
        rich_help_panel=_MODEL,
    ),
]
PeerTau = Annotated[
    str | None,
    typer.Option(
        "--peer-tau",
        help="Spread within peer groups: common, or own to each.",
        rich_help_panel=_MODEL,
    ),
]
Engine = Annotated[
    str,
    typer.Option("--engine", help="auto, quadrature or nuts.", rich_help_panel=_MODEL),
]
Draws = Annotated[
    int,
    typer.Option(
        "--draws", min=1, max=1_000_000, help="Draws from the posterior.", rich_help_panel=_MODEL
    ),
]
Seed = Annotated[
    int,
    typer.Option("--seed", min=0, help="The same seed, the same draws.", rich_help_panel=_MODEL),
]
Level = Annotated[
    float,
    typer.Option(
        "--level", help="Probability of the intervals, between 0 and 1.", rich_help_panel=_MODEL
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        "--target",
        help="pooled, median, best:0.25 or rate:0.75.",
        rich_help_panel=_MODEL,
    ),
]
UnitCost = Annotated[
    float | None,
    typer.Option(
        "--unit-cost",
        metavar="MONEY",
        help="What one event is worth; needs a price year and a source.",
        rich_help_panel=_OPPORTUNITY,
    ),
]
PriceYear = Annotated[
    str | None,
    typer.Option("--price-year", help="Year of the unit cost.", rich_help_panel=_OPPORTUNITY),
]
CostSource = Annotated[
    str | None,
    typer.Option("--cost-source", help="Who says what it costs.", rich_help_panel=_OPPORTUNITY),
]
Output = Annotated[
    list[Path] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write .csv .parquet .json .xlsx .png .svg .pdf or .html; repeatable.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No messages.")]


class Format(StrEnum):
    """What is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


FormatName = Annotated[Format, typer.Option("--format", help="What to print.")]


def given(context: typer.Context) -> dict[str, str]:
    """List the options that were said on the command line.

    Parameters
    ----------
    context : typer.Context
        Of the command as it was called.

    Returns
    -------
    dict of str to str
        How each is spelt, by the name of its parameter.
    """
    return {
        parameter.name: parameter.opts[0]
        for parameter in context.command.params
        if parameter.name is not None
        # By its name: Typer may carry a Click of its own.
        and getattr(context.get_parameter_source(parameter.name), "name", "") == "COMMANDLINE"
    }
