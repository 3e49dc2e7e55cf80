"""varstat compare: which of two units is better, by how much, and why."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from varstat.cli import options
from varstat.cli.modelling import AcceptFailed, fit_data, read_inputs, refuse_failed
from varstat.cli.options import Format
from varstat.cli.saved import is_fit, refuse_options

if TYPE_CHECKING:
    from varstat.estimands import Comparisons

_OF_A_FIT = frozenset(("data", "a", "b", "level", "accept_failed", "output", "format_", "quiet"))


def compare(
    context: typer.Context,
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help="A file (CSV, TSV, XLSX, XLS, Parquet, DuckDB), example:NAME, or a saved fit "
            "(.nc).",
        ),
    ],
    a: Annotated[str, typer.Argument(metavar="A", help="A unit, by code or name.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another.")],
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
    accept_failed: AcceptFailed = False,
    output: options.Output = None,
    format_: options.FormatName = Format.TABLE,
    quiet: options.Quiet = False,
) -> None:
    """Compare two units: which is better, by how much, and what their gulf is made of."""
    from varstat.estimands import compare_units
    from varstat.estimands.ranks.ranks import check_level
    from varstat.hierarchical import load_fit
    from varstat.present.write import check_output, write

    check_level(level)
    inputs = read_inputs(context.params)
    paths = [check_output(path, inputs=inputs) for path in output or []]
    if is_fit(data):
        refuse_options(context, data, allowed=_OF_A_FIT)
        fits = load_fit(data)
    else:
        fits, _ = fit_data(context.params, paths=paths)
    comparisons = compare_units(fits, (a, b), level=level)
    for path in paths:
        write(comparisons, path)
    _tell(comparisons, format_, wrote=[path.name for path in paths], quiet=quiet)
    refuse_failed(comparisons, accepted=accept_failed)


def _tell(comparisons: "Comparisons", format_: Format, *, wrote: list[str], quiet: bool) -> None:
    """Print the result, unless it went to files, and on stderr what to mind."""
    from rich.console import Console

    from varstat.present.show import show
    from varstat.present.terminal.notes import print_notes
    from varstat.present.write import encode
    from varstat.prose.text import clean_lines

    messages = Console(stderr=True, highlight=False, quiet=quiet)
    if format_ is not Format.TABLE:
        sys.stdout.buffer.write(encode(comparisons, f".{format_.value}"))
    elif not wrote:
        show(comparisons, Console(highlight=False))
    else:
        messages.print(clean_lines(comparisons.summary()), markup=False)
    sys.stdout.flush()
    print_notes(comparisons, messages)
    for name in wrote:
        messages.print(f"Wrote {name}.", markup=False)
