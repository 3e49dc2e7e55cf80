r"""Periods that share cases: their counts differ by less than chance alone would give.

Of a unit's events :math:`s = y_1 + y_2` in two periods, the first has, given their sum, the share
:math:`q` that it has of all units' events per size. Were the periods independent and nothing but
chance between them,

.. math:: X = \frac{(y_1 - sq)^2}{s\,q(1 - q)\,c}

would be one on average, with :math:`c` one for counts and :math:`(N - s)/(N - 1)` where events are
part of the sizes, :math:`N` together. True change makes it larger. Rolling years, of which each
shares three quarters with the next, make it a quarter, and so do the same people counted each time.
"""

import numpy as np
from scipy.stats import chi2

from varstat.hierarchical.model.design import Integers
from varstat.measure import Floats, Measure

# Pairs of rows that say enough, how much less than chance is worth a word, and how surely it is
# less. Two steps that share a period have a correlation of a quarter, so that sums over them have
# at most half as much variance again.
_PAIRS, _LESS, _SURELY, _LINKED = 20, 0.75, 1e-6, 1.5


def note_shared_cases(
    series: Integers, period: Integers, event: Floats, size: Floats, measure: Measure
) -> list[str]:
    """Say that periods seem to share cases, so that a model takes one case for several.

    Parameters
    ----------
    series : ndarray of int, shape (rows,)
        Units, and whatever else tells the rows of a period apart.
    period : ndarray of int, shape (rows,)
        Places in the order of time.
    event, size : ndarray of float, shape (rows,)
        Whole counts, and sizes; an event is NaN where it isn't known.
    measure : Measure

    Returns
    -------
    list of str
        None or one.

    Examples
    --------
    >>> from varstat.measure import MEASURES
    >>> rng = np.random.default_rng(1)
    >>> quarters = rng.poisson(50.0, (30, 7))
    >>> years = np.array([quarters[:, at : at + 4].sum(axis=1) for at in range(4)]).ravel()
    >>> units, places = np.tile(np.arange(30), 4), np.repeat(np.arange(4), 30)
    >>> said = note_shared_cases(units, places, years, np.full(120, 200.0), MEASURES["ratio"])
    >>> said[0][:75]
    'From one period to the next the counts of units differ by 0.26 of what chan'
    """
    order = np.lexsort((period, series))
    series, period, event, size = series[order], period[order], event[order], size[order]
    known = np.isfinite(event) & np.isfinite(size) & (size > 0)
    first = np.flatnonzero(
        (series[1:] == series[:-1]) & (period[1:] == period[:-1] + 1) & known[1:] & known[:-1]
    )
    if len(first) < _PAIRS:
        return []
    step = period[first]
    y, n = event[np.array([first, first + 1])], size[np.array([first, first + 1])]
    # What all units' rates did in a step is no chance.
    rate = [np.bincount(step, weights=of) for of in (*y, *n)]
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = n * np.array([rate[0] / rate[2], rate[1] / rate[3]])[:, step]
        share, both = expected[0] / expected.sum(axis=0), y.sum(axis=0)
        chance = both * share * (1.0 - share)
        if measure.bounded:
            chance *= (n.sum(axis=0) - both) / (n.sum(axis=0) - 1.0)
        found = (y[0] - both * share) ** 2 / chance
    found = found[np.isfinite(found)]
    degrees = len(found) - len(np.unique(step))
    if degrees < _PAIRS:
        return []
    part = found.sum() / degrees
    if part > _LESS or chi2.cdf(found.sum() / _LINKED, degrees / _LINKED) > _SURELY:
        return []
    note = (
        f"From one period to the next the counts of units differ by {part:.2f} of what chance "
        "alone would give: the same cases seem to stand in several, as in rolling years or where "
        "the same people are counted each time. Intervals take them for different ones. Keep "
        "periods that share none with --only."
    )
    return [note]
