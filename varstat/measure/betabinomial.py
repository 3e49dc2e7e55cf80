"""The upper tail of the beta-binomial distribution, exact for any denominator and fast.

SciPy sums the whole distribution for each tail, which at the denominators of a health service
(10^3 to 10^6) is slow, and loses digits when the mixing beta is narrow.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from scipy import special

from varstat.measure.scale import Floats

# A tail of this many terms or fewer is summed; a longer one is integrated.
_SUMMED = 100
# Trapezoid rule: the product of a normal density and a normal distribution function of the same
# width is integrated to 1e-14 by a step of 0.55 standard deviations.
_STEP = 0.55
_REACH = 9.9
# Beyond this ratio of widths the mixing beta is integrated instead of tabulated.
_FINEST = 8.0
# Nodes of the tabulated distribution function, per standard deviation of the mixing beta; where
# it ends, as a probability and as a logit that no count reaches.
_PER_SD = 24.0
_BEYOND = 1e-18
_FARTHEST = 60.0
# Units that must share a mixing beta for a table to pay.
_SHARED = 5
_CHUNK = 4096


def at_least(event: Floats, size: Floats, target: Floats, rho: Floats) -> Floats:
    r"""P(X >= k) for X ~ Binomial(n, p), p ~ Beta with mean t and intra-class correlation rho.

    For a given p, :math:`P(X \ge k \mid p)` is the distribution function at p of
    :math:`Y \sim Beta(k, n - k + 1)`, so that the tail is :math:`P(Y < p)` for two independent
    beta variables, with :math:`p \sim Beta(a, b)`, :math:`a = t(1 - \rho)/\rho` and
    :math:`b = (1 - t)(1 - \rho)/\rho`: an integral of a smooth density against a smooth
    distribution function, whatever n is. Where at most 100 terms remain on either side they
    are summed.

    Parameters
    ----------
    event, size : ndarray of float, shape (units,)
        Whole counts, 1 <= event <= size.
    target, rho : ndarray of float, shape (units,)
        Each strictly between 0 and 1.

    Returns
    -------
    ndarray of float, shape (units,)
        Absolute error below 1e-9, and mostly below 1e-12.

    Examples
    --------
    A uniform p makes all counts equally likely:

    >>> one = np.ones(1)
    >>> at_least(one * 4, one * 9, one / 2, one / 3).round(12)
    array([0.6])
    """
    rho = np.minimum(rho, 1.0 - 1e-12)
    a, b = target * (1.0 - rho) / rho, (1.0 - target) * (1.0 - rho) / rho
    below, missed = event - 1.0, size - event
    tail = np.empty_like(event)
    few_below = below <= np.minimum(_SUMMED, missed)
    few_above = ~few_below & (missed <= _SUMMED)
    many = ~few_below & ~few_above
    tail[few_below] = 1.0 - _sum(below[few_below], size[few_below], a[few_below], b[few_below])
    tail[few_above] = _sum(missed[few_above], size[few_above], b[few_above], a[few_above])
    tail[many] = _beta_exceeds(a[many], b[many], event[many], missed[many] + 1.0)
    return np.clip(tail, 0.0, 1.0)


def _sum(last: Floats, size: Floats, a: Floats, b: Floats) -> Floats:
    """P(X <= last) by the ratio of neighbouring terms."""
    log_first = _log_rising(b, size) - _log_rising(a + b, size) + size * np.log(b / (a + b))
    total = np.exp(log_first)
    for rows in _chunks(last.size):
        j = np.arange(last[rows].max(initial=0.0))
        n, own_a, own_b = size[rows, None], a[rows, None], b[rows, None]
        ratio = (n - j) / (j + 1.0) * (own_a + j) / np.maximum(own_b + n - j - 1.0, own_b)
        wanted = j < last[rows, None]
        log_ratio = np.log(ratio, where=wanted, out=np.zeros_like(ratio))
        terms = np.exp(log_first[rows, None] + np.cumsum(log_ratio, axis=1))
        total[rows] += np.sum(terms, axis=1, where=wanted)
    return total


def _chunks(number: int) -> Iterator[slice]:
    """Slices of rows, so that matrices of rows and nodes stay small."""
    for start in range(0, number, _CHUNK):
        yield slice(start, start + _CHUNK)


def _log_rising(z: Floats, n: Floats) -> Floats:
    """Ln of Gamma(z + n) / (Gamma(z) z^n), accurate for large z, where it is near zero."""
    large = z > 1e4
    at = np.where(large, z, 1e4)
    stirling = (at + n - 0.5) * np.log1p(n / at) - n + (1.0 / (at + n) - 1.0 / at) / 12.0
    exact = special.gammaln(z + n) - special.gammaln(z) - n * np.log(z)
    return np.where(large, stirling, exact)


def _beta_exceeds(a: Floats, b: Floats, c: Floats, d: Floats) -> Floats:
    """P(P > Y) for independent P ~ Beta(a, b) and Y ~ Beta(c, d), c and d large.

    Units that share a mixing beta, as those of one funnel do, share one table of it.
    """
    tail = np.empty_like(a)
    pairs, which = np.unique(np.stack([a, b]), axis=1, return_inverse=True)
    which = which.ravel()
    wider = np.sqrt((1.0 / c + 1.0 / d) / (1.0 / a + 1.0 / b))
    shared = (np.bincount(which)[which] >= _SHARED) & (wider <= _FINEST)
    order = np.flatnonzero(shared)
    order = order[np.argsort(which[order], kind="stable")]
    for rows in np.split(order, np.flatnonzero(np.diff(which[order])) + 1):
        if rows.size:
            table = _survival(*map(float, pairs[:, which[rows[0]]]))
            tail[rows] = _by_table(table, c[rows], d[rows])
    rest, own = ~shared & (wider <= 1.0), ~shared & (wider > 1.0)
    tail[rest] = _integral(c[rest], d[rest], b[rest], a[rest], flip=True)
    tail[own] = _integral(a[own], b[own], c[own], d[own], flip=False)
    return tail


def _integral(a: Floats, b: Floats, c: Floats, d: Floats, *, flip: bool) -> Floats:
    """E[F(x)] for x ~ Beta(a, b), F the distribution function of Beta(c, d); or, with `flip`,
    of 1 - x. The first is the narrower.
    """
    mean = np.empty_like(a)
    nodes = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)[:, None]
    for rows in _chunks(a.size):
        offset = nodes * np.sqrt(1.0 / a[rows] + 1.0 / b[rows])
        density = _logit_density(offset, a[rows], b[rows])
        x = np.log(a[rows] / b[rows]) + offset
        below = special.betainc(c[rows], d[rows], special.expit(-x if flip else x))
        mean[rows] = np.sum(density * below, axis=0) / np.sum(density, axis=0)
    return mean


def _logit_density(x: Floats, a: Floats, b: Floats) -> Floats:
    """Density of the logit of a Beta(a, b), `x` from its mode, as a share of its height."""
    share = a / (a + b)
    return np.exp(a * x - (a + b) * np.log1p(share * np.expm1(x)))


def _by_table(table: "_Survival", c: Floats, d: Floats) -> Floats:
    """P(P > Y) for one tabulated P and many Y ~ Beta(c, d)."""
    mode, sd = np.log(c / d), np.sqrt(1.0 / c + 1.0 / d)
    tail = np.empty_like(c)
    finer = np.exp2(np.ceil(np.log2(np.maximum(sd / table.width, 1.0))))
    for fine in np.unique(finer):
        nodes = np.arange(-_REACH, _REACH + _STEP / fine / 2, _STEP / fine)[:, None]
        chosen = np.flatnonzero(finer == fine)
        for chunk in _chunks(chosen.size):
            rows = chosen[chunk]
            offset = nodes * sd[rows]
            density = _logit_density(offset, c[rows], d[rows])
            above = table(mode[rows] + offset)
            tail[rows] = np.sum(density * above, axis=0) / np.sum(density, axis=0)
    return tail


class _Survival:
    """P(logit P > x) for P ~ Beta(a, b), by quintic Hermite interpolation."""

    def __init__(self, a: float, b: float) -> None:
        # A wide beta still turns within one unit of the logit, about its middle.
        self.width = min(float(np.sqrt(1.0 / a + 1.0 / b)), 1.0)
        ends = special.logit(special.betaincinv([a, b], [b, a], np.full(2, _BEYOND)))
        low, high = map(float, np.clip(ends * [1.0, -1.0], -_FARTHEST, _FARTHEST))
        # A beta that lies at its ends alone has the middle all to itself.
        low, high = (low, high) if low < high else (-_FARTHEST, _FARTHEST)
        nodes = int(np.ceil((high - low) / self.width * _PER_SD)) + 2
        x, self._h = np.linspace(low, high, nodes, retstep=True)
        self._low, self._last = low, nodes - 2
        p = special.expit(x)
        log_density = a * x - (a + b) * np.logaddexp(0.0, x) - special.betaln(a, b)
        slope = -np.exp(log_density) * self._h
        bend = slope * (a - (a + b) * p) * self._h
        self._coefficients = _quintic(special.betaincc(a, b, p), slope, bend)

    def __call__(self, x: Floats) -> Floats:
        """Evaluate the survival function."""
        at = np.clip((x - self._low) / self._h, 0.0, self._last + 1.0)
        cell = np.minimum(at.astype(np.intp), self._last)
        u = at - cell
        value: Floats = self._coefficients[5][cell]
        for coefficient in self._coefficients[4::-1]:
            value = value * u + coefficient[cell]
        return value


@lru_cache(maxsize=4096)
def _survival(a: float, b: float) -> _Survival:
    """One table serves every tail that a funnel asks for."""
    return _Survival(a, b)


def _quintic(f: Floats, g: Floats, h: Floats) -> Floats:
    """Coefficients, in powers of u, of the quintics that match value, slope and bend."""
    f0, f1, g0, g1, h0, h1 = f[:-1], f[1:], g[:-1], g[1:], h[:-1] / 2, h[1:] / 2
    rise, turn, curl = f1 - f0 - g0 - h0, g1 - g0 - 2 * h0, h1 - h0
    return np.stack(
        [
            f0,
            g0,
            h0,
            10 * rise - 4 * turn + curl,
            -15 * rise + 7 * turn - 2 * curl,
            6 * rise - 3 * turn + curl,
        ]
    )
