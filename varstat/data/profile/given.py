"""Rates that are given without their counts: percentages of a size, values between limits."""

from collections.abc import Sequence

import numpy as np

from varstat.data.profile import words
from varstat.data.profile.column import Column
from varstat.data.profile.pair import LEAST, Pair, Quotient
from varstat.data.rows.figures import find_level

# Counts say more: a pair of them that is as likely is tried before.
_PERCENT, _LIMITS = LEAST + 0.2, LEAST + 0.5


def guess_given(columns: Sequence[Column], quotients: Sequence[Quotient]) -> tuple[Pair, ...]:
    """Guess which rates are given with what their precision is known from.

    Parameters
    ----------
    columns : sequence of Column
    quotients : sequence of Quotient
        Of rates whose counts are there too.

    Returns
    -------
    tuple of Pair
        A percentage beside what it is of; a value and its limits.
    """
    known = {id(each.column) for each in quotients}
    able = [each for each in columns if each.numeric and id(each) not in known]
    return (*_percentages(able), *_limits(able))


def _percentages(columns: Sequence[Column]) -> list[Pair]:
    """Pair the first percentage with the column that is named most like a size."""
    rates = [e for e in columns if e.kind == "percent" and not e.has(words.ASIDE)]
    sizes = [
        each
        for each in columns
        if each.kind == "count"
        and not each.has(words.ASIDE, words.EVENT - words.SIZE)
        and bool((each.values[np.isfinite(each.values)] >= 0).all())
    ]
    named = [each for each in sizes if each.has(words.SIZE)]
    sizes = named[:1] or (sizes if len(sizes) == 1 else [])
    return [
        Pair(
            role="percent",
            event=rate,
            size=size,
            score=_PERCENT,
            why=("a percentage, and what it seems to be of",),
        )
        for rate in rates[:1]
        for size in sizes
    ]


def _limits(columns: Sequence[Column]) -> list[Pair]:
    """Find columns named like limits, those of 95% before others, and the value between them."""
    lower = [each for each in columns if each.has(words.LOWER) and not each.has(words.UPPER)]
    upper = [each for each in columns if each.has(words.UPPER) and not each.has(words.LOWER)]
    lower.sort(key=lambda each: find_level(each.heading) not in (None, 0.95))
    values = [each for each in columns if not each.has(words.ASIDE, words.LOWER, words.UPPER)]
    values.sort(key=lambda each: not each.has(words.RATE, words.AVERAGE, words.PERCENT))
    found = [
        Pair(
            role="limits",
            event=value,
            size=low,
            upper=high,
            level=find_level(low.heading),
            score=_LIMITS,
            why=("it lies between its limits",),
        )
        for low in lower
        for high in upper
        if set(low.words) - words.LOWER == set(high.words) - words.UPPER
        for value in values
        if _lies_between(value, low, high)
    ]
    return found[:1]


def _lies_between(column: Column, lower: Column, upper: Column) -> bool:
    low, value, high = lower.values, column.values, upper.values
    told = np.isfinite(low) & np.isfinite(value) & np.isfinite(high)
    if told.sum() < 3:
        return False
    inside = (low[told] <= value[told]) & (value[told] <= high[told])
    return bool(np.mean(inside) >= 0.99 and (low[told] < high[told]).any())
