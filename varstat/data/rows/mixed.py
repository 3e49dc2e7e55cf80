r"""Mixed levels: hospitals, regions and a country among the units of one column.

Where subtotals can't be matched with what they are made of, the sums still tell: rows of one
level add up to the same as those of another. Then nobody but the reader knows which are the units,
and the answer is a refusal that names what tells the levels apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.data.account import Rows
from varstat.data.rows.addends import Addends
from varstat.data.rows.distinguish import Factor, combine
from varstat.data.rows.sums import REQUIRED, Weighed, add_evidence, agrees, nearly_all, weigh

MOST_LEVELS = 8
# Of levels the one with fewer rows has larger ones; units picked at random would not add up alike.
LARGER = 1.5
EQUAL_REQUIRED = 6.0
FOLDS = (2, 3, 4)
FOLDS_REQUIRED = 8.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mixture:
    """Two sets of rows that add up to the same.

    Attributes
    ----------
    column : str or None
        The column that tells them apart; None if none does.
    levels : (str, str) or None
        What it says of the two.
    rows : ndarray of int
        Those of the set with fewer rows.
    """

    column: str | None
    levels: tuple[str, str] | None
    rows: Rows


def find_mixture(
    addends: Addends, cells: Rows, columns: Sequence[Factor], shapes: Sequence[Factor]
) -> Mixture | None:
    """Find two levels of units that add up to the same.

    Parameters
    ----------
    addends : Addends, of rows
        Without the totals that were found.
    cells : ndarray of int, shape (rows,)
    columns : sequence of Factor
        That may tell levels apart.
    shapes : sequence of Factor
        Likewise, made of the shape of the units' codes.

    Returns
    -------
    Mixture or None
    """
    if len(addends.values) and not np.ptp(addends.values, axis=0).any():
        # Where all units are alike, any half adds up to the other.
        return None
    tried = sum(len(each.levels) <= MOST_LEVELS for each in (*columns, *shapes)) or 1
    for factor, named in (*((each, True) for each in columns), *((each, False) for each in shapes)):
        found = _equal_levels(addends, cells, factor, guesses=tried)
        if found is not None:
            one, other = found
            rows = np.flatnonzero(factor.codes == one)
            levels = (factor.levels[one], factor.levels[other])
            return Mixture(
                column=factor.column if named else None, levels=levels if named else None, rows=rows
            )
    split = _split(addends, cells, np.argsort(cells, kind="stable"))
    if split is None:
        split = _split(addends, cells, np.lexsort((-addends.values[:, 1], cells)))
    return None if split is None else Mixture(column=None, levels=None, rows=split)


def find_folds(addends: Addends, cells: Rows, totals: Rows) -> bool:
    """Say whether the units add up to a multiple of the totals, so that they hold several levels.

    Parameters
    ----------
    addends : Addends, of all rows
    cells : ndarray of int, shape (rows,)
    totals : ndarray of int
        Rows that are totals; where there are none, the largest row of each cell.

    Returns
    -------
    bool
    """
    number = int(cells.max(initial=-1)) + 1
    if not number:
        return False
    known = totals
    if not len(known):
        order = np.lexsort((-addends.values[:, 1], cells))
        known = order[np.flatnonzero(np.diff(cells[order], prepend=-1))]
    # Each level takes at least two rows: of equal units any two are twice another.
    others = cells.copy()
    others[known] = -1
    parts = addends.add(others, number).take(cells[known])
    held = np.bincount(others[others >= 0], minlength=number)[cells[known]]
    for fold in FOLDS:
        use = held >= 2 * fold
        own = addends.take(known[use])
        weighed = weigh(_times(own, fold), parts.take(use))
        second = np.zeros(number)
        np.maximum.at(second, cells[others >= 0], addends.values[others >= 0, 1])
        uneven = own.values[:, 1] / np.maximum(second[cells[known[use]]], 1e-12)
        bonus = float(np.log2(np.clip(uneven, 1.0, 16.0)).mean()) if use.any() else 0.0
        if use.any() and _sure(weighed, own, guesses=len(FOLDS), required=FOLDS_REQUIRED - bonus):
            return True
    return False


def _times(addends: Addends, fold: int) -> Addends:
    return Addends(
        values=addends.values * fold,
        known=addends.known,
        most=addends.most * fold,
        variance=addends.variance * fold**2,
        step=addends.step,
        root=addends.root,
    )


def _sure(weighed: Weighed, own: Addends, *, guesses: float, required: float = REQUIRED) -> bool:
    one = np.zeros(len(weighed.agree), dtype=np.int64)
    bits = float(add_evidence(weighed, own, one, 1)[0])
    agree, compared = (np.array([each.sum()]) for each in (weighed.agree, weighed.comparable))
    return bool(nearly_all(agree, compared)[0] and bits >= required + np.log2(guesses))


def _equal_levels(
    addends: Addends, cells: Rows, factor: Factor, *, guesses: int
) -> tuple[int, int] | None:
    """Find two levels of a column whose rows add up to the same; that of fewer rows first."""
    levels = len(factor.levels)
    if not 2 <= levels <= MOST_LEVELS:
        return None
    sums = []
    cell = combine([cells])
    number = int(cell.max()) + 1
    for level in range(levels):
        inside = factor.codes == level
        sums.append(
            (
                addends.add(np.where(inside, cell, -1), number),
                np.bincount(cell[inside], minlength=number),
            )
        )
    for one, other in combinations(range(levels), 2):
        both = (sums[one][1] > 0) & (sums[other][1] > 0)
        both &= sums[one][1] + sums[other][1] > 2
        if not agrees(sums[one][0].take(both), sums[other][0].take(both)).any():
            continue
        pair = np.select([factor.codes == one, factor.codes == other], [cell, cell], -1)
        unlike = _unlike(addends, pair, factor.codes == one, number)
        both &= unlike.max(axis=1) > 2
        if not both.any():
            continue
        own, parts = _telling(sums[one][0], unlike).take(both), sums[other][0].take(both)
        rows = [float(sums[level][1][both].sum()) for level in (one, other)]
        required = EQUAL_REQUIRED if max(rows) >= LARGER * min(rows) else REQUIRED
        pairs = levels * (levels - 1) / 2
        if _sure(weigh(own, parts), own, guesses=guesses * pairs, required=required):
            return (one, other) if rows[0] <= rows[1] else (other, one)
    return None


def _split(addends: Addends, cells: Rows, order: Rows) -> Rows | None:
    """Find where, in some order, the rows before add up to the same as those after."""
    number = int(cells.max(initial=-1)) + 1
    if not number:
        return None
    counts = np.bincount(cells, minlength=number)
    total = addends.add(cells, number)
    first = _first_half(addends, cells, order, total)
    before = addends.add(np.where(first, cells, -1), number)
    held = np.bincount(cells[first], minlength=number)
    use = (counts > 3) & (held > 0) & (counts - held > 0)
    if not agrees(before.take(use), total.less(before).take(use)).any():
        return None
    unlike = _unlike(addends, cells, first, number)
    use &= unlike.max(axis=1) > 2
    if not use.any():
        return None
    after = total.less(before).take(use)
    own = _telling(before, unlike).take(use)
    weighed = weigh(own, after, width=own.values[:, 1] / held[use])
    if not _sure(weighed, own, guesses=float(counts.max())):
        return None
    fewer = held[use].sum() * 2 <= counts[use].sum()
    return np.flatnonzero(first if fewer else ~first)


def _first_half(addends: Addends, cells: Rows, order: Rows, total: Addends) -> NDArray[np.bool_]:
    """Mark the rows that, in some order, make up no more than half of the size of their cell."""
    cell, size = cells[order], addends.values[order, 1]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    running = np.cumsum(size)
    earlier = np.zeros(len(total.values))
    earlier[cell[starts]] = running[starts] - size[starts]
    # In place, since each of these is as long as the file.
    running -= earlier[cell]
    running *= 2
    half = total.values[:, 1] * (1 + 1e-9) + addends.step[1]
    first = np.zeros(len(cells), dtype=np.bool_)
    first[order] = running <= half[cell]
    return first


def _unlike(addends: Addends, cells: Rows, inside: NDArray[np.bool_], number: int) -> Rows:
    """Count the numbers of each cell that are left when those alike on both sides cancel out.

    Where each number of one side has its like on the other, both add up to the same whatever they
    are.

    Parameters
    ----------
    addends : Addends, of rows
    cells : ndarray of int, shape (rows,)
        Negative for a row of neither side.
    inside : ndarray of bool, shape (rows,)
        Whether a row is of one side, or of the other.
    number : int
        Of cells.

    Returns
    -------
    ndarray of int, shape (number, 2)
    """
    use = cells >= 0
    counted = np.zeros((number, 2), dtype=np.int64)
    for at in range(2):
        value = pd.factorize(np.where(addends.known[use, at], addends.values[use, at], np.nan))[0]
        kind = combine([cells[use], value])
        size = int(kind.max(initial=-1)) + 1
        one = np.bincount(kind[inside[use]], minlength=size)
        other = np.bincount(kind[~inside[use]], minlength=size)
        of_cell = np.zeros(size, dtype=np.int64)
        of_cell[kind] = cells[use]
        counted[:, at] = np.bincount(of_cell, weights=np.abs(one - other), minlength=number)
    return counted


def _telling(sums: Addends, unlike: Rows) -> Addends:
    """Leave out what says nothing: sums of numbers that are alike on both sides."""
    return replace(sums, known=sums.known & (unlike > 2))
