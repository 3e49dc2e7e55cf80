r"""Sums: whether a number is the sum of others, and how surely that isn't chance.

Counts of one row rarely equal the sum of others unless the row is their total; small ones do
all the time (1 + 2 = 3). So agreement alone proves nothing: it is weighed. Where a total
:math:`v` misses its parts' sum by :math:`d`, in a column printed in steps of :math:`r`, an
unrelated number from a range as wide as :math:`w` would come as near with a probability of at
most :math:`p = (2|d| + r) / w`, and would pass for equal with one of :math:`q = (2f + h + r) / w`,
where rounding leaves room for :math:`f` and hidden parts for :math:`h`. For what is counted
:math:`w = 2\sqrt{v}`, as wide as chance alone makes a count; for sizes it is what the number could
have been. Over columns and cells, equal numbers taken once, the evidence in bits is

.. math:: \max\left\{-\sum \log_2 q,\ -\log_2 \Pr\left(\Gamma_n > -\sum \ln p\right)\right\}

(the second is Fisher's way of combining :math:`n` probabilities, since small ones are to be
expected among many). `REQUIRED` bits beyond the logarithm of the number of guesses make a total, so
that about one table in a thousand has one by chance.
"""

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

REQUIRED = 10.0
# What a mark for small counts hides where nobody states it: rules run from 5 to 10.
HIDDEN_MOST = 10.0
BASES = (1000, 500, 100, 50, 25, 20, 10, 5, 4, 3, 2)
DISTINCT = 8
# Of the standard deviations of rounding, how many a sum may be off.
WIDTH = 4.0


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
        return Addends(
            values=self.values[rows],
            known=self.known[rows],
            most=self.most[rows],
            variance=self.variance[rows],
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

        def each(values: NDArray[np.float64] | Mask) -> Floats:
            columns = [
                np.bincount(groups[inside], weights=values[inside, at], minlength=number)
                for at in range(values.shape[1])
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weighed:
    """How totals compare with sums.

    Attributes
    ----------
    comparable : ndarray of bool, shape (totals,)
        Where the total is known in some column.
    agree : ndarray of bool, shape (totals,)
        Comparable, and equal in every column that is known, within rounding and what is hidden.
    passing, near : ndarray of float, shape (totals, 2)
        For each column -log2 of the probability to pass for equal by chance, and to come as near;
        zero where they don't agree.
    """

    comparable: Mask
    agree: Mask
    passing: Floats
    near: Floats


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
    known &= np.isfinite(np.stack(values, axis=1))
    filled = np.where(known, np.stack(values, axis=1), 0.0)
    found = [_step(filled[known[:, at], at]) for at in range(2)]
    step = np.array([max(found[at][0], rounded[at]) for at in range(2)], dtype=np.float64)
    # What is rounded at random, to the next or the one before, is off by up to a whole step.
    slacks = [
        step[at] if rounded[at] or (found[at][1] and step[at] > 1) else 0.0 if exact[at] else 0.5
        for at in range(2)
    ]
    slack = np.tile(np.minimum(slacks, step), (len(filled), 1))
    slack[:, 0] = np.maximum(slack[:, 0], off)
    return Addends(
        values=filled,
        known=known,
        most=np.where(known, 0.0, _most(records, filled)),
        variance=np.where(known, slack**2 / 3, 0.0),
        step=step,
        root=np.array([counted, False]),
    )


def weigh(total: Addends, parts: Addends, *, width: Floats | None = None) -> Weighed:
    """Compare totals with sums of parts.

    Parameters
    ----------
    total, parts : Addends
        Row by row: each total beside the sum that it may be.
    width : ndarray of float, shape (totals,), optional
        How far apart the sizes are that the parts could have had; by default the total itself.

    Returns
    -------
    Weighed
    """
    value = np.abs(total.values)
    gap = total.values - parts.values
    fuzz = WIDTH * np.sqrt(total.variance + parts.variance) + 1e-9 * value + 1e-9
    equal = (gap >= -fuzz) & (gap <= fuzz + parts.most)
    comparable = np.asarray(total.known.any(axis=1), dtype=np.bool_)
    agree = np.asarray(
        comparable & (equal | ~total.known).all(axis=1) & (parts.values > 0).any(axis=1),
        dtype=np.bool_,
    )
    window = np.where(fuzz > 1e-6 * (1 + value), 2 * fuzz, 0.0) + parts.most + total.step
    close = np.where(parts.most > 0, window, np.minimum(2 * np.abs(gap) + total.step, window))
    wide = np.where(total.root, 2 * np.sqrt(value), value)
    if width is not None:
        wide[:, 1] = np.minimum(wide[:, 1], width)
    counts = agree[:, None] & total.known
    passing, nearness = (
        np.where(counts, -np.log2(np.clip(each / np.maximum(wide, 1e-12), 1e-12, 1.0)), 0.0)
        for each in (window, close)
    )
    return Weighed(comparable=comparable, agree=agree, passing=passing, near=nearness)


def add_evidence(weighed: Weighed, total: Addends, who: Rows, number: int) -> Floats:
    """Combine the evidence for each candidate, equal numbers once.

    Parameters
    ----------
    weighed : Weighed
    total : Addends
    who : ndarray of int, shape (totals,)
        The candidate that each total is of, from zero.
    number : int
        Of candidates.

    Returns
    -------
    ndarray of float, shape (candidates,)
        In bits.
    """
    passing, near, terms = np.zeros(number), np.zeros(number), np.zeros(number)
    for at, columns in ((0, (0, 1)), (1, (1,))):
        keyed = np.column_stack([who, *(total.values[:, column] for column in columns)])
        order = np.lexsort((-weighed.near[:, at], *keyed.T[::-1]))
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = (np.diff(keyed[order], axis=0) != 0).any(axis=1)
        chosen = order[first]
        chosen = chosen[weighed.agree[chosen] & total.known[chosen, at]]
        passing += np.bincount(who[chosen], weights=weighed.passing[chosen, at], minlength=number)
        near += np.bincount(who[chosen], weights=weighed.near[chosen, at], minlength=number)
        terms += np.bincount(who[chosen], minlength=number)
    if np.array_equal(passing, near):
        return passing
    return np.maximum(passing, _combine(near, terms))


def _combine(near: Floats, terms: Floats) -> Floats:
    """Combine probabilities by Fisher's method; all in bits."""
    # Importing scipy takes a tenth of a second, and most tables are printed exactly.
    from scipy.special import gammaincc

    tail = gammaincc(np.maximum(terms, 1.0), near * np.log(2.0))
    return np.asarray(-np.log2(np.maximum(tail, 1e-300)), dtype=np.float64)


def nearly_all(agree: Floats | Rows, comparable: Floats | Rows) -> Mask:
    """Say whether all of a few, or nineteen in twenty of many, agree."""
    return np.asarray((comparable > 0) & (comparable - agree <= comparable // 20), dtype=np.bool_)


def _most(records: Records, filled: Floats) -> Floats:
    """What each hidden number may hold: little where it is suppressed, else as much as any."""
    largest = np.abs(filled).max(axis=0, initial=0.0)
    most = np.tile(largest, (len(filled), 1))
    high = np.where(np.isfinite(records.event.high), records.event.high, HIDDEN_MOST)
    hidden = records.event.is_kind(Kind.SUPPRESSED)
    most[hidden, 0] = high[hidden]
    return most


def _step(values: Floats) -> tuple[float, bool]:
    """Find in what steps a column is printed, and whether that is by rounding.

    It is 0.01, 1, or 5 where counts are rounded to it: nine in ten must be multiples, since a total
    may be rounded when its parts aren't. Of a few numbers it is what divides them all: equal sizes
    add up to multiples of each other, which is no evidence of anything.
    """
    values = np.abs(values[np.isfinite(values) & (values != 0)])
    if not len(values):
        return 1.0, False
    for decimals in range(7):
        scaled = values * 10.0**decimals
        torn = np.abs(scaled - np.rint(scaled)) > 1e-6 * np.maximum(scaled, 1.0)
        if torn.mean() <= 0.01:
            break
    unit = 10.0**-decimals
    distinct = np.unique(np.rint(values / unit))
    if len(distinct) < DISTINCT and distinct.max() < 2.0**62:
        return float(np.gcd.reduce(distinct.astype(np.int64))) * unit, decimals > 0
    if decimals:
        return unit, True
    for base in BASES:
        multiple = np.rint(values) % base == 0
        if multiple.mean() >= 0.9 and len(np.unique(values[multiple])) >= DISTINCT:
            return float(base), True
    return 1.0, False
