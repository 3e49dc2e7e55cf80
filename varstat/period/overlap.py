"""Periods that share time: rolling ones, and a year among its quarters."""

from collections.abc import Iterable

from varstat.period.period import Period, overlaps


def find_overlap(periods: Iterable[Period]) -> tuple[Period, Period] | None:
    """Find two periods that share time.

    Parameters
    ----------
    periods : iterable of Period
        Of one table.

    Returns
    -------
    (Period, Period) or None
        The one that starts first, or is the longer, first.

    Examples
    --------
    >>> from varstat.period.period import read_periods
    >>> found = find_overlap(read_periods(["2008-2010", "2009-2011", "2011-2013"]))
    >>> [each.label for each in found]
    ['2008-2010', '2009-2011']
    >>> find_overlap(read_periods(["2008-2010", "2011-2013"]))
    """
    last: Period | None = None
    for period in sorted(filter(_is_dated, periods), key=_start):
        if last is not None and overlaps(last, period):
            return last, period
        if last is None or _end(period) >= _end(last):
            last = period
    return None


def choose_disjoint(periods: Iterable[Period]) -> list[Period]:
    """Choose as many periods as can be that share no time, the latest first among equals.

    Returns
    -------
    list of Period
        In the order of time.

    Examples
    --------
    >>> from varstat.period.period import read_periods
    >>> rolling = read_periods(["2008-2010", "2009-2011", "2010-2012", "2011-2013"])
    >>> [each.label for each in choose_disjoint(rolling)]
    ['2008-2010', '2011-2013']
    """
    chosen: list[Period] = []
    # Taken from the end, the one that starts last leaves most room for others.
    for period in sorted(filter(_is_dated, periods), key=_start, reverse=True):
        if not chosen or not overlaps(period, chosen[-1]):
            chosen.append(period)
    return chosen[::-1]


def _is_dated(period: Period) -> bool:
    return period.first is not None and period.months is not None


def _start(period: Period) -> tuple[int, int, int]:
    return period.first or 0, -(period.months or 0), period.day or 0


def _end(period: Period) -> int:
    return (period.first or 0) + (period.months or 0)
