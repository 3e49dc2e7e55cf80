"""varstat funnel: who differs by more than chance."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from varstat.cli import options
from varstat.cli.options import Format
from varstat.cli.saved import refuse_fit

if TYPE_CHECKING:
    from varstat.funnel import Funnels

_FUNNEL = "Funnel"


def funnel(
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
    peer_group: options.PeerGroup = None,
    period: options.Period = None,
    by: options.By = None,
    lookup: options.Lookup = None,
    roll_up: options.RollUp = None,
    sheet: options.Sheet = None,
    suppressed: options.Suppressed = None,
    rounded: options.Rounded = None,
    lenient: options.Lenient = False,
    method: Annotated[
        str,
        typer.Option(
            "--method",
            help="varstat, or a recipe as published: shmi, cqc.",
            rich_help_panel=_FUNNEL,
        ),
    ] = "varstat",
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            help="pooled, median, best:0.25, rate:0.75 or leave-one-out.",
            rich_help_panel=_FUNNEL,
        ),
    ] = None,
    levels: Annotated[
        str | None,
        typer.Option("--levels", help="As 0.95,0.998.", rich_help_panel=_FUNNEL),
    ] = None,
    sides: Annotated[
        str | None,
        typer.Option("--sides", help="both, high or low.", rich_help_panel=_FUNNEL),
    ] = None,
    limits: Annotated[
        str | None,
        typer.Option(
            "--limits", help="exact, normal or interpolated lines.", rich_help_panel=_FUNNEL
        ),
    ] = None,
    dispersion: Annotated[
        str | None,
        typer.Option(
            "--dispersion",
            help="none, multiplicative, dl, pm, reml or auto.",
            rich_help_panel=_FUNNEL,
        ),
    ] = None,
    robust: Annotated[
        str | None,
        typer.Option("--robust", help="none, trim or winsorise.", rich_help_panel=_FUNNEL),
    ] = None,
    tau_scale: Annotated[
        str | None,
        typer.Option("--tau-scale", help="Scale on which tau is stated.", rich_help_panel=_FUNNEL),
    ] = None,
    highlight: Annotated[
        list[str] | None,
        typer.Option(
            "--highlight",
            metavar="UNIT",
            help="Mark a unit, by code or name; repeatable.",
            rich_help_panel=_FUNNEL,
        ),
    ] = None,
    output: options.Output = None,
    format_: options.FormatName = Format.TABLE,
    quiet: options.Quiet = False,
) -> None:
    """Draw a funnel: flag the units that differ from the target by more than chance."""
    from varstat.data import read_table
    from varstat.funnel import compute_funnel
    from varstat.present.write import check_output, write_funnels

    refuse_fit(data, command="funnel")
    inputs = [data, *(name.rpartition(":")[0] for name in lookup or [])]
    paths = [check_output(path, inputs=inputs) for path in output or []]
    table = read_table(
        data,
        card=card,
        title=title,
        direction=direction,
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
        peer_group=peer_group,
        period=period,
        suppressed=options.parse_range(suppressed),
        rounded=rounded,
        by=options.split_commas(by),
        lookup=lookup,
        roll_up=roll_up,
        sheet=sheet,
        lenient=lenient,
    )
    funnels = compute_funnel(
        table,
        method=method,
        target=target,
        levels=options.parse_levels(levels),
        sides=sides,
        limits=limits,
        dispersion=dispersion,
        robust=robust,
        tau_scale=tau_scale,
    )
    for path in paths:
        write_funnels(funnels, path, highlight=highlight or ())
    _tell(funnels, format_, highlight or (), wrote=[path.name for path in paths], quiet=quiet)


def _tell(
    funnels: "Funnels",
    format_: Format,
    highlight: Sequence[str],
    *,
    wrote: list[str],
    quiet: bool,
) -> None:
    """Print the result, unless it went to files, and on stderr what to mind."""
    from rich.console import Console

    from varstat.present.tables import csv_bytes, json_bytes
    from varstat.present.terminal import print_funnels, print_notes

    messages = Console(stderr=True, highlight=False, quiet=quiet)
    if format_ is Format.CSV:
        sys.stdout.buffer.write(csv_bytes(funnels.to_frame()))
    elif format_ is Format.JSON:
        sys.stdout.buffer.write(json_bytes(funnels))
    elif not wrote:
        print_funnels(funnels, Console(highlight=False), highlight=highlight)
    else:
        messages.print(funnels.summary(), markup=False)
    sys.stdout.flush()
    print_notes(funnels, messages)
    for name in wrote:
        messages.print(f"Wrote {name}.", markup=False)
