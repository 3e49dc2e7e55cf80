"""varstat fit: what is left when chance is taken away, as draws to keep."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from varstat.cli import options
from varstat.cli.modelling import AcceptFailed, fit_data, read_inputs, refuse_failed
from varstat.cli.options import Format
from varstat.cli.saved import SUFFIX, refuse_fit

if TYPE_CHECKING:
    from varstat.hierarchical import Fits


def fit(
    context: typer.Context,
    data: options.Data,
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
    accept_failed: AcceptFailed = False,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the draws (.nc), or the hyper-parameters (.json, .csv); repeatable.",
        ),
    ] = None,
    format_: options.FormatName = Format.TABLE,
    quiet: options.Quiet = False,
) -> None:
    """Fit a hierarchical model: what is known of every unit, as draws to keep."""
    from varstat.hierarchical import write_fit
    from varstat.present.write import check_output, write

    refuse_fit(data, command="fit")
    inputs = read_inputs(context.params)
    paths = [
        check_output(path, suffixes=(SUFFIX, ".json", ".csv"), inputs=inputs)
        for path in output or []
    ]
    fits, _ = fit_data(context.params, paths=paths)
    for path in paths:
        if path.suffix.lower() == SUFFIX:
            write_fit(fits, path)
        else:
            write(fits, path)
    _tell(fits, format_, wrote=[path.name for path in paths], quiet=quiet)
    refuse_failed(fits, accepted=accept_failed)


def _tell(fits: "Fits", format_: Format, *, wrote: list[str], quiet: bool) -> None:
    """Print the result, unless it went to files, and on stderr what to mind."""
    from rich.console import Console

    from varstat.present.show import show
    from varstat.present.terminal.notes import print_notes
    from varstat.present.write import encode

    messages = Console(stderr=True, highlight=False, quiet=quiet)
    if format_ is not Format.TABLE:
        sys.stdout.buffer.write(encode(fits, f".{format_.value}"))
    elif not wrote:
        show(fits, Console(highlight=False))
    else:
        messages.print(fits.summary(), markup=False)
    sys.stdout.flush()
    print_notes(fits, messages)
    for name in wrote:
        messages.print(f"Wrote {name}.", markup=False)
