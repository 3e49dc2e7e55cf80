"""Round numbers along an axis, from one of its ends to the other."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from varstat.measure import Floats
from varstat.period.column import read_column
from varstat.period.period import read_periods
from varstat.prose.number import MINUS

STEPS = [1, 2, 2.5, 5, 10]
# Mantissas of the numbers that may stand at an end of an uneven scale.
_ROUND = np.array([1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0])
# Ratio of the ends of a scale that is uneven to the eye.
_NARROW = 3.0
# Least distance of a tick at an end from the one before, as a share of the axis.
_APART = 0.07
# Least distance of a rank from the best and the worst, as a share of all.
_AWAY = 0.06
# Months from the start of a calendar year to that of a financial one.
_APRIL = 3
# Share of the axis that may be left without a tick.
_SHORT = 0.05


def transforms(scale: str) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    """Get a scale's transform and its inverse."""
    if scale == "log":
        return np.log10, lambda v: np.power(10.0, v)
    if scale == "sqrt":
        return lambda v: np.sqrt(np.maximum(v, 0.0)), np.square
    return (lambda v: v), (lambda v: v)


def even_ticks(low: float, high: float, most: int) -> list[float]:
    """Choose evenly spaced round numbers between two, with at most so many steps.

    Examples
    --------
    >>> even_ticks(0.0, 4.7, 8)
    [0.0, 1.0, 2.0, 3.0, 4.0]
    """
    at = MaxNLocator(most, steps=STEPS).tick_values(low, high)
    slack = 1e-9 * (high - low)
    return [float(v) for v in at if low - slack <= v <= high + slack]


def rank_ticks(count: int, most: int) -> tuple[list[float], list[str]]:
    """Choose ranks for an axis: the best, which is 1, the worst, and round ones between.

    Parameters
    ----------
    count : int
        Of the units, so that it is the worst rank.
    most : int
        Steps at most between round ones.

    Returns
    -------
    ticks : list of float
    texts : list of str

    Examples
    --------
    >>> rank_ticks(152, 8)[1]
    ['1', '20', '40', '60', '80', '100', '120', '140', '152']
    """
    at = MaxNLocator(most, integer=True, steps=STEPS).tick_values(1, count)
    apart = _AWAY * count
    inner = [v for v in at if v % 1 == 0 and apart < v - 1 and apart < count - v]
    ticks = sorted({1.0, *map(float, inner), float(count)})
    return ticks, [f"{tick:,.0f}" for tick in ticks]


def period_ticks(labels: Sequence[str], most: int) -> range:
    """Choose periods to name along an axis: of quarters and months those of one time of the year.

    Parameters
    ----------
    labels : sequence of str
        In the order of the axis.
    most : int
        How many at most.

    Returns
    -------
    range
        Their places.

    Examples
    --------
    >>> quarters = [f"20{y}-{y + 1} Q{q}" for y in range(12, 17) for q in (1, 2, 3, 4)]
    >>> [quarters[at] for at in period_ticks(quarters, 7)]
    ['2012-13 Q1', '2013-14 Q1', '2014-15 Q1', '2015-16 Q1', '2016-17 Q1']
    >>> loose = [f"{y} Q{q}" for y in range(2012, 2017) for q in (1, 2, 3, 4)][2:]
    >>> [loose[at] for at in period_ticks(loose, 7)]
    ['2013 Q1', '2014 Q1', '2015 Q1', '2016 Q1']
    """
    count = len(labels)
    step = max(1, -(-count // most))
    months = {period.months for period in read_periods(labels)}
    first = 0
    if months == {None}:
        months, first = _read_loose(labels)
    if len(months) == 1 and (length := months.pop()) and 12 % length == 0 and step > 1:
        year = 12 // length
        # Parts of a year, or whole years.
        steps = [each for each in range(1, year) if year % each == 0]
        step = next((each for each in steps if each >= step), -(-step // year) * year)
    return range(first % step, count, step)


def _read_loose(labels: Sequence[str]) -> tuple[set[int | None], int]:
    """Read quarters of which nobody knows if their year is the calendar's or the financial one.

    Their length, and the place of the first that begins a year: the same by either reading. None
    and 0 of other labels.
    """
    readings = read_column(labels)
    starts = [[each[label].start for label in labels if label in each] for each in readings]
    if len(starts) != 2 or any(len(each) < len(labels) for each in starts):
        return {None}, 0
    calendar, financial = starts
    if any(b - a != _APRIL for a, b in zip(calendar, financial, strict=True)):
        return {None}, 0
    begins = [at for at, start in enumerate(calendar) if start % 12 == 0]
    return {span.months for span in readings[0].values()}, begins[0] if begins else 0


def reach_ticks(
    low: float,
    high: float,
    most: int,
    *,
    ends: tuple[float, float] = (-np.inf, np.inf),
    factor: float = 1.0,
) -> tuple[float, float]:
    """Widen a range to its next ticks where more than half a step would have none.

    Parameters
    ----------
    low, high : float
    most : int
        Steps at most, as of `even_ticks`.
    ends : tuple of float
        Beyond which there is nothing to show.
    factor : float
        By what numbers are multiplied where they are written.

    Returns
    -------
    tuple of float

    Examples
    --------
    >>> reach_ticks(0.0, 4.7, 8), reach_ticks(0.0, 4.3, 8)
    ((0.0, 5.0), (0.0, 4.3))
    """
    at = MaxNLocator(most, steps=STEPS).tick_values(low * factor, high * factor)
    step = float(at[1] - at[0]) / factor
    first, last = np.ceil(low / step - 1e-9) * step, np.floor(high / step + 1e-9) * step
    if first - low > step / 2 and first - step >= ends[0]:
        low = float(first - step)
    if high - last > step / 2 and last + step <= ends[1]:
        high = float(last + step)
    return low, high


def size_ticks(low: float, high: float, most: int, *, scale: str) -> list[float]:
    """Choose round sizes, spread over a scale and from one end of it to the other.

    Parameters
    ----------
    low, high : float
    most : int
        About how many.
    scale : {"linear", "sqrt", "log"}

    Returns
    -------
    list of float

    Examples
    --------
    >>> size_ticks(20.0, 30_000.0, 6, scale="log")
    [20.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0, 30000.0]
    """
    if scale == "linear" or high < _NARROW * low:
        return even_ticks(low, high, most)
    ticks = _log_ticks(low, high, most) if scale == "log" else _sqrt_ticks(low, high, most)
    return _fill_ends(ticks, low, high, scale)


def reach_sizes(low: float, high: float, most: int, *, scale: str) -> tuple[float, float]:
    """Widen a range of sizes to its next round numbers where an end would be far from any.

    Parameters
    ----------
    low, high : float
    most : int
        Steps at most, as of `size_ticks`.
    scale : {"linear", "sqrt", "log"}

    Returns
    -------
    tuple of float

    Examples
    --------
    >>> reach_sizes(0.0, 4.7, 8, scale="sqrt"), reach_sizes(0.0, 4.1, 8, scale="sqrt")
    ((0.0, 5.0), (0.0, 4.1))
    """
    if scale == "linear" or high < _NARROW * low:
        return reach_ticks(low, high, most, ends=(0.0, np.inf))
    forward, _ = transforms(scale)
    spare = _SHORT * float(np.ptp(forward(np.array([low, high]))))
    rounds = _rounds(low, high)
    at, (start, end) = forward(rounds), forward(np.array([low, high]))
    if end - at[rounds <= high][-1] > spare:
        high = float(rounds[rounds > high][0])
    if low > 0 and at[rounds >= low][0] - start > spare:
        low = float(rounds[rounds < low][-1])
    return low, high


def _rounds(low: float, high: float) -> Floats:
    """Give the round numbers from below a range to above it."""
    start = low if low > 0 else high / 1e3
    powers = range(int(np.floor(np.log10(start))) - 1, int(np.ceil(np.log10(high))) + 1)
    # As they are written, without the dust of binary fractions.
    return np.array([float(f"{mantissa}e{power}") for power in powers for mantissa in _ROUND])


def _sqrt_ticks(low: float, high: float, most: int) -> list[float]:
    even = np.linspace(np.sqrt(low), np.sqrt(high), most + 1) ** 2
    return sorted(v for v in {_round_size(v) for v in even} if low <= v <= high)


def _log_ticks(low: float, high: float, most: int) -> list[float]:
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [m * 10.0**d for d in decades for m in steps if low <= m * 10.0**d <= high]
        if len(ticks) <= most + 2:
            return ticks
    every = -(-len(ticks) // most)
    return ticks[::every]


def _fill_ends(ticks: list[float], low: float, high: float, scale: str) -> list[float]:
    """Put a tick near an end that has none: one more, or in place of one too near to it."""
    forward, _ = transforms(scale)
    width = float(np.ptp(forward(np.array([low, high]))))
    rounds = _rounds(low, high)
    rounds = rounds[(rounds >= low) & (rounds <= high)]
    if not rounds.size:
        return ticks
    filled = list(ticks) or [float(rounds[0])]
    for end, place in ((float(rounds[-1]), -1), (float(rounds[0]), 0)):
        ahead = end > filled[-1] if place else end < filled[0] and low > 0
        gap = abs(float(np.subtract(*forward(np.array([end, filled[place]])))))
        if ahead and gap >= _APART * width:
            filled.insert(len(filled) if place else 0, end)
        elif ahead and len(filled) > 2:
            # Too near the one before, but nearer to the end.
            filled[place] = end
    return filled


def _round_size(value: float) -> float:
    if value <= 0:
        return 0.0
    power = int(np.floor(np.log10(value)))
    steps = np.array([1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0])
    return float(f"{steps[np.argmin(np.abs(steps - value / 10.0**power))]}e{power}")


def rate_ticks(
    low: float, high: float, most: int, *, percent: bool, per: float = 1.0
) -> tuple[list[float], list[str]]:
    """Choose round rates in a range, each written with the same number of decimals.

    Parameters
    ----------
    low, high : float
    most : int
        Steps at most.
    percent : bool
        Whether they are written as percentages.
    per : float
        By what rates that aren't are multiplied.

    Returns
    -------
    ticks : list of float
    texts : list of str
    """
    factor = 100.0 if percent else per
    inside = even_ticks(low * factor, high * factor, most)
    step = inside[1] - inside[0] if len(inside) > 1 else abs(high - low) * factor or 1.0
    # 2.5 needs one decimal more than 2 or 5.
    decimals = next(d for d in range(12) if d == 11 or np.isclose(round(step, d), step))
    texts = [f"{v + 0.0:,.{decimals}f}".replace("-", MINUS) for v in inside]
    sign = "%" if percent else ""
    return [v / factor for v in inside], [text + sign for text in texts]
