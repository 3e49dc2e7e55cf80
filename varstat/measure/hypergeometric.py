r"""The upper tail of the hypergeometric distribution, and of those between it and the binomial.

Of N cases K have the event, and n are sampled without putting any back. Where K itself varies,
with mean :math:`tN` and a variance of :math:`K/N` of :math:`\sigma^2`, it is taken for a sample
too, so that the event has the correlation

.. math:: \rho = \frac{N \sigma^2 / t(1 - t) - 1}{N - 1}

between two cases of the sample. From zero on that is a beta-binomial, whatever N is; below it the
event is hypergeometric from :math:`M = 1 - 1/\rho` cases, which are N where nothing varies.

A number of cases that isn't whole is one of the two next to it, with probabilities that keep the
mean.
"""

import numpy as np
from scipy import special

from varstat.measure.scale import Floats

# A tail ends where its terms are beyond double precision: so many standard deviations, and terms.
_REACH, _TERMS = 12.0, 60.0
_CHUNK = 2_000_000
# Below so much correlation over a whole sample the distribution is binomial.
_NEGLIGIBLE = 1e-9
# Of Stirling's series the first terms are enough from here on.
_LARGE = 15.0


def correlation(population: Floats, target: Floats, between: Floats) -> Floats:
    r"""Correlation between two cases of a sample: :math:`-1/(N - 1)` where units don't differ.

    Parameters
    ----------
    population, target : ndarray of float, shape (units,)
    between : ndarray of float, shape (units,)
        Variance of the units' own proportions.

    Returns
    -------
    ndarray of float, shape (units,)
        At most one.

    Examples
    --------
    >>> correlation(np.array([101.0, np.inf]), np.full(2, 0.5), np.zeros(2)).round(6).tolist()
    [-0.01, 0.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = between / (target * (1.0 - target))
        own = (population * share - 1.0) / np.maximum(population - 1.0, 1.0)
        rho = np.where(np.isinf(population), share, own)
    return np.asarray(np.minimum(np.nan_to_num(rho, nan=0.0), 1.0))


def at_least(event: Floats, size: Floats, target: Floats, rho: Floats) -> Floats:
    """P(X >= event) where two cases of a sample are negatively correlated.

    Parameters
    ----------
    event, size : ndarray of float, shape (units,)
        Whole.
    target : ndarray of float, shape (units,)
    rho : ndarray of float, shape (units,)
        From -1 / (size - 1) on; from zero on the event is binomial.

    Returns
    -------
    ndarray of float, shape (units,)

    Examples
    --------
    Of 10 cases 5 have the event; that 4 sampled ones all have it:

    >>> at_least(np.array([4.0]), np.array([4.0]), np.array([0.5]), np.array([-1 / 9])).round(6)
    array([0.02381])
    """
    with np.errstate(invalid="ignore"):
        tail = np.asarray(special.betainc(event, size - event + 1.0, target), dtype=float)
    tail = np.where(event <= 0, 1.0, np.where(event > size, 0.0, tail))
    some = (rho * (size - 1.0) < -_NEGLIGIBLE) & (event > 0) & (event <= size)
    if not some.any():
        return tail
    event, size, target, rho = event[some], size[some], target[some], rho[some]
    cases = np.maximum(1.0 - 1.0 / rho, size)
    # What is whole but for rounding is whole.
    cases = np.where(np.abs(cases - np.rint(cases)) <= 1e-9 * cases, np.rint(cases), cases)
    few = np.floor(cases)
    # The correlation, not the number of cases, is what is to be kept.
    with np.errstate(divide="ignore", invalid="ignore"):
        more = np.where(cases > few, (rho + 1.0 / (few - 1.0)) * few * (few - 1.0), 0.0)
    more = np.clip(np.nan_to_num(more), 0.0, 1.0)
    mixed = (1.0 - more) * _at_least(event, size, target, few)
    if more.any():
        mixed += more * _at_least(event, size, target, few + 1.0)
    tail[some] = mixed
    return tail


def _at_least(event: Floats, size: Floats, target: Floats, cases: Floats) -> Floats:
    """P(X >= event) of a sample from so many cases, of which a share have the event."""
    marked = target * cases
    marked = np.where(np.abs(marked - np.rint(marked)) <= 1e-9, np.rint(marked), marked)
    few = np.floor(marked)
    more = marked - few
    tail = (1.0 - more) * _tail(event, size, few, cases)
    if more.any():
        tail += more * _tail(event, size, np.minimum(few + 1.0, cases), cases)
    return np.clip(tail, 0.0, 1.0)


def _tail(event: Floats, size: Floats, marked: Floats, cases: Floats) -> Floats:
    """P(X >= event) of a hypergeometric: the side away from its mode is summed."""
    least, most = np.maximum(size + marked - cases, 0.0), np.minimum(size, marked)
    tail = np.where(event <= least, 1.0, 0.0)
    inside = np.flatnonzero((event > least) & (event <= most))
    event, size, marked, cases = (x[inside] for x in (event, size, marked, cases))
    high = event > (size + 1.0) * (marked + 1.0) / (cases + 2.0)
    others = cases - marked
    # Fewer with the event are as many or more without it.
    first = np.where(high, event, size - event + 1.0)
    summed = _sum(first, size, np.where(high, marked, others), cases)
    tail[inside] = np.where(high, summed, 1.0 - summed)
    return tail


def _sum(first: Floats, size: Floats, marked: Floats, cases: Floats) -> Floats:
    """Sum probabilities from an event above the mode on, by the ratio of neighbours."""
    share = marked / cases
    left = (cases - size) / np.maximum(cases - 1.0, 1.0)
    sd = np.sqrt(size * share * (1.0 - share) * left)
    number = np.minimum(np.minimum(size, marked) - first, np.ceil(_REACH * sd + _TERMS))
    log_first = _log_probability(first, size, marked, cases)
    total = np.exp(log_first)
    longest = int(number.max(initial=0.0))
    step = max(_CHUNK // max(longest, 1), 1)
    for start in range(0, first.size, step):
        rows = slice(start, start + step)
        k = first[rows, None] + np.arange(number[rows].max(initial=0.0))
        n, own, all_ = size[rows, None], marked[rows, None], cases[rows, None]
        wanted = k < (first + number)[rows, None]
        ratio = (n - k) * (own - k) / ((k + 1.0) * (all_ - own - n + k + 1.0))
        log_ratio = np.log(ratio, where=wanted, out=np.zeros_like(ratio))
        terms = np.exp(log_first[rows, None] + np.cumsum(log_ratio, axis=1))
        total[rows] += np.sum(terms, axis=1, where=wanted)
    return total


def _log_probability(event: Floats, size: Floats, marked: Floats, cases: Floats) -> Floats:
    """Logarithm of P(X = event), by three binomials that lose no digits in large factorials."""
    p, q = size / cases, (cases - size) / cases
    return (
        _log_binomial(event, marked, p, q)
        + _log_binomial(size - event, cases - marked, p, q)
        - _log_binomial(size, cases, p, q)
    )


def _log_binomial(event: Floats, size: Floats, p: Floats, q: Floats) -> Floats:
    """Logarithm of a binomial probability (Loader 2000)."""
    rest = size - event
    apart = special.kl_div(event, size * p) + special.kl_div(rest, size * q)
    with np.errstate(divide="ignore", invalid="ignore"):
        height = 0.5 * np.log(size / (2.0 * np.pi * event * rest))
    height = np.where((event > 0) & (rest > 0), height, 0.0)
    return np.asarray(height - apart + _stirling(size) - _stirling(event) - _stirling(rest))


def _stirling(n: Floats) -> Floats:
    """What Stirling's formula lacks of ln n!; of none, whose formula has no value, nothing."""
    large = np.maximum(n, _LARGE)
    square = np.square(large)
    series = 1 / 1680.0 - (1 / 1188.0 - 691 / (360360.0 * square)) / square
    series = 1 / 360.0 - (1 / 1260.0 - series / square) / square
    series = (1 / 12.0 - series / square) / large
    small = np.clip(n, 1.0, _LARGE)
    direct = special.gammaln(small + 1.0) - (small + 0.5) * np.log(small) + small
    direct = direct - 0.5 * np.log(2.0 * np.pi)
    return np.where(n > _LARGE, series, np.where(n > 0, direct, 0.0))
