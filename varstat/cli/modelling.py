"""What the commands that fit a model share: reading, fitting, and the gate of the diagnostics."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from varstat.cli import options
from varstat.cli.saved import SUFFIX
from varstat.errors import DiagnosticsError

if TYPE_CHECKING:
    from varstat.hierarchical import Fits
    from varstat.present.content import Checked

AcceptFailed = Annotated[
    bool,
    typer.Option(
        "--accept-failed", help="Take it for no error that a posterior failed its checks."
    ),
]


def fit_data(said: Mapping[str, Any], *, paths: Sequence[Path]) -> "Fits":
    """Read DATA and fit its model, as the options of a command say.

    Parameters
    ----------
    said : mapping of str to object
        The parameters of the command, by name.
    paths : sequence of Path
        What will be written: a fit can hold one group only, which is said before any work.

    Returns
    -------
    Fits
    """
    from varstat.data import read_table
    from varstat.hierarchical import fit_model
    from varstat.hierarchical.store import refuse_groups

    covariates = options.split_commas(said["covariate"])
    table = read_table(
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
        peer_group=said["peer_group"],
        period=said["period"],
        suppressed=options.parse_range(said["suppressed"]),
        rounded=said["rounded"],
        covariates=covariates or None,
        effects=said["effects"],
        likelihood=said["likelihood"],
        transient=options.parse_transient(said["transient"]),
        peer_tau=said["peer_tau"],
        by=options.split_commas(said["by"]),
        lookup=said["lookup"],
        roll_up=said["roll_up"],
        sheet=said["sheet"],
        lenient=said["lenient"],
        for_model=True,
    )
    if table.by:
        groups = len(table.frame[list(table.by)].drop_duplicates())
        for path in paths:
            if path.suffix.lower() == SUFFIX:
                refuse_groups(groups, name=path.name)
    return fit_model(
        table,
        engine=said["engine"],
        draws=said["draws"],
        seed=said["seed"],
        progress=sys.stderr.isatty() and not said["quiet"],
    )


def read_inputs(said: Mapping[str, Any]) -> list[str]:
    """Name the files that a command reads, and so must not write over."""
    return [said["data"], *(name.rpartition(":")[0] for name in said["lookup"] or [])]


def refuse_failed(checked: "Iterable[Checked]", *, accepted: bool) -> None:
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
