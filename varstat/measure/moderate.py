r"""Standard errors found from few cases, drawn towards one SD for all.

A standard error that is found from n cases has n - 1 degrees of freedom: of five cases nearly one
in ten is less than half of what it should be, and a mean beside it looks surer than it is. If the
true variances of single cases are scaled inverse chi-square about :math:`s_0^2` with :math:`d_0`
degrees of freedom, the best guess of each is

.. math:: \tilde s_i^2 = \frac{d_0 s_0^2 + d_i s_i^2}{d_0 + d_i}, \qquad d_i = n_i - 1,

with :math:`d_0` and :math:`s_0^2` found from how much :math:`\log s_i^2` varies beyond what so
many degrees of freedom give [1]_. Where it varies by no more than that, :math:`d_0` is infinite
and there is one SD for all.

References
----------
.. [1] Smyth (2004). Linear models and empirical Bayes methods for assessing differential
   expression in microarray experiments. Stat Appl Genet Mol Biol 3(1), 3.
   doi:10.2202/1544-6115.1027
"""

from dataclasses import dataclass

import numpy as np

from varstat.measure.scale import Floats

# A mean of fewer cases has a standard error that can't be taken as it is.
FEW_CASES = 30
# From fewer means than this nothing is learnt of how SDs vary.
_LEAST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderation:
    """What standard errors are drawn towards.

    Attributes
    ----------
    variance : float
        Of single cases.
    degrees : float
        As of so many cases more; infinite where SDs differ by no more than chance gives.
    """

    variance: float
    degrees: float

    def moderate(self, error: Floats, count: Floats) -> Floats:
        """Draw standard errors of means of `count` cases towards one SD."""
        free = count - 1.0
        if np.isinf(self.degrees):
            return np.sqrt(self.variance / count)
        total = self.degrees * self.variance + free * error**2 * count
        return np.asarray(np.sqrt(total / (self.degrees + free) / count))


def find_moderation(error: Floats, count: Floats) -> Moderation | None:
    """Find what standard errors are to be drawn towards.

    Parameters
    ----------
    error : ndarray of float, shape (means,)
        Standard errors, above zero.
    count : ndarray of float, shape (means,)
        Of how many cases each mean is.

    Returns
    -------
    Moderation or None
        None where no mean is of fewer than 30 cases, where a number of cases isn't known or is
        less than two, and with fewer than five means.

    Examples
    --------
    >>> import numpy as np
    >>> found = find_moderation(np.full(8, 2.0), np.full(8, 4.0))
    >>> found.variance, found.degrees
    (16.0, inf)
    """
    if error.size < _LEAST or not np.all(count >= 2) or count.min() >= FEW_CASES:
        return None
    from scipy.optimize import brentq
    from scipy.special import digamma, polygamma

    half = 0.5 * (count - 1.0)
    apart = np.log(error**2 * count) - digamma(half) + np.log(half)
    more = float(np.var(apart, ddof=1) - np.mean(polygamma(1, half)))
    # Trigamma is about one over its argument.
    if more < 1e-6:
        pooled = np.sum((count - 1.0) * error**2 * count) / np.sum(count - 1.0)
        return Moderation(variance=float(pooled), degrees=np.inf)
    prior = float(brentq(lambda x: float(polygamma(1, x)) - more, 1e-8, 1e8))
    variance = np.exp(float(np.mean(apart)) + float(digamma(prior)) - np.log(prior))
    return Moderation(variance=float(variance), degrees=2.0 * prior)
