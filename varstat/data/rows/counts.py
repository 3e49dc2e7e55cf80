"""Counts: what each record's numbers are, and between which ends a hidden one lies."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from varstat.card.schema import Card
from varstat.data.account import Mask
from varstat.data.source.numbers import Kind, Numbers, cut, same
from varstat.measure import Floats

WHOLE_TO = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counts:
    """Events and sizes of the records.

    Attributes
    ----------
    event : ndarray of float, shape (rows,)
        NaN where suppressed.
    lower, upper : ndarray of float, shape (rows,)
        Between which the event lies; equal to it where it is known.
    size : ndarray of float, shape (rows,)
    count : ndarray of float, shape (rows,)
        How many cases a mean is of; NaN where that isn't known, and for counts.
    """

    event: Floats
    lower: Floats
    upper: Floats
    size: Floats
    count: Floats

    def take(self, rows: Mask) -> "Counts":
        """Keep some rows."""
        return Counts(
            event=self.event[rows],
            lower=self.lower[rows],
            upper=self.upper[rows],
            size=self.size[rows],
            count=cut(self.count, rows),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Converted:
    """Events after what was printed in their place was turned into counts.

    Attributes
    ----------
    numbers : Numbers
    lower, upper : ndarray of float, shape (rows,)
        Between which the event lies by what is printed.
    was_percent : ndarray of bool, shape (rows,)
    was_product : ndarray of bool, shape (rows,)
        Where columns were multiplied or divided.
    impossible : ndarray of bool, shape (rows,)
        Where a percentage or product leaves room for no whole number.
    """

    numbers: Numbers
    lower: Floats
    upper: Floats
    was_percent: Mask
    was_product: Mask
    impossible: Mask


def convert_percentages(event: Numbers, size: Numbers, *, card: Card) -> Converted:
    r"""Turn percentages of the denominator, and products of columns, into counts.

    A percentage :math:`p` printed to within half a unit :math:`h` says that the count lies in
    :math:`[(p - h)\,n / 100,\ (p + h)\,n / 100]`. The event is the whole number nearest to the
    middle; its ends are the outermost whole numbers that print alike. The same holds of a rate
    that was multiplied by its size: the event lies within half a unit of the product.

    Parameters
    ----------
    event, size : Numbers
    card : Card
        Only a proportion's percentages mean anything; its counts may be whole or continuous.

    Returns
    -------
    Converted
    """
    values = event.values
    kinds = (Kind.PERCENT, Kind.NUMBER) if card.columns.percent else (Kind.PERCENT,)
    percent = event.is_kind(*kinds) & size.is_kind(Kind.NUMBER) & card.measure.bounded
    whole = card.indicator.counts == "whole"
    product = event.is_kind(Kind.NUMBER) & (event.half_unit > 0) & ~percent
    product &= whole and card.measure.counts
    if not (percent | product).any():
        return Converted(
            numbers=event,
            lower=values,
            upper=values,
            was_percent=percent,
            was_product=product,
            impossible=percent,
        )
    middle = np.where(percent, values * size.values / 100.0, values)
    half = np.where(percent, event.half_unit * size.values / 100.0, event.half_unit)
    counts, lower, upper = middle, middle - half, middle + half
    if whole:
        lower, upper = np.ceil(lower - WHOLE_TO), np.floor(upper + WHOLE_TO)
        counts = np.rint(middle)
    taken = percent | product
    return Converted(
        numbers=replace(
            event,
            values=np.where(taken, counts, values),
            kind=np.where(taken, np.int8(Kind.NUMBER), event.kind).astype(np.int8),
        ),
        lower=np.where(taken, lower, values),
        upper=np.where(taken, upper, values),
        was_percent=percent,
        was_product=product,
        impossible=taken & (lower > upper),
    )


def state_counts(
    event: Converted, size: Numbers, *, card: Card, rounded: Mapping[str, int] | None = None
) -> Counts:
    """State each event with its ends.

    A suppressed event lies in the range of its mark. A count rounded to the nearest 5 lies within
    2 of what is printed (to the nearest `b`, within the whole part of b / 2), a printed zero too
    unless it is said to be one. An event that a printed percentage does not settle lies between
    the whole numbers that print alike. A proportion's ends stay within 0 and its denominator,
    which is taken as printed, or if that is rounded and even the lower end is above, as that.

    Parameters
    ----------
    event : Converted
    size : Numbers
    card : Card
    rounded : mapping of str to int, optional
        The base of `numerator` and of `denominator`, where they are rounded.

    Returns
    -------
    Counts
    """
    values, lower, upper = event.numbers.values, event.lower, event.upper
    half, slack = (
        float((rounded or {}).get(part, 0) // 2) for part in ("numerator", "denominator")
    )
    low, high = event.numbers.low, event.numbers.high
    if card.measure.counts and card.indicator.counts == "whole":
        values, lower, upper = (_snap(each) for each in (values, lower, upper))
        low, high = np.ceil(low - WHOLE_TO), np.floor(high + WHOLE_TO)
    stated = np.isfinite(low)
    if half and card.measure.counts:
        known = stated | event.was_percent | event.was_product
        lower = np.where(known, lower, np.maximum(values - half, 0.0))
        upper = np.where(known, upper, values + half)
    lower, upper = np.where(stated, low, lower), np.where(stated, high, upper)
    sizes = size.values
    if card.measure.counts:
        lower = np.where(values < 0, lower, np.maximum(lower, 0.0))
    if card.measure.bounded:
        possible = (lower <= sizes + slack) & (values >= 0)
        if slack:
            sizes = np.where(lower <= sizes + slack, np.fmax(sizes, lower), sizes)
        upper, lower = np.fmin(upper, sizes), np.fmin(lower, sizes)
        values = np.where(possible, np.clip(values, lower, upper), values)
    printed = event.numbers.values
    return Counts(
        event=printed if _is_equal(values, printed) else values,
        lower=lower,
        upper=upper,
        size=sizes,
        count=same(math.nan, len(values)),
    )


def _is_equal(values: Floats, others: Floats) -> bool:
    """Whether two columns are the same to the bit, so that one of them will do."""
    return np.array_equal(values.view(np.int64), others.view(np.int64))


def _snap(values: Floats) -> Floats:
    """Make whole what is whole but for the arithmetic that made it."""
    nearest = np.rint(values)
    return np.where(np.abs(values - nearest) <= WHOLE_TO, nearest, values)
