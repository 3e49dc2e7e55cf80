"""varstat funnel: who differs by more than chance."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from varstat.cli import options
from varstat.cli.modelling import AcceptFailed, read_inputs, refuse_failed
from varstat.cli.options import Format
from varstat.cli.parse import parse_levels, parse_only, parse_range, parse_transient, split_commas
from varstat.cli.saved import refuse_fit
from varstat.errors import UsageError

if TYPE_CHECKING:
    from varstat.data import Table
    from varstat.estimands.verdict.result import Verdicts
    from varstat.funnel import Funnels

_FUNNEL = "Funnel"
_OF_A_POSTERIOR = (
    *("effects", "likelihood", "transient", "peer_tau", "engine", "draws", "seed", "level"),
    "accept_failed",
)


def funnel(
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
    only: options.Only = None,
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
    posterior: Annotated[
        bool,
        typer.Option(
            "--posterior",
            help="Set each unit's posterior beside its flag: estimate, P(above target), verdict.",
            rich_help_panel=_FUNNEL,
        ),
    ] = False,
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
    """Draw a funnel: flag the units that differ from the target by more than chance."""
    from varstat.data import read_table
    from varstat.funnel import compute_funnel
    from varstat.present.highlight import find_units
    from varstat.present.write import check_output, write

    refuse_fit(data, command="funnel")
    if not posterior:
        _refuse_options(context)
    inputs = read_inputs(context.params)
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
        count=count,
        total=total,
        sum_of_squares=sum_of_squares,
        peer_group=peer_group,
        period=period,
        suppressed=parse_range(suppressed),
        rounded=rounded,
        effects=effects,
        likelihood=likelihood,
        transient=parse_transient(transient),
        peer_tau=peer_tau,
        by=split_commas(by),
        only=parse_only(only),
        lookup=lookup,
        roll_up=roll_up,
        sheet=sheet,
        lenient=lenient,
    )
    funnels = compute_funnel(
        table,
        method=method,
        target=target,
        levels=parse_levels(levels),
        sides=sides,
        limits=limits,
        dispersion=dispersion,
        robust=robust,
        tau_scale=tau_scale,
    )
    marked = highlight or ()
    # Said before models are fitted and files are written.
    find_units(funnels, marked)
    verdicts = None
    if posterior:
        verdicts = _judge(
            funnels,
            table,
            engine=engine,
            draws=draws,
            seed=seed,
            level=level,
            progress=sys.stderr.isatty() and not quiet,
        )
    for path in paths:
        write(funnels, path, highlight=marked, verdicts=verdicts)
    wrote = [path.name for path in paths]
    _tell(funnels, verdicts, format_, marked, wrote=wrote, quiet=quiet)
    refuse_failed(verdicts or (), accepted=accept_failed)


def _refuse_options(context: typer.Context) -> None:
    """Refuse options that only a posterior has, lest they be thought to do something."""
    said = options.given(context)
    stray = [said[name] for name in _OF_A_POSTERIOR if name in said]
    if stray:
        why = "only a posterior has that: add --posterior, or leave it out."
        if "level" in said:
            why += " The limits have --levels."
        raise UsageError(", ".join(stray), why)


def _judge(
    funnels: "Funnels",
    table: "Table",
    *,
    engine: str,
    draws: int,
    seed: int,
    level: float,
    progress: bool,
) -> "Verdicts":
    from varstat.estimands.ranks.ranks import check_level
    from varstat.estimands.verdict.compute import compute_verdicts
    from varstat.hierarchical import fit_model

    check_level(level)
    fits = fit_model(table, engine=engine, draws=draws, seed=seed, progress=progress)
    return compute_verdicts(funnels, fits, level=level)


def _tell(
    funnels: "Funnels",
    verdicts: "Verdicts | None",
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

    messages = Console(stderr=True, highlight=False, quiet=quiet)
    if format_ is not Format.TABLE:
        sys.stdout.buffer.write(encode(funnels, f".{format_.value}", verdicts=verdicts))
    elif not wrote:
        show(funnels, Console(highlight=False), highlight=highlight, verdicts=verdicts)
    else:
        messages.print(funnels.summary(), markup=False)
        if verdicts is not None:
            messages.print(verdicts.summary(), markup=False)
    sys.stdout.flush()
    print_notes(funnels, messages, verdicts=verdicts)
    for name in wrote:
        messages.print(f"Wrote {name}.", markup=False)
