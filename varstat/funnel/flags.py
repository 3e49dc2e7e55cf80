"""Who is flagged, at which level, and how often chance alone would do it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.card.schema import Sides
from varstat.funnel.limits import tail_area
from varstat.funnel.tails import Tails
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flags:
    """Flags of each unit.

    Attributes
    ----------
    flag : ndarray of object, shape (units,)
        "high", "low" or None.
    level : ndarray of float, shape (units,)
        The strictest level at which the unit is flagged; NaN where it isn't.
    """

    flag: NDArray[np.object_]
    level: Floats


def raise_flags(tails: Tails, z: Floats, levels: tuple[float, ...], *, sides: Sides) -> Flags:
    """Flag each unit whose tail is below the tail area of a level, on its side of the target.

    Parameters
    ----------
    tails : Tails
    z : ndarray of float, shape (units,)
        Of which the sign says on which side of the target a unit lies; NaN where only a range
        is known.
    levels : tuple of float
        In any order.
    sides : {"both", "high", "low"}

    Returns
    -------
    Flags
    """
    flag = np.full(tails.at_least.shape, None, dtype=object)
    strictest = np.full(tails.at_least.shape, np.nan)
    for level in sorted(levels):
        for side, tail, wrong in (("high", tails.at_least, z <= 0), ("low", tails.at_most, z >= 0)):
            beyond = (tail < tail_area(level, side, sides)) & ~wrong
            flag[beyond], strictest[beyond] = side, level
    return Flags(flag=flag, level=strictest)


def two_sided(tails: Tails) -> Floats:
    r"""Two-sided mid-p value, :math:`\min\{1,\ 2 \min(\text{lower mid-p}, \text{upper mid-p})\}`.

    The mid-p counts half the probability of the event itself, which makes p-values of discrete
    counts about uniform when all is chance.

    References
    ----------
    .. [1] Lancaster (1961). Significance tests in discrete distributions. JASA 56(294),
       223-234. doi:10.1080/01621459.1961.10482105
    """
    return np.minimum(1.0, 2.0 * np.minimum(tails.mid_lower, tails.mid_upper))


def q_values(p_value: Floats) -> Floats:
    r"""Adjust p-values so that flagging q <= alpha keeps the false discovery rate near alpha.

    .. math:: q_{(i)} = \min_{j \ge i} \frac{m\,p_{(j)}}{j}

    At most alpha for independent, exact p-values; a mid-p may be a little smaller than exact.
    Written out because SciPy's own comes with an import of half a second.

    Parameters
    ----------
    p_value : ndarray of float, shape (units,)
        NaN stays NaN and doesn't count.

    Returns
    -------
    ndarray of float, shape (units,)

    References
    ----------
    .. [1] Benjamini & Hochberg (1995). Controlling the false discovery rate. JRSS B 57(1),
       289-300. doi:10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> q_values(np.array([0.01, 0.04, 0.03])).round(3)
    array([0.03, 0.04, 0.04])
    """
    known = np.flatnonzero(np.isfinite(p_value))
    order = known[np.argsort(p_value[known], kind="stable")]
    q = np.full_like(p_value, np.nan)
    scaled = p_value[order] * known.size / np.arange(1, known.size + 1)
    q[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return q
