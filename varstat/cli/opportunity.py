"""varstat opportunity: what a gap is worth, how sure that is, and what it is made of."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from varstat.cli import options
from varstat.cli.indicators import check_cards, fit_indicators
from varstat.cli.modelling import AcceptFailed, read_inputs, refuse_failed
from varstat.cli.options import Format
from varstat.cli.saved import SUFFIX, refuse_options

if TYPE_CHECKING:
    from varstat.estimands import Opportunities

_OPPORTUNITY = "Opportunity"
_OF_A_FIT = frozenset(
    (
        "data", "level", "target", "materiality", "incomparable", "least_comparability",
        "allow_overlap", "chart", "highlight", "accept_failed", "output", "format_", "quiet",
    )
)  # fmt: skip


class Chart(StrEnum):
    """What a chart shows."""

    OPPORTUNITY = "opportunity"
    WATERFALL = "waterfall"
    COMPARABILITY = "comparability"


class Incomparable(StrEnum):
    """What becomes of units that can't be compared."""

    EXCLUDE = "exclude"
    INCLUDE = "include"


class Annualise(StrEnum):
    """How quarters become a year."""

    NONE = "none"
    TIMES_FOUR = "x4"
    ROLLING = "rolling4"


def opportunity(
    context: typer.Context,
    data: Annotated[
        list[str],
        typer.Argument(
            metavar="DATA...",
            help="A file (CSV, TSV, XLSX, XLS, Parquet, DuckDB), example:NAME, or saved fits "
            "(.nc), one an indicator.",
        ),
    ],
    card: Annotated[
        list[str] | None,
        typer.Option(
            "--card",
            help="Card of the indicator: a name or a .toml file. Repeat for several indicators "
            "in one file.",
            rich_help_panel="Indicator",
        ),
    ] = None,
    title: options.Title = None,
    direction: options.DirectionName = None,
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
    stratum: options.Stratum = None,
    only: options.Only = None,
    lookup: options.Lookup = None,
    roll_up: options.RollUp = None,
    annualise: Annotated[
        Annualise,
        typer.Option(
            "--annualise",
            help="Quarters as years: each times four (twice the noise), or rolling sums of four.",
            rich_help_panel="Rows",
        ),
    ] = Annualise.NONE,
    sheet: options.Sheet = None,
    suppressed: options.Suppressed = None,
    rounded: options.Rounded = None,
    lenient: options.Lenient = False,
    covariate: options.Covariate = None,
    effects: options.Effects = None,
    likelihood: options.Likelihood = None,
    transient: options.Transient = None,
    peer_tau: options.PeerTau = None,
    engine: options.Engine = "auto",
    draws: options.Draws = 4000,
    seed: options.Seed = 1,
    level: options.Level = 0.95,
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            help="best:0.25, pooled, median or rate:0.75; or a system's rule: bcbv, rightcare, "
            "model-hospital-median, carter-mean, openprescribing-decile, hrrp, …",
            rich_help_panel=_OPPORTUNITY,
        ),
    ] = None,
    materiality: Annotated[
        float | None,
        typer.Option(
            "--materiality",
            metavar="EVENTS",
            help="Events from which an opportunity is worth pursuing: gives its probability.",
            rich_help_panel=_OPPORTUNITY,
        ),
    ] = None,
    unit_cost: options.UnitCost = None,
    price_year: options.PriceYear = None,
    cost_source: options.CostSource = None,
    incomparable: Annotated[
        Incomparable,
        typer.Option(
            "--incomparable",
            help="Whether units that treat what others don't carry an opportunity.",
            rich_help_panel=_OPPORTUNITY,
        ),
    ] = Incomparable.EXCLUDE,
    least_comparability: Annotated[
        float,
        typer.Option(
            "--least-comparability",
            metavar="SHARE",
            help="Share of its case-mix that others must treat for a unit to be comparable.",
            rich_help_panel=_OPPORTUNITY,
        ),
    ] = 0.5,
    allow_overlap: Annotated[
        str | None,
        typer.Option(
            "--allow-overlap",
            metavar="REASON",
            help="Add up indicators that overlap, for a reason, which is printed.",
            rich_help_panel=_OPPORTUNITY,
        ),
    ] = None,
    chart: Annotated[
        Chart,
        typer.Option("--chart", help="What a chart shows.", rich_help_panel=_OPPORTUNITY),
    ] = Chart.OPPORTUNITY,
    highlight: Annotated[
        list[str] | None,
        typer.Option(
            "--highlight",
            metavar="UNIT",
            help="Mark a unit, by code or name; repeatable.",
            rich_help_panel=_OPPORTUNITY,
        ),
    ] = None,
    accept_failed: AcceptFailed = False,
    output: options.Output = None,
    format_: options.FormatName = Format.TABLE,
    quiet: options.Quiet = False,
) -> None:
    """Say what reaching a target is worth, beside what chance alone would give."""
    from varstat.estimands import combine_opportunities, compute_opportunity
    from varstat.estimands.ranks.ranks import check_level
    from varstat.present.highlight import find_units
    from varstat.present.kind import check_chart
    from varstat.present.write import CHARTS, check_output, write
    from varstat.target.rule import parse_target

    # Said before a model is fitted.
    check_level(level)
    if target is not None:
        parse_target(target)
    inputs = [name for each in data for name in read_inputs({**context.params, "data": each})]
    paths = [check_output(path, inputs=inputs) for path in output or []]
    for each in data:
        if Path(each).suffix.lower() == SUFFIX:
            refuse_options(context, each, allowed=_OF_A_FIT)
    check_cards(card or [], allow_overlap=allow_overlap)
    found = [
        compute_opportunity(
            fits,
            level=level,
            target=target,
            materiality=materiality,
            incomparable=incomparable.value,
            least_comparability=least_comparability,
            multiplier=multiplier,
        )
        for fits, multiplier in fit_indicators(context.params)
    ]
    opportunities = found[0]
    if len(found) > 1:
        opportunities = combine_opportunities(found, allow_overlap=allow_overlap)
    find_units(opportunities.groups, highlight or ())
    if any(path.suffix.lower() in CHARTS for path in paths):
        check_chart(opportunities, chart.value, highlight=highlight or ())
    for path in paths:
        write(opportunities, path, highlight=highlight or (), chart=chart.value)
    _tell(opportunities, format_, highlight or (), wrote=[path.name for path in paths], quiet=quiet)
    refuse_failed(opportunities, accepted=accept_failed)


def _tell(
    opportunities: "Opportunities",
    format_: Format,
    highlight: Sequence[str],
    *,
    wrote: list[str],
    quiet: bool,
) -> None:
    """Print the result, unless it went to files, and on stderr what to mind."""
    from rich.console import Console

    from varstat.present.show import show
    from varstat.present.terminal.notes import print_notes
    from varstat.present.write import encode
    from varstat.prose.text import clean_lines

    messages = Console(stderr=True, highlight=False, quiet=quiet)
    if format_ is not Format.TABLE:
        sys.stdout.buffer.write(encode(opportunities, f".{format_.value}"))
    elif not wrote:
        show(opportunities, Console(highlight=False), highlight=highlight)
    else:
        messages.print(clean_lines(opportunities.summary()), markup=False)
    sys.stdout.flush()
    print_notes(opportunities, messages)
    for name in wrote:
        messages.print(f"Wrote {name}.", markup=False)
