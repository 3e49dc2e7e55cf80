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
from varstat.hierarchical.series.kalman import invert
from varstat.hierarchical.series.likelihood import Cells
from varstat.hierarchical.series.mode import Linear, Locations, Mode, weigh
from varstat.measure import Floats

_LEAST_WEIGHT = 1e-100


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


def path_variance(chain: Chain, linear: Linear) -> Floats:
    """Variance of each cell's link-scale value given the locations: (periods, points, units)."""
    weight, passing = linear.weight, chain.passing
    with np.errstate(divide="ignore", invalid="ignore"):
        direct = (1.0 - linear.information.diagonal / weight) / weight
    return np.where(weight > 0.0, np.maximum(direct, 0.0), passing)


def shift_response(linear: Linear, third: Floats, variance: Floats) -> Floats:
    r"""Give c, by which working responses move from the mode to the mean: zero without a row."""
    weight = np.maximum(linear.weight, _LEAST_WEIGHT)
    return np.where(linear.weight > 0.0, 0.5 * third * variance / weight, 0.0)


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
    score, weight = cells.slopes(theta)
    height = cells.value(theta) + 0.5 * score**2 / np.maximum(weight, _LEAST_WEIGHT)
    evidence = weigh(chain, linear, linear.response - locations.place(mode.location))[0]
    third, fourth = cells.higher(theta)
    variance = path_variance(chain, linear)
    second = _second_order(mode, third, fourth, variance)
    unit = height.sum(axis=0) + evidence + second
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


def _second_order(mode: Mode, third: Floats, fourth: Floats, variance: Floats) -> Floats:
    """C2 of each unit: shape (points, units)."""
    weight = np.maximum(mode.linear.weight, _LEAST_WEIGHT)
    there = mode.linear.weight > 0.0
    third, fourth = np.where(there, third, 0.0), np.where(there, fourth, 0.0)
    # S_ss S_ss S_ss / 8 + S_ss^3 / 12 on the diagonal.
    total = (fourth * variance**2 / 8.0 + third**2 * variance**3 * (5.0 / 24.0)).sum(axis=0)
    pulled = third * variance
    inverse = 1.0 / weight
    for s, row in enumerate(mode.rows[:-1]):
        covariance = -row * inverse[s] * inverse[s + 1 :]
        covariance = np.where(there[s + 1 :], covariance, 0.0)
        total = total + (
            pulled[s] * (pulled[s + 1 :] * covariance).sum(axis=0) / 4.0
            + third[s] * (third[s + 1 :] * covariance**3).sum(axis=0) / 6.0
        )
    return np.asarray(total)
