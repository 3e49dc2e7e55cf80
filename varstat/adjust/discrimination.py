"""How well case-mix tells events from non-events, and rows and units from each other."""

import numpy as np
from scipy import special

from varstat.adjust.cells import add_up
from varstat.measure import Floats, MeasureName


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


def explained(event: Floats, size: Floats, expected: Floats, *, measure: MeasureName) -> float:
    r"""Share of the deviance about one common rate that expected events account for.

    .. math:: 1 - \frac{D(x, E)}{D(x, n r)}, \qquad r = \sum x / \sum n

    with the binomial or Poisson deviance, or the sum of squares of means.

    Parameters
    ----------
    event, size, expected : ndarray of float, shape (rows,)
    measure : {"proportion", "ratio", "mean"}

    Returns
    -------
    float
        At most 1; below 0 where expected events lie farther from those seen than one common rate.
        NaN where there is nothing to account for.

    Examples
    --------
    >>> x, n = np.array([1.0, 3.0]), np.array([4.0, 4.0])
    >>> explained(x, n, x, measure="ratio"), explained(x, n, n / 2, measure="ratio")
    (1.0, 0.0)
    """
    common = size * event.sum() / size.sum()
    crude, left = (_deviance(event, size, mean, measure) for mean in (common, expected))
    # Rounding alone is nothing to account for.
    nothing = np.square(event) / size if measure == "mean" else event
    if not crude > 1e-9 * float(nothing.sum()):
        return float("nan")
    return 1.0 - left / crude


def _deviance(event: Floats, size: Floats, mean: Floats, measure: MeasureName) -> float:
    match measure:
        case "proportion":
            parts = special.kl_div(event, mean) + special.kl_div(size - event, size - mean)
            return float(2.0 * np.sum(parts))
        case "ratio":
            return float(2.0 * np.sum(special.kl_div(event, mean)))
        case "mean":
            return float(np.sum(np.square(event - mean) / size))
