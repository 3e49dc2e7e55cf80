r"""The log posterior of the hyper-parameters, by Laplace's method and a term of second order.

Units' paths and the locations are integrated out about their joint mode. The error of Laplace's
method is mended to second order for each unit [1]_, [2]_, with S the covariance of its path,

.. math::

    C_2 = \sum_t \frac{l''''_t S_{tt}^2}{8}
    + \sum_{s,t} l'''_s l'''_t \left(\frac{S_{ss}S_{st}S_{tt}}{8} + \frac{S_{st}^3}{12}\right),

and :math:`\tfrac12 g'Vg` is added for the locations, whose marginal mode is :math:`Vg` from the
joint one, with :math:`g = \sum_i A_i'C_i^{-1}c_i`, :math:`c = l'''S_{tt}/2W`.

References
----------
.. [1] Shun & McCullagh (1995). Laplace approximation of high dimensional integrals. JRSS B 57(4),
   749-760. doi:10.1111/j.2517-6161.1995.tb02060.x
.. [2] Raudenbush, Yang & Yosef (2000). Maximum likelihood for generalized linear models with
   nested random effects via high-order, multivariate Laplace approximation. JCGS 9(1), 141-157.
   doi:10.1080/10618600.2000.10474870
"""

from dataclasses import dataclass

import numpy as np

from varstat.hierarchical.series.chain import Chain
from varstat.hierarchical.series.kalman import invert, sum_pairs
from varstat.hierarchical.series.likelihood import Cells
from varstat.hierarchical.series.mode import Linear, Locations, Mode, find_evidence
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marginal:
    """The log evidence at some points of the hyper-parameters, and what goes with it.

    Attributes
    ----------
    value : ndarray of float, shape (points,)
    location : ndarray of float, shape (points, locations)
        The locations' own mode, units integrated out.
    unit : ndarray of float, shape (points, units)
        Parts of the value.
    """

    value: Floats
    location: Floats
    unit: Floats


def path_variance(linear: Linear) -> Floats:
    """Variance of each cell's link-scale value given the locations; 0 where there is no row."""
    variance = linear.information.diagonal * linear.inverse
    np.subtract(1.0, variance, out=variance)
    variance *= linear.inverse
    return np.maximum(variance, 0.0, out=variance)


def shift_response(linear: Linear, third: Floats, variance: Floats) -> Floats:
    r"""Give c, by which working responses move from the mode to the mean: zero without a row."""
    return np.asarray(0.5 * third * variance * linear.inverse)


def integrate(chain: Chain, cells: Cells, locations: Locations, mode: Mode) -> Marginal:
    """Integrate units' paths and the locations out, at a mode.

    Parameters
    ----------
    chain : Chain
    cells : Cells
    locations : Locations
    mode : Mode

    Returns
    -------
    Marginal
        Up to a constant that is the same for all points.
    """
    linear = mode.linear
    theta = linear.theta
    height = cells.value(theta) + 0.5 * linear.weight * (linear.response - theta) ** 2
    third, fourth = cells.higher(theta)
    variance = path_variance(linear)
    height += _aside(mode.step, third, fourth, variance)
    unit = height.sum(axis=0)
    unit += find_evidence(chain, linear, mode.filtered)
    unit += _second_order(chain, linear, third, fourth, variance)
    shift = shift_response(linear, third, variance)
    pull = locations.gather(invert(chain, linear.gains, shift)[0])
    move = (mode.covariance @ pull[..., None])[..., 0]
    away = mode.location - locations.mean
    prior = -0.5 * ((away @ locations.precision) * away).sum(axis=1)
    value = unit.sum(axis=1) + prior + 0.5 * np.linalg.slogdet(mode.covariance)[1]
    return Marginal(
        value=value + 0.5 * (pull * move).sum(axis=1),
        location=mode.location + move,
        unit=unit,
    )


def _aside(step: Floats, third: Floats, fourth: Floats, variance: Floats) -> Floats:
    """Mean of what is beyond the parabola, where that is taken a step aside of the mode."""
    square = step**2
    skewed = third * step * (square / 6.0 + variance / 2.0)
    return np.asarray(skewed + fourth * square * (square / 24.0 + variance / 4.0))


def _second_order(
    chain: Chain, linear: Linear, third: Floats, fourth: Floats, variance: Floats
) -> Floats:
    """C2 of each unit: shape (points, units)."""
    pulled = third * variance
    # S_ss S_ss S_ss / 8 + S_ss^3 / 12 on the diagonal.
    total = ((fourth / 8.0 + third * pulled * (5.0 / 24.0)) * variance**2).sum(axis=0)
    # Off it S_st = -(C^-1)_st / W_s W_t, each pair once.
    pulled *= linear.inverse
    cubed = third * linear.inverse**3
    linear_part, cube = sum_pairs(chain, linear.gains, linear.information, pulled, cubed)
    return np.asarray(total - linear_part / 4.0 - cube / 6.0)
