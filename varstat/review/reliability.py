r"""Reliability: how much of what units' rates differ by is of the units, and not chance.

Every method is of the same data and has an answer of its own, so that all stand side by side, and
shares of units above a threshold rather than one mean. Varstat's own,
:math:`1 - Var(u_i \mid y) / E\,\tau^2`, is the one that knows of case-mix, periods and peers.

References
----------
.. [1] Adams (2009). The reliability of provider profiling: a tutorial. RAND TR-653.
   doi:10.7249/TR653
.. [2] Lingsma, Steyerberg, Eijkemans et al. (2010). Comparing and ranking hospitals based on
   outcome. QJM 103(2), 99-108. doi:10.1093/qjmed/hcp169
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.estimands.league.raw import raw_rates
from varstat.estimands.rates.result import prior_variance
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats
from varstat.prose.number import count_units, share
from varstat.review.part import Part, Status, leave_out
from varstat.review.reviewed import Reviewed
from varstat.review.signal import (
    anova,
    fit_beta_binomial,
    fit_gamma_poisson,
    normal_normal,
    reliability_at_own_rate,
)
from varstat.review.split import SplitReliability, can_split, split_reliability

NAME = "reliability"
# Units with which there is something to compare.
_LEAST = 3
# Where a league table can be used, and where only with care: as a share of units, and rankability.
GOOD, FAIR = 0.7, 0.5
# Conventions: none follows from theory, and each hangs on what is decided.
THRESHOLDS = (
    (0.6, "accepted by some reviews of measures", "a convention weaker than the usual one"),
    (0.7, "comparing units with each other", "the usual convention; Adams (2009), RAND TR-653"),
    (0.9, "judging one unit by itself", "the usual convention; Adams (2009), RAND TR-653"),
)
_OWN = "varstat"
_SOURCES = {
    _OWN: ("the fitted model", "1 - Var(effect | data) / E(tau squared)"),
    "beta-binomial": ("beta-binomial, noise at each unit's own rate", "Adams (2009)"),
    "n/(n+a+b)": ("weight of a unit's own rate in a beta-binomial", "Adams (2009)"),
    "gamma-Poisson": ("gamma-Poisson, noise at each unit's own rate", "as Adams (2009)"),
    "e/(e+b)": ("weight of a unit's own rate in a gamma-Poisson", "as Adams (2009)"),
    "normal-normal": ("between units by REML, noise as reported", "Harville (1977)"),
    "ANOVA": ("one-way analysis of variance of the cases", "Adams (2009)"),
    "split halves": ("random halves, Spearman-Brown", "Nieser & Harris (2024)"),
    "between periods": ("correlation of the last two periods", "CMS Measures Management System"),
    "rankability": ("tau squared beside a typical unit's chance", "Lingsma et al. (2010)"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Methods:
    """What each method gives: per unit, or of all units together."""

    units: dict[str, Floats]
    split: SplitReliability | None
    notes: tuple[str, ...]


def review_reliability(reviewed: Reviewed) -> Part:
    """Say how reliable units' rates are, by each method that reviewers know.

    Parameters
    ----------
    reviewed : Reviewed

    Returns
    -------
    Part
        "holds" where 70% of the units have a reliability of 0.7 and rankability is 0.7, "with
        care" where both are half or more. Its tables are `reliability`, a row a method, and
        `thresholds`; its units' columns are `reliability` and those of the other methods.
    """
    posterior = reviewed.posterior
    design = posterior.design
    if design.units < _LEAST:
        few = count_units(design.units)
        return leave_out(NAME, f"Reliability compares three units or more, and here is {few}.")
    methods = _ask_methods(posterior, seed=reviewed.seed)
    units = reviewed.league.units
    by_unit = pd.Series(units.reliability, index=units.unit)
    own: Floats = np.asarray(by_unit.loc[list(design.unit)], dtype=float)
    all_units = {_OWN: own} | methods.units
    rankability = compute_rankability(posterior)
    single = {"rankability": rankability}
    lasting = _between_periods(design)
    if np.isfinite(lasting):
        single["between periods"] = lasting
    table = _tabulate(all_units, methods.split, single)
    at = {limit: float(np.mean(own >= limit)) for limit, _, _ in THRESHOLDS}
    values = {
        "reliability_mean": float(own.mean()),
        "reliability_median": float(np.median(own)),
        "share_60": at[0.6],
        "share_70": at[0.7],
        "share_90": at[0.9],
        "rankability": rankability,
    }
    mcse = {}
    if methods.split is not None:
        values["split_reliability"] = methods.split.reliability
        values["split_icc"] = methods.split.icc
        mcse["split_reliability"] = methods.split.mcse
    return Part(
        name=NAME,
        status=_judge(at[0.7], rankability),
        sentence=_say(table, at, rankability, design.units),
        values=values,
        mcse=mcse,
        tables={NAME: table, "thresholds": _thresholds(at)},
        units={
            _column(name): pd.Series(values, index=list(design.unit))
            for name, values in all_units.items()
        },
        notes=(*methods.notes, *_caveats(design)),
    )


def compute_rankability(posterior: Posterior) -> float:
    r"""Give the share of a typical unit's variance that is between units.

    .. math:: \frac{\tau^2}{\tau^2 + \mathrm{median}\ s_i^2}

    on the link scale, with :math:`s_i^2` the variance of the unit's own rate by chance and by what
    passes.

    Parameters
    ----------
    posterior : Posterior

    Returns
    -------
    float
    """
    design, lattice = posterior.design, posterior.lattice
    if lattice is None:
        between = prior_variance(design, posterior.hyper).mean()
    else:
        between = (lattice.weight @ prior_variance(design, lattice.h)).mean()
    passing = float(np.mean(posterior.transient**2))
    information = design.gather(1.0 / (design.link_variance + passing)[None])[0]
    return float(between / (between + np.median(1.0 / information)))


def _ask_methods(posterior: Posterior, *, seed: int) -> _Methods:
    """Ask the methods that are of a unit's own figures, of the units that reported them."""
    design = posterior.design
    measure = design.measure
    event, size, rate = raw_rates(posterior)
    known = np.isfinite(rate) & (size > 0)
    notes = []
    withheld = int(design.units - known.sum())
    if withheld:
        notes.append(f"Methods but varstat's leave out {count_units(withheld)} without a rate.")
    event, size, rate = event[known], size[known], rate[known]
    events = float(event.sum())
    most = float(measure.most_events(size).sum())
    if known.sum() < _LEAST or (measure.counts and not 0 < events < most):
        notes.append("Methods but varstat's are left out: there is too little to estimate from.")
        return _Methods(units={}, split=None, notes=tuple(notes))
    found: dict[str, Floats] = {}
    if measure.bounded:
        a, b = fit_beta_binomial(event, size)
        found["beta-binomial"] = reliability_at_own_rate(rate, size, a, b)
        found["n/(n+a+b)"] = size / (size + a + b)
        found["ANOVA"] = anova(rate, size, event * (1.0 - rate))
    elif measure.counts:
        a, b = fit_gamma_poisson(event, size)
        found["gamma-Poisson"] = (a / b**2) / (a / b**2 + rate / size)
        found["e/(e+b)"] = size / (size + b)
        notes.append("Analysis of variance is left out: it is of cases, and these are counts.")
    else:
        found["normal-normal"] = normal_normal(measure.own_scale(rate), size)
        cases = _cases(design)
        if cases is None:
            notes.append(
                "Analysis of variance is left out: it needs the cases of each unit, one row each."
            )
        else:
            n = cases[known]
            found["ANOVA"] = anova(rate, n, (n - 1.0) * n * size**2)
    split = _split(posterior, event, size, notes, seed=seed)
    place = np.flatnonzero(known)
    return _Methods(
        units={name: _spread(values, place, design.units) for name, values in found.items()},
        split=split,
        notes=tuple(notes),
    )


def _cases(design: Design) -> Floats | None:
    """How many cases each mean is of, where that is known and means are of cases as they are."""
    known = design.single and bool(np.all(design.volume > 1))
    return design.volume if known and design.measure.own is design.measure else None


def _split(
    posterior: Posterior, event: Floats, size: Floats, notes: list[str], *, seed: int
) -> SplitReliability | None:
    measure = posterior.design.measure
    fit = can_split(measure, event, size)
    if fit.sum() < _LEAST:
        notes.append("Split halves are left out: fewer than three units have two cases or more.")
        return None
    left = int(fit.size - fit.sum())
    if left:
        notes.append(f"Split halves leave out {count_units(left)} that can't be halved.")
    return split_reliability(measure, event[fit], size[fit], seed=seed)


def _spread(values: Floats, place: NDArray[np.intp], units: int) -> Floats:
    """Give values to the units that they are of, NaN to the rest."""
    out = np.full(units, np.nan)
    out[place] = values
    return out


def _between_periods(design: Design) -> float:
    """Correlation of units' own rates in the last two periods, on the link scale."""
    last = len(design.period) - 1
    if last < 1:
        return float("nan")
    value, variance = design.measure.smoothed(
        (design.measure.own_scale(design.event) - design.centre) / design.spread
        if not design.measure.counts
        else design.event,
        design.size / design.spread,
    )
    weight = np.where(np.isfinite(value) & (design.size > 0), 1.0 / variance, 0.0)
    rates = []
    for period in (last - 1, last):
        here = np.where(design.row_period == period, weight, 0.0)
        total = design.gather(here[None])[0]
        summed = design.gather((here * np.nan_to_num(value))[None])[0]
        rates.append(np.divide(summed, total, out=np.full_like(total, np.nan), where=total > 0))
    both = np.isfinite(rates[0]) & np.isfinite(rates[1])
    if both.sum() < _LEAST or not (np.ptp(rates[0][both]) > 0 and np.ptp(rates[1][both]) > 0):
        return float("nan")
    return float(np.corrcoef(rates[0][both], rates[1][both])[0, 1])


def _tabulate(
    units: dict[str, Floats], split: SplitReliability | None, single: dict[str, float]
) -> pd.DataFrame:
    """Make a row a method."""
    rows = [_row(name, *_summarise(values)) for name, values in units.items()]
    none = (np.nan, np.nan, np.nan)
    if split is not None:
        ends = (split.reliability, np.nan, split.lower, split.upper)
        rows.append(_row("split halves", *ends, *none))
    rows += [_row(name, value, *none, *none) for name, value in single.items()]
    return pd.DataFrame(rows)


def _summarise(values: Floats) -> Iterator[float]:
    """Mean, median, the range of 90% of units, and the shares above the thresholds."""
    known = values[np.isfinite(values)]
    yield float(known.mean())
    yield from map(float, np.quantile(known, [0.5, 0.05, 0.95]))
    yield from (float(np.mean(known >= limit)) for limit, _, _ in THRESHOLDS)


def _row(name: str, *values: float) -> dict[str, object]:
    names = ("reliability", "median", "lower", "upper", "share_60", "share_70", "share_90")
    what, source = _SOURCES[name]
    return {
        "method": name,
        **dict(zip(names, values, strict=True)),
        "what": what,
        "source": source,
    }


def _thresholds(at: dict[float, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"threshold": limit, "share": at[limit], "for": use, "source": source}
            for limit, use, source in THRESHOLDS
        ]
    )


def _column(method: str) -> str:
    names = {
        _OWN: "reliability",
        "n/(n+a+b)": "reliability_weight",
        "e/(e+b)": "reliability_weight",
    }
    return names.get(method, f"reliability_{method.lower().replace('-', '_')}")


def _judge(at_usual: float, rankability: float) -> Status:
    worst = min(at_usual, rankability)
    return "holds" if worst >= GOOD else "with care" if worst >= FAIR else "fails"


def _say(table: pd.DataFrame, at: dict[float, float], rankability: float, units: int) -> str:
    said = (
        f"{share(at[0.7])} of {count_units(units)} have a reliability of 0.7 or more, the usual "
        f"least for comparing units, and {share(at[0.9])} the 0.9 that judging one unit takes; "
        f"rankability is {rankability:.2f} (that share of the variance of a typical unit's rate is "
        "between units, the rest chance)."
    )
    means = dict(zip(table["method"], table["reliability"], strict=True))
    others = [name for name in means if name not in (_OWN, "rankability", "between periods")]
    if len(others) > 1:
        low, high = min(others, key=means.__getitem__), max(others, key=means.__getitem__)
        least, most = (f"{max(means[name], 0.0):.2f}" for name in (low, high))
        said += (
            f" Other methods all put the mean at {least}."
            if least == most
            else f" Other methods put the mean between {least} ({low}) and {most} ({high})."
        )
    return said


def _caveats(design: Design) -> Iterator[str]:
    heeds = []
    if any(name.startswith(("coefficient[", "stratum[")) for name in design.locations):
        heeds.append("case-mix")
    if len(np.unique(design.peer)) > 1:
        heeds.append("peer groups")
    if len(design.period) > 1:
        heeds.append("periods")
    if heeds:
        yield f"Only varstat's reliability allows for {' and '.join(heeds)}."
    if design.measure.counts:
        yield (
            "The other methods take cases as independent of each other, and give a unit whose "
            "cases are all alike no noise at its own rate."
        )
