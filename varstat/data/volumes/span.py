"""A span of months or quarters without holes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from varstat.data.volumes.volumes import Months
from varstat.errors import TableError
from varstat.period.period import read_periods

_LEAST = {1: 18, 3: 6}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeSpan:
    """Periods one after another.

    Attributes
    ----------
    label : tuple of str
    first : ndarray of int, shape (periods,)
        The first month of each, counted from January of the year 0.
    months : int
        The length of each: 1 or 3.
    place : dict of str to int
        Where each label that was given stands.
    """

    label: tuple[str, ...]
    first: Months
    months: int
    place: dict[str, int]


def lay_out_periods(labels: Sequence[str], *, where: str) -> TimeSpan:
    """Lay out the periods of a table, with those that no row has.

    Parameters
    ----------
    labels : sequence of str
    where : str
        The table, for messages.

    Returns
    -------
    TimeSpan

    Raises
    ------
    TableError
        If they can't be read, are not all months or all quarters, or span less than 18 months.
    """
    periods = read_periods(labels)
    lengths = {each.months for each in periods}
    if not periods.in_time or not lengths <= {1, 3} or len(lengths) != 1:
        raise TableError(
            where,
            "completeness needs months or quarters, all of one length, whose labels can be read, "
            "such as 2014-07 or 2014-15 Q1. Keep the rows of one kind with --only.",
        )
    (months,) = (int(each or 1) for each in lengths)
    known = {int(each.first or 0): each.label for each in periods}
    if len(known) < len(periods):
        raise TableError(where, "two labels name the same period. Write each period one way.")
    first = np.arange(min(known), max(known) + 1, months, dtype=np.int64)
    if len(first) * months < _LEAST[months] * months:
        raise TableError(
            where,
            f"there are {len(first)} periods, and 18 months are needed: a season can't be told "
            "from a loss in less. Add earlier periods.",
        )
    labelled = [known.get(int(month), f"{month // 12}-{month % 12 + 1:02d}") for month in first]
    at = {label: k for k, label in enumerate(labelled)}
    if not set(known.values()) <= set(at):
        raise TableError(where, "quarters start in different months. Keep those of one kind.")
    return TimeSpan(label=tuple(labelled), first=first, months=months, place=at)
