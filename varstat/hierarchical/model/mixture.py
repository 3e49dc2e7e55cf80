r"""Densities of effects that are a mixture of two normals.

With mean :math:`\mu` and SD :math:`t`, a share :math:`\omega` of the units is of the lower kind, a
share r of the variance lies between the kinds, and the upper kind is :math:`\rho` times as wide:

.. math:: m_1 = \mu - t\sqrt{r\,(1-\omega)/\omega},\quad m_2 = \mu + t\sqrt{r\,\omega/(1-\omega)},
          \quad \omega s_1^2 + (1-\omega)\,s_2^2 = (1-r)\,t^2,\quad s_2 = \rho s_1

so that r near 1 is two clusters, r = 0 a few units wider than the others, and :math:`\rho = 1` with
r = 0 a normal. :math:`\omega` and r are uniform, :math:`\log\rho \sim N(0, 1.5^2)`.
"""

import numpy as np
from scipy.special import expit

from varstat.measure import Floats

# Hyper-parameters: mean, log SD, logits of the two shares, log of how wide the upper kind is.
MIXTURE_SHAPES = 5
_LOG_WIDTH_SD = 1.5


def mixture_masses(x: Floats, shape: Floats) -> Floats:
    """Probabilities on a grid of mixtures of two normals.

    Parameters
    ----------
    x : ndarray of float, shape (points,)
        Evenly spaced.
    shape : ndarray of float, shape (batch, 5)
        Mean, log SD, logit of the lower kind's share, logit of the variance's share between the
        kinds, log of the ratio of the upper kind's SD to the lower's.

    Returns
    -------
    ndarray of float, shape (batch, points)
        Each row adds to one.
    """
    mean, sd = shape[:, 0], np.exp(shape[:, 1])
    lower, upper = expit(shape[:, 2]), expit(-shape[:, 2])
    between, within = expit(shape[:, 3]), expit(-shape[:, 3])
    ratio = np.exp(shape[:, 4])
    # No narrower than the grid can say.
    least = 0.5 * float(x[1] - x[0])
    narrow = sd * np.sqrt(within / (lower + upper * ratio**2))
    one, two = np.maximum(narrow, least), np.maximum(narrow * ratio, least)
    apart = sd * np.sqrt(between)
    g = _normal(x, mean - apart * np.sqrt(upper / lower), one, lower)
    g += _normal(x, mean + apart * np.sqrt(lower / upper), two, upper)
    g += 1e-300
    return np.asarray(g / g.sum(axis=1, keepdims=True))


def log_prior_mixture(shape: Floats) -> Floats:
    """Log prior density of a mixture's shape (batch, 5) but for its mean and SD."""
    share = -np.logaddexp(0.0, shape[:, 2:4]) - np.logaddexp(0.0, -shape[:, 2:4])
    return np.asarray(share.sum(axis=1) - 0.5 * (shape[:, 4] / _LOG_WIDTH_SD) ** 2)


def draw_prior_mixture(rng: np.random.Generator, number: int) -> Floats:
    """Draw a mixture's shape from its prior, but for its mean and SD: (number, 3)."""
    width = _LOG_WIDTH_SD * rng.standard_normal((number, 1))
    return np.concatenate([rng.logistic(size=(number, 2)), width], axis=1)


def _normal(x: Floats, mean: Floats, sd: Floats, share: Floats) -> Floats:
    z = (x - mean[:, None]) / sd[:, None]
    z *= z
    z *= -0.5
    np.exp(z, out=z)
    z *= (share / sd)[:, None]
    return z
