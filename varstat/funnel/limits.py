r"""Control limits: which events would be flagged, and the lines that show it.

Limits say where a unit's *reported* rate would lie if it performed at the target; they are not
a confidence interval around the expected count (Seaton & Manktelow 2012).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from varstat.card.schema import Limits, Sides
from varstat.funnel.tails import Predictive
from varstat.measure import Floats

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Critical:
    """The first events that are flagged at a level, one element a unit.

    Attributes
    ----------
    low : ndarray of float, shape (units,)
        The largest event flagged low; NaN where none is.
    high : ndarray of float, shape (units,)
        The smallest event flagged high; NaN where none is.
    """

    low: Floats
    high: Floats


def tail_area(level: float, side: str, sides: Sides) -> float:
    """Tail probability below which a unit is flagged on one side; zero where never.

    Examples
    --------
    >>> round(tail_area(0.95, "high", "both"), 6), round(tail_area(0.95, "high", "high"), 6)
    (0.025, 0.05)
    >>> tail_area(0.95, "high", "low")
    0.0
    """
    if sides == "both":
        return (1.0 - level) / 2.0
    return 1.0 - level if side == sides else 0.0


def critical_events(predictive: Predictive, level: float, *, sides: Sides) -> Critical:
    """Find the first events beyond each exact limit.

    An event is flagged high when its upper tail P(X >= x) is below the tail area of the level,
    and low likewise, so that no unit at the target is flagged more often than the level says.

    Parameters
    ----------
    predictive : Predictive
        Whole counts; continuous ones have limits, not first events.
    level : float
    sides : {"both", "high", "low"}

    Returns
    -------
    Critical

    Examples
    --------
    Of 0.28 expected deaths no number is so few as to be flagged, and three are too many:

    >>> from varstat.measure import RATIO
    >>> one = np.ones(1)
    >>> small = Predictive(measure=RATIO, size=one * 0.28, target=one, extra=one * 0, exact=True)
    >>> critical = critical_events(small, 0.95, sides="both")
    >>> critical.low, critical.high
    (array([nan]), array([3.]))
    """
    return Critical(
        low=first_event(predictive, tail_area(level, "low", sides), side="low"),
        high=first_event(predictive, tail_area(level, "high", sides), side="high"),
    )


def first_event(predictive: Predictive, area: float, *, side: Literal["low", "high"]) -> Floats:
    """Find the event nearest the target whose tail on one side is below an area.

    It lies beyond the target, even where nearly all units of a very wide distribution report
    nothing and anything at all is rare.

    Parameters
    ----------
    predictive : Predictive
        Of whole counts.
    area : float
        Zero where the side isn't watched.
    side : {"low", "high"}

    Returns
    -------
    ndarray of float, shape (units,)
        NaN where there is none.
    """
    if area == 0:
        return np.full_like(predictive.size, np.nan)
    least, mean = np.zeros_like(predictive.size), predictive.size * predictive.target
    most = predictive.measure.most_events(predictive.size)
    reach = 1.0 + 0.02 * predictive.size * np.sqrt(predictive.variance)
    if side == "high":
        guess = _continuous_quantile(predictive, 1.0 - area)
        first = _first(
            lambda k, rows: predictive.take(rows).at_least(k), area, guess, reach, least, most
        )
        return np.maximum(first, np.floor(mean) + 1.0)
    # The same search, from the other side.
    guess = _continuous_quantile(predictive, area)
    first = -_first(
        lambda k, rows: predictive.take(rows).at_most(-k), area, -guess, reach, -most, -least
    )
    return np.minimum(first, np.ceil(mean) - 1.0)


def _continuous_quantile(predictive: Predictive, area: float) -> Floats:
    """Quantile of rates with the mean and variance of the rate, as an event."""
    mean, variance = predictive.target, np.maximum(predictive.variance, 1e-300)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        rate = predictive.measure.quantile(area, mean, variance)
    return predictive.size * np.where(np.isfinite(rate), rate, mean)


def _first(
    tail: Callable[[Floats, Rows], Floats],
    area: float,
    guess: Floats,
    reach: Floats,
    least: Floats,
    most: Floats,
) -> Floats:
    """Smallest whole k, least <= k <= most, whose falling tail is below `area`; else NaN.

    A bracket around the guess is closed by secants on the normal quantile of the tail, which
    is nearly straight in k; every third step halves it, so that a skewed tail can't hold it up.
    """
    q = -float(special.ndtri(area))
    # `outside` isn't flagged, or is one less than what can be; `beyond` is flagged, or is most.
    outside = np.clip(np.ceil(guess - reach) - 1.0, least - 1.0, most - 1.0)
    beyond = np.clip(np.ceil(guess + reach), least, most)
    z_outside, z_beyond = (_z(tail, k, np.arange(k.size)) for k in (outside, beyond))
    z_outside = _widen(tail, outside, z_outside, reach, least - 1.0, lambda z: z > q)
    z_beyond = _widen(tail, beyond, z_beyond, reach, most, lambda z: z <= q)
    never = z_beyond <= q
    step = 0
    while (rows := np.flatnonzero((beyond - outside > 1.0) & ~never)).size:
        o, b, zo, zb = outside[rows], beyond[rows], z_outside[rows], z_beyond[rows]
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.nan_to_num((q - zo) / (zb - zo), nan=0.5)
        share = np.full_like(o, 0.5) if step % 3 == 2 else np.clip(share, 0.0, 1.0)
        k = np.clip(np.ceil(o + share * (b - o)), o + 1.0, b - 1.0)
        z = _z(tail, k, rows)
        passed = z > q
        beyond[rows[passed]], z_beyond[rows[passed]] = k[passed], z[passed]
        outside[rows[~passed]], z_outside[rows[~passed]] = k[~passed], z[~passed]
        step += 1
    return np.where(never, np.nan, beyond)


def _widen(
    tail: Callable[[Floats, Rows], Floats],
    count: Floats,
    z: Floats,
    reach: Floats,
    end: Floats,
    short: Callable[[Floats], NDArray[np.bool_]],
) -> Floats:
    """Move counts, in place, towards `end` in growing strides while they fall short."""
    stride = np.copysign(2.0 * reach, end - count)
    while (rows := np.flatnonzero(short(z) & (count != end))).size:
        further = np.round(count[rows] + stride[rows])
        inside = np.abs(further - count[rows]) < np.abs(end[rows] - count[rows])
        count[rows] = np.where(inside, further, end[rows])
        z[rows] = _z(tail, count[rows], rows)
        stride[rows] *= 2.0
    return z


def _z(tail: Callable[[Floats, Rows], Floats], count: Floats, rows: Rows) -> Floats:
    """Normal deviate at which a tail begins, kept finite."""
    return np.clip(-special.ndtri(tail(count, rows)), -38.0, 38.0)


def limit_rates(
    predictive: Predictive, level: float, *, sides: Sides, method: Limits
) -> tuple[Floats, Floats]:
    r"""Limits of the rate at a level.

    *exact*: the lowest and the highest rate that is not flagged; a unit is flagged if and only
    if it lies strictly outside. *interpolated*: with F the distribution function, f the
    probability and :math:`r_p` the smallest count with :math:`F(r) \ge p`,

    .. math:: \left(r_p - \frac{F(r_p) - p}{f(r_p)}\right) \Big/ n,

    and 1 - p for p above: a smooth line for the eye, by which no unit is flagged. *normal*:
    :math:`t \pm z\sqrt{v}` with the predictive variance v, of means on the scale of their
    errors. All are kept within what a rate can be.

    Parameters
    ----------
    predictive : Predictive
    level : float
    sides : {"both", "high", "low"}
    method : {"exact", "normal", "interpolated"}

    Returns
    -------
    lower, upper : ndarray of float, shape (units,)
        In units of the rate; NaN on a side that is not watched.

    References
    ----------
    .. [1] Spiegelhalter (2005). Funnel plots for comparing institutional performance. Stat Med
       24(8), 1185-1202. doi:10.1002/sim.1970
    .. [2] Seaton & Manktelow (2012). The probability of being identified as an outlier with
       commonly used funnel plot control limits for the standardised mortality ratio. BMC Med
       Res Methodol 12, 98. doi:10.1186/1471-2288-12-98
    """
    low, high = tail_area(level, "low", sides), tail_area(level, "high", sides)
    if method == "normal" or not predictive.counts:
        sd = np.sqrt(predictive.variance)
        target, away = predictive.target, predictive.measure.away
        lower = away(target, predictive.deviates(low) * sd) if low else np.nan * sd
        upper = away(target, -predictive.deviates(high) * sd) if high else np.nan * sd
    else:
        critical = critical_events(predictive, level, sides=sides)
        last_low = np.where(np.isnan(critical.low), -1.0, critical.low) + 1.0
        last_high = np.where(np.isnan(critical.high), predictive.size + 1.0, critical.high) - 1.0
        if method == "interpolated":
            here, beyond = predictive.at_most(last_low), predictive.at_most(last_low - 1.0)
            last_low = last_low - _share(here - low, here - beyond)
            here, beyond = predictive.at_least(last_high), predictive.at_least(last_high + 1.0)
            last_high = last_high - _share(high - beyond, here - beyond)
        lower, upper = last_low / predictive.size, last_high / predictive.size
        lower, upper = (np.where(area, x, np.nan) for area, x in ((low, lower), (high, upper)))
    least, most = predictive.measure.ends
    return np.clip(lower, least, most), np.clip(upper, least, most)


def _share(part: Floats, whole: Floats) -> Floats:
    """Part of a whole, between 0 and 1; 0 where the whole is nothing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(np.nan_to_num(part / whole, posinf=0.0, neginf=0.0), 0.0, 1.0)


def attained_size(predictive: Predictive, level: float, *, sides: Sides) -> Floats:
    """Probability that each unit is flagged at a level while it performs at the target.

    At most 1 - level; less where counts are few.

    Parameters
    ----------
    predictive : Predictive
    level : float
    sides : {"both", "high", "low"}

    Returns
    -------
    ndarray of float, shape (units,)
    """
    if not predictive.counts:
        return np.where(np.isnan(predictive.variance), np.nan, 1.0 - level)
    critical = critical_events(predictive, level, sides=sides)
    low, high = np.nan_to_num(critical.low, nan=-1.0), np.nan_to_num(critical.high, nan=0.0)
    return np.where(np.isnan(critical.low), 0.0, predictive.at_most(low)) + np.where(
        np.isnan(critical.high), 0.0, predictive.at_least(high)
    )
