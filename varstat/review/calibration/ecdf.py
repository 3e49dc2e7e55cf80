r"""Simultaneous bands of the empirical distribution of what should be uniform.

The count of N uniform numbers up to :math:`z_k` is binomial, and given the count up to
:math:`z_{k-1}` the rest of them fall evenly over what is left, so that the probability of staying
inside given bounds at all points is found by going from point to point [1]_. A band has bounds of
equal pointwise probability; the p-value of numbers is the probability of leaving the widest band
that they don't leave.

References
----------
.. [1] Säilynoja, Bürkner & Vehtari (2022). Graphical test for discrete uniformity and its
   applications in goodness-of-fit evaluation and multiple sample comparison. Stat Comput 32, 32.
   doi:10.1007/s11222-022-10090-6
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, gammaln

from varstat.measure import Floats

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

# Points at which the distribution is looked at, at most.
_POINTS = 50


def points_of(numbers: int) -> Floats:
    """Give the points of (0, 1) at which so many numbers are looked at, evenly spaced."""
    points = min(numbers, _POINTS)
    return np.arange(1, points) / points


def ecdf(numbers: Floats, at: Floats) -> Floats:
    """Give the share of numbers up to each point."""
    return np.searchsorted(np.sort(numbers), at, side="right") / len(numbers)


def p_value(numbers: Floats) -> float:
    """Give the p-value of numbers that should be uniform on (0, 1).

    Parameters
    ----------
    numbers : ndarray of float, shape (N,)

    Returns
    -------
    float
        NaN for fewer than two.

    Examples
    --------
    >>> even = (np.arange(100) + 0.5) / 100
    >>> p_value(even) > 0.9, p_value(even**2) < 1e-6
    (True, True)
    """
    n = len(numbers)
    if n < 2:
        return float("nan")
    at = points_of(n)
    tails = _tails(n, at)
    counts = np.round(n * ecdf(numbers, at)).astype(int)
    least = tails[np.arange(len(at)), counts].min()
    # Wider bands are those of counts that are less unusual than the most unusual one.
    return float(np.clip(1.0 - _stay(tails > least * (1.0 + 1e-9), n, at), 0.0, 1.0))


def band(numbers: int, *, level: float) -> tuple[Floats, Floats, Floats]:
    """Give the band in which the distribution of so many uniform numbers stays.

    Parameters
    ----------
    numbers : int
    level : float
        Probability of staying inside at all points.

    Returns
    -------
    at, lower, upper : ndarray of float, shape (points,)

    Examples
    --------
    >>> at, lower, upper = band(100, level=0.95)
    >>> float(lower[24]), float(upper[24])
    (0.36, 0.64)
    """
    at = points_of(numbers)
    tails = _tails(numbers, at)
    low, high = -30.0, 0.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        wide = _stay(tails >= np.exp(middle), numbers, at) >= level
        low, high = (middle, high) if wide else (low, middle)
    inside = tails >= np.exp(low)
    lower = inside.argmax(axis=1)
    upper = numbers - inside[:, ::-1].argmax(axis=1)
    return at, lower / numbers, upper / numbers


def _tails(n: int, at: Floats) -> Floats:
    """Two-sided pointwise p-values of each count at each point: (points, counts)."""
    count = np.arange(n + 1.0)
    below = bdtr(count, n, at[:, None])
    above = 1.0 - np.concatenate([np.zeros((len(at), 1)), below[:, :-1]], axis=1)
    return np.asarray(2.0 * np.minimum(below, above))


def _stay(inside: Bools, n: int, at: Floats) -> float:
    """Probability that counts stay inside at all points."""
    step = np.diff(at, prepend=0.0) / (1.0 - np.concatenate([[0.0], at[:-1]]))
    held, chance = np.zeros(1, dtype=np.int64), np.ones(1)
    for k in range(len(at)):
        reached = np.flatnonzero(inside[k]).astype(np.int64)
        if not reached.size:
            return 0.0
        chance = chance @ _fall(n - held, reached[None, :] - held[:, None], step[k])
        held = reached
    return float(chance.sum())


def _fall(left: Ints, more: Ints, p: float) -> Floats:
    """Probability that so many more of those that are left fall into a step."""
    n = left[:, None].astype(float)
    possible = (more >= 0) & (more <= n)
    k = np.where(possible, more, 0)
    log = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    log += k * np.log(p) + (n - k) * np.log1p(-p)
    return np.where(possible, np.exp(log), 0.0)
