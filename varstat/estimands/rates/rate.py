"""Rates of link-scale values: what passes integrated out, at the case-mix they are reported at."""

import numpy as np

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.smeared import Smeared, hermite
from varstat.measure import Floats


def to_rate(design: Design, theta: Floats, transient: Floats) -> Floats:
    r"""Give the rates of link-scale values, with normal transient effects integrated out.

    Parameters
    ----------
    design : Design
    theta : ndarray of float, shape (batch, ...)
    transient : ndarray of float, shape (batch,)
        SD of the transient effects.

    Returns
    -------
    ndarray of float, shape (batch, ...)
        In the units of the measure.
    """
    spread = transient.reshape(-1, *[1] * (theta.ndim - 1))
    if not isinstance(design.family, Smeared):
        return design.from_link(theta)
    shift = design.measure.shift(spread)
    if shift is not None:
        return design.from_link(theta + shift)
    # Nine nodes give a rate to six digits up to an SD of 1; 41 to three up to an SD of 5.
    x, log_weights = hermite(9 if np.max(spread, initial=0.0) <= 1.0 else 41)
    weight = np.exp(log_weights - 0.5 * x**2) / np.sqrt(2.0 * np.pi)
    rate = np.zeros(np.broadcast_shapes(theta.shape, spread.shape))
    for at, w in zip(x, weight, strict=True):
        rate += w * design.from_link(theta + spread * at)
    return rate


def reference_rate(design: Design, beta: Floats, theta: Floats, transient: Floats) -> Floats:
    r"""Give rates at the reference case-mix, :math:`\sum_c W_c\,g^{-1}(\theta_i + \alpha_c)`.

    Parameters
    ----------
    design : Design
    beta : ndarray of float, shape (batch, locations)
    theta : ndarray of float, shape (batch, ...)
        Link-scale rates of units, but for the cells' effects.
    transient : ndarray of float, shape (batch,)

    Returns
    -------
    ndarray of float, shape (batch, ...)
    """
    if not design.strata:
        return to_rate(design, theta, transient)
    rate = np.zeros_like(theta)
    for cell, weight in zip(design.cells, design.cell_weight, strict=True):
        shift = (beta @ cell).reshape(-1, *[1] * (theta.ndim - 1))
        rate += weight * to_rate(design, theta + shift, transient)
    return rate


def own_rate(design: Design, beta: Floats, effect: Floats, transient: Floats) -> Floats:
    """Give rates at the units' own case-mix, in the average period: shape (batch, units).

    Parameters
    ----------
    design : Design
    beta : ndarray of float, shape (batch, locations)
    effect : ndarray of float, shape (batch, units)
    transient : ndarray of float, shape (batch,)
    """
    theta = beta @ design.own.T + effect
    if not design.strata:
        return to_rate(design, theta, transient)
    known = bool(np.all(design.volume > 0))
    weight = design.volume if known else design.measure.weight(design.size)
    shift = (beta @ design.cells.T)[:, design.row_cell]
    rate = to_rate(design, design.expand(theta) + shift, transient)
    return design.gather(weight * rate) / design.gather(weight[None])
