r"""What is to be expected of events of which only a range is known.

A count that is hidden or rounded lies between two ends. What it tells of the target and of the
dispersion is taken as an expectation over the counts in its range, each as probable as it is if
units differ as the others say: with the pooled rate :math:`\bar r` and the between-unit variance
:math:`\sigma^2`

.. math::

   m_i = E(X_i \mid a_i \le X_i \le b_i), \qquad
   v_i = \mathrm{Var}(X_i \mid a_i \le X_i \le b_i).

As both depend on what they are used for, they are found by turns, as in the EM algorithm. Where
all is chance, :math:`(m_i - n_i \bar r)^2 + v_i` is on average the variance by chance, so that
rounding is not taken for a difference between units.
"""

from dataclasses import dataclass

import numpy as np

from varstat.funnel.dispersion import Groups
from varstat.measure import Floats, Measure
from varstat.measure.basis import Basis

# Counts of a range that are looked at one by one; of wider ones so many, evenly spread.
_POINTS = 64
_MOST_TURNS = 200
_TOLERANCE = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expected:
    """Events as they are to be expected, one element a unit.

    Attributes
    ----------
    event : ndarray of float, shape (units,)
        The event where it is known, else its expectation in its range; NaN where no unit of the
        group has a known event.
    variance : ndarray of float, shape (units,)
        Of the event within its range; zero where it is known.
    """

    event: Floats
    variance: Floats


def expect_events(
    event: Floats,
    lower: Floats,
    upper: Floats,
    size: Floats,
    group: Groups,
    *,
    measure: Measure,
    basis: Basis | None = None,
) -> Expected:
    """Expect the events of which a range is known, given the others of their group.

    Parameters
    ----------
    event, lower, upper, size : ndarray of float, shape (units,)
        Whole counts, their ends, and the sizes.
    group : ndarray of int, shape (units,)
        From 0 to groups - 1.
    measure : Measure
    basis : Basis, optional
        What the sizes rest on; they are known unless it is given.

    Returns
    -------
    Expected

    References
    ----------
    .. [1] Dempster, Laird & Rubin (1977). Maximum likelihood from incomplete data via the EM
       algorithm. JRSS B 39(1), 1-38. doi:10.1111/j.2517-6161.1977.tb01600.x

    Examples
    --------
    >>> from varstat.measure import PROPORTION
    >>> found = expect_events(
    ...     np.array([10.0, np.nan]), np.array([10.0, 0.0]), np.array([10.0, 7.0]),
    ...     np.array([100.0, 100.0]), np.array([0, 0]), measure=PROPORTION)
    >>> found.event.round(2)
    array([10.  ,  3.99])
    """
    groups = int(group.max(initial=-1)) + 1
    known = np.bincount(group[np.isfinite(event)], minlength=groups) > 0
    inside = (lower < upper) & known[group]
    mean, variance = event.copy(), np.zeros_like(event)
    mean[inside] = 0.5 * (lower[inside] + upper[inside])
    if not inside.any():
        return Expected(event=event, variance=variance)
    ends, sizes, of = (lower[inside], upper[inside]), size[inside], group[inside]
    basis = Basis.of(size) if basis is None else basis
    own = basis.take(inside)
    before = (np.zeros(groups), np.zeros(groups))
    for _ in range(_MOST_TURNS):
        rate, between = _moments(mean, variance, size, group, groups, measure, basis)
        mean[inside], variance[inside] = _within(
            *ends,
            sizes,
            target=rate[of],
            extra=between[of] + own.blur(rate[of]),
            measure=measure,
        )
        moved = [np.abs(now - then) for now, then in zip((rate, between), before, strict=True)]
        scale = (rate, between + measure.chance_variance(np.array(size.max()), rate))
        if all(np.all(m <= _TOLERANCE * s) for m, s in zip(moved, scale, strict=True)):
            break
        before = rate, between
    return Expected(event=mean, variance=variance)


def _moments(
    event: Floats,
    variance: Floats,
    size: Floats,
    group: Groups,
    groups: int,
    measure: Measure,
    basis: Basis,
) -> tuple[Floats, Floats]:
    """The pooled rate of each group, and its between-unit variance by DerSimonian-Laird."""

    def total(values: Floats) -> Floats:
        return np.bincount(group, weights=values, minlength=groups).astype(np.float64)

    known = np.isfinite(event)
    size = np.where(known, size, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = total(np.where(known, event, 0.0)) / total(size)
        chance = basis.chance(measure, size, pooled[group])
        weight = np.where(known & (chance > 0), 1.0 / chance, 0.0)
        rate = np.where(weight > 0, event / size, 0.0)
        centre = total(weight * rate) / total(weight)
        hidden = np.where(weight > 0, variance / np.square(size), 0.0)
        found = total(weight * (np.square(rate - centre[group]) + hidden))
        shown = np.where(weight > 0, basis.shown(measure, np.maximum(size, 1.0)), 0.0)
        spare = total(weight * shown) - total(weight**2 * shown) / total(weight)
        between = (found - (total((weight > 0).astype(float)) - 1.0)) / spare
    usable = np.isfinite(between) & (spare > 0)
    return np.nan_to_num(pooled), np.where(usable, np.maximum(between, 0.0), 0.0)


def _within(
    lower: Floats, upper: Floats, size: Floats, *, target: Floats, extra: Floats, measure: Measure
) -> tuple[Floats, Floats]:
    """Mean and variance of events within their ranges."""
    wide = upper - lower
    step = np.maximum(wide / _POINTS, 1.0)
    points = int(np.ceil(np.minimum(wide, _POINTS).max())) + 1
    event = lower + step * np.arange(points)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = measure.next_probability(event[:-1] + 0.5 * (step - 1.0), size, target, extra)
        climb = np.nan_to_num(step * np.log(ratio), nan=0.0, neginf=-1e6, posinf=1e6)
    weight = np.concatenate([np.zeros((1, len(lower))), np.cumsum(climb, axis=0)])
    weight = np.where(event <= upper + 1e-9, weight, -np.inf)
    weight = np.exp(weight - weight.max(axis=0))
    weight /= weight.sum(axis=0)
    mean = (weight * event).sum(axis=0)
    return mean, (weight * np.square(event - mean)).sum(axis=0)
