r"""Hyper-parameters as the data show them: a scale together with chance.

The log likelihood is no polynomial in the log of a scale that may be zero: to the left it is flat,
without end. What the data show is the variance :math:`\tau^2 + v`, with v that of chance, and the
likelihood is smooth in the log of its root,

.. math:: x = \tfrac12 \log(\tau^2 + v) = \tfrac12 \log v
              + \tfrac12 \log\big(1 + e^{2(h - \log\sqrt v)}\big),

which ends where :math:`\tau` is zero and is :math:`h = \log\tau` where it is large. A share of
outlying units is taken in the same way together with one unit of all.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from varstat.hierarchical.model.design import Design
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Combined:
    """Coordinates of hyper-parameters in which scales and shares that may be zero have an end.

    Attributes
    ----------
    bend : ndarray of float, shape (dimension,)
        Where a coordinate bends from a constant to the hyper-parameter itself; minus infinity for
        locations, which don't.
    power : ndarray of float, shape (dimension,)
        2 for scales, whose squares add to chance, and 1 for shares.
    """

    bend: Floats
    power: Floats

    def place(self, h: Floats) -> Floats:
        """Give the coordinates of hyper-parameters (points, dimension)."""
        with np.errstate(invalid="ignore"):
            above = np.logaddexp(0.0, self.power * (h - self.bend)) / self.power + self.bend
        return np.where(np.isfinite(self.bend), above, h)

    def slope(self, h: Floats) -> Floats:
        """Give the slope of each coordinate in its hyper-parameter: (points, dimension)."""
        return np.asarray(expit(self.power * (h - self.bend)))


def combine(design: Design) -> Combined:
    """Lay out the coordinates for a design: a unit's chance with tau, a row's with what passes."""
    first, taus = len(design.locations), len(design.taus)
    bend, power = np.full(design.dimension, -np.inf), np.ones(design.dimension)
    of_units = 1.0 / design.gather(1.0 / design.link_variance[None])[0]
    for j in range(taus):
        bend[first + j] = 0.5 * np.log(np.median(of_units[design.tau_of == j]))
    at = first + taus
    if design.transient is None:
        bend[at] = 0.5 * np.log(np.median(design.link_variance))
        at += 1
    power[first:at] = 2.0
    if design.effects.contaminated:
        bend[at] = -np.log(design.units)
    return Combined(bend=bend, power=power)
