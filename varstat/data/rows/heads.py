"""Heads: units after which a column groups others, and which hold what those others hold.

Public Health Scotland's files have a row for each hospital, with its board in a column, and a row
for each board, with its own code in both. Small hospitals are missing, so that a board's row is a
little more than the sum of its hospitals', and arithmetic alone doesn't find it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from varstat.data.account import Mask, Rows
from varstat.data.rows.addends import Addends
from varstat.data.rows.distinguish import Factor

# Of the hospital that leads a group, a group's size is a rare coincidence, three of them rarer.
FEWEST, LEAST, MOST, NEARLY = 3, 0.98, 1.5, 0.9


def find_heads(
    addends: Addends, cells: Rows, units: Rows, names: Sequence[str], columns: Sequence[Factor]
) -> tuple[Mask, str | None]:
    """Find the rows of units after which others are grouped, and which hold what those hold.

    Parameters
    ----------
    addends : Addends, of rows
    cells : ndarray of int, shape (rows,)
        Rows that differ in their unit alone.
    units : ndarray of int, shape (rows,)
    names : sequence of str
        The units' codes.
    columns : sequence of Factor
        That may group units.

    Returns
    -------
    ndarray of bool, shape (rows,)
    str or None
        The column that groups others after them; None if there is none.
    """
    for factor in columns:
        head = _heads(units, names, factor)
        if head.any() and _hold_their_groups(addends, cells, factor, head):
            return head, factor.column
    return np.zeros(len(units), dtype=np.bool_), None


def _heads(units: Rows, names: Sequence[str], factor: Factor) -> Mask:
    """Find the rows of units that a column names itself, beside other units of the same value."""
    place = {name: at for at, name in enumerate(names)}
    unit_of_level = np.array([*(place.get(level, -2) for level in factor.levels), -2])
    head = np.asarray(unit_of_level[factor.codes] == units, dtype=np.bool_)
    grouped = np.unique(factor.codes[~head & (factor.codes >= 0)])
    return np.asarray(head & np.isin(factor.codes, grouped), dtype=np.bool_)


def _hold_their_groups(
    addends: Addends, cells: Rows, factor: Factor, head: NDArray[np.bool_]
) -> bool:
    """Whether nearly all heads hold as much as their groups, or a little more."""
    groups = len(factor.levels)
    cell = np.unique(cells, return_inverse=True)[1] * groups + factor.codes
    inside = factor.codes >= 0
    number = int(cell.max(initial=-1)) + 1
    own, rest = (
        np.stack(
            [
                np.bincount(cell[which], weights=values[which], minlength=number)
                for values in np.nan_to_num(addends.values).T
            ]
        )
        for which in (head & inside, ~head & inside)
    )
    both = np.flatnonzero((own[1] > 0) & (rest[1] > 0))
    of = both % groups
    held, parts = (
        np.stack([np.bincount(of, weights=each[both], minlength=groups) for each in sides])
        for sides in (own, rest)
    )
    there = np.bincount(of, minlength=groups) > 0
    if there.sum() < FEWEST:
        return False
    alike = np.asarray((held >= LEAST * parts) & (held <= MOST * parts), dtype=np.bool_)
    return bool(np.mean(alike[:, there].all(axis=0)) >= NEARLY)
