"""Addends: the numbers of each row that add up over rows, and how surely each is known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from varstat.card.schema import Card
from varstat.data.account import Mask, Rows
from varstat.data.rows.counts import Converted
from varstat.data.rows.marks import state_publishing
from varstat.data.rows.records import Records
from varstat.data.source.numbers import Kind
from varstat.measure import Floats

BASES = (1000, 500, 100, 50, 25, 20, 10, 5, 4, 3, 2)
DISTINCT = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Addends:
    """Numbers that add up over rows: a column of what is measured, then one of sizes.

    Attributes
    ----------
    values : ndarray of float, shape (rows, 2)
        Zero where hidden.
    known : ndarray of bool, shape (rows, 2)
    most : ndarray of float, shape (rows, 2)
        What a hidden number may hold; zero where known.
    variance : ndarray of float, shape (rows, 2)
        Of rounding.
    step : ndarray of float, shape (2,)
        Between neighbouring numbers as printed.
    root : ndarray of bool, shape (2,)
        Whether the column is a count that varies by chance.
    """

    values: Floats
    known: Mask
    most: Floats
    variance: Floats
    step: Floats
    root: Mask

    def take(self, rows: Mask | Rows) -> "Addends":
        """Keep some rows."""
        if _is_all(rows, len(self.values)):
            return self
        return Addends(
            values=self.values[rows],
            known=self.known[rows],
            most=_cut(self.most, rows),
            variance=_cut(self.variance, rows),
            step=self.step,
            root=self.root,
        )

    def add(self, groups: Rows, number: int) -> "Addends":
        """Add up the rows of each group.

        Parameters
        ----------
        groups : ndarray of int, shape (rows,)
            Below zero for rows of no group.
        number : int
            Of groups.

        Returns
        -------
        Addends
            With a row a group.
        """
        inside = groups >= 0
        every = bool(inside.all())
        of = groups if every else groups[inside]

        def each(values: NDArray[np.float64] | Mask) -> Floats:
            if _is_nothing(values):
                return np.zeros((number, values.shape[1]))
            columns = [
                np.bincount(of, weights=column if every else column[inside], minlength=number)
                for column in values.T
            ]
            return np.stack(columns, axis=1).astype(np.float64)

        return Addends(
            values=each(self.values),
            known=each(~self.known) == 0,
            most=each(self.most),
            variance=each(self.variance),
            step=self.step,
            root=self.root,
        )

    @property
    def exact(self) -> bool:
        """Whether nothing is rounded."""
        return _is_nothing(self.variance)

    def less(self, other: "Addends") -> "Addends":
        """Take some rows' numbers out of sums that hold them."""
        return Addends(
            values=self.values - other.values,
            known=self.known,
            most=np.maximum(self.most - other.most, 0.0),
            variance=np.maximum(self.variance - other.variance, 0.0),
            step=self.step,
            root=self.root,
        )


def make_addends(records: Records, event: Converted, *, card: Card) -> Addends | None:
    """Take the columns of numbers that add up over rows.

    Parameters
    ----------
    records : Records
    event : Converted
        The events, percentages converted.
    card : Card
        States what is rounded and hidden, and whether counts are whole.

    Returns
    -------
    Addends or None
        Of a mean, its total and count; None where it is given without its count.
    """
    numbers, size = event.numbers, records.size
    values = [numbers.values, size.values]
    kinds = [numbers, size]
    off = np.where(event.was_percent, np.nan_to_num(event.upper - event.lower), 0.0)
    counted = card.measure.counts
    if not counted and "total" not in card.needed:
        if records.count is None:
            return None
        count = records.count.numbers
        off = 0.5 * _step(numbers.values)[0] * np.nan_to_num(count.values)
        values = [numbers.values * count.values, count.values]
        kinds = [numbers, count]
    whole = counted and card.indicator.counts == "whole"
    exact = (whole, card.measure.bounded and whole)
    bases = state_publishing(card).rounded
    rounded = (bases.get("numerator", 0), bases.get("denominator", 0))
    known = np.stack([each.is_kind(Kind.NUMBER) for each in kinds], axis=1)
    filled = np.stack(values, axis=1)
    known &= np.isfinite(filled)
    filled[~known] = 0.0
    found = [_step(filled[known[:, at], at]) for at in range(2)]
    step = np.array([max(found[at][0], rounded[at]) for at in range(2)], dtype=np.float64)
    # What is rounded at random, to the next or the one before, is off by up to a whole step.
    slacks = [
        step[at] if rounded[at] or (found[at][1] and step[at] > 1) else 0.0 if exact[at] else 0.5
        for at in range(2)
    ]
    return Addends(
        values=filled,
        known=known,
        most=_most(records, filled, known),
        variance=_variance(np.minimum(slacks, step), off, known),
        step=step,
        root=np.array([counted, False]),
    )


def take(codes: Rows, rows: Mask | Rows) -> Rows:
    """Keep some rows of a column, without a copy where they are all."""
    return codes if _is_all(rows, len(codes)) else codes[rows]


def _variance(slack: Floats, off: Floats, known: Mask) -> Floats:
    """Give the variance of rounding, of columns and of what rows' events are off beyond that."""
    if not (slack.any() or off.any()):
        return _nothing(len(known))
    slacks = np.tile(slack, (len(known), 1))
    slacks[:, 0] = np.maximum(slacks[:, 0], off)
    return np.where(known, slacks**2 / 3, 0.0)


def _nothing(rows: int) -> Floats:
    """Give a table of zeros, which takes no memory however many rows it has."""
    return np.broadcast_to(np.float64(0.0), (rows, 2))


def _is_all(rows: Mask | Rows, number: int) -> bool:
    """Whether rows are all that there are, in their order."""
    if len(rows) != number:
        return False
    if rows.dtype == np.bool_:
        return bool(rows.all())
    return bool((rows[1:] > rows[:-1]).all())


def _is_nothing(values: NDArray[np.float64] | Mask) -> bool:
    """Whether a table is one of zeros that takes no memory."""
    return values.strides == (0, 0)


def _cut(values: Floats, rows: Mask | Rows) -> Floats:
    """Keep some rows of a table; of zeros it still takes no memory."""
    if not _is_nothing(values):
        return values[rows]
    number = int(np.count_nonzero(rows)) if rows.dtype == np.bool_ else len(rows)
    return _nothing(number)


def _most(records: Records, filled: Floats, known: Mask) -> Floats:
    """What each hidden number may hold: what its mark states, else as much as any.

    Unstated marks hide large counts too, by which small ones could be worked out.
    """
    if known.all():
        return _nothing(len(known))
    most = np.where(known, 0.0, np.abs(filled).max(axis=0, initial=0.0))
    stated = ~known[:, 0] & np.isfinite(records.event.high)
    most[stated, 0] = records.event.high[stated]
    return most


def _step(values: Floats) -> tuple[float, bool]:
    """Find in what steps a column is printed, and whether that is by rounding.

    It is 0.01, 1, or 5 where counts are rounded to it: nine in ten must be multiples, since a total
    may be rounded when its parts aren't. Of a few numbers it is what divides them all: equal sizes
    add up to multiples of each other, which is no evidence of anything.
    """
    filled = np.isfinite(values) & (values != 0)
    values, times = np.unique(np.abs(values[filled]), return_counts=True)
    rows = times.sum()
    if not rows:
        return 1.0, False
    for decimals in range(7):
        scaled = values * 10.0**decimals
        torn = np.abs(scaled - np.rint(scaled)) > 1e-6 * np.maximum(scaled, 1.0)
        if times[torn].sum() / rows <= 0.01:
            break
    unit = 10.0**-decimals
    distinct = np.unique(np.rint(values / unit))
    if len(distinct) < DISTINCT and distinct.max() < 2.0**62:
        return float(np.gcd.reduce(distinct.astype(np.int64))) * unit, decimals > 0
    if decimals:
        return unit, True
    for base in BASES:
        multiple = np.rint(values) % base == 0
        if times[multiple].sum() / rows >= 0.9 and np.count_nonzero(multiple) >= DISTINCT:
            return float(base), True
    return 1.0, False
