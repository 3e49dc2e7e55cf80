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
from varstat.hierarchical.left_out import leave_out, predict_left_out
from varstat.hierarchical.posterior import Posterior
from varstat.measure import Floats

_POINTS = 64


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


def _likelihood_points(posterior: Posterior) -> Floats:
    """Quantiles of each unit's own link-scale rate under Jeffreys' prior: (points, units)."""
    design = posterior.design
    at = ((np.arange(_POINTS) + 0.5) / _POINTS)[:, None]
    middle = 0.5 * (design.event_lower + design.event_upper)
    measure = design.measure
    own = (measure.own_scale(middle) - design.centre) / design.spread
    points = measure.jeffreys(at, own, design.size / design.spread)
    return measure.to_link(points) if measure.counts else points
