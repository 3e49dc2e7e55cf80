r"""Verdicts: each unit's flag on the funnel beside its posterior.

The two answer different questions. A *flag* says that the unit's count would be rare if it
performed at the target and varied as units do. The *posterior* says where its underlying rate lies,
and how probably that is beyond the target; where units differ, many lie surely beyond any target
without being unusual (Jones & Spiegelhalter 2011).

=============  ==========================================================================
verdict        what it says
=============  ==========================================================================
`differs`      flagged, and beyond the target with a probability above (1 + level)/2
`uncertain`    flagged, but not surely beyond the target
`ordinary`     surely beyond the target, but no more than units commonly are: not flagged
`no evidence`  neither
=============  ==========================================================================

A side that a funnel doesn't watch has no verdicts. Nor does a target at an end of what is possible,
such as the pooled rate where no unit has an event: every rate is beyond it, whatever the data.

References
----------
.. [1] Jones & Spiegelhalter (2011). The identification of "unusual" health-care providers from a
   hierarchical model. Am Stat 65(3), 154-163. doi:10.1198/tast.2011.10190
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from varstat.errors import ModelError
from varstat.estimands.monte_carlo import probability_mcse
from varstat.estimands.ranks.ranks import check_level
from varstat.estimands.rates.drawn import effective_of
from varstat.estimands.rates.estimate import estimate_rates
from varstat.estimands.rates.rate import to_rate
from varstat.estimands.rates.summed import exceedance_of
from varstat.estimands.verdict.result import Verdict, Verdicts
from varstat.estimands.verdict.words import say_verdicts
from varstat.funnel.result import Funnel, Funnels
from varstat.hierarchical.model.smeared import Smeared
from varstat.hierarchical.posterior import Fits, Posterior
from varstat.measure import Floats, Measure

# Numbers held at a time where probabilities come from draws.
_HELD = 20_000_000


def compute_verdicts(funnels: Funnels, fits: Fits, *, level: float = 0.95) -> Verdicts:
    r"""Set each unit's posterior beside its flag.

    With :math:`t_i` the funnel's target, a unit is surely beyond it, at a level, when

    .. math:: \max\{P(\theta_i > t_i \mid y),\ 1 - P(\theta_i > t_i \mid y)\}
              > \tfrac12 (1 + level)

    Parameters
    ----------
    funnels : Funnels
    fits : Fits
        Of the same table.
    level : float
        Of the intervals, in (0, 1); it also says what is sure.

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
        if posterior is None or sorted(posterior.design.unit) != sorted(funnel.units.unit):
            raise ModelError(
                "posterior",
                "the funnels and the fitted models are of other units. Read the table once, and "
                "use it for both: with by='period' where it has several, as each has a funnel of "
                "its own, and without units that a model leaves out for want of a peer group or "
                "covariate.",
            )
        found.append(_one_verdict(funnel, posterior, level=level))
    made = fits.provenance
    return Verdicts(
        groups=tuple(found),
        accounts=funnels.accounts,
        findings=say_verdicts(found),
        provenance=made.then("verdict", options={"level": level}, asking={"level": level}),
    )


def _one_verdict(funnel: Funnel, posterior: Posterior, *, level: float) -> Verdict:
    place = {unit: at for at, unit in enumerate(posterior.design.unit)}
    order = np.array([place[unit] for unit in funnel.units.unit])
    target = np.empty(len(order))
    target[order] = funnel.units.target
    rates = estimate_rates(posterior, level=level)
    above, error = _above(posterior, target)
    sure = 0.5 * (1.0 + level)
    watched = _inside(funnel.measure, target)
    high = (watched & (above > sure) & (funnel.sides != "low"))[order]
    low = (watched & (1.0 - above > sure) & (funnel.sides != "high"))[order]
    flag = funnel.units.flag
    flagged = np.array([each is not None for each in flag])
    agrees = ((flag == "high") & high) | ((flag == "low") & low)
    verdict = np.where(
        flagged,
        np.where(agrees, "differs", "uncertain"),
        np.where(high | low, "ordinary", "no evidence"),
    )
    found = Verdict(
        indicator=funnel.indicator,
        by=funnel.by,
        level=level,
        unit=np.array(funnel.units.unit, dtype=object),
        flag=np.array(flag, dtype=object),
        flag_level=min(funnel.levels),
        target=np.array(funnel.units.target),
        estimate=rates.estimate[order],
        lower=rates.lower[order],
        upper=rates.upper[order],
        p_above_target=above[order],
        p_above_target_mcse=error[order],
        verdict=verdict.astype(object),
        engine=posterior.engine,
        diagnostics=posterior.diagnostics,
        findings="",
        notes=(*posterior.design.notes, *_notes(posterior)),
    )
    return replace(found, findings=say_verdicts([found]))


def _inside(measure: Measure, target: Floats) -> NDArray[np.bool_]:
    """Mark targets that a rate can be on either side of."""
    least, most = measure.ends
    return (target > least) & (target < most)


def _notes(posterior: Posterior) -> tuple[str, ...]:
    fitted = any(name.startswith("coefficient") for name in posterior.design.locations)
    if fitted:
        return (
            "Estimates are at the average case-mix; flags are of the rates as they were reported.",
        )
    if posterior.card.model.covariates:
        return ("The posterior leaves out the card's covariates: a funnel knows nothing of them.",)
    return ()


def _above(posterior: Posterior, target: Floats) -> tuple[Floats, Floats]:
    """Probability of each unit's rate above its target, and its Monte Carlo error."""
    design = posterior.design
    if posterior.lattice is not None and not isinstance(design.family, Smeared):
        return exceedance_of(posterior, _to_link(posterior, target)), np.zeros(design.units)
    step = max(_HELD // posterior.draws, 1)
    parts = [
        _above_in_draws(posterior, slice(first, min(first + step, design.units)), target)
        for first in range(0, design.units, step)
    ]
    share, error = (np.concatenate(each) for each in zip(*parts, strict=True))
    return share, error


def _above_in_draws(posterior: Posterior, columns: slice, target: Floats) -> tuple[Floats, Floats]:
    """Count draws above the target, for some of the units."""
    part = posterior.design.part(columns.start, columns.stop)
    effect = posterior.effects.of_units(columns.start, columns.stop)
    rate = to_rate(part, posterior.beta @ part.reference.T + effect, posterior.transient)
    above = (rate > target[columns]).astype(float)
    share = above.mean(axis=0)
    return share, probability_mcse(share, effective_of(posterior, above))


def _to_link(posterior: Posterior, rate: Floats) -> Floats:
    link = posterior.design.to_link(rate)
    # No link-scale rate lies beyond this; an infinite one has no place in a table.
    return np.clip(link, -700.0, 700.0)
