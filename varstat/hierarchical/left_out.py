r"""What the other units lead to expect of each: leave-one-out predictive p-values.

Leaving a unit out needs no new fit: the weight of each point of the hyper-posterior is divided by
what the unit contributed, :math:`\pi_s^{-i} \propto \pi_s / m_i(h_s)`. The tail of what a new unit
would report is averaged over these points and over the distribution of effects at each; where that
is learnt, over the grid of its density,

.. math:: p_i = \sum_s w_{is} \sum_k g_{sk}\, T_i(v_k), \qquad
          w_{is} \propto 1 \Big/ \sum_k L_i(v_k)\, g_{sk},

with offsets of covariates and peer groups at their mean.
"""

import numpy as np
from scipy.special import ndtr

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.smeared import Smeared, hermite
from varstat.hierarchical.predictive import tail_of_rows
from varstat.hierarchical.quadrature.fit import nodes_for
from varstat.hierarchical.quadrature.learnt.density import mean_offset, shapes_in
from varstat.hierarchical.quadrature.learnt.integrate import integrate
from varstat.hierarchical.quadrature.marginal import Hyper, condition, unpack
from varstat.hierarchical.totals import predict_totals
from varstat.measure import Floats

# How far the tail given a rate is followed, in SDs of a unit's likelihood, and in how many cells.
_REACH, _CELLS = 9.0, 72


def predict_each(design: Design, h: Floats) -> Floats:
    """Give each unit's mid-p among what the others lead to expect, from some draws.

    Parameters
    ----------
    design : Design
    h : ndarray of float, shape (points, dimension)
        Draws of the hyper-parameters.

    Returns
    -------
    ndarray of float, shape (units,)
        Near 0 for a unit that is too high, near 1 for one too low; NaN where it was withheld. Of a
        unit with several rows it is that of its total.
    """
    if design.effects.learnt:
        return predict_learnt(design, h)
    hyper, share = leave_out(design, h, np.zeros(len(h)))
    if not design.single:
        return predict_totals(design, hyper, share)
    return predict_left_out(design, hyper, share)


def leave_out(design: Design, h: Floats, log_weight: Floats) -> tuple[Hyper, Floats]:
    """Weigh hyper-parameters as they would be without each unit.

    Parameters
    ----------
    design : Design
    h : ndarray of float, shape (points, dimension)
    log_weight : ndarray of float, shape (points,)
        With all units.

    Returns
    -------
    hyper : Hyper
    share : ndarray of float, shape (points, parts, units)
        Of points and parts of the effects' distribution; add to one for each unit.
    """
    # Points that weigh next to nothing count where the unit is what made them so.
    hyper = unpack(design, h)
    without = log_weight[:, None] - log_contributions(design, h)
    weight = np.exp(without - without.max(axis=0))
    weight /= weight.sum(axis=0)
    return hyper, np.exp(hyper.log_share)[..., None] * weight[:, None, :]


def log_contributions(design: Design, h: Floats) -> Floats:
    """Give the log of what each unit contributes to the likelihood of the hyper-parameters.

    Parameters
    ----------
    design : Design
    h : ndarray of float, shape (points, dimension)

    Returns
    -------
    ndarray of float, shape (points, units)
        Up to a constant for each unit.
    """
    if not design.effects.learnt:
        nodes = nodes_for(design)
        found = [condition(design, unpack(design, each[None]), nodes=nodes) for each in h]
        return np.concatenate([each.log_marginal for each in found])
    g = design.effects.masses(shapes_in(design, h)).T
    offset = mean_offset(design, h)
    out = np.empty((len(h), design.units))
    for columns, part in design.blocks(4.0 * len(g)):
        likelihood = integrate(part, offset[columns], slopes=False).value
        out[:, columns] = np.log(np.maximum(likelihood @ g, 1e-300)).T
    return out


def predict_left_out(design: Design, hyper: Hyper, share: Floats) -> Floats:
    """Give each unit's mid-p among what a new unit would report; NaN where it was withheld."""
    tau = hyper.tau[:, None, :] * design.effects.scale[:, None]
    passing = hyper.spread[:, None, None]
    inside = 0.0 if isinstance(design.family, Smeared) else passing
    sd = np.sqrt(tau**2 + passing**2 - inside**2)
    predictive = np.sum(share * _tail_of_new(design, hyper, sd), axis=(0, 1))
    return np.asarray(np.where(np.isnan(design.event), np.nan, predictive))


def _tail_of_new(design: Design, hyper: Hyper, sd: Floats) -> Floats:
    r"""Tail of what a new unit with an effect of given SD reports: (batch, parts, units).

    With T the tail given the rate, which rises from one end of the link scale to the other over
    the width of the unit's likelihood,

    .. math:: \int T(\eta + u)\,N(u; 0, s^2)\,du = T(-\infty) + \int T'(\theta)\,
              \Phi\Big(\frac{\eta - \theta}{s}\Big)\,d\theta,

    the left side by Gauss-Hermite quadrature where T is the wider, the right by sums over T's
    own width where it is the narrower and would look like a step to the nodes.
    """
    # With one row a unit the transient SD is stated, the same for all hyper-parameters.
    spread = hyper.spread[:1, None]
    width = np.sqrt(design.link_variance + hyper.spread[0] ** 2)
    edge = design.link_rate + width * np.linspace(-_REACH, _REACH, _CELLS + 1)[:, None]
    tail = tail_of_rows(design, edge, spread)
    found = np.zeros(sd.shape) + tail[0]
    eta = hyper.eta[:, None, :]
    for theta, rise in zip(0.5 * (edge[1:] + edge[:-1]), np.diff(tail, axis=0), strict=True):
        found += rise * ndtr((eta - theta) / sd)
    if np.all(width < sd):
        return np.asarray(found)
    x, log_w = hermite(41)
    smooth = np.zeros(sd.shape)
    for at, w in zip(x, np.exp(log_w - 0.5 * x**2) / np.sqrt(2.0 * np.pi), strict=True):
        smooth += w * tail_of_rows(design, eta + sd * at, spread)
    return np.asarray(np.where(width < sd, found, smooth))


def predict_learnt(design: Design, h: Floats) -> Floats:
    """Give each unit's mid-p among what a new unit would report; NaN where it was withheld.

    Parameters
    ----------
    design : Design
        With learnt effects.
    h : ndarray of float, shape (points, dimension)
        Draws of the hyper-parameters.

    Returns
    -------
    ndarray of float, shape (units,)
    """
    g = design.effects.masses(shapes_in(design, h)).T
    offset = mean_offset(design, h)
    predictive = np.empty(design.units)
    for columns, part in design.blocks(4.0 * len(g)):
        within = offset[columns]
        likelihood = integrate(part, within, slopes=False).value
        weight = 1.0 / np.maximum(likelihood @ g, 1e-300)
        weight /= weight.sum(axis=1, keepdims=True)
        spread = np.full((1, 1), design.transient or 0.0)
        tail = tail_of_rows(part, design.effects.grid[:, None] + within, spread)
        predictive[columns] = np.sum(weight * (tail.T @ g), axis=1)
    return np.where(np.isnan(design.event), np.nan, predictive)
