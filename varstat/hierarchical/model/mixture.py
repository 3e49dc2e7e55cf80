r"""Densities of effects of two kinds, with a tail to one side, or with heavy tails to both.

With mean :math:`\mu` and SD :math:`t`, in a mixture of two normals a share :math:`\omega` of the
units is of the lower kind, a share r of the variance lies between the kinds, and the upper kind is
:math:`\rho` times as wide:

.. math:: m_1 = \mu - t\sqrt{r\,(1-\omega)/\omega},\quad m_2 = \mu + t\sqrt{r\,\omega/(1-\omega)},
          \quad \omega s_1^2 + (1-\omega)\,s_2^2 = (1-r)\,t^2,\quad s_2 = \rho s_1

so that r near 1 is two clusters, r = 0 a few units wider than the others, and :math:`\rho = 1` with
r = 0 a normal. With a tail, an exponential of either sign that has a share r of the variance is
added to a normal, as inefficiency is in stochastic frontiers [1]_: r near 1 is a cliff on one side,
and r = 0 a normal. With heavy tails effects are Student-t with :math:`\nu = 1/r` degrees of
freedom, which need not have a variance, so that t says how wide the middle 68% are, as an SD does
of a normal:

.. math:: u = \mu + t\,\frac{T_\nu}{F_\nu^{-1}(\Phi(1))}

with :math:`T_\nu` Student-t and :math:`F_\nu` its distribution function; again r = 0 is a normal.
The three forms are as likely as each other, and so are the two sides. :math:`\omega` and r are
uniform, :math:`\log\rho \sim N(0, 1.5^2)`.

References
----------
.. [1] Meeusen & van den Broeck (1977). Efficiency estimation from Cobb-Douglas production functions
   with composed error. International Economic Review 18(2), 435-444. doi:10.2307/2525757
"""

import numpy as np
from scipy.special import expit, log_ndtr, ndtr, stdtrit

from varstat.measure import Floats

# Hyper-parameters: mean, log SD, logits of the two shares, log of how wide the upper kind is, and
# which form it has: nearer to zero than the first of these logits two kinds, up to the second heavy
# tails, and beyond it a tail to that side. A third of a logistic lies in each.
MIXTURE_SHAPES = 6
HEAVY, TAILED = float(np.log(2.0)), float(np.log(5.0))
_LOG_WIDTH_SD = 1.5
_MOST_LOGIT = 40.0
# A tail with less of the variance than this can't be told from none, nor more degrees of freedom
# than its inverse from a normal.
_LEAST_TAIL = 1e-4


def mixture_masses(x: Floats, shape: Floats) -> Floats:
    """Probabilities on a grid of two normals, a normal and an exponential, or a Student-t.

    Parameters
    ----------
    x : ndarray of float, shape (points,)
        Evenly spaced.
    shape : ndarray of float, shape (batch, 6)
        Mean, log SD, logit of the lower kind's share, logit of the variance's share between the
        kinds or in the tail, or of the inverse of the degrees of freedom, log of the ratio of the
        upper kind's SD to the lower's, and the logit that says the form.

    Returns
    -------
    ndarray of float, shape (batch, points)
        Each row adds to one.
    """
    g = np.empty((len(shape), len(x)))
    form = np.abs(shape[:, 5])
    two, tailed = form < HEAVY, form > TAILED
    for some, density in (
        (two, _two_kinds),
        (~two & ~tailed, _heavy),
        (tailed, _one_sided),
    ):
        g[some] = density(x, shape[some])
    g += 1e-300
    return np.asarray(g / g.sum(axis=1, keepdims=True))


def log_prior_mixture(shape: Floats) -> Floats:
    """Log prior density of a mixture's shape (batch, 6) but for its mean and SD."""
    logit = shape[:, [2, 3, 5]]
    share = -np.logaddexp(0.0, logit) - np.logaddexp(0.0, -logit)
    return np.asarray(share.sum(axis=1) - 0.5 * (shape[:, 4] / _LOG_WIDTH_SD) ** 2)


def draw_prior_mixture(rng: np.random.Generator, number: int) -> Floats:
    """Draw a mixture's shape from its prior, but for its mean and SD: (number, 4)."""
    width = _LOG_WIDTH_SD * rng.standard_normal((number, 1))
    shares = rng.logistic(size=(number, 2))
    return np.concatenate([shares, width, rng.logistic(size=(number, 1))], axis=1)


def mirrored(shape: Floats) -> Floats:
    """Turn mixtures' shapes (batch, 6) the other way round about their mean.

    The two kinds change their shares and widths but keep their sides, as those that are nearly
    alike can; a tail goes to the other side, and one to both stays.
    """
    return np.asarray(shape * np.array([1.0, 1.0, -1.0, 1.0, -1.0, -1.0]))


def _two_kinds(x: Floats, shape: Floats) -> Floats:
    mean, sd = shape[:, 0], np.exp(shape[:, 1])
    # Beyond, the lesser kind has no share left that would show, and no number says where it is.
    logit = np.clip(shape[:, 2], -_MOST_LOGIT, _MOST_LOGIT)
    lower, upper = expit(logit), expit(-logit)
    between, within = expit(shape[:, 3]), expit(-shape[:, 3])
    ratio = np.exp(shape[:, 4])
    narrow = sd * np.sqrt(within / (lower + upper * ratio**2))
    one, two = np.maximum(narrow, _least(x)), np.maximum(narrow * ratio, _least(x))
    apart = sd * np.sqrt(between)
    g = _normal(x, mean - apart * np.sqrt(upper / lower), one, lower)
    g += _normal(x, mean + apart * np.sqrt(lower / upper), two, upper)
    return g


def _heavy(x: Floats, shape: Floats) -> Floats:
    """Density of a Student-t, but for a constant."""
    freedom = 1.0 / np.maximum(expit(shape[:, 3:4]), _LEAST_TAIL)
    scale = np.exp(shape[:, 1:2]) / stdtrit(freedom, ndtr(1.0))
    z = (x - shape[:, :1]) / np.maximum(scale, _least(x))
    return np.asarray((1.0 + z**2 / freedom) ** (-0.5 * (freedom + 1.0)))


def _one_sided(x: Floats, shape: Floats) -> Floats:
    """Density of a normal and an exponential together, but for a constant."""
    mean, sd, side = shape[:, :1], np.exp(shape[:, 1:2]), np.sign(shape[:, 5:])
    tail = sd * np.sqrt(np.maximum(expit(shape[:, 3:4]), _LEAST_TAIL))
    narrow = np.maximum(sd * np.sqrt(expit(-shape[:, 3:4])), _least(x))
    away = side * (x - mean) + tail
    log_g = log_ndtr(away / narrow - narrow / tail) - away / tail
    return np.asarray(np.exp(log_g - log_g.max(axis=1, keepdims=True)))


def _least(x: Floats) -> float:
    """Give the SD of the narrowest normal that a grid can say."""
    return 0.5 * float(x[1] - x[0])


def _normal(x: Floats, mean: Floats, sd: Floats, share: Floats) -> Floats:
    z = (x - mean[:, None]) / sd[:, None]
    z *= z
    z *= -0.5
    np.exp(z, out=z)
    z *= (share / sd)[:, None]
    return z
