"""Which units are beyond a threshold, and how many of those named will not be."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.errors import ModelError, UsageError
from varstat.estimands.monte_carlo import effective_draws, probability_mcse
from varstat.measure import Floats

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exceedance:
    """Posterior probability of each unit's being above a threshold; every array is locked.

    Attributes
    ----------
    probability, mcse : ndarray of float, shape (units,)
        And its Monte Carlo standard error.
    """

    probability: Floats
    mcse: Floats

    def __post_init__(self) -> None:
        self.probability.setflags(write=False)
        self.mcse.setflags(write=False)


def exceedance(
    effect: Floats, threshold: float | Floats, *, chains: int | None = None
) -> Exceedance:
    r"""Find how probable it is that each unit lies above a threshold.

    .. math:: v_i = P(\theta_i > c \mid y) \approx \frac1S \sum_s 1(\theta_{si} > c_s)

    A threshold that is itself estimated, such as the upper quartile of the units, is stated draw
    by draw, so that what isn't known of it counts. A draw that equals its threshold counts half,
    so that the probability of being below is the rest of one.

    Parameters
    ----------
    effect : ndarray of float, shape (draws, units)
    threshold : float, or ndarray of float, shape (draws,) or (draws, 1)
    chains : int, optional
        Number of equally long chains of dependent draws; by default draws are independent.

    Returns
    -------
    Exceedance

    Raises
    ------
    ModelError
        If a threshold for each draw isn't one for each draw, or something isn't a number.
    UsageError
        If draws don't divide into chains.

    References
    ----------
    .. [1] Normand, Glickman & Gatsonis (1997). Statistical methods for profiling providers of
       medical care. JASA 92(439), 803-814. doi:10.1080/01621459.1997.10474036

    Examples
    --------
    >>> found = exceedance(np.array([[.1, .3], [.2, .3], [.3, .4], [.4, .5]]), 0.25)
    >>> found.probability
    array([0.5, 1. ])
    """
    draws = effect.shape[0]
    limit = np.asarray(threshold, dtype=float)
    if limit.size not in (1, draws) or limit.ndim > 2 or (limit.ndim == 2 and limit.shape[1] > 1):
        raise ModelError("threshold", "expected one number, or one for each draw.")
    limit = np.broadcast_to(limit.reshape(-1, 1), (draws, 1))
    if np.isnan(effect).any() or np.isnan(limit).any():
        raise ModelError("threshold", "an effect or a threshold isn't a number in some draw.")
    above = 0.5 * ((effect > limit).astype(float) + (effect >= limit))
    probability = above.mean(axis=0)
    effective = effective_draws(above, chains=chains)
    return Exceedance(probability=probability, mcse=probability_mcse(probability, effective))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Discoveries:
    """The units named, and the share of them that are expected not to belong.

    Attributes
    ----------
    alpha : float
        The largest false discovery rate allowed.
    found : ndarray of bool, shape (units,)
        Locked.
    false_discovery_rate : float
        Of those found; zero if there are none.
    """

    alpha: float
    found: Bools
    false_discovery_rate: float

    def __post_init__(self) -> None:
        self.found.setflags(write=False)


def discover(probability: Floats, *, alpha: float) -> Discoveries:
    r"""Name as many units as a false discovery rate allows.

    The largest set D of the units most probably beyond the threshold with

    .. math:: \frac{1}{|D|} \sum_{i \in D} (1 - v_i) \le \alpha .

    The left side is the expected share of false discoveries given the data.

    Parameters
    ----------
    probability : ndarray of float, shape (units,)
        The :math:`v_i`: of being beyond the threshold.
    alpha : float
        In (0, 1).

    Returns
    -------
    Discoveries

    Raises
    ------
    UsageError
        If `alpha` isn't in (0, 1).

    Notes
    -----
    Units of the same probability are all named or none, lest their order matter.

    References
    ----------
    .. [1] Müller, Parmigiani, Robert & Rousseau (2004). Optimal sample size for multiple testing:
       the case of gene expression microarrays. JASA 99(468), 990-1001.
       doi:10.1198/016214504000001646

    Examples
    --------
    >>> named = discover(np.array([0.99, 0.2, 0.9, 0.8]), alpha=0.06)
    >>> named.found, round(named.false_discovery_rate, 3)
    (array([ True, False,  True, False]), 0.055)
    """
    if not 0 < alpha < 1:
        raise UsageError("alpha", "expected a number between 0 and 1.")
    values, inverse, size = np.unique(1.0 - probability, return_inverse=True, return_counts=True)
    rate = np.cumsum(values * size) / np.cumsum(size)
    # The rate of the best so far never falls, so that the last to pass is the largest set.
    passed = int(np.sum(rate <= alpha * (1.0 + 1e-12)))
    return Discoveries(
        alpha=alpha,
        found=inverse.reshape(probability.shape) < passed,
        false_discovery_rate=float(rate[passed - 1]) if passed else 0.0,
    )
