r"""A proposal for scales that may be zero: a Student-t in the scales themselves, folded at zero.

On the log scale a posterior that gives zero some weight has a long tail to the left, which no
Student-t about its mode covers. In the scale itself it ends at zero, and a Student-t whose negative
draws are turned positive covers it: with S all ways to turn signs,

.. math:: q(\beta, \tau) = \sum_{s \in S} t_\nu(\beta, s\tau; m, C),

with mean m and covariance C from draws that are good enough for that.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from varstat.hierarchical.quadrature.student import draw_student, log_student
from varstat.measure import Floats

# Every scale doubles the number of ways to turn signs.
MOST_FOLDED = 4
# A log scale below this is zero for all that a likelihood can tell.
_LEAST = -18.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Folded:
    """A folded Student-t.

    Attributes
    ----------
    mean : ndarray of float, shape (dimension,)
        With scales themselves in place of their logs.
    root : ndarray of float, shape (dimension, dimension)
        Of the covariance.
    scales : list of int
        Which hyper-parameters are logs of scales.
    """

    mean: Floats
    root: Floats
    scales: list[int]

    def draw(self, rng: np.random.Generator, number: int) -> Floats:
        """Draw unconstrained hyper-parameters: (number, dimension)."""
        natural = self.mean + draw_student(rng, number, len(self.mean)) @ self.root.T
        h = natural.copy()
        h[:, self.scales] = np.log(np.maximum(np.abs(natural[:, self.scales]), np.exp(_LEAST)))
        return h

    def log_density(self, h: Floats) -> Floats:
        """Log density of unconstrained hyper-parameters (points, dimension)."""
        natural = _natural(h, self.scales)
        inverse = np.linalg.inv(self.root)
        terms = []
        for signs in product((1.0, -1.0), repeat=len(self.scales)):
            turned = natural.copy()
            turned[:, self.scales] *= np.array(signs)
            terms.append(log_student((turned - self.mean) @ inverse.T))
        summed = np.logaddexp.reduce(terms, axis=0) - np.linalg.slogdet(self.root)[1]
        # From scales to their logs.
        return np.asarray(summed + h[:, self.scales].sum(axis=1))


def fold(h: Floats, weight: Floats, scales: list[int]) -> Folded:
    """Fit a folded Student-t to weighted draws.

    Parameters
    ----------
    h : ndarray of float, shape (draws, dimension)
    weight : ndarray of float, shape (draws,)
        Add to one.
    scales : list of int
        Which hyper-parameters are logs of scales.

    Returns
    -------
    Folded
    """
    natural = _natural(h, scales)
    mean = weight @ natural
    away = natural - mean
    covariance = (away * weight[:, None]).T @ away
    # A little more than nothing, where draws hardly differ.
    covariance += 1e-12 * np.diag(np.maximum(np.diag(covariance), 1e-12))
    root = np.asarray(np.linalg.cholesky(covariance), dtype=float)
    return Folded(mean=mean, root=root, scales=scales)


def _natural(h: Floats, scales: list[int]) -> Floats:
    natural = h.copy()
    natural[:, scales] = np.exp(np.maximum(h[:, scales], _LEAST))
    return natural
