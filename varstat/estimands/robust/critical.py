r"""How far an interval must reach about a shrunken estimate, whatever units differ by.

A shrunken estimate has a bias that isn't known but in its second moment, and kurtosis, over units.
Of a bias b in standard errors an interval that reaches :math:`\chi` misses with probability
:math:`r(b^2) = \Phi(b - \chi) + \Phi(-b - \chi)`; on average over units, at the worst, with

.. math:: \rho(m_2, \kappa, \chi) = \sup\{E\,r(t): E\,t = m_2,\ E\,t^2 \le \kappa m_2^2\}.

The critical value solves :math:`\rho = \alpha`. By duality the supremum is the least value at
:math:`(m_2, \kappa m_2^2)` of the parabolas in t that lie on or above r, each touching it at an
:math:`x_0`:

.. math:: \rho = \min_{x_0} r(x_0) + (m_2 - x_0)\,r'(x_0)
          + \big\{(\kappa - 1) m_2^2 + (m_2 - x_0)^2\big\}\,\lambda(x_0), \qquad
          \lambda(x_0) = \max_x \frac{r(x) - r(x_0) - (x - x_0)\,r'(x_0)}{(x - x_0)^2}.

References
----------
.. [1] Armstrong, Kolesár & Plagborg-Møller (2022). Robust empirical Bayes confidence intervals.
   Econometrica 90(6), 2567-2602. doi:10.3982/ECTA18597
"""

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.special import ndtr, ndtri

from varstat.measure import Floats

# Points at which parabolas touch, and where they are held above; and reaches tabulated.
_TOUCH, _ABOVE, _REACHES = 400, 200, 40
# Beyond this far from the reach an interval misses, or holds, for sure.
_BEYOND = 5.0
# More values than these are interpolated between.
_MANY = 60


def critical_value(second_moment: Floats, kurtosis: float, *, level: float) -> Floats:
    """Find how many standard errors intervals must reach about their estimates.

    Parameters
    ----------
    second_moment : ndarray of float, shape (units,)
        Of the bias in standard errors; zero or more.
    kurtosis : float
        Of the bias, 1 or more.
    level : float
        In (0, 1).

    Returns
    -------
    ndarray of float, shape (units,)
        To three parts in ten thousand.

    Examples
    --------
    >>> critical_value(np.array([0.0, 25.0]), 3.0, level=0.95).round(2)
    array([ 1.96, 11.88])
    """
    m2 = np.asarray(second_moment, dtype=float)
    if m2.size > _MANY:
        # Evenly spread in what a bias adds to a standard error.
        first, last = float(np.log1p(m2.min())), float(np.log1p(m2.max()))
        grid = np.expm1(np.linspace(first, last, _MANY))
        if last - first < 1e-9:
            return np.full(m2.shape, critical_value(grid[:1], kurtosis, level=level)[0])
        values = critical_value(grid, kurtosis, level=level)
        return np.asarray(CubicSpline(np.log1p(grid), values)(np.log1p(m2)))
    alpha = 1.0 - level
    # No less than with no bias, and by Chebyshev's inequality no more than the second.
    least, most = ndtri(1.0 - 0.5 * alpha), np.sqrt((1.0 + m2.max(initial=0.0)) / alpha)
    reach = np.geomspace(0.99 * least, 1.01 * most, _REACHES)
    missed = np.stack([worst_miss(m2, kurtosis, float(each)) for each in reach], axis=1)
    return np.array([_solve(row, reach, alpha) for row in missed])


def worst_miss(second_moment: Floats, kurtosis: float, reach: float) -> Floats:
    r"""Find the largest share of units that intervals can miss, :math:`\rho(m_2, \kappa, \chi)`.

    Parameters
    ----------
    second_moment : ndarray of float, shape (units,)
    kurtosis : float
    reach : float
        In standard errors.

    Returns
    -------
    ndarray of float, shape (units,)
    """
    root = np.linspace(0.0, reach + _BEYOND, _TOUCH)
    # The slope at no bias is a limit.
    root[0] = 1e-3
    touch, above = root**2, np.linspace(0.0, reach + _BEYOND, _ABOVE) ** 2
    value, slope, bend = _miss(root, reach)
    apart = above[:, None] - touch
    near = np.abs(apart) < 1e-4 * (1.0 + touch)
    rise = _miss(np.sqrt(above), reach)[0][:, None] - value - apart * slope
    steep = np.where(near, -np.inf, rise / np.where(near, 1.0, apart**2))
    curve = np.maximum(np.maximum(steep.max(axis=0), 0.5 * bend), 0.0)
    m2 = second_moment[:, None]
    bound = value + (m2 - touch) * slope
    bound += ((kurtosis - 1.0) * m2**2 + (m2 - touch) ** 2) * curve
    return np.asarray(np.clip(bound.min(axis=1), 0.0, 1.0))


def _miss(root: Floats, reach: float) -> tuple[Floats, Floats, Floats]:
    """Share missed at a bias, and its first two derivatives in the squared bias."""
    bias = np.maximum(root, 1e-3)
    low, high = bias - reach, bias + reach
    density = [np.exp(-0.5 * each**2) / np.sqrt(2.0 * np.pi) for each in (low, high)]
    slope = (density[0] - density[1]) / (2.0 * bias)
    bend = (high * density[1] - low * density[0]) / (4.0 * bias**2) - slope / (2.0 * bias**2)
    return ndtr(root - reach) + ndtr(-root - reach), slope, bend


def _solve(missed: Floats, reach: Floats, alpha: float) -> float:
    """Find the reach at which the share missed is alpha; it falls with the reach."""
    rest = -np.log(np.maximum(missed, 1e-300))
    kept = np.append(True, np.diff(np.maximum.accumulate(rest)) > 0)
    return float(np.exp(CubicSpline(rest[kept], np.log(reach[kept]))(-np.log(alpha))))
