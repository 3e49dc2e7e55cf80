"""How probable it is that each unit is better than each other."""

import numpy as np
from numpy.typing import NDArray

from varstat.errors import ModelError
from varstat.estimands.ranks.ranks import double_ranks
from varstat.measure import Direction, Floats

Ints = NDArray[np.int64]

# The most units, or blocks of units, of which all pairs are looked at.
MOST_PAIRED = 3000
# Draws whose count fits in a byte; and rows of the matrix of pairs that stay in the cache.
_BYTE, _TILE = 255, 256


def pairwise_probabilities(effect: Floats, *, direction: Direction) -> Floats:
    r"""Find how probable it is that each unit is better than each other.

    .. math:: \pi_{ij} = P(\theta_i \succ \theta_j \mid y) + \tfrac12 P(\theta_i = \theta_j \mid y)

    Parameters
    ----------
    effect : ndarray of float, shape (draws, units)
    direction : {"higher-is-better", "lower-is-better"}

    Returns
    -------
    ndarray of float, shape (units, units)
        At [i, j], that unit i is better; one half on the diagonal.

    Raises
    ------
    ModelError
        If there are over 3,000 units, whose pairs would fill the memory.

    Examples
    --------
    >>> pairwise_probabilities(np.array([[1.0, 2.0], [3.0, 0.0], [2.0, 1.0], [1.0, 1.0]]),
    ...                        direction="lower-is-better")
    array([[0.5  , 0.375],
           [0.625, 0.5  ]])
    """
    draws, units = effect.shape
    if units > MOST_PAIRED:
        raise ModelError("tiers", f"over {MOST_PAIRED:,} units make too many pairs.")
    ranks = double_ranks(effect, direction=direction).astype(np.uint16)
    better = np.zeros((units, units), dtype=np.int32)
    for row in range(0, units, _TILE):
        rows = slice(row, min(row + _TILE, units))
        beats = np.empty((rows.stop - row, units), dtype=np.bool_)
        for start in range(0, draws, _BYTE):
            count = np.zeros(beats.shape, dtype=np.uint8)
            for draw in ranks[start : start + _BYTE]:
                np.less(draw[rows, None], draw[None, :], out=beats)
                count += beats.view(np.uint8)
            better[rows] += count
    # What is left over are ties, which count half.
    return np.asarray(0.5 + (better - better.T) / (2.0 * draws))


def discordance_rate(pairwise: Floats, tier: Ints) -> float:
    r"""Find the expected share of pairs that stand in tiers the wrong way round.

    .. math:: DR = \binom N2^{-1} \sum_{(i,j) \in D} \pi_{ji}

    Parameters
    ----------
    pairwise : ndarray of float, shape (units, units)
        At [i, j], the probability that unit i is better than unit j.
    tier : ndarray of int, shape (units,)
        1 is best.

    Returns
    -------
    float
        Zero for one unit.

    Examples
    --------
    >>> discordance_rate(np.array([[.5, .9], [.1, .5]]), np.array([1, 2]))
    0.1
    """
    parted = tier[:, None] < tier[None, :]
    units = tier.size
    return float(pairwise.T[parted].sum() / max(units * (units - 1) / 2.0, 1.0))
