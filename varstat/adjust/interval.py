r"""Confidence limits of standardised counts and rates, by chance alone.

==========  ====================================  ============================================
measure     limits of a unit's number of events   limits of a weighted sum of its cells' rates
==========  ====================================  ============================================
ratio       exact (Garwood)                       gamma (Fay and Feuer)
proportion  score, all log-odds shifted alike     the same
mean        normal                                normal
==========  ====================================  ============================================

All take what units are compared with as known: the events of the standard are many more than
those of a unit, unless the unit makes up much of its standard (`Comparability.leverage`).

References
----------
.. [1] Garwood (1936). Fiducial limits for the Poisson distribution. Biometrika 28(3-4), 437-442.
   doi:10.1093/biomet/28.3-4.437
.. [2] Fay & Feuer (1997). Confidence intervals for directly standardized rates: a method based on
   the gamma distribution. Stat Med 16(7), 791-801.
   doi:10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#
.. [3] Wilson (1927). Probable inference, the law of succession, and statistical inference. JASA
   22(158), 209-212. doi:10.1080/01621459.1927.10502953
"""

import numpy as np
from scipy import special

from varstat.adjust.cells import Integers, add_up
from varstat.measure import Floats

# Cases at the standard's rate that are added to each cell, so that a cell with few cases has a
# variance; chosen by simulation: coverage holds from one case a cell on.
_ADDED = 2.0
# Log-odds within which a common shift is looked for, and halvings: to 1e-9.
_FARTHEST, _HALVINGS = 40.0, 36


def poisson_limits(event: Floats, level: float) -> tuple[Floats, Floats]:
    r"""Exact limits of the mean of a Poisson count.

    .. math:: \left[F^{-1}_{\Gamma(x)}(\alpha/2),\ F^{-1}_{\Gamma(x+1)}(1 - \alpha/2)\right]

    Parameters
    ----------
    event : ndarray of float
        Counts; the lower limit of none is 0.
    level : float

    Returns
    -------
    lower, upper : ndarray of float

    Examples
    --------
    >>> [limit.round(4) for limit in poisson_limits(np.array([0.0, 10.0]), 0.95)]
    [array([0.    , 4.7954]), array([ 3.6889, 18.3904])]
    """
    tail = 0.5 * (1.0 - level)
    some = event > 0
    lower = np.where(some, special.gammaincinv(np.where(some, event, 1.0), tail), 0.0)
    upper = np.asarray(special.gammaincinv(event + 1.0, 1.0 - tail), dtype=float)
    return np.where(np.isnan(event), np.nan, lower), upper


def shifted_limits(
    event: Floats,
    size: Floats,
    weight: Floats,
    rate: Floats,
    level: float,
    *,
    unit: Integers,
    units: int,
) -> tuple[Floats, Floats]:
    r"""Score limits of weighted sums of proportions, all log-odds of a unit shifted alike.

    Cells with few cases say little of their own variance. Their rates are taken from
    :math:`\tilde p_c = (x_c + 2 r_c)/(n_c + 2)`, with r the standard's, and shifted together,
    :math:`p_c(\delta) = \mathrm{expit}(\mathrm{logit}\,\tilde p_c + \delta)`. The sum has mean
    :math:`M = \sum_c w_c p_c` and variance :math:`V = \sum_c w_c^2 p_c (1 - p_c) / n_c`, and the
    limits are :math:`M(\delta)` at the two shifts that solve

    .. math:: \Big(\sum_c w_c \frac{x_c}{n_c} - M(\delta)\Big)^2 = z^2\, V(\delta).

    With one cell this is Wilson's interval [3]_. It stays between 0 and the sum of the weights, as
    limits made for Poisson counts don't.

    Parameters
    ----------
    event, size : ndarray of float, shape (pairs,)
        Of each unit's cells.
    weight : ndarray of float, shape (pairs,)
        The sizes themselves for limits of a number of events.
    rate : ndarray of float, shape (pairs,)
        Of the standard.
    level : float
    unit : ndarray of int, shape (pairs,)
    units : int

    Returns
    -------
    lower, upper : ndarray of float, shape (units,)

    Examples
    --------
    >>> n = np.array([10.0])
    >>> lower, upper = shifted_limits(np.array([5.0]), n, n, np.array([0.2]), 0.95,
    ...                               unit=np.array([0]), units=1)
    >>> (lower / 10).round(4), (upper / 10).round(4)
    (array([0.2366]), array([0.7634]))
    """
    z = -special.ndtri(0.5 * (1.0 - level))
    own = (event + _ADDED * rate) / (size + _ADDED)
    with np.errstate(divide="ignore"):
        base = special.logit(own)
    value = add_up(weight * event / size, unit, units)
    # Cells without events nobody else has any in either stay at 0, whatever the shift.
    least = add_up(np.where(own >= 1.0, weight, 0.0), unit, units)
    most = add_up(np.where(own > 0.0, weight, 0.0), unit, units)

    def mean_at(shift: Floats) -> tuple[Floats, Floats]:
        p = special.expit(base + shift[unit])
        variance = add_up(np.square(weight) * p * (1.0 - p) / size, unit, units)
        return add_up(weight * p, unit, units), variance

    limits = []
    for side in (1.0, -1.0):
        low, high = np.full(units, -_FARTHEST), np.full(units, _FARTHEST)
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            mean, variance = mean_at(middle)
            below = value - mean > side * z * np.sqrt(variance)
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        limits.append(mean_at(0.5 * (low + high))[0])
    # At the ends the limit is the end itself, but for rounding.
    close = 1e-12 * most
    lower = np.where(value > least + close, limits[0], least)
    upper = np.where(value < most - close, limits[1], most)
    unknown = np.isnan(value)
    return np.where(unknown, np.nan, lower), np.where(unknown, np.nan, upper)


def gamma_limits(
    rate: Floats, variance: Floats, largest: Floats, level: float
) -> tuple[Floats, Floats]:
    r"""Limits of a weighted sum of Poisson counts, by the gamma method.

    For :math:`y = \sum_k w_k x_k` with estimated variance :math:`v = \sum_k w_k^2 x_k` and the
    largest weight :math:`w_M`,

    .. math::

       L = \frac{v}{y}\, F^{-1}_{\Gamma(y^2/v)}(\alpha/2), \qquad
       U = \frac{v + w_M^2}{y + w_M}\, F^{-1}_{\Gamma((y + w_M)^2/(v + w_M^2))}(1 - \alpha/2).

    With equal weights they are exact.

    Parameters
    ----------
    rate, variance, largest : ndarray of float
        y, v and the largest weight.
    level : float

    Returns
    -------
    lower, upper : ndarray of float
    """
    tail = 0.5 * (1.0 - level)
    some = rate > 0
    y, v = np.where(some, rate, 1.0), np.where(some, variance, 1.0)
    lower = np.where(some, special.gammaincinv(y**2 / v, tail) * v / y, 0.0)
    y, v = rate + largest, variance + largest**2
    upper = special.gammaincinv(y**2 / v, 1.0 - tail) * v / y
    return np.where(np.isnan(rate), np.nan, lower), upper
