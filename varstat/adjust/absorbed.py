r"""Regression with an effect of its own for each unit.

.. math:: g(\theta_r) = \alpha_{i(r)} + x_r'\beta

With thousands of units their effects are no columns: in each Newton step they are taken out of the
others by demeaning within units, weighted by the information :math:`w_r`,

.. math::

   \Big(X'WX - \sum_i \tfrac{1}{W_i} m_i m_i'\Big) \Delta\beta
       = X's - \sum_i \tfrac{S_i}{W_i} m_i, \qquad
   \Delta\alpha_i = \frac{S_i - m_i'\Delta\beta}{W_i},

with :math:`s_r` the rows' scores, :math:`S_i` and :math:`W_i` their sums over a unit and
:math:`m_i = \sum_{r \in i} w_r x_r`.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from varstat.adjust.cells import Integers, add_up
from varstat.measure import Floats, Measure

# A prior of so little weight that it matters only where an estimate would be infinite, the longest
# step, and where steps stop.
_RIDGE, _LONGEST, _SMALL = 1e-4, 4.0, 1e-6
_LEAST = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Family:
    """What rows are, in units of their scores.

    Attributes
    ----------
    measure : Measure
    unit : ndarray of int, shape (rows,)
        Ascending, from 0; every unit has a row.
    units : int
    size : ndarray of float, shape (rows,)
        Cases or exposure; of a mean, one over its variance.
    """

    measure: Measure
    unit: Integers
    units: int
    size: Floats

    def moments(self, eta: Floats) -> tuple[Floats, Floats]:
        """Mean and information of the rows, given linear predictors."""
        rate = self.measure.from_link(eta)
        return self.size * rate, self.measure.information(self.size, rate)

    def total(self, values: Floats) -> Floats:
        """Add up over the rows of each unit."""
        return add_up(values, self.unit, self.units)

    def start(self, event: Floats) -> Floats:
        """The units' own rates on the link scale, moved off the ends."""
        event, size = self.total(event), self.total(self.size)
        if not self.measure.counts:
            return event / size
        return self.measure.smoothed(event, size)[0]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Absorbed:
    """A regression with effects of units.

    Attributes
    ----------
    beta : ndarray of float, shape (columns,)
    alpha : ndarray of float, shape (units,)
    mean, information : ndarray of float, shape (rows,)
        Fitted.
    inverse : ndarray of float, shape (columns, columns)
        Of the information on `beta` that is left within units.
    """

    beta: Floats
    alpha: Floats
    mean: Floats
    information: Floats
    inverse: Floats


def fit_absorbed(family: Family, x: sparse.csr_array, event: Floats) -> Absorbed:
    """Fit a regression with an effect of its own for each unit.

    Parameters
    ----------
    family : Family
    x : sparse array, shape (rows, columns)
        Without an intercept.
    event : ndarray of float, shape (rows,)
        As the family has it. No unit may have none, or nothing but events.

    Returns
    -------
    Absorbed
    """
    beta, alpha = np.zeros(x.shape[1]), family.start(event)
    by_unit = sparse.csr_array(
        (np.ones(len(event)), (family.unit, np.arange(len(event)))),
        shape=(family.units, len(event)),
    )
    inverse = np.zeros((len(beta), len(beta)))
    for _ in range(50):
        inverse = _within(family, x, by_unit, beta, alpha)
        beta, alpha, moved = _step(family, x, event, beta, alpha, inverse)
        if moved < _SMALL:
            break
    mean, information = family.moments(x @ beta + alpha[family.unit])
    return Absorbed(beta=beta, alpha=alpha, mean=mean, information=information, inverse=inverse)


def refit(
    family: Family, x: sparse.csr_array, event: Floats, near: Absorbed, *, steps: int = 12
) -> tuple[Floats, Floats]:
    """Fit data much like those of another fit, of which the information on `beta` is kept.

    Parameters
    ----------
    family : Family
    x : sparse array, shape (rows, columns)
    event : ndarray of float, shape (rows,)
    near : Absorbed
    steps : int
        At most.

    Returns
    -------
    mean, information : ndarray of float, shape (rows,)
    """
    beta, alpha = near.beta, near.alpha
    for _ in range(steps):
        beta, alpha, moved = _step(family, x, event, beta, alpha, near.inverse)
        if moved < 1e-3:
            break
    return family.moments(x @ beta + alpha[family.unit])


def _within(
    family: Family, x: sparse.csr_array, by_unit: sparse.csr_array, beta: Floats, alpha: Floats
) -> Floats:
    """Inverse of the information on `beta` within units."""
    _, information = family.moments(x @ beta + alpha[family.unit])
    weighted = sparse.csr_array(x * information[:, None])
    of_unit = (by_unit @ weighted).toarray()
    held = np.maximum(family.total(information), _LEAST)
    square = (x.T @ weighted).toarray() - of_unit.T @ (of_unit / held[:, None])
    return np.asarray(linalg.pinvh(square + _RIDGE * np.eye(len(beta))))


def _step(
    family: Family,
    x: sparse.csr_array,
    event: Floats,
    beta: Floats,
    alpha: Floats,
    inverse: Floats,
) -> tuple[Floats, Floats, float]:
    """One Newton step, and how far it went on the link scale."""
    mean, information = family.moments(x @ beta + alpha[family.unit])
    score = event - mean
    held = np.maximum(family.total(information), _LEAST)
    lag = family.total(score) / held
    pull = x.T @ (score - information * lag[family.unit]) - _RIDGE * beta
    by = np.clip(inverse @ pull, -_LONGEST, _LONGEST)
    own = np.clip(lag - family.total(information * (x @ by)) / held, -_LONGEST, _LONGEST)
    moved = max(float(np.max(np.abs(by), initial=0.0)), float(np.max(np.abs(own))))
    return beta + by, alpha + own, moved
