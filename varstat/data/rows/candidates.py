"""Candidates: rows beside the sums that they may be, of a group, of all others, of a block."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from varstat.data.account import Rows
from varstat.data.rows.addends import Addends
from varstat.data.rows.distinguish import Factor
from varstat.data.rows.sums import agrees
from varstat.measure import Floats

AT_A_TIME = 100_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Rows that may be totals, each beside the sum that it may be.

    Attributes
    ----------
    rows : ndarray of int, shape (candidates,)
    parts : Addends, of candidates
    width : ndarray of float, shape (candidates,)
        How far apart the sizes are that the parts could have had.
    guesses : ndarray of float, shape (candidates,)
        How many sums were tried.
    stands_out : ndarray of float, shape (candidates,), optional
        By what factor a row is larger than any other.
    """

    rows: Rows
    parts: Addends
    width: Floats
    guesses: Floats
    stands_out: Floats | None = None


def beside_largest(addends: Addends, groups: Rows) -> Candidates | None:
    """Beside the largest row of each group the sum of the others."""
    number = int(groups.max(initial=-1)) + 1
    if not number:
        return None
    inside = groups >= 0
    counts = np.bincount(groups[inside], minlength=number)
    at = 1 if addends.known[:, 1].any() else 0
    top = np.full(number, -np.inf)
    np.maximum.at(top, groups[inside], addends.values[inside, at])
    hit = inside & (addends.values[:, at] == top[groups]) & (counts[groups] > 2)
    rows = np.flatnonzero(hit)
    # Of equal ones the first will do.
    rows = rows[np.unique(groups[rows], return_index=True)[1]]
    if not len(rows):
        return None
    own = addends.take(rows)
    parts = addends.add(groups, number).take(groups[rows]).less(own)
    return Candidates(
        rows=rows, parts=parts, width=np.abs(own.values[:, 1]), guesses=np.ones(len(rows))
    )


def beside_named(
    addends: Addends, cells: Rows, column: Factor, names: Factor, left: Rows
) -> Candidates | None:
    """Beside each row that has a group's value as its code or name that group's sum."""
    codes = column.codes[left]
    place = pd.Index(column.levels, dtype=object).get_indexer(pd.Index(names.levels, dtype=object))
    named = names.codes[left]
    # The last place is what a blank name, of code -1, points to.
    speaks = np.append(place, -1)[named]
    rows = np.flatnonzero((speaks >= 0) & (speaks != codes))
    if not len(rows):
        return None
    wide = len(column.levels) + 1
    keys, groups = np.unique(np.where(codes >= 0, cells * wide + codes, -1), return_inverse=True)
    sums = addends.add(groups, len(keys))
    counts = np.bincount(groups, minlength=len(keys))
    at = np.searchsorted(keys, cells[rows] * wide + speaks[rows])
    there = keys[np.minimum(at, len(keys) - 1)] == cells[rows] * wide + speaks[rows]
    there[there] &= counts[at[there]] > 1
    rows, at = rows[there], at[there]
    if not len(rows):
        return None
    width = np.abs(addends.values[rows, 1])
    return Candidates(rows=rows, parts=sums.take(at), width=width, guesses=np.ones(len(rows)))


def beside_blocks(addends: Addends, cells: Rows, order: Rows) -> Candidates:
    """Beside each row that equals the sum of a block of rows after it that sum.

    Of a long table some cells are compared at a time, since nearly all rows come to nothing.
    """
    starts = np.flatnonzero(np.diff(cells[order], prepend=-1))
    cuts = starts[np.flatnonzero(np.diff(starts // AT_A_TIME, prepend=-1))]
    return _join([_blocks_of(addends, cells, some) for some in np.split(order, cuts[1:])])


def _join(found: Sequence[Candidates]) -> Candidates:
    parts = [each.parts for each in found]
    return Candidates(
        rows=np.concatenate([each.rows for each in found]),
        parts=Addends(
            values=np.concatenate([each.values for each in parts]),
            known=np.concatenate([each.known for each in parts]),
            most=np.concatenate([each.most for each in parts]),
            variance=np.concatenate([each.variance for each in parts]),
            step=parts[0].step,
            root=parts[0].root,
        ),
        width=np.concatenate([each.width for each in found]),
        guesses=np.concatenate([each.guesses for each in found]),
    )


def _blocks_of(addends: Addends, cells: Rows, order: Rows) -> Candidates:
    ordered, cell = addends.take(order), cells[order]
    count = len(order)
    running = _running(ordered.values)
    change = np.flatnonzero(np.diff(cell)) + 1
    ends = np.append(change, count)
    end = ends[np.searchsorted(ends, np.arange(count), side="right")]
    start = np.arange(count) + 1
    at = 1 if ordered.known[:, 1].any() else 0
    target = running[np.minimum(start, count), at] + ordered.values[:, at]
    guess = np.searchsorted(running[:, at], target - 1e-9 * np.abs(target), side="left")
    best = np.clip(guess, start, end)
    # Rounding may have moved the end to the row before.
    before = np.clip(guess - 1, start, end)
    nearer = np.abs(running[before, at] - target) < np.abs(running[best, at] - target)
    best = np.where(nearer, before, best)
    rows = np.flatnonzero((best - start >= 2) & (ordered.values[:, at] > 0))
    lo, hi = start[rows], best[rows]
    hidden, most, variance = (
        _running(each)
        for each in ((~ordered.known).astype(np.float64), ordered.most, ordered.variance)
    )
    parts = Addends(
        values=running[hi] - running[lo],
        known=hidden[hi] == hidden[lo],
        most=np.maximum(most[hi] - most[lo], 0.0),
        variance=np.maximum(variance[hi] - variance[lo], 0.0),
        step=addends.step,
        root=addends.root,
    )
    equal = np.flatnonzero(agrees(ordered.take(rows), parts))
    rows, members = rows[equal], (hi - lo)[equal]
    first = np.concatenate([[0], change])
    held = (ends - first)[np.searchsorted(ends, rows, side="right")]
    return Candidates(
        rows=order[rows],
        parts=parts.take(equal),
        width=np.abs(ordered.values[rows, 1]) / members,
        guesses=2.0 * held,
    )


def _running(values: Floats) -> Floats:
    return np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
