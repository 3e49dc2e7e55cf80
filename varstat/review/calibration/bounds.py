r"""Monte Carlo bounds of a coverage, and what it says of intervals.

The coverage of something that each nation has once is a share of the nations, with error
:math:`\sqrt{p(1-p)/R}`; of units, which share a nation's hyper-parameters, the error is that of the
mean of the nations' shares.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from varstat.measure import Floats
from varstat.review.part import Status

Cover = Literal["holds", "with care", "fails", "can't tell"]
# From the worst: what a whole part is called for one of its intervals.
_WORST: tuple[Cover, ...] = ("fails", "with care", "can't tell", "holds")
# Of the share of misses that a level allows, by how much more is no matter.
_NEAR = 0.25
# Standard errors: of a difference from the level that is no accident (one in 100), and of bounds.
_ALARM, _BOUND = 2.6, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How often intervals hold the truth.

    Attributes
    ----------
    share : float
    mcse : float
    nations : int
    verdict : {"holds", "with care", "fails", "can't tell"}
        Whether that is the level of the intervals, or nearly so: 90% intervals may hold the truth
        87.5% of the time. With care: they miss it more often, but not twice as often as they
        should. Intervals that hold the truth more often than they say hold.
    """

    share: float
    mcse: float
    nations: int
    verdict: Cover


def cover(held: Floats, *, level: float) -> Coverage:
    """Judge how often intervals hold the truth.

    Parameters
    ----------
    held : ndarray of float, shape (nations,) or (nations, units)
        1 where the truth was held, 0 where it wasn't; NaN where there was no interval.
    level : float
        Of the intervals.

    Returns
    -------
    Coverage

    Examples
    --------
    >>> cover(np.array([1.0] * 95 + [0.0] * 5), level=0.95).verdict
    'holds'
    >>> cover(np.array([1.0] * 60 + [0.0] * 40), level=0.95).verdict
    'fails'
    >>> cover(np.array([1.0] * 9 + [0.0]), level=0.95).verdict
    "can't tell"
    """
    if held.ndim == 1:
        known = held[np.isfinite(held)]
        nations, hits = known.size, float(known.sum())
        share = hits / nations if nations else float("nan")
        # Of none or all, the share itself would say that there is no error.
        error = _error_of(hits, nations)
        precision = np.sqrt(level * (1.0 - level) / max(nations, 1))
    else:
        known = held[:, np.isfinite(held).any(axis=0)]
        per_nation = np.nanmean(known[np.isfinite(known).any(axis=1)], axis=1)
        nations = per_nation.size
        share = float(per_nation.mean()) if nations else float("nan")
        precision = per_nation.std(ddof=1) / np.sqrt(nations) if nations > 1 else float("nan")
        # Nations that are all the same don't say that there is no error.
        error = precision if precision != 0 else _error_of(share * nations, nations)
    return Coverage(
        share=share,
        mcse=float(error),
        nations=nations,
        verdict=_judge(share, float(error), float(precision), level),
    )


def _error_of(hits: float, nations: int) -> float:
    """Error of a share, which of none or all isn't 0."""
    at = (hits + 1.0) / (nations + 2.0)
    return float(np.sqrt(at * (1.0 - at) / max(nations, 1)))


def _judge(share: float, error: float, precision: float, level: float) -> Cover:
    slack = 1.0 - level
    if not (np.isfinite(share) and np.isfinite(error)):
        return "can't tell"
    if share + _ALARM * error < level - _NEAR * slack:
        return "fails" if share + _BOUND * error < level - slack else "with care"
    if _BOUND * precision > slack and share - _BOUND * error < level:
        return "can't tell"
    return "holds"


def worst(verdicts: Iterable[Cover]) -> Status:
    """Call a part by its worst verdict; by "can't tell" where there is none."""
    found = set(verdicts)
    return next((each for each in _WORST if each in found), "can't tell")


def ratio(found: Floats, true: Floats) -> tuple[float, float]:
    """Divide a mean by another of the same nations, with the error of the ratio.

    Parameters
    ----------
    found, true : ndarray of float, shape (nations,)

    Returns
    -------
    ratio, mcse : float
        NaN where nothing is true.

    Examples
    --------
    >>> ratio(np.array([2.0, 4.0]), np.array([1.0, 2.0]))
    (2.0, 0.0)
    """
    whole = float(np.sum(true))
    if not whole > 0:
        return float("nan"), float("nan")
    of = float(np.sum(found)) / whole
    nations = true.size
    if nations < 2:
        return of, float("nan")
    spread = float(np.std(found - of * true, ddof=1))
    return of, float(spread * np.sqrt(nations) / whole)
