r"""Control limits: which events would be flagged, and the lines that show it.

Limits say where a unit's *reported* rate would lie if it performed at the target; they are not
a confidence interval around the expected count (Seaton & Manktelow 2012).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from varstat.card.schema import Limits, Sides
from varstat.funnel.tails import Predictive
from varstat.measure import Floats


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
    low = tail_area(level, "low", sides)
    high = tail_area(level, "high", sides)
    mean = predictive.size * predictive.target
    sd = predictive.size * np.sqrt(predictive.variance)
    most = predictive.size if predictive.measure.name == "proportion" else np.inf + mean
    none = np.full_like(mean, np.nan)
    return Critical(
        high=none
        if high == 0
        else _first(
            lambda k, rows: predictive.take(rows).at_least(k), high, mean, sd, 0.0 * mean, most
        ),
        low=none
        if low == 0
        else -_first(
            lambda k, rows: predictive.take(rows).at_most(-k), low, -mean, sd, -most, 0.0 * mean
        ),
    )


def _first(
    tail: Callable[[Floats, np.ndarray], Floats],
    area: float,
    mean: Floats,
    sd: Floats,
    least: Floats,
    most: Floats,
) -> Floats:
    """Smallest whole k, least <= k <= most, whose falling tail is below `area`; else NaN.

    A bracket is closed by secants on the normal quantile of the tail, which is nearly straight
    in k; every third step halves it, so that a skewed tail can't hold it up.
    """
    q = -float(special.ndtri(area))
    outside = np.maximum(np.floor(mean + max(q - 3.0, 0.0) * sd) - 1.0, least) - 1.0
    beyond = np.minimum(np.ceil(mean + (q + 3.0) * sd) + 2.0, most)
    every = np.arange(mean.size)
    z_outside, z_beyond = (_quantile(tail(k, every)) for k in (outside, beyond))
    # Where the first guess doesn't bracket, reach further, up to the ends of what can be.
    reach = np.maximum(sd, 1.0)
    while np.any(short := (z_beyond <= q) & (beyond < most)):
        rows = np.flatnonzero(short)
        reach[rows] *= 2.0
        beyond[rows] = np.minimum(np.ceil(beyond[rows] + reach[rows]), most[rows])
        z_beyond[rows] = _quantile(tail(beyond[rows], rows))
    never = z_beyond <= q
    low_start = (z_outside > q) & (outside >= least)
    outside[low_start] = least[low_start] - 1.0
    z_outside[low_start] = -38.0
    step = 0
    while (open_ := np.flatnonzero((beyond - outside > 1.0) & ~never)).size:
        o, b, zo, zb = outside[open_], beyond[open_], z_outside[open_], z_beyond[open_]
        share = 0.5 if step % 3 == 2 else np.clip((q - zo) / (zb - zo), 0.0, 1.0)
        k = np.clip(np.ceil(o + share * (b - o)), o + 1.0, b - 1.0)
        z = _quantile(tail(k, open_))
        passed = z > q
        beyond[open_[passed]], z_beyond[open_[passed]] = k[passed], z[passed]
        outside[open_[~passed]], z_outside[open_[~passed]] = k[~passed], z[~passed]
        step += 1
    return np.where(never, np.nan, beyond)


def _quantile(tail: Floats) -> Floats:
    """Distance in standard normal deviations at which a tail begins, kept finite."""
    return np.asarray(np.clip(-special.ndtri(tail), -38.0, 38.0))


def limit_rates(
    predictive: Predictive, level: float, *, sides: Sides, method: Limits
) -> tuple[Floats, Floats]:
    r"""Limits of the rate at a level.

    *exact*: the lowest and the highest rate that is not flagged; a unit is flagged if and only
    if it lies strictly outside. *interpolated*: with F the distribution function, f the
    probability and :math:`r_p` the smallest count with :math:`F(r) \ge p`,

    .. math:: \left(r_p - \frac{F(r_p) - p}{f(r_p)}\right) \Big/ n,

    and 1 - p for p above: a smooth line for the eye, by which no unit is flagged. *normal*:
    :math:`t \pm z\sqrt{v}` with the predictive variance v. All are kept within what a rate
    can be.

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
        lower = predictive.target + special.ndtri(low) * sd if low else np.nan * sd
        upper = predictive.target - special.ndtri(high) * sd if high else np.nan * sd
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
    least = 0.0 if predictive.measure.counts else -np.inf
    most = 1.0 if predictive.measure.name == "proportion" else np.inf
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
        return np.full_like(predictive.size, 1.0 - level)
    critical = critical_events(predictive, level, sides=sides)
    low, high = np.nan_to_num(critical.low, nan=-1.0), np.nan_to_num(critical.high, nan=0.0)
    return np.where(np.isnan(critical.low), 0.0, predictive.at_most(low)) + np.where(
        np.isnan(critical.high), 0.0, predictive.at_least(high)
    )
