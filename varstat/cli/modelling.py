"""What the commands that fit a model share: reading, fitting, and the gate of the diagnostics."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from varstat.cli.parse import parse_only, parse_range, parse_strata, parse_transient, split_commas
from varstat.cli.saved import SUFFIX
from varstat.errors import DiagnosticsError

if TYPE_CHECKING:
    from varstat.data import Table
    from varstat.hierarchical import Fits

AcceptFailed = Annotated[
    bool,
    typer.Option(
        "--accept-failed", help="Take it for no error that a posterior failed its checks."
    ),
]


def read_data(said: Mapping[str, Any]) -> "Table":
    """Read DATA for a model, as the options of a command say.

    Parameters
    ----------
    said : mapping of str to object
        The parameters of the command, by name; a command may lack those of an opportunity.

    Returns
    -------
    Table
    """
    from varstat.data import read_table

    covariates = split_commas(said["covariate"])
    return read_table(
        said["data"],
        card=said["card"],
        title=said["title"],
        direction=said["direction"],
        counts=said["counts"],
        unit=said["unit"],
        unit_name=said["unit_name"],
        numerator=said["numerator"],
        denominator=said["denominator"],
        observed=said["observed"],
        expected=said["expected"],
        exposure=said["exposure"],
        value=said["value"],
        se=said["se"],
        count=said["count"],
        total=said["total"],
        sum_of_squares=said["sum_of_squares"],
        peer_group=said["peer_group"],
        period=said["period"],
        suppressed=parse_range(said["suppressed"]),
        rounded=said["rounded"],
        covariates=covariates or None,
        effects=said["effects"],
        likelihood=said["likelihood"],
        transient=parse_transient(said["transient"]),
        peer_tau=said["peer_tau"],
        unit_cost=said.get("unit_cost"),
        price_year=said.get("price_year"),
        cost_source=said.get("cost_source"),
        stratum=parse_strata(said["stratum"]),
        by=split_commas(said["by"]),
        only=parse_only(said["only"]),
        lookup=said["lookup"],
        roll_up=said["roll_up"],
        sheet=said["sheet"],
        lenient=said["lenient"],
        for_model=True,
    )


def fit_data(
    said: Mapping[str, Any], *, paths: Sequence[Path], annualise: str = "none"
) -> "tuple[Fits, float]":
    """Read DATA and fit its model, as the options of a command say.

    Parameters
    ----------
    said : mapping of str to object
        The parameters of the command, by name.
    paths : sequence of Path
        What will be written: a fit can hold one group only, which is said before any work.
    annualise : {"none", "x4", "rolling4"}
        How quarters become years.

    Returns
    -------
    fits : Fits
    factor : float
        By which events are multiplied to be those of a year.
    """
    from varstat.data.annualise import annualise as make_years
    from varstat.hierarchical import fit_model
    from varstat.hierarchical.storage.write import refuse_groups

    table, factor = make_years(read_data(said), annualise)
    if table.by:
        groups = len(table.frame[list(table.by)].drop_duplicates())
        for path in paths:
            if path.suffix.lower() == SUFFIX:
                refuse_groups(groups, name=path.name)
    fits = fit_model(
        table,
        engine=said["engine"],
        draws=said["draws"],
        seed=said["seed"],
        progress=sys.stderr.isatty() and not said["quiet"],
    )
    return fits, factor


def read_inputs(said: Mapping[str, Any]) -> list[str]:
    """Name the files that a command reads, and so must not write over."""
    data = said["data"]
    files = [data] if isinstance(data, str) else data
    return [*files, *(name.rpartition(":")[0] for name in said["lookup"] or [])]


def refuse_failed(checked: Iterable[Any], *, accepted: bool) -> None:
    """End with an error, once results are given, if a posterior failed its checks.

    Parameters
    ----------
    checked : iterable of Posterior, League or Verdict
    accepted : bool
        Whether the user takes the results as they are.

    Raises
    ------
    DiagnosticsError
        If one failed and that isn't accepted.
    """
    everyone = list(checked)
    failed = [each for each in everyone if not each.diagnostics.passed]
    if not failed or accepted:
        return
    where = "posterior"
    if len(everyone) > 1:
        where = f"{len(failed)} of {len(everyone)} posteriors, the first of them "
        where += ", ".join(failed[0].by.values())
    *others, last = failed[0].diagnostics.problems
    tail = " The results are given, and say so; with --accept-failed that is no error."
    raise DiagnosticsError(where, [*others, last + tail])
