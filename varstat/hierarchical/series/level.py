"""Where units stand in one period: a posterior of their levels, from a series of all periods."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from varstat.card.schema import Card
from varstat.data.complete import keep_complete
from varstat.data.groups import group_rows
from varstat.data.table import Table
from varstat.errors import ModelError, UsageError
from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.model.build import build_design
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.moment import Moment
from varstat.hierarchical.posterior import Fits, Posterior, Stored
from varstat.hierarchical.series.fit import fit_series
from varstat.hierarchical.series.model import series_model
from varstat.hierarchical.series.panel import Panel, read_panel
from varstat.hierarchical.series.refusal import refuse_series
from varstat.hierarchical.series.reliable import SeriesDiagnostics
from varstat.hierarchical.series.result import SeriesPosterior
from varstat.measure import Floats
from varstat.period.choose import choose_one
from varstat.period.named import LAST

_CURE = "Without --at, ranks are of the average over all periods."
_LIKELIHOODS = ("binomial", "poisson", "normal")
# An SD of levels isn't zero, so that its log can be had.
_LEAST_SD = 1e-12


def fit_levels(
    table: Table,
    *,
    at: str = LAST,
    draws: int = 4000,
    seed: int = 1,
    tell: Callable[[str, int, int], None] | None = None,
) -> Fits:
    """Fit a series to all periods of a table, and give the units' levels in one of them.

    Parameters
    ----------
    table : Table
        A row a unit and period.
    at : str
        A period of the table, or "last".
    draws, seed : int
    tell : callable, optional
        Is told of each group what is being done, how many are done and how many there are.

    Returns
    -------
    Fits
        Of the units that have a row in the period. Each posterior's `moment` says of which time
        it is; effects are levels about their mean, or that of the peer group.

    Raises
    ------
    UsageError
        If there is one period, or none of that name.
    ModelError
        If a series can't be of these data, or isn't identified.
    """
    table = keep_complete(table, covariates=())
    _refuse_table(table)
    label = _choose_period(table, at)
    group, labels = group_rows(table)
    found = []
    for g, by in enumerate(labels):
        one = replace(table, frame=table.frame[group == g], by=())
        if tell is not None:
            tell(f"Fitting the series of {len(one.frame):,} rows", g, len(labels))
        found.append(_fit_group(one, by, asked=at, label=label, draws=draws, seed=seed))
    return Fits(
        groups=tuple(found),
        accounts=(table.account,),
        provenance=table.state_provenance(
            "fit",
            options={"draws": draws, "seed": seed, "by": list(table.by), "at": at},
            modelling={"draws": draws, "seed": seed},
        ),
    )


def _choose_period(table: Table, at: str) -> str:
    """Find the label of the period that is meant."""
    periods = table.periods
    if len(periods) < 2:
        only = f", {periods.labels[0]!r}" if len(periods) else ""
        raise UsageError(
            "--at",
            f"it says of which of several periods ranks are, and there is one{only}. Leave it out, "
            "or name the column of periods with --period.",
        )
    return periods.labels[-1] if at == LAST else choose_one(periods, at, option="--at")


def _refuse_table(table: Table) -> None:
    """Refuse what a series doesn't have; every problem at once."""
    model, problems = table.card.model, []
    if table.strata:
        problems.append("a series is of whole units: leave their case-mix out (--stratum none).")
    if table.covariates or table.inform:
        problems.append("a series has no covariates, and no column that informs: leave them out.")
    if model.likelihood not in _LIKELIHOODS:
        problems.append(
            f"a series has no {model.likelihood} likelihood: say --likelihood binomial, poisson or "
            "normal. What passes is a part of its own."
        )
    if model.effects not in ("auto", "normal"):
        problems.append(
            f"levels of a series are normal, with breaks, and not {model.effects}: leave --effects "
            "out."
        )
    if model.peer_tau == "own" and table.frame["peer_group"].nunique() > 1:
        problems.append("a series has one spread for all peer groups: say --peer-tau common.")
    if problems:
        raise ModelError("--at", problems, further=[_CURE])


def _fit_group(
    table: Table, by: dict[str, str], *, asked: str, label: str, draws: int, seed: int
) -> Posterior:
    """Fit the series of one group, and take its levels in a period."""
    where = ", ".join(f"{name} {value}" for name, value in by.items()) or table.account.source
    if label not in table.periods.labels:
        raise UsageError("--at", f"{where} has no row in {label!r}. {_CURE}")
    panel = read_panel(table, where=where)
    series = _fit_panel(panel, table.card, draws=draws, seed=seed)
    design = _design_of(table, label, where=where)
    place = {str(unit): i for i, unit in enumerate(panel.unit)}
    there = [place[str(unit)] for unit in design.unit]
    beta, effect, tau = _levels(series, design, panel.periods.index(label), there)
    model = series.model
    return Posterior(
        indicator=table.card.indicator.title,
        by=by,
        card=table.card,
        design=design,
        engine="quadrature",
        seed=seed,
        hyper=np.column_stack([beta, np.log(tau)]),
        effects=Stored(effect=effect),
        chains=1,
        lattice=None,
        diagnostics=_checks(series.diagnostics, draws=series.draws),
        moment=Moment(
            asked=asked,
            label=label,
            periods=panel.periods,
            kind=model.kind,
            breaks=model.breaks,
            passing=None if model.passing is None else model.passing * panel.spread,
            hyper={
                name: drawn * (1.0 if name in ("share", "reversion") else panel.spread)
                for name, drawn in series.hyper.items()
                if name != "tau"
            },
            absent=panel.units - design.units,
            notes=series.notes,
        ),
    )


def _fit_panel(panel: Panel, card: Card, *, draws: int, seed: int) -> SeriesPosterior:
    """Fit a series, or say why it can't be and what to do."""
    stated = card.model.transient
    passing = {"auto": None, "none": 0.0}[stated] if isinstance(stated, str) else float(stated)
    model = series_model(card, panel, passing=passing)
    if panel.length < 3:
        model = replace(model, breaks=False)
    if problems := refuse_series(panel, model):
        how = ["Here --transient states it."] if panel.length == 2 else []
        raise ModelError("--at", problems, further=[*how, _CURE])
    return fit_series(panel, model, seed=seed, draws=draws)


def _design_of(table: Table, label: str, *, where: str) -> Design:
    """What units reported in a period, as rows of a model without anything that passes."""
    card = table.card
    plain = card.model_copy(update={"model": card.model.model_copy(update={"transient": "none"})})
    return build_design(
        table.frame[table.frame["period"] == label],
        measure=table.measure,
        card=plain,
        covariates=(),
        where=where,
    )


def _levels(
    series: SeriesPosterior, design: Design, at: int, there: list[int]
) -> tuple[Floats, Floats, Floats]:
    """Draws of means of levels, of units about them, and of their SD: all of joint draws.

    Means are over all units, or over each peer group, in each draw: shapes (draws, locations),
    (draws, units) and (draws, 1).
    """
    drawn = series.draw((at,))
    level = (drawn.national[:, None] + drawn.explained + drawn.lasting)[:, there, 0]
    panel = series.panel
    level = (panel.centre + panel.spread * level - design.centre) / design.spread
    share = design.reference / design.reference.sum(axis=0)
    beta = level @ share
    effect = level - beta @ design.reference.T
    free = max(design.units - len(design.locations), 1)
    tau = np.sqrt((effect**2).sum(axis=1, keepdims=True) / free)
    return beta, effect, np.maximum(tau, _LEAST_SD)


def _checks(found: SeriesDiagnostics, *, draws: int) -> Diagnostics:
    """What was checked of a series, as of any posterior."""
    return Diagnostics(
        ess_bulk=min(found.effective, float(draws)),
        pareto_k=found.pareto_k,
        surrogate_error=found.surface_error,
        passes=found.passes,
        predictive={},
        problems=found.problems,
    )
