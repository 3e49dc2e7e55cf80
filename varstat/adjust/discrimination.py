"""How well case-mix tells events from non-events, and rows and units from each other."""

import numpy as np

from varstat.adjust.cells import add_up
from varstat.measure import Floats, Measure


def concordance(event: Floats, size: Floats, rate: Floats) -> float:
    r"""C-statistic of grouped data: the area under the ROC curve.

    The probability that of two cases, one with the event and one without, the first was given the
    higher rate; ties count half. With :math:`x_r` events of :math:`n_r` cases in each row,

    .. math:: \frac{\sum_{r,s} x_r (n_s - x_s)\,[1(p_r > p_s) + \tfrac12 1(p_r = p_s)]}
              {\sum_r x_r\ \sum_s (n_s - x_s)}.

    Parameters
    ----------
    event, size, rate : ndarray of float, shape (rows,)

    Returns
    -------
    float
        NaN where all cases are events, or none is.

    Examples
    --------
    >>> concordance(np.array([1.0, 3.0]), np.array([4.0, 4.0]), np.array([0.2, 0.8]))
    0.75
    """
    # Rates that differ by rounding are the same.
    _, of = np.unique(np.round(rate, 12), return_inverse=True)
    number = int(of.max()) + 1
    events = add_up(event, of.ravel(), number)
    others = add_up(size - event, of.ravel(), number)
    if not events.sum() or not others.sum():
        return float("nan")
    below = np.cumsum(others) - 0.5 * others
    return float(np.sum(events * below) / (events.sum() * others.sum()))


def explained(event: Floats, size: Floats, expected: Floats, *, measure: Measure) -> float:
    r"""Share of the deviance about one common rate that expected events account for.

    .. math:: 1 - \frac{D(x, E)}{D(x, n r)}, \qquad r = \sum x / \sum n

    with the binomial or Poisson deviance, or the sum of squares of means.

    Parameters
    ----------
    event, size, expected : ndarray of float, shape (rows,)
    measure : Measure

    Returns
    -------
    float
        At most 1; below 0 where expected events lie farther from those seen than one common rate.
        NaN where there is nothing to account for.

    Examples
    --------
    >>> from varstat.measure import RATIO
    >>> x, n = np.array([1.0, 3.0]), np.array([4.0, 4.0])
    >>> explained(x, n, x, measure=RATIO), explained(x, n, n / 2, measure=RATIO)
    (1.0, 0.0)
    """
    common = size * event.sum() / size.sum()
    crude, left = (measure.deviance(event, size, mean) for mean in (common, expected))
    # Rounding alone is nothing to account for.
    nothing = event if measure.counts else np.square(event) / size
    if not crude > 1e-9 * float(nothing.sum()):
        return float("nan")
    return 1.0 - left / crude
