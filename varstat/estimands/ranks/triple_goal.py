"""Estimates that also have the right spread, or the right ranks, when shown together."""

from dataclasses import dataclass

import numpy as np

from varstat.errors import ModelError
from varstat.estimands.ranks.ranks import double_ranks
from varstat.measure import Direction, Floats
from varstat.measure.lock import lock_arrays

_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TripleGoal:
    """Point estimates for an ensemble of units, one element a unit; every array is locked.

    Attributes
    ----------
    posterior_mean, posterior_sd : ndarray of float, shape (units,)
        The mean is best for each unit on its own; together, means spread too little.
    constrained_bayes : ndarray of float, shape (units,)
        Posterior means, stretched until they spread as the true effects are expected to.
    triple_goal : ndarray of float, shape (units,)
        The estimates whose histogram is best, given to units by their expected ranks.
    expected_rank : ndarray of float, shape (units,)
        1 is best by direction.
    rank : ndarray of float, shape (units,)
        Rank of the expected rank; ties have the mean rank.
    """

    posterior_mean: Floats
    posterior_sd: Floats
    constrained_bayes: Floats
    triple_goal: Floats
    expected_rank: Floats
    rank: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)


def estimate_ensemble(effect: Floats, *, direction: Direction) -> TripleGoal:
    r"""Estimate all units' effects for use as an ensemble.

    With posterior means :math:`m_k`, variances :math:`v_k` and expected ranks :math:`\bar R_k`,

    .. math::

       CB_k &= \bar m + \sqrt{1 + \bar v / \mathrm{var}(m)}\,(m_k - \bar m), \\
       GR_k &= \bar G^{-1}\!\left(\frac{2 \hat R_k - 1}{2N}\right), \qquad
       \hat R_k = \mathrm{rank}(\bar R_k),

    where :math:`\bar G` is the distribution of all units' draws put together and ranks here count
    from the lowest effect. Quantiles are of type 7, variances have divisors S - 1 and N - 1.

    Parameters
    ----------
    effect : ndarray of float, shape (draws, units)
    direction : {"higher-is-better", "lower-is-better"}
        Changes the ranks reported, never the estimates.

    Returns
    -------
    TripleGoal

    Raises
    ------
    ModelError
        If there are fewer than two draws, the direction is "neither", or an effect isn't a
        number.

    Notes
    -----
    None of these says how sure a rank is. One unit, and units that are all alike, have no spread
    to set right: their constrained estimates are their posterior means.

    References
    ----------
    .. [1] Shen & Louis (1998). Triple-goal estimates in two-stage hierarchical models.
       JRSS B 60(2), 455-471. doi:10.1111/1467-9868.00135
    .. [2] Ghosh (1992). Constrained Bayes estimation with applications. JASA 87(418), 533-540.
       doi:10.1080/01621459.1992.10475236

    Examples
    --------
    >>> draws = np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]])
    >>> goals = estimate_ensemble(draws, direction="lower-is-better")
    >>> goals.posterior_mean, goals.constrained_bayes.round(3), goals.triple_goal
    (array([1., 2.]), array([0.634, 2.366]), array([1., 2.]))
    """
    draws, units = effect.shape
    if draws < 2:
        raise ModelError("estimates", "there are fewer than two draws to estimate from.")
    double = np.zeros(units)
    rows = max(1, _AT_ONCE // max(units, 1))
    for start in range(0, draws, rows):
        double += double_ranks(effect[start : start + rows], direction=direction).sum(axis=0)
    expected = 0.5 * double / draws
    # A whole sum tells ties from mere rounding; the better is the higher where higher is better.
    rank = 0.5 * double_ranks(double[None, :], direction="lower-is-better")[0]
    from_lowest = rank if direction == "lower-is-better" else units + 1.0 - rank
    mean, sd = effect.mean(axis=0), effect.std(axis=0, ddof=1)
    centre, stretch = mean.mean(), 1.0
    if units > 1 and np.ptp(mean) > 0:
        stretch = np.sqrt(1.0 + np.mean(np.square(sd)) / mean.var(ddof=1))
    return TripleGoal(
        posterior_mean=mean,
        posterior_sd=sd,
        constrained_bayes=centre + stretch * (mean - centre),
        triple_goal=np.quantile(effect, (2.0 * from_lowest - 1.0) / (2.0 * units)),
        expected_rank=expected,
        rank=rank,
    )
