r"""Does a unit fit the others? Leave-one-out predictive and conflict p-values.

That a unit's effect surely differs from zero is no news where units differ. An *outlier* is one
that does not fit the distribution the others show. With :math:`y_{-i}` the data without unit i,

.. math:: p^{loo}_i = P(y^{rep}_i > y_i \mid y_{-i}) + \tfrac12 P(y^{rep}_i = y_i \mid y_{-i}),
          \qquad
          p^{conflict}_i = P(\theta^{rep}_i > \theta^{lik}_i \mid y_{-i}, y_i)

where :math:`\theta^{rep}_i` follows the effects' distribution learnt from :math:`y_{-i}` and,
independent of it, :math:`\theta^{lik}_i` the likelihood of :math:`y_i` alone under Jeffreys' prior
[1]_. Both are near 0 for a unit that is too high to fit, near 1 for one too low, and uniform where
the model holds.

Leaving a unit out needs no new fit: the weight of each lattice point is divided by what the unit
contributed, :math:`\pi_g^{-i} \propto \pi_g / m_i(h_g)`. The lattice covers what all units make
likely: for a unit so far out that the others alone would put tau where the lattice ends, p is
nearer to a half than it should be (8e-5 where a fit without the unit gives 4.5e-5).

References
----------
.. [1] Marshall & Spiegelhalter (2007). Identifying outliers in Bayesian hierarchical models: a
   simulation-based approach. Bayesian Anal 2(2), 409-444. doi:10.1214/07-BA218
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from varstat.errors import ModelError
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.smeared import Smeared, hermite
from varstat.hierarchical.posterior import Posterior
from varstat.hierarchical.predictive import tail_of_rows
from varstat.hierarchical.quadrature.fit import nodes_for
from varstat.hierarchical.quadrature.marginal import Hyper, condition, unpack
from varstat.measure import Floats

_POINTS = 64
# How far the tail given a rate is followed, in SDs of a unit's likelihood, and in how many cells.
_REACH, _CELLS = 9.0, 72


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Misfit:
    """How well each unit fits the others; near 0 it is too high, near 1 too low.

    Attributes
    ----------
    p_leave_one_out : ndarray of float, shape (units,)
        Mid-p of the unit's count or mean given the others; NaN where its count was withheld.
    p_conflict : ndarray of float, shape (units,)
        Of a withheld count, as if it were in the middle of its range.
    """

    p_leave_one_out: Floats
    p_conflict: Floats


def find_misfit(posterior: Posterior) -> Misfit:
    """Say of each unit whether it fits the distribution that the others show.

    Parameters
    ----------
    posterior : Posterior
        With a lattice and one row a unit.

    Returns
    -------
    Misfit

    Raises
    ------
    ModelError
        If the hyper-posterior isn't summed, or units have several rows.
    """
    design = posterior.design
    if posterior.lattice is None or not design.single:
        raise ModelError(
            "misfit",
            "leaving units out takes a hyper-posterior that is summed (up to three "
            "hyper-parameters) and one row a unit.",
        )
    lattice = posterior.lattice
    hyper, share = leave_out(design, lattice.h, np.log(lattice.weight))
    predictive = predict_left_out(design, hyper, share)
    tau = hyper.tau[:, None, :] * design.effects.scale[:, None]
    passing = hyper.spread[:, None, None]
    sd = np.sqrt(tau**2 + passing**2)
    conflict = np.zeros(design.units)
    for theta in _likelihood_points(posterior):
        above = ndtr((hyper.eta - theta)[:, None, :] / sd)
        conflict += np.sum(share * above, axis=(0, 1)) / _POINTS
    return Misfit(p_leave_one_out=predictive, p_conflict=conflict)


def leave_out(design: Design, h: Floats, log_weight: Floats) -> tuple[Hyper, Floats]:
    """Weigh hyper-parameters as they would be without each unit.

    Parameters
    ----------
    design : Design
        With one row a unit.
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
    log_m = np.concatenate(
        [
            condition(design, unpack(design, each[None]), nodes=nodes_for(design)).log_marginal
            for each in h
        ]
    )
    without = log_weight[:, None] - log_m
    weight = np.exp(without - without.max(axis=0))
    weight /= weight.sum(axis=0)
    return hyper, np.exp(hyper.log_share)[..., None] * weight[:, None, :]


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


def _likelihood_points(posterior: Posterior) -> Floats:
    """Quantiles of each unit's own link-scale rate under Jeffreys' prior: (points, units)."""
    design = posterior.design
    at = ((np.arange(_POINTS) + 0.5) / _POINTS)[:, None]
    middle = 0.5 * (design.event_lower + design.event_upper)
    measure = design.measure
    own = (measure.own_scale(middle) - design.centre) / design.spread
    points = measure.jeffreys(at, own, design.size / design.spread)
    return measure.to_link(points) if measure.counts else points
