r"""Where each unit may stand: ranks drawn from the posterior, and what is said of them.

Rank 1 is best by direction, and draws that tie have their mean rank. The best K units make the
top quartile, K = max(1, floor(N/4)).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.errors import ModelError, UsageError
from varstat.measure import Direction, Floats
from varstat.measure.lock import lock_arrays

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def is_higher_better(direction: Direction) -> bool:
    """Say which way is best.

    Raises
    ------
    ModelError
        If no way is.

    Examples
    --------
    >>> is_higher_better("lower-is-better")
    False
    """
    if direction == "neither":
        raise ModelError(
            "ranks",
            "without a direction no unit is best. State --direction higher-is-better or "
            "lower-is-better.",
        )
    return direction == "higher-is-better"


def quartile_size(units: int) -> int:
    """Count the units that make a quartile: a quarter, rounded down, but at least one.

    Examples
    --------
    >>> quartile_size(12), quartile_size(3)
    (3, 1)
    """
    return max(1, units // 4)


def check_level(level: float) -> float:
    """Check that a level is in (0, 1).

    Raises
    ------
    UsageError
        If it isn't.

    Examples
    --------
    >>> check_level(0.95)
    0.95
    """
    if not 0 < level < 1:
        meant = f" Did you mean {level / 100:g}?" if 1 < level < 100 else ""
        raise UsageError("level", f"expected a number between 0 and 1.{meant}")
    return level


def rank_draws(effect: Floats, *, direction: Direction) -> Floats:
    r"""Rank the units within each draw.

    .. math:: R_{si} = 1 + \sum_{j \ne i} \left[ 1(\theta_{sj} \succ \theta_{si})
              + \tfrac12\, 1(\theta_{sj} = \theta_{si}) \right]

    with :math:`\succ` for better.

    Parameters
    ----------
    effect : ndarray of float, shape (draws, units)
    direction : {"higher-is-better", "lower-is-better"}

    Returns
    -------
    ndarray of float, shape (draws, units)
        From 1, the best, to the number of units; multiples of one half.

    Raises
    ------
    ModelError
        If the direction is "neither", or an effect isn't a number.

    References
    ----------
    .. [1] Goldstein & Spiegelhalter (1996). League tables and their limitations.
       JRSS A 159(3), 385-443. doi:10.2307/2983325

    Examples
    --------
    >>> rank_draws(np.array([[.1, .3, .2], [.2, .2, .1]]), direction="higher-is-better")
    array([[3. , 1. , 2. ],
           [1.5, 1.5, 3. ]])
    """
    return np.asarray(0.5 * double_ranks(effect, direction=direction), dtype=float)


def double_ranks(effect: Floats, *, direction: Direction) -> Ints:
    """Rank as `rank_draws` does, doubled, so that the halves of ties are whole.

    Parameters
    ----------
    effect : ndarray of float, shape (draws, units)
    direction : {"higher-is-better", "lower-is-better"}

    Returns
    -------
    ndarray of int, shape (draws, units)

    Examples
    --------
    >>> double_ranks(np.array([[.2, .2, .1]]), direction="higher-is-better")
    array([[3, 3, 6]])
    """
    higher = is_higher_better(direction)
    draws, units = effect.shape
    order = np.argsort(effect, axis=1)
    ordered = np.take_along_axis(effect, order, axis=1)
    if units and np.isnan(ordered[:, -1]).any():
        raise ModelError("ranks", "the effect of some unit isn't a number in some draw.")
    double = np.empty((draws, units), dtype=np.int64)
    np.put_along_axis(double, order, 2 * np.arange(1, units + 1, dtype=np.int64)[None, :], axis=1)
    same = ordered[:, 1:] == ordered[:, :-1]
    tied = np.flatnonzero(same.any(axis=1))
    if tied.size:
        place, same = np.arange(units), same[tied]
        edge = np.ones((tied.size, 1), dtype=np.bool_)
        starts, ends = np.hstack([edge, ~same]), np.hstack([~same, edge])
        first = np.maximum.accumulate(np.where(starts, place, 0), axis=1)
        last = np.minimum.accumulate(np.where(ends, place, units)[:, ::-1], axis=1)[:, ::-1]
        shared = double[tied]
        np.put_along_axis(shared, order[tied], first + last + 2, axis=1)
        double[tied] = shared
    return 2 * (units + 1) - double if higher else double


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankSummary:
    """What is known of each unit's rank, one element a unit; every array is locked.

    Attributes
    ----------
    level : float
        Of the interval from `lower` to `upper`.
    quartile : int
        K, the number of units in the top and in the bottom quartile.
    exact : bool
        Whether the ranks' distribution was computed rather than drawn, so that the Monte Carlo
        errors are zero.
    expected, expected_mcse : ndarray of float, shape (units,)
        Mean rank, and its Monte Carlo standard error.
    lower, upper : ndarray of int, shape (units,)
        Smallest r with P(R <= r) >= (1 - level)/2 and (1 + level)/2.
    lower_mcse, upper_mcse : ndarray of float, shape (units,)
    p_top, p_bottom : ndarray of float, shape (units,)
        P(R <= K) and P(R >= N - K + 1).
    p_top_mcse, p_bottom_mcse : ndarray of float, shape (units,)
    """

    level: float
    quartile: int
    exact: bool
    expected: Floats
    expected_mcse: Floats
    lower: Ints
    lower_mcse: Floats
    upper: Ints
    upper_mcse: Floats
    p_top: Floats
    p_top_mcse: Floats
    p_bottom: Floats
    p_bottom_mcse: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)

    def best(self) -> Bools:
        """Choose the K units best by expected rank; where these tie, the likelier in the top."""
        order = np.lexsort((-self.p_top, self.expected))
        chosen = np.zeros(self.expected.size, dtype=np.bool_)
        chosen[order[: self.quartile]] = True
        return chosen

    def misclassification(self) -> float:
        """How good the choice of the top quartile is: `operating_characteristic` of `best`."""
        return operating_characteristic(self.p_top, self.best())


def operating_characteristic(p_top: Floats, chosen: Bools) -> float:
    r"""Say how often a choice of the top units will be wrong.

    With P the true and :math:`\hat P` the estimated percentile, and :math:`\gamma = 1 - K/N`,

    .. math::

       OC(\gamma) = P(P_k < \gamma \mid \hat P_k > \gamma, y) + P(P_k > \gamma \mid \hat P_k <
       \gamma, y) = \frac1K \sum_{k \in C} (1 - v_k) + \frac1{N - K} \sum_{k \notin C} v_k

    where C is the chosen and :math:`v_k` the probability of being among the top units: the share
    of the chosen that don't belong there, plus the share of the others that do.

    Parameters
    ----------
    p_top : ndarray of float, shape (units,)
    chosen : ndarray of bool, shape (units,)

    Returns
    -------
    float
        Zero when the choice is surely right, one when it is no better than by lot. NaN when all
        or none are chosen.

    References
    ----------
    .. [1] Lin, Louis, Paddock & Ridgeway (2006). Loss function based ranking in two-stage,
       hierarchical models. Bayesian Anal 1(4), 915-946. doi:10.1214/06-BA130

    Examples
    --------
    >>> operating_characteristic(np.array([.75, .25, 0.]), np.array([True, False, False]))
    0.375
    """
    if chosen.all() or not chosen.any():
        return float("nan")
    return float(np.mean(1.0 - p_top[chosen]) + np.mean(p_top[~chosen]))
