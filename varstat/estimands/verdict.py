r"""Verdicts: each unit's flag on the funnel beside its posterior.

The two answer different questions. A *flag* says that the unit's count would be rare if it
performed at the target and varied as units do. The *posterior* says where its underlying rate lies,
and how probably that is beyond the target; where units differ, many lie surely beyond any target
without being unusual (Jones & Spiegelhalter 2011).

============  ==========================================================================
verdict       flagged, and the posterior as sure, on the same side of the target
============  ==========================================================================
`differs`     flagged, and beyond the target with a probability above (1 + level)/2
`uncertain`   flagged, but not surely beyond the target
`ordinary`    surely beyond the target, but no more than units commonly are: not flagged
`no evidence` neither
============  ==========================================================================

References
----------
.. [1] Jones & Spiegelhalter (2011). The identification of "unusual" health-care providers from a
   hierarchical model. Am Stat 65(3), 154-163. doi:10.1198/tast.2011.10190
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit

from varstat.errors import ModelError
from varstat.estimands.monte_carlo import probability_mcse
from varstat.estimands.ranks import check_level
from varstat.estimands.rates import effective_of, estimate_rates, exceedance_of, to_rate
from varstat.funnel.result import Funnel, Funnels
from varstat.hierarchical.diagnostics import Diagnostics
from varstat.hierarchical.likelihood import Smeared
from varstat.hierarchical.posterior import Fits, Posterior
from varstat.measure import Floats

Strings = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verdict:
    """Flags and posterior of one funnel's units, in the funnel's order.

    Attributes
    ----------
    by : dict of str to str
    level : float
        Of the interval from `lower` to `upper`.
    unit : ndarray of object, shape (units,)
    flag : ndarray of object, shape (units,)
        "high", "low" or None, as on the funnel.
    target : ndarray of float, shape (units,)
        The funnel's.
    estimate, lower, upper : ndarray of float, shape (units,)
        Posterior mean and interval of the unit's rate.
    p_above_target, p_above_target_mcse : ndarray of float, shape (units,)
        Probability that the underlying rate is above the funnel's target; the error is 0 where
        it is summed.
    verdict : ndarray of object, shape (units,)
        "differs", "uncertain", "ordinary" or "no evidence".
    diagnostics : Diagnostics
    """

    by: dict[str, str]
    level: float
    unit: Strings
    flag: Strings
    target: Floats
    estimate: Floats
    lower: Floats
    upper: Floats
    p_above_target: Floats
    p_above_target_mcse: Floats
    verdict: Strings
    diagnostics: Diagnostics

    def __post_init__(self) -> None:
        for column in fields(self):
            value = getattr(self, column.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def to_frame(self) -> pd.DataFrame:
        """Tabulate what stands beside the funnel's own columns, one row a unit.

        Returns
        -------
        DataFrame
            `unit, estimate, lower, upper, level, p_above_target, p_above_target_mcse, verdict`.
        """
        return pd.DataFrame(
            {
                "unit": self.unit,
                "estimate": self.estimate,
                "lower": self.lower,
                "upper": self.upper,
                "level": self.level,
                "p_above_target": self.p_above_target,
                "p_above_target_mcse": self.p_above_target_mcse,
                "verdict": self.verdict,
            }
        )

    def summary(self) -> str:
        """Count the verdicts in plain English."""
        number = {
            name: int(np.sum(self.verdict == name))
            for name in ("differs", "uncertain", "ordinary", "no evidence")
        }
        said = (
            f"Of {self.unit.size} units {number['differs']} are flagged and surely differ from the "
            f"target, {number['uncertain']} are flagged but may not, {number['ordinary']} surely "
            "differ but no more than units commonly do, and of "
            f"{number['no evidence']} neither is shown."
        )
        if self.diagnostics.passed:
            return said
        return (
            "The posterior failed its checks. " + " ".join(self.diagnostics.problems) + " " + said
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verdicts:
    """Verdicts of all funnels, in their order."""

    verdicts: tuple[Verdict, ...]

    def __len__(self) -> int:
        return len(self.verdicts)

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self.verdicts)

    def __getitem__(self, at: int) -> Verdict:
        return self.verdicts[at]

    @property
    def trusted(self) -> bool:
        """Whether every posterior passed its checks."""
        return all(verdict.diagnostics.passed for verdict in self.verdicts)


def compute_verdicts(funnels: Funnels, fits: Fits, *, level: float = 0.95) -> Verdicts:
    """Set each unit's posterior beside its flag.

    Parameters
    ----------
    funnels : Funnels
    fits : Fits
        Of the same table.
    level : float
        Of the intervals; a unit is surely beyond the target with a probability above
        (1 + level)/2.

    Returns
    -------
    Verdicts

    Raises
    ------
    ModelError
        If funnels and fits are of different tables.

    Examples
    --------
    >>> import varstat
    >>> table = varstat.read_table("example:star98")
    >>> verdicts = compute_verdicts(varstat.compute_funnel(table), varstat.fit_model(table))
    >>> sorted(set(verdicts[0].verdict))
    ['differs', 'no evidence', 'ordinary']
    """
    check_level(level)
    if funnels.provenance.data_hash != fits.provenance.data_hash:
        raise ModelError("posterior", "the funnels and the fitted models are of different data.")
    by_group = {tuple(sorted(each.by.items())): each for each in fits}
    found = []
    for funnel in funnels:
        posterior = by_group.get(tuple(sorted(funnel.by.items())))
        if posterior is None or set(posterior.design.unit) != set(map(str, funnel.units.unit)):
            raise ModelError("posterior", "the funnels and the fitted models are of other units.")
        found.append(_one_verdict(funnel, posterior, level=level))
    return Verdicts(verdicts=tuple(found))


def _one_verdict(funnel: Funnel, posterior: Posterior, *, level: float) -> Verdict:
    place = {unit: at for at, unit in enumerate(posterior.design.unit)}
    order = np.array([place[str(unit)] for unit in funnel.units.unit])
    target = np.empty(len(order))
    target[order] = funnel.units.target
    rates = estimate_rates(posterior, level=level)
    above, error = _above(posterior, target)
    sure = 0.5 * (1.0 + level)
    high, low = (above > sure)[order], (above < 1.0 - sure)[order]
    flag = funnel.units.flag
    flagged = np.array([each is not None for each in flag])
    agrees = ((flag == "high") & high) | ((flag == "low") & low)
    verdict = np.where(
        flagged,
        np.where(agrees, "differs", "uncertain"),
        np.where(high | low, "ordinary", "no evidence"),
    )
    return Verdict(
        by=funnel.by,
        level=level,
        unit=np.array(funnel.units.unit, dtype=object),
        flag=np.array(flag, dtype=object),
        target=np.array(funnel.units.target),
        estimate=rates.estimate[order],
        lower=rates.lower[order],
        upper=rates.upper[order],
        p_above_target=above[order],
        p_above_target_mcse=error[order],
        verdict=verdict.astype(object),
        diagnostics=posterior.diagnostics,
    )


def _above(posterior: Posterior, target: Floats) -> tuple[Floats, Floats]:
    """Probability of each unit's rate above its target, and its Monte Carlo error."""
    design = posterior.design
    if posterior.lattice is not None and not isinstance(design.family, Smeared):
        return exceedance_of(posterior, _to_link(posterior, target)), np.zeros(design.units)
    hits = np.zeros(design.units)
    for some, effect in posterior.effects.blocks():
        theta = posterior.beta[some] @ design.reference.T + effect
        hits += (to_rate(design, theta, posterior.transient[some]) > target).sum(axis=0)
    share = hits / posterior.draws
    effective = effective_of(posterior, np.empty((posterior.draws, 1)))
    return share, probability_mcse(share, np.broadcast_to(effective, design.units))


def _to_link(posterior: Posterior, rate: Floats) -> Floats:
    design = posterior.design
    with np.errstate(divide="ignore"):
        match design.measure.name:
            case "proportion":
                link = logit(rate)
            case "ratio":
                link = np.log(rate)
            case "mean":
                link = (rate - design.centre) / design.spread
    # No link-scale rate lies beyond this; an infinite one has no place in a table.
    return np.clip(link, -700.0, 700.0)
