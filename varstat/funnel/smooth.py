r"""Limits for the eye: smooth lines that lie between the counts that are flagged and those not.

Let k be the last count that isn't flagged high at a size, and k + 1 the first that is. Any line
between the two agrees with every flag there. This one divides their distance as the normal
deviates of the tails do,

.. math:: k + \frac{q - z_k}{z_{k+1} - z_k}, \quad z_k = -\Phi^{-1}[P(X \ge k)],

with q the deviate of the tail area, and likewise below. It meets the exact limit where that has its
steps, so that it is continuous in the size, and as deviates are nearly straight in the count it
shows no steps.
"""

import numpy as np
from scipy import special

from varstat.card.schema import Sides
from varstat.funnel.limits import first_event, limit_rates, tail_area
from varstat.funnel.tails import Predictive
from varstat.measure import Floats

# Deviate from which on a tail counts as all or nothing.
_SURE = 37.0


def smooth_rates(predictive: Predictive, level: float, *, sides: Sides) -> tuple[Floats, Floats]:
    """Limits of the rate at a level, without the steps of counts.

    Parameters
    ----------
    predictive : Predictive
    level : float
    sides : {"both", "high", "low"}

    Returns
    -------
    lower, upper : ndarray of float, shape (units,)
        In units of the rate; at the end of what is possible where no count would be flagged, NaN
        on a side that is not watched. A unit is flagged if and only if it lies strictly outside.
    """
    if not predictive.counts:
        return limit_rates(predictive, level, sides=sides, method="normal")
    least, most = predictive.measure.ends
    low, high = tail_area(level, "low", sides), tail_area(level, "high", sides)
    nothing = np.full_like(predictive.size, np.nan)
    lower = _low_event(predictive, low) / predictive.size if low else nothing
    upper = _high_event(predictive, high) / predictive.size if high else nothing
    return np.clip(lower, least, most), np.clip(upper, least, most)


def _high_event(predictive: Predictive, area: float) -> Floats:
    """From the last count that isn't flagged to less than the first that is."""
    first = first_event(predictive, area, side="high")
    never = np.isnan(first)
    first = np.where(never, 1.0, first)
    q = -special.ndtri(area)
    inside, outside, beyond = (
        -special.ndtri(predictive.at_least(first + step)) for step in (-1.0, 0.0, 1.0)
    )
    share = _share(q, inside, outside, beyond)
    event = np.maximum(first - 1.0 + share, predictive.size * predictive.target)
    most = predictive.measure.most_events(predictive.size)
    return np.where(never, most, np.minimum(event, np.nextafter(first, 0.0)))


def _low_event(predictive: Predictive, area: float) -> Floats:
    """From more than the last count that is flagged to the first that isn't."""
    last = first_event(predictive, area, side="low")
    never = np.isnan(last)
    last = np.where(never, 0.0, last)
    q = -special.ndtri(area)
    inside, outside, beyond = (
        -special.ndtri(predictive.at_most(last - step)) for step in (-1.0, 0.0, 1.0)
    )
    share = _share(q, inside, outside, beyond)
    event = np.minimum(last + 1.0 - share, predictive.size * predictive.target)
    return np.where(never, 0.0, np.maximum(event, np.nextafter(last, np.inf)))


def _share(q: float, inside: Floats, outside: Floats, beyond: Floats) -> Floats:
    """How far q lies on the way from the deviate inside to that outside, between 0 and 1.

    Where the tail inside is all that can be, the way is as long as that from outside to beyond.
    """
    with np.errstate(invalid="ignore"):
        further = beyond - outside
    step = np.where(np.isfinite(further) & (further > 0), further, 1.0)
    start = np.where(inside > -_SURE, inside, outside - step)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(np.nan_to_num((q - start) / (outside - start), nan=0.0), 0.0, 1.0)
