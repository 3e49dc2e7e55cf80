"""varstat league: who is where, and how sure that is."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from varstat.cli import options
from varstat.cli.modelling import AcceptFailed, fit_data, read_inputs, refuse_failed
from varstat.cli.options import Format
from varstat.cli.saved import SUFFIX, is_fit, refuse_options

if TYPE_CHECKING:
    from varstat.estimands import Leagues

_LEAGUE = "League table"
_OF_A_FIT = frozenset(
    ("data", "level", "target", "chart", "highlight", "accept_failed", "output", "format_", "quiet")
)


class Chart(StrEnum):
    """What a chart shows."""

    CATERPILLAR = "caterpillar"
    RANKS = "ranks"


def league(
    context: typer.Context,
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help="A file (CSV, TSV, XLSX, XLS, Parquet, DuckDB), example:NAME, or a saved fit "
            "(.nc).",
        ),
    ],
    card: options.CardName = None,
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
    target: options.Target = None,
    chart: Annotated[
        Chart,
        typer.Option(
            "--chart",
            help="In a chart, show estimates or ranks, with intervals.",
            rich_help_panel=_LEAGUE,
        ),
    ] = Chart.CATERPILLAR,
    highlight: Annotated[
        list[str] | None,
        typer.Option(
            "--highlight",
            metavar="UNIT",
            help="Mark a unit, by code or name; repeatable.",
            rich_help_panel=_LEAGUE,
        ),
    ] = None,
    accept_failed: AcceptFailed = False,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write .csv .parquet .json .xlsx .png .svg .pdf .html, or the fit (.nc); "
            "repeatable.",
        ),
    ] = None,
    format_: options.FormatName = Format.TABLE,
    quiet: options.Quiet = False,
) -> None:
    """Make a league table: each unit's estimate, rank and tier, with their uncertainty."""
    from varstat.estimands import compute_league
    from varstat.estimands.ranks.ranks import check_level
    from varstat.files import check_path
    from varstat.hierarchical import load_fit, write_fit
    from varstat.present.highlight import find_units
    from varstat.present.write import SUFFIXES, write
    from varstat.target.rule import parse_target

    # Said before a model is fitted.
    check_level(level)
    if target is not None:
        parse_target(target)
    inputs = read_inputs(context.params)
    paths = [check_path(path, suffixes=(*SUFFIXES, SUFFIX), inputs=inputs) for path in output or []]
    if is_fit(data):
        refuse_options(context, data, allowed=_OF_A_FIT)
        fits = load_fit(data)
    else:
        fits, _ = fit_data(context.params, paths=paths)
    leagues = compute_league(fits, level=level, target=target)
    # Said before any file is written.
    find_units(leagues.groups, highlight or ())
    for path in paths:
        if path.suffix.lower() == SUFFIX:
            write_fit(fits, path)
        else:
            write(leagues, path, highlight=highlight or (), chart=chart.value)
    _tell(leagues, format_, highlight or (), wrote=[path.name for path in paths], quiet=quiet)
    refuse_failed(leagues, accepted=accept_failed)


def _tell(
    leagues: "Leagues",
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
        sys.stdout.buffer.write(encode(leagues, f".{format_.value}"))
    elif not wrote:
        show(leagues, Console(highlight=False), highlight=highlight)
    else:
        messages.print(clean_lines(leagues.summary()), markup=False)
    sys.stdout.flush()
    print_notes(leagues, messages)
    for name in wrote:
        messages.print(f"Wrote {name}.", markup=False)
