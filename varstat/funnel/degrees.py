r"""With how many degrees of freedom the variances behind limits are known.

A unit's rate varies by :math:`v = s^2 + f\sigma^2`, of which the between-unit variance is estimated
from few units, and a mean's squared standard error from its own c cases. By Satterthwaite [1]_ the
sum is known as well as a variance with

.. math:: \frac1\nu = \frac{1}{v^2\,k} + \Big(\frac{s^2}{v}\Big)^2 \frac{1}{c - 1}, \qquad
          k = \frac{I - 1}{I} \cdot \frac{2}{\kappa} \sum_j \frac{f_j^2}{v_j^2},

with :math:`\kappa` the noise of a trimmed or winsorised unit, 2 without a cut; for units of one
size k is :math:`(I - 1)/v^2`. An estimated inflation of chance is known with :math:`I - 1`. What is
taken for normal is then a t: a tail p becomes :math:`T_\nu(\Phi^{-1}(p))`. From 60 units on a
between-unit variance is taken for known.

References
----------
.. [1] Satterthwaite (1946). An approximate distribution of estimates of variance components.
   Biometrics Bulletin 2(6), 110-114. doi:10.2307/3002019
"""

from dataclasses import dataclass

import numpy as np

from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """How well the variances of groups are known, one element a group.

    Attributes
    ----------
    information : ndarray of float, shape (groups,)
        The k of a between-unit variance: over twice the squared variance, its degrees of freedom;
        infinite where nothing is estimated, or it is from enough units.
    inflation : ndarray of float, shape (groups,)
        Degrees of freedom of an inflation of chance; infinite likewise.
    cases : ndarray of float, shape (groups,)
        The number of cases of a mean times its squared standard error, at the middle unit;
        infinite where it isn't known.
    """

    information: Floats
    inflation: Floats
    cases: Floats

    def degrees(
        self, chance: Floats, variance: Floats, cases: Floats, *, group: np.ndarray | int
    ) -> Floats | None:
        """Degrees of freedom of variances; None where all are known.

        Parameters
        ----------
        chance, variance : ndarray of float, shape (units,)
            By chance, and in all.
        cases : ndarray of float, shape (units,)
            Of which a mean is; infinite where that doesn't matter.
        group : ndarray of int, shape (units,), or int
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            own = np.square(chance / variance) / np.maximum(cases - 1.0, 1.0)
            between = 1.0 / (self.information[group] * np.square(variance))
            unknown = np.nan_to_num(own) + np.nan_to_num(between) + 1.0 / self.inflation[group]
            if not np.any(unknown > 0):
                return None
            return np.asarray(np.where(unknown > 0, np.maximum(1.0 / unknown, 1.0), np.inf))

    def cases_at(self, size: Floats, *, group: int) -> Floats:
        """How many cases a mean with a standard error is likely to be of."""
        return np.asarray(np.maximum(self.cases[group] / np.square(size), 2.0))
