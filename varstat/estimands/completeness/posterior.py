"""The posterior of completeness: which part of a unit's activity was reported in a period."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm

from varstat.errors import UsageError
from varstat.measure import Direction, Floats

_NODES = 400
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


def draw_completeness(
    reported: float, mean: float, sd: float, prior: Prior, *, draws: int, seed: int
) -> Floats:
    """Draw the part reported from its posterior.

    Parameters
    ----------
    reported, mean, sd, prior
        As of `estimate_completeness`.
    draws, seed : int

    Returns
    -------
    ndarray of float, shape (draws,)
        In (0, 1]; 1 where all was reported.
    """
    at = np.random.default_rng(seed).random(draws)
    return at_quantiles(reported, mean, sd, prior, at)


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
    return np.where(at < p, part[np.minimum(below, _NODES - 1)], 1.0)


def complete_opportunity(
    size: Floats, rate: Floats, target: Floats, completeness: Floats, *, direction: Direction
) -> Floats:
    r"""Count the events worth of opportunity, had everything been reported.

    .. math:: o_{si} = \frac{n_i}{\kappa_{si}} \max\{0,\ d\,(\theta_{si} - t_s)\}

    It takes what wasn't reported for being like what was.

    Parameters
    ----------
    size : ndarray of float, shape (units,)
        As reported.
    rate : ndarray of float, shape (draws, units)
    target : ndarray of float, shape (draws, 1)
    completeness : ndarray of float, shape (draws, units)
        In (0, 1].
    direction : {"higher-is-better", "lower-is-better"}

    Returns
    -------
    ndarray of float, shape (draws, units)

    Raises
    ------
    UsageError
        If `direction` is "neither".

    Examples
    --------
    >>> complete_opportunity(np.array([100.0]), np.array([[0.5]]), np.array([[0.4]]),
    ...                      np.array([[0.8]]), direction="lower-is-better").round(6)
    array([[12.5]])
    """
    if direction == "neither":
        raise UsageError("direction", "an indicator with no good direction has no opportunity.")
    sign = 1.0 if direction == "lower-is-better" else -1.0
    found: Floats = size / completeness * np.maximum(0.0, sign * (rate - target))
    return found


def bound_rate(reported_rate: float, completeness: float) -> tuple[float, float]:
    """Bound the rate of all activity, where nothing is known of what wasn't reported.

    Parameters
    ----------
    reported_rate : float
        Of what was reported.
    completeness : float
        The part that was.

    Returns
    -------
    (float, float)

    Examples
    --------
    >>> [round(end, 3) for end in bound_rate(0.6, 0.9)]
    [0.54, 0.64]
    """
    known = completeness * reported_rate
    return known, known + 1.0 - completeness


def draw_rate(reported_rate: Floats, completeness: Floats, *, spread: float, seed: int) -> Floats:
    """Draw the rate of all activity, where what wasn't reported may differ by a stated amount.

    Parameters
    ----------
    reported_rate, completeness : ndarray of float, shape (draws,)
        The rate in (0, 1).
    spread : float
        SD of the difference on the logit scale between what was and what wasn't reported. Data
        can't tell it.
    seed : int

    Returns
    -------
    ndarray of float, shape (draws,)
    """
    rng = np.random.default_rng(seed)
    missing = expit(logit(reported_rate) + spread * rng.standard_normal(len(reported_rate)))
    found: Floats = completeness * reported_rate + (1 - completeness) * missing
    return found


def _mixture(reported: float, mean: float, sd: float, prior: Prior) -> tuple[Floats, Floats, float]:
    """Parts that may have been reported, in order; their weights; and P(incomplete)."""
    at = (np.arange(_NODES) + 0.5) / _NODES
    part = expit(prior.centre + prior.spread * norm.ppf(at))
    log_density = norm.logpdf(np.log(reported) - np.log(part), mean, sd)
    most = log_density.max()
    density = np.exp(log_density - most)
    odds = np.log(prior.incomplete / (1 - prior.incomplete)) + most + np.log(density.mean())
    odds -= norm.logpdf(np.log(reported), mean, sd)
    return part, density / density.sum(), float(expit(odds))
