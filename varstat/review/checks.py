r"""Checks of fit: whether the data look like what the model would give, where a league table rests.

New units of the same sizes are drawn, each with an effect of its own from the fitted distribution
(`varstat.hierarchical.predictive`), and statistics of the data are placed among theirs, with
:math:`d_i` the distance of a unit from what the model expects of it, in SDs:

* *spread* :math:`\overline{d^2}`, too much or too little;
* *extremes* :math:`\max|d|`, as every fit is checked;
* *skewness* :math:`\overline{d^3}`;
* *size and rate*: the rank correlation of :math:`d` with size;
* *size and spread*: that of :math:`|d|` with size, which is the shape of a funnel;
* *no events*: the share of rows with none, or with nothing else;
* *period to period*: the correlation of a row with the unit's next, beyond what lasts;
* *shape* of the effects, by the units' leave-one-out p-values (`varstat.hierarchical.shape`).

References
----------
.. [1] Gelman, Meng & Stern (1996). Posterior predictive assessment of model fitness via realized
   discrepancies. Statistica Sinica 6(4), 733-807.
.. [2] Marshall & Spiegelhalter (2007). Identifying outliers in Bayesian hierarchical models: a
   simulation-based approach. Bayesian Anal 2(2), 409-444. doi:10.1214/07-BA218
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from varstat.estimands.verdict.misfit import find_misfit
from varstat.hierarchical.left_out import predict_each
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Posterior
from varstat.hierarchical.predictive import distance, replicate, withhold
from varstat.hierarchical.quadrature.marginal import unpack
from varstat.hierarchical.shape import variance_of_units
from varstat.measure import Floats
from varstat.prose.number import count_units, figure, listed, p_text
from varstat.review.part import Part, Status, leave_out
from varstat.review.quarter import places
from varstat.review.reviewed import Reviewed
from varstat.review.score import mean_hyper, reported_events, score_units

NAME = "fit"
_LEAST = 3
_SETS = 500
# With how few the checks of every fit are done where nothing looks unusual.
_FIRST = 100
# Numbers held at a time where units report anew.
_AT_ONCE = 1_000_000
# A two-sided p-value that tells against the model, and one that is worth a look where it is one of
# several.
FAILED, DOUBTED = 0.005, 0.05
# Median reliability from which units' own data settle their rates, whatever the model takes the
# distribution of effects to be.
SETTLED = 0.9
# Hyper-parameters that stand for their posterior where units are left out, and from how few on a
# unit doesn't fit the others.
_POINTS = 24
# Points of a lattice times units, and points a unit, up to which all of a lattice is gone through.
_WORK, _EACH = 60_000, 300
UNFIT = 0.001
_PERIODS, _FUNNEL = "period to period", "size and spread"
_WHAT = {
    "spread": "how spread out units' rates are",
    "extremes": "how far out the furthest unit lies",
    "skewness": "whether one side reaches further than the other",
    "size and rate": "whether rates go up or down with size",
    _FUNNEL: "whether units spread out with size as chance has it",
    "no events": "how many rows report no event, or nothing else",
    _PERIODS: "whether neighbouring periods are more alike than others",
    "shape": "whether effects have the shape that the model says",
}


def review_checks(reviewed: Reviewed) -> Part:
    """Check whether the data look like what the model would give.

    Parameters
    ----------
    reviewed : Reviewed

    Returns
    -------
    Part
        Named "fit". "fails" where a two-sided p-value is under 0.005, unless the fit passed its
        own checks and units are so reliable that what the model takes for granted hardly moves
        them: a median of 0.9 or more, even if all by which small units spread out more is noise.
        Periods that are alike are never spared. "with care" there, and where a p-value is under
        0.05 divided by the number of checks. Left out of fewer than three units. Its table is
        `fit`, a row a check; its units' columns are `p_leave_one_out` and, where units have one row
        each, `p_conflict`: near 0 a unit is too high to fit the others, near 1 too low.
    """
    posterior = reviewed.posterior
    design = posterior.design
    if design.units < _LEAST:
        return leave_out(
            NAME, f"Fit is of three units or more, and here is {count_units(design.units)}."
        )
    if _nothing_differs(design):
        return leave_out(NAME, "All that was reported is at one end of what a rate can be.")
    table = _tabulate(reviewed)
    columns, notes = _leave_out_each(posterior)
    p = dict(zip(table["check"], table["p"], strict=True))
    values = {f"p_{name.replace(' ', '_')}": value for name, value in p.items()}
    values["checks"] = float(len(p))
    noise, least = _suppose_noise(posterior)
    settled = min(float(np.nanmedian(reviewed.league.units.reliability)), least)
    values |= {"noise_times_chance": noise, "reliability_at_least": settled}
    spared = settled >= SETTLED and posterior.diagnostics.passed
    spared &= not p.get(_PERIODS, 1.0) < FAILED
    unfit = _count_unfit(columns.get("p_leave_one_out"))
    if np.isfinite(unfit):
        values["unfit"] = unfit
        values["unfit_by_chance"] = UNFIT * design.units
    return Part(
        name=NAME,
        status=_judge(p, spared=spared),
        sentence=_say(p, values, unfit, design.units, spared=spared),
        values=values,
        mcse={f"p_{row['check'].replace(' ', '_')}": row["mcse"] for _, row in table.iterrows()},
        tables={NAME: table},
        units=columns,
        notes=(*notes, *_unchecked(design)),
    )


def _nothing_differs(design: Design) -> bool:
    """Whether there is no event at all, or nothing else."""
    if not design.measure.counts:
        return False
    event, most = reported_events(design), design.measure.most_events(design.size)
    return bool(np.all(event <= 0) or np.all(event >= most))


def _tabulate(reviewed: Reviewed) -> pd.DataFrame:
    """Make a row a check."""
    posterior = reviewed.posterior
    found: dict[str, tuple[float, float, float]] = {}
    above = posterior.diagnostics.predictive.get("extreme", float("nan"))
    if np.isfinite(above):
        # Found by whoever fitted the model.
        found["extremes"] = (above, above, _error(above, _FIRST))
    for name, above in _compare(posterior, seed=reviewed.seed).items():
        sided = _two_sided(above)
        found[name] = (above, sided, _error(sided, _SETS))
    # A test without simulation tells smaller p-values apart.
    tested = reviewed.league.assumptions
    for name, p in (("size and rate", tested.size_p), ("shape", tested.shape_p)):
        if np.isfinite(p):
            found[name] = (float("nan"), p, 0.0)
    rows = [
        {"check": name, "share_above": above, "p": p, "mcse": error, "what": _WHAT[name]}
        for name, (above, p, error) in found.items()
    ]
    return pd.DataFrame(rows, columns=["check", "share_above", "p", "mcse", "what"])


def _two_sided(above: float) -> float:
    return min(1.0, 2.0 * min(above, 1.0 - above))


def _error(p: float, sets: int) -> float:
    return float(np.sqrt(p * (1.0 - p) / sets))


def _compare(posterior: Posterior, *, seed: int) -> dict[str, float]:
    """Share of replications in which each statistic is as large as in the data."""
    design = posterior.design
    at = np.unique(np.linspace(0, posterior.draws - 1, min(_SETS, posterior.draws)).astype(int))
    own = reported_events(design)[None]
    step = max(_AT_ONCE // design.rows, 1)
    parts: dict[str, list[Floats]] = {}
    for first in range(0, at.size, step):
        h = posterior.hyper[at[first : first + step]]
        event = replicate(design, h, seed=seed + 1000 + first)[1]
        if design.measure.counts:
            event = withhold(design, event)
        observed = _statistics(design, h, np.broadcast_to(own, event.shape))
        for name, values in _statistics(design, h, event).items():
            above = (values > observed[name]) + 0.5 * (values == observed[name])
            parts.setdefault(name, []).append(above)
    found = {}
    for name, each in parts.items():
        above = np.concatenate(each)
        # What is the same in all data says nothing.
        if np.any(above != 0.5):
            # The data count as one more replication, so that none is impossible.
            found[name] = float((above.sum() + 0.5) / (at.size + 1.0))
    return found


def _statistics(design: Design, h: Floats, event: Floats) -> dict[str, Floats]:
    """Statistics of some data sets, one element each."""
    away = distance(design, h, event)
    rng = np.random.default_rng(0)
    found = {"spread": (away**2).mean(axis=1), "skewness": (away**3).mean(axis=1)}
    size = design.gather(design.measure.weight(design.size)[None])
    if np.ptp(size) > 1e-9 * size.max():
        found["size and rate"] = _correlate(size, away, rng)
        found[_FUNNEL] = _correlate(size, np.abs(away), rng)
    if design.measure.counts:
        most = design.measure.most_events(design.size)
        end = (event <= 0) | (event >= most)
        found["no events"] = end.mean(axis=1)
    if len(design.period) > 2:
        found[_PERIODS] = _next_period(design, h, event)
    return found


def _correlate(size: Floats, values: Floats, rng: np.random.Generator) -> Floats:
    """Correlation of ranks, up to a factor that is the same for all data sets."""
    centred = places(-size, rng) - 0.5 * (size.shape[1] - 1)
    return np.asarray((centred * places(-values, rng)).sum(axis=1))


def _next_period(design: Design, h: Floats, event: Floats) -> Floats:
    """Correlation of a unit's deviation from its own mean with that of the next period."""
    hyper = unpack(design, h)
    value, variance = design.measure.smoothed(event, design.size / design.spread)
    weight = 1.0 / (variance + hyper.spread[:, None] ** 2)
    off = value - hyper.eta
    off = off - design.expand(design.gather(weight * off) / design.gather(weight))
    # Cells of a period are taken together.
    key = design.row_unit * len(design.period) + design.row_period
    start = np.flatnonzero(np.diff(key, prepend=-1))
    total = np.add.reduceat(weight, start, axis=1)
    mean = np.add.reduceat(weight * off, start, axis=1) / total
    scaled = mean * np.sqrt(total)
    follows = np.diff(key[start]) == 1
    follows &= np.diff(design.row_unit[start]) == 0
    product = (scaled[:, :-1] * scaled[:, 1:])[:, follows].sum(axis=1)
    square = (scaled**2).sum(axis=1)
    return np.asarray(product / np.where(square > 0, square, 1.0))


def _leave_out_each(
    posterior: Posterior,
) -> tuple[dict[str, "pd.Series[float]"], tuple[str, ...]]:
    """Give each unit's p-values among what the others lead to expect."""
    design = posterior.design
    codes = [str(unit) for unit in design.unit]
    lattice = posterior.lattice
    if (
        design.single
        and lattice is not None
        and len(lattice.weight) * design.units <= max(_WORK, _EACH * design.units)
    ):
        misfit = find_misfit(posterior)
        return {
            "p_leave_one_out": pd.Series(misfit.p_leave_one_out, index=codes),
            "p_conflict": pd.Series(misfit.p_conflict, index=codes),
        }, ()
    at = np.linspace(0, posterior.draws - 1, min(_POINTS, posterior.draws)).astype(int)
    p = predict_each(design, posterior.hyper[at])
    why = "P-values of conflict are left out: they take a model of few hyper-parameters."
    if not design.single:
        why = (
            "Leave-one-out p-values are of each unit's total over its rows; p-values of conflict, "
            "which take one row a unit, are left out."
        )
    return {"p_leave_one_out": pd.Series(p, index=codes)}, (why,)


def _count_unfit(p: "pd.Series[float] | None") -> float:
    """How many units don't fit the others."""
    if p is None:
        return float("nan")
    return float((2.0 * np.minimum(p, 1.0 - p) < UNFIT).sum())


def _suppose_noise(posterior: Posterior) -> tuple[float, float]:
    r"""Suppose that all by which small units spread out more is noise, and ask what is left.

    Units' deviations from what the model expects without their effects are taken as
    :math:`N(0, \tau^2 + \phi s_i^2)`, with :math:`s_i^2` the variance by chance and by what passes.

    Returns
    -------
    noise : float
        :math:`\phi`: how many times as large noise would be.
    reliability : float
        The median of :math:`\tau^2 / (\tau^2 + \phi s_i^2)`.
    """
    design, centre = posterior.design, mean_hyper(posterior)
    found = score_units(design, centre, reported_events(design)[None])
    chance = variance_of_units(design, centre)
    off: Floats = np.asarray(found.away[0], dtype=float)
    away = (off - np.average(off, weights=1.0 / (chance + np.var(off)))) ** 2

    def lower(x: Floats) -> float:
        between, noise = np.exp(np.clip(x, -30.0, 30.0))
        variance = between + noise * chance
        return float(np.sum(np.log(variance) + away / variance))

    start = np.log(max(float(away.mean()), 1e-12))
    tries = [
        minimize(lower, np.array([start + shift, 0.0]), method="Nelder-Mead") for shift in (0, -6)
    ]
    best = min(tries, key=lambda each: float(each.fun)).x
    between, noise = np.exp(np.clip(best, -30.0, 30.0))
    return float(noise), float(np.median(between / (between + noise * chance)))


def _judge(p: dict[str, float], *, spared: bool) -> Status:
    known = [value for value in p.values() if np.isfinite(value)]
    if not known:
        return "can't tell"
    if min(known) < FAILED and not spared:
        return "fails"
    return "with care" if min(known) < max(FAILED, DOUBTED / len(known)) else "holds"


def _say(
    p: dict[str, float], values: dict[str, float], unfit: float, units: int, *, spared: bool
) -> str:
    settled = values["reliability_at_least"]
    order = sorted((name for name in p if np.isfinite(p[name])), key=p.__getitem__)
    if not order:
        return "Nothing of the fit could be checked."
    limit = max(FAILED, DOUBTED / len(order))
    # In the order of how unlikely they are.
    against = [name for name in order if p[name] < limit]
    if against:
        said = listed([f"{name} ({p_text(p[name])}: {_WHAT[name]})" for name in against])
        said = f"The data don't look like what the model gives in {said}."
        if spared:
            said += (
                " Units' own data settle their rates all the same: their median reliability is "
                f"{settled:.2f} even if small units spread out by nothing but noise."
            )
        elif _FUNNEL in against and values["noise_times_chance"] > 1.0:
            said += (
                f" If that is noise, noise is {figure(values['noise_times_chance'])} times what "
                f"chance gives, and the median reliability {settled:.2f}."
            )
    else:
        said = (
            f"In {len(order)} checks the data look like what the model gives; the least likely is "
            f"{order[0]} ({p_text(p[order[0]])})."
        )
    if np.isfinite(unfit):
        number = int(unfit)
        who = "No unit is" if not number else f"{number} of {count_units(units)} "
        who += "" if not number else "is" if number == 1 else "are"
        said += (
            f" {who} unlike what the others lead to expect (p under {UNFIT:g}; "
            f"{UNFIT * units:.2g} by chance)."
        )
    return said


def _unchecked(design: Design) -> Iterator[str]:
    if len(design.period) == 2:
        yield "Whether neighbouring periods are more alike than others takes three periods."
