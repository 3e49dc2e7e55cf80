r"""Power-scaling: how far a posterior moves as one of its components weighs more or less.

A component c of the log density, a prior or the likelihood, is raised to a power
:math:`\alpha`: draws are weighed by :math:`w_s \propto e^{(\alpha - 1)\,c_s}`. The distance from
the posterior to the scaled one is the cumulative Jensen-Shannon distance of their distribution
functions P and Q,

.. math:: D^2 = \int P \log_2\frac{2P}{P + Q} + Q \log_2\frac{2Q}{P + Q}\,dx \Big/ \int P + Q\,dx,

the larger of those of x and of -x, and the sensitivity the mean of :math:`D/|\log_2\alpha|` over
:math:`\alpha = 0.99, 1.01` [1]_.

References
----------
.. [1] Kallioinen, Paananen, Bürkner & Vehtari (2024). Detecting and diagnosing prior and
   likelihood sensitivity with power-scaling. Stat Comput 34, 57.
   doi:10.1007/s11222-023-10366-5
"""

import numpy as np

from varstat.measure import Floats

# Powers either side of one, near enough for a derivative.
_POWERS = (0.99, 1.01)


def power_weights(component: Floats, power: float) -> Floats:
    """Weigh draws as if components had been raised to a power.

    Parameters
    ----------
    component : ndarray of float, shape (draws, components)
        Log densities, up to a constant each.
    power : float

    Returns
    -------
    ndarray of float, shape (draws, components)
        Each column adds to one.

    Examples
    --------
    >>> power_weights(np.log([[1.0], [3.0]]), 2.0).ravel()
    array([0.25, 0.75])
    """
    log_weight = (power - 1.0) * component
    weight = np.exp(log_weight - log_weight.max(axis=0))
    return np.asarray(weight / weight.sum(axis=0))


def effective_share(weight: Floats) -> Floats:
    """Share of the draws that weighted ones are worth: of shape (components,)."""
    return np.asarray(1.0 / np.sum(weight**2, axis=0) / len(weight))


def power_sensitivity(value: Floats, component: Floats) -> Floats:
    """Say how sensitive quantities are to components of the log density.

    Parameters
    ----------
    value : ndarray of float, shape (draws, quantities)
    component : ndarray of float, shape (draws, components)

    Returns
    -------
    ndarray of float, shape (quantities, components)
        0 for a quantity that is the same in every draw.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(4000, 1))
    >>> power_sensitivity(x, -0.5 * (x - 3.0) ** 2).round(1)
    array([[0.5]])
    """
    found = np.zeros((value.shape[1], component.shape[1]))
    order = np.argsort(value, axis=0)
    width = np.diff(np.take_along_axis(value, order, axis=0), axis=0)
    for power in _POWERS:
        weight = power_weights(component, power)
        for at in range(component.shape[1]):
            distance = _distance(width, weight[:, at][order])
            found[:, at] += distance / abs(np.log2(power)) / len(_POWERS)
    return found


def _distance(width: Floats, weight: Floats) -> Floats:
    """Distance of draws from the same ones weighted: of shape (quantities,).

    Parameters
    ----------
    width : ndarray of float, shape (draws - 1, quantities)
        From each draw of a quantity to the next above it.
    weight : ndarray of float, shape (draws, quantities)
        Of the draws in that order; each column adds to one.
    """
    draws = len(weight)
    below = (np.arange(1, draws) / draws)[:, None]
    weighted = np.clip(np.cumsum(weight, axis=0)[:-1], 1e-300, 1.0)
    up = _divergence(width, below, weighted)
    down = _divergence(width, 1.0 - below, np.maximum(1.0 - weighted, 1e-300))
    return np.asarray(np.sqrt(np.maximum(up, down)))


def _divergence(width: Floats, p: Floats, q: Floats) -> Floats:
    """Cumulative Jensen-Shannon divergence over what bounds it."""
    both = np.log2(0.5 * (p + q))
    total = np.sum(width * (p * (np.log2(p) - both) + q * (np.log2(q) - both)), axis=0)
    bound = np.sum(width * (p + q), axis=0)
    safe = np.where(bound > 0, bound, 1.0)
    return np.asarray(np.maximum(total, 0.0) / safe)
