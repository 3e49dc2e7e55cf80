r"""Levels that are sums of others: persons among the sexes, a year among its quarters.

Within each unit (and period, and whatever else tells its rows apart) the row of a level is
compared with the sums of other levels' rows: of all others, of each run of neighbours in order of
appearance, name or time, and where levels are few of every set of them. A level is a total if one
and the same set gives it in nearly all units, with the evidence that `sums` requires beyond the
logarithm of the number of sets tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from varstat.data.account import Mask, Rows
from varstat.data.rows.addends import Addends
from varstat.data.rows.sums import (
    REQUIRED,
    WIDTH,
    Weighed,
    add_evidence,
    nearly_all,
    weigh,
)

FEW_LEVELS = 10
MOST_LEVELS = 80
GLANCE, SAMPLED = 8, 64
ALIKE = 4.0
Sets = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelTotal:
    """A level that is the sum of others.

    Attributes
    ----------
    level : int
    of : tuple of int
        The levels that make it up; a single one has the same numbers.
    agree, compared : int
        In how many cells, of how many in which both are known.
    """

    level: int
    of: tuple[int, ...]
    agree: int
    compared: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Each cell's numbers level by level, zero where absent.

    Attributes
    ----------
    values, known, most, variance : ndarray, shape (cells, levels, 2)
        As of `Addends`.
    present : ndarray of bool, shape (cells, levels)
    addends : Addends
        What they are of.
    """

    values: NDArray[np.float64]
    known: NDArray[np.bool_]
    most: NDArray[np.float64]
    variance: NDArray[np.float64]
    present: NDArray[np.bool_]
    addends: Addends

    def level(self, at: int, cells: Rows | Mask) -> Addends:
        """Give one level's numbers in some cells."""
        return self._make(
            self.values[cells, at],
            self.known[cells, at] & self.present[cells, at][:, None],
            self.most[cells, at],
            self.variance[cells, at],
        )

    def sum(self, members: NDArray[np.bool_], cells: Rows | Mask) -> Addends:
        """Add up some levels in some cells."""
        return self._make(
            self.values[cells][:, members].sum(axis=1),
            np.asarray(self.known[cells][:, members].all(axis=1), dtype=np.bool_),
            self.most[cells][:, members].sum(axis=1),
            self.variance[cells][:, members].sum(axis=1),
        )

    def _make(
        self,
        values: NDArray[np.float64],
        known: NDArray[np.bool_],
        most: NDArray[np.float64],
        variance: NDArray[np.float64],
    ) -> Addends:
        return Addends(
            values=values,
            known=known,
            most=most,
            variance=variance,
            step=self.addends.step,
            root=self.addends.root,
        )


def find_level_totals(
    addends: Addends, cells: Rows, codes: Rows, orders: Sequence[Sequence[int]]
) -> list[LevelTotal]:
    """Find the levels of a column that are sums of others.

    Parameters
    ----------
    addends : Addends, of rows
    cells : ndarray of int, shape (rows,)
        Rows that differ in the level only: a unit in a period, say.
    codes : ndarray of int, shape (rows,)
        Each row's level; below zero for none.
    orders : sequence of sequence of int
        All levels in one order or several, in which those that make up another may be neighbours.

    Returns
    -------
    list of LevelTotal
        Smaller levels first, so that what one is made up of may be a total itself.
    """
    levels = len(orders[0])
    if not 2 <= levels <= MOST_LEVELS:
        return []
    laid = lay_out(addends, cells, codes, levels)
    sizes = laid.values.sum(axis=0)
    found: list[LevelTotal] = []
    sets = _sets(orders, found)
    for level in sorted(range(levels), key=lambda at: (sizes[at, 1], sizes[at, 0], at)):
        total = _find(laid, level, sets)
        if total is not None:
            found.append(total)
            sets = _sets(orders, found)
    return found


def _find(laid: Cells, level: int, sets: Sets) -> LevelTotal | None:
    """Find of which others a level is the sum."""
    others = np.arange(sets.shape[1]) != level
    # Only cells that hold other levels can say anything.
    where = laid.present[:, level] & laid.known[:, level].any(axis=1)
    where &= laid.present[:, others].any(axis=1)
    cells = np.flatnonzero(where)
    if not len(cells):
        return None
    best: LevelTotal | None = None
    most = REQUIRED + np.log2(len(sets) * sets.shape[1])
    total = laid.level(level, cells)
    for members in _screen(laid, level, cells, sets)[:20]:
        parts = laid.sum(members, cells)
        if members.sum() == 1 and (total.values != parts.values)[total.known & parts.known].any():
            continue
        # A unit's levels are of like size by nature, two of them much more so than three.
        size = np.abs(total.values[:, 1])
        width = ALIKE * np.sqrt(size) if members.sum() == 1 else size / ALIKE
        weighed = weigh(total, parts, width=width)
        agree, compared = int(weighed.agree.sum()), int(weighed.comparable.sum())
        if not nearly_all(np.array([agree]), np.array([compared]))[0]:
            continue
        bits = _evidence(weighed, total)
        if bits > most:
            of = tuple(int(each) for each in np.flatnonzero(members))
            best, most = LevelTotal(level=level, of=of, agree=agree, compared=compared), bits
    return best


def _evidence(weighed: Weighed, total: Addends) -> float:
    return float(add_evidence(weighed, total, np.zeros(len(weighed.agree), dtype=np.int64), 1)[0])


def _screen(laid: Cells, level: int, cells: Rows, sets: Sets) -> Sets:
    """Give the sets that may do, those first of which the sampled cells hold most."""
    sets = sets.copy()
    sets[:, level] = False
    sets = sets[sets.any(axis=1)]
    order = cells[np.argsort(-laid.values[cells, level, 1], kind="stable")]
    for sampled in (GLANCE, SAMPLED):
        sets = sets[_fits(laid, level, order[:sampled], sets).mean(axis=0) >= 0.9]
    # Of sets that differ by what is nothing or hidden, the one with most to it says most.
    held = (laid.values[order[:SAMPLED], :, 1] > 0).sum(axis=0)
    sets = np.unique(sets, axis=0)
    return sets[np.argsort(-(sets @ held), kind="stable")]


def _fits(laid: Cells, level: int, cells: Rows, sets: Sets) -> NDArray[np.bool_]:
    """Say in which cells which sets add up to a level's numbers."""
    flat = sets.T.astype(np.float64)
    fits = np.ones((len(cells), len(sets)), dtype=np.bool_)
    for at in range(2):
        value = laid.values[cells, level, at][:, None]
        variance = laid.variance[cells, :, at]
        fuzz = (
            WIDTH * np.sqrt(variance @ flat + variance[:, level, None]) + 1e-9 * abs(value) + 1e-9
        )
        gap = value - laid.values[cells, :, at] @ flat
        near = (gap >= -fuzz) & (gap <= fuzz + laid.most[cells, :, at] @ flat)
        if at == 0:
            # As `agrees` has it: hidden events may be more than they ought to be.
            hidden = ~laid.known[cells, :, at]
            near |= (gap >= -fuzz) & (hidden @ flat > 0)
        fits &= near | ~laid.known[cells, level, at][:, None]
    return fits


def _sets(orders: Sequence[Sequence[int]], found: list[LevelTotal]) -> Sets:
    """List the sets of levels that may add up to one; it is itself left out of them."""
    levels = len(orders[0])
    totals = {each.level for each in found}
    listed: list[tuple[int, ...]] = []
    if levels <= FEW_LEVELS:
        for count in range(1, levels):
            listed += combinations(range(levels), count)
    else:
        for order in orders:
            for row in (order, [at for at in order if at not in totals]):
                listed += [
                    tuple(row[start:end])
                    for start in range(len(row))
                    for end in range(start + 1, len(row) + 1)
                ]
    sets = np.zeros((len(listed), levels), dtype=np.bool_)
    for at, members in enumerate(listed):
        sets[at, list(members)] = True
    return sets


def lay_out(addends: Addends, cells: Rows, codes: Rows, levels: int) -> Cells:
    """Lay out rows as cells by levels.

    Parameters
    ----------
    addends : Addends, of rows
    cells : ndarray of int, shape (rows,)
    codes : ndarray of int, shape (rows,)
        Each row's level; below zero for none.
    levels : int

    Returns
    -------
    Cells
    """
    cell = np.unique(cells, return_inverse=True)[1]
    count = int(cell.max(initial=-1)) + 1
    inside = codes >= 0
    summed = addends.take(inside).add(cell[inside] * levels + codes[inside], count * levels)
    present = np.bincount(cell[inside] * levels + codes[inside], minlength=count * levels) > 0
    shape = (count, levels, 2)
    return Cells(
        values=summed.values.reshape(shape),
        known=summed.known.reshape(shape),
        most=summed.most.reshape(shape),
        variance=summed.variance.reshape(shape),
        present=present.reshape(shape[:2]),
        addends=addends,
    )
