"""The posterior of completeness: which part of a unit's activity was reported in a period."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit
from scipy.stats import norm

from varstat.errors import UsageError
from varstat.measure import Floats

_NODES = 400
# Nodes of equal mass of a normal. What lies below the first is parted as far as may be: where next
# to nothing was reported, that is where the posterior lies.
_STEP = 0.01
_FAR = norm.ppf(1 / _NODES) - _STEP * (np.arange(3700)[::-1] + 0.5)
_NORMAL = np.concatenate([_FAR, norm.ppf((np.arange(1, _NODES) + 0.5) / _NODES)])
_LOG_MASS = np.where(
    np.arange(len(_NORMAL)) < len(_FAR), norm.logpdf(_NORMAL) + np.log(_STEP), -np.log(_NODES)
)
_MOST_INCOMPLETE, _MOST_SPREAD = 0.5, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is known of completeness before a volume is seen.

    Attributes
    ----------
    incomplete : float
        Probability that a unit's period is incomplete.
    centre, spread : float
        If it is, the logit of the part reported is normal with this mean and SD.

    Raises
    ------
    UsageError
        If it is flat: a volume alone can't tell a loss from a fall, so that a flat prior would
        answer in its place.
    """

    incomplete: float = 0.02
    centre: float = 1.4
    spread: float = 1.0

    def __post_init__(self) -> None:
        problems = []
        if not 0 < self.incomplete <= _MOST_INCOMPLETE:
            problems.append(
                f"the prior probability of an incomplete period is {self.incomplete:g}; expected "
                "above 0 and up to 0.5. State how often returns are incomplete, such as 0.02."
            )
        if not 0 < self.spread <= _MOST_SPREAD:
            problems.append(
                f"the prior SD of the logit of completeness is {self.spread:g}; expected above 0 "
                "and up to 2. Beyond, it says that nothing or all was reported; try 1."
            )
        if not np.isfinite(self.centre):
            problems.append("the prior mean of the logit of completeness must be a number.")
        if problems:
            raise UsageError("prior", problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """The posterior of the part that was reported.

    Attributes
    ----------
    p_incomplete : float
        Probability that it is less than all.
    estimate, lower, upper : float
        Posterior mean and interval of the part reported.
    """

    p_incomplete: float
    estimate: float
    lower: float
    upper: float


def estimate_completeness(
    reported: float, mean: float, sd: float, prior: Prior, *, level: float = 0.9
) -> Completeness:
    r"""Estimate which part of a unit's activity was reported.

    With :math:`\log V \sim N(\mu, s^2)` the volume expected and :math:`R = \kappa V` that reported,

    .. math:: P = \frac{\omega B_1}{\omega B_1 + (1 - \omega) B_0}, \quad
              B_0 = N(\ln R; \mu, s^2), \quad
              B_1 = \int N(\ln R - \ln\kappa; \mu, s^2)\, p(\kappa)\, d\kappa .

    Parameters
    ----------
    reported : float
        Above zero.
    mean, sd : float
        Of the log of the volume expected, from the other periods.
    prior : Prior
    level : float
        Of the interval, in (0, 1).

    Returns
    -------
    Completeness

    Examples
    --------
    >>> found = estimate_completeness(850, np.log(1000), 0.05, Prior())
    >>> round(found.p_incomplete, 4), round(found.estimate, 4)
    (0.5521, 0.9205)
    """
    part, weight, p = _mixture(reported, mean, sd, prior)
    ends = np.array([(1 - level) / 2, (1 + level) / 2])
    lower, upper = map(float, at_quantiles(reported, mean, sd, prior, ends))
    return Completeness(
        p_incomplete=p, estimate=float(p * (weight @ part) + 1 - p), lower=lower, upper=upper
    )


def at_quantiles(reported: float, mean: float, sd: float, prior: Prior, at: Floats) -> Floats:
    """Give quantiles of the part reported.

    Parameters
    ----------
    reported, mean, sd, prior
        As of `estimate_completeness`.
    at : ndarray of float
        In [0, 1].

    Returns
    -------
    ndarray of float
        In (0, 1], of the shape of `at`; 1 where all was reported.
    """
    part, weight, p = _mixture(reported, mean, sd, prior)
    below = np.searchsorted(p * np.cumsum(weight), at)
    return np.where(at < p, part[np.minimum(below, len(part) - 1)], 1.0)


def _mixture(reported: float, mean: float, sd: float, prior: Prior) -> tuple[Floats, Floats, float]:
    """Parts that may have been reported, in order; their weights; and P(incomplete)."""
    at = prior.centre + prior.spread * _NORMAL
    log_ratio = np.log(reported) - mean
    log_density = _LOG_MASS + norm.logpdf(log_ratio, log_expit(at), sd)
    most = log_density.max()
    density = np.exp(log_density - most)
    odds = np.log(prior.incomplete / (1 - prior.incomplete)) + most + np.log(density.sum())
    odds -= norm.logpdf(log_ratio, 0.0, sd)
    return expit(at), density / density.sum(), float(expit(odds))
