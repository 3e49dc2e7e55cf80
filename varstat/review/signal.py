r"""Signal and noise of units' own rates, by the methods that reviewers of measures know.

Reliability is the share of the variance of reported rates that is of the units,

.. math:: \rho_i = \frac{\sigma^2}{\sigma^2 + s_i^2},

and methods differ in the variance between units :math:`\sigma^2` and in the noise
:math:`s_i^2`. None of them knows of case-mix, periods or peers, and all take cases as independent.

References
----------
.. [1] Adams (2009). The reliability of provider profiling: a tutorial. RAND TR-653.
   doi:10.7249/TR653
.. [2] Nieser & Harris (2024). Comparing methods for assessing the reliability of health care
   quality measures. Stat Med 43(23), 4575-4594. doi:10.1002/sim.10197
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, expit, gammaln, logit

from varstat.funnel.dispersion import estimate_spread
from varstat.measure import Floats

# Beyond this log concentration units are alike.
_MOST_LOG = 25.0


def fit_beta_binomial(event: Floats, size: Floats) -> tuple[float, float]:
    r"""Fit :math:`y_i \sim` Binomial :math:`(n_i, p_i)`, :math:`p_i \sim` Beta (a, b).

    By maximum likelihood.

    Parameters
    ----------
    event, size : ndarray of float, shape (units,)

    Returns
    -------
    a, b : float
        Beyond 1e10 together where units differ by no more than chance.

    Examples
    --------
    >>> fit_beta_binomial(np.array([10.0, 50.0, 90.0]), np.full(3, 100.0))[0] < 2
    True
    """
    other = size - event

    def lower(x: Floats) -> tuple[float, Floats]:
        mean, total = expit(x[0]), np.exp(x[1])
        a, b = mean * total, (1.0 - mean) * total
        value = np.sum(gammaln(event + a) + gammaln(other + b) - gammaln(size + total))
        value += event.size * (gammaln(total) - gammaln(a) - gammaln(b))
        common = digamma(total) - np.mean(digamma(size + total))
        by_a = event.size * (np.mean(digamma(event + a)) - digamma(a) + common)
        by_b = event.size * (np.mean(digamma(other + b)) - digamma(b) + common)
        slope = np.array([(by_a - by_b) * total * mean * (1.0 - mean), by_a * a + by_b * b])
        return -float(value), -slope

    pooled = np.clip(event.sum() / size.sum(), 1e-9, 1.0 - 1e-9)
    mean, total = _search(lower, float(logit(pooled)))
    share = float(expit(mean))
    return share * total, (1.0 - share) * total


def fit_gamma_poisson(event: Floats, size: Floats) -> tuple[float, float]:
    r"""Fit :math:`y_i \sim` Poisson :math:`(e_i\lambda_i)`, :math:`\lambda_i \sim` Gamma (a, b).

    By maximum likelihood.

    Parameters
    ----------
    event, size : ndarray of float, shape (units,)

    Returns
    -------
    a, b : float
        Shape, and rate in the units of `size`; very large where units differ by no more than
        chance.
    """
    pooled = max(float(event.sum() / size.sum()), 1e-300)

    def lower(x: Floats) -> tuple[float, Floats]:
        # The shape is `total`, the mean exp(x[0]).
        total, mean = np.exp(x[1]), np.exp(x[0]) * size
        value = np.sum(gammaln(event + total) - (event + total) * np.log(total + mean))
        value += np.sum(event * np.log(mean)) + event.size * (total * x[1] - gammaln(total))
        by_mean = np.sum(event - (event + total) * mean / (total + mean))
        by_total = np.sum(digamma(event + total) - np.log(total + mean))
        by_total -= np.sum((event + total) / (total + mean))
        by_total += event.size * (x[1] + 1.0 - digamma(total))
        return -float(value), -np.array([by_mean, by_total * total])

    mean, total = _search(lower, float(np.log(pooled)))
    return total, total / float(np.exp(mean))


def _search(lower: Callable[[Floats], tuple[float, Floats]], start: float) -> tuple[float, float]:
    """Find the location and the concentration of the greatest likelihood."""
    bounds = [(start - 5.0, start + 5.0), (-10.0, _MOST_LOG)]
    found = min(
        (
            minimize(lower, np.array([start, at]), jac=True, method="L-BFGS-B", bounds=bounds)
            for at in (1.0, 5.0)
        ),
        key=lambda each: float(each.fun),
    )
    return float(found.x[0]), float(np.exp(found.x[1]))


def reliability_at_own_rate(rate: Floats, size: Floats, a: float, b: float) -> Floats:
    r"""Reliability with a beta's variance, and the noise at each unit's own rate (Adams).

    .. math:: \rho_i = \frac{v}{v + p_i(1 - p_i)/n_i}, \qquad
              v = \frac{ab}{(a + b)^2 (a + b + 1)}

    Parameters
    ----------
    rate, size : ndarray of float, shape (units,)
        A unit with no event, or nothing else, has no noise by this method, and a reliability of 1.
    a, b : float

    Returns
    -------
    ndarray of float, shape (units,)
    """
    variance = a * b / ((a + b) ** 2 * (a + b + 1.0))
    return np.asarray(variance / (variance + rate * (1.0 - rate) / size))


def anova(rate: Floats, size: Floats, within: Floats) -> Floats:
    r"""Reliability by one-way analysis of variance of the cases.

    .. math:: \sigma^2 = \frac{MS_b - MS_w}{n_0}, \quad
              n_0 = \frac{1}{N - 1}\Big(\sum n_i - \frac{\sum n_i^2}{\sum n_i}\Big), \quad
              \rho_i = \frac{\sigma^2}{\sigma^2 + MS_w / n_i}

    Parameters
    ----------
    rate, size : ndarray of float, shape (units,)
        Means, and how many cases they are of.
    within : ndarray of float, shape (units,)
        Sums of squares of the cases about their unit's mean.

    Returns
    -------
    ndarray of float, shape (units,)
        0 where units differ by no more than cases do; NaN where no unit has two cases.
    """
    units, total = rate.size, float(size.sum())
    if units < 2 or total <= units:
        return np.full(units, np.nan)
    mean = float(rate @ size) / total
    inside = float(within.sum()) / (total - units)
    between = float(size @ (rate - mean) ** 2) / (units - 1)
    typical = (total - float(size @ size) / total) / (units - 1)
    variance = max((between - inside) / typical, 0.0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nan_to_num(variance / (variance + inside / size)))


def normal_normal(value: Floats, error: Floats) -> Floats:
    r"""Reliability :math:`\tau^2 / (\tau^2 + se_i^2)`, with :math:`\tau^2` by REML.

    Parameters
    ----------
    value, error : ndarray of float, shape (units,)
        On a scale on which errors are normal.

    Returns
    -------
    ndarray of float, shape (units,)
    """
    group = np.zeros(value.size, dtype=np.intp)
    centre = np.full(value.size, np.average(value, weights=error**-2.0))
    found = estimate_spread(
        value, error**2, centre, group, estimator="reml", robust="none"
    ).between[0]
    between = max(float(np.nan_to_num(found)), 0.0)
    return np.asarray(between / (between + error**2))
