r"""Subtotals: rows among the units that are sums of other units.

In a cell (a period, a stratum, a group: whatever tells a unit's rows apart) three kinds of row are
looked for, again and again until there are no more:

* the row that is the sum of *all* others of the cell;
* in a *group* of rows with the same value in a column, such as a region, the row that is the
  sum of the others, or a row outside whose code or name is that value;
* the row that is the sum of the *block* of rows just before or after it.

What a unit is in one cell it must be in nearly all, and the evidence must be what `sums` requires
beyond the logarithm of the number of rows that could have been such a total.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from varstat.data.account import Mask, Rows
from varstat.data.rows.addends import Addends, take
from varstat.data.rows.candidates import Candidates, beside_blocks, beside_largest, beside_named
from varstat.data.rows.codes import beginning_of, first_three, shape_of
from varstat.data.rows.distinguish import Factor, combine
from varstat.data.rows.sums import REQUIRED, add_evidence, nearly_all, weigh

ROUNDS = 5
# The sum of all others is one guess a cell, and what any table with a total has: less is needed.
WHOLE_REQUIRED = 8.0
# Of five rows or more the largest is rarely half of all, so that less is needed still.
MANY_REQUIRED, MANY = 6.0, 5
UNNAMED_REQUIRED = 4.0
STANDS_OUT = 4.0
FAMILY = 3.0
TILED = 0.8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subtotals:
    """Rows that are sums of others.

    Attributes
    ----------
    whole : ndarray of bool, shape (rows,)
        Of all units of their cell.
    part : ndarray of bool, shape (rows,)
        Of some.
    doubt : str or None
        The column in most of whose groups one row is the sum of the others, but not in all; empty
        where it is the codes that look like those of subtotals.
    """

    whole: Mask
    part: Mask
    doubt: str | None


def find_subtotals(
    addends: Addends, cells: Rows, units: Rows, columns: Sequence[Factor], names: Sequence[Factor]
) -> Subtotals:
    """Find the rows that are sums of other units.

    Parameters
    ----------
    addends : Addends, of rows
    cells : ndarray of int, shape (rows,)
        From zero; each unit has one row in a cell.
    units : ndarray of int, shape (rows,)
        Below zero for rows without a code.
    columns : sequence of Factor
        By which units may be grouped.
    names : sequence of Factor
        The units' codes, and names where there are any.

    Returns
    -------
    Subtotals
    """
    whole = np.zeros(len(cells), dtype=np.bool_)
    part = whole.copy()
    doubts: list[str] = []
    for _ in range(ROUNDS):
        left = np.flatnonzero(~(whole | part))
        more = _find_whole(addends, cells, units, left)
        whole[more] = True
        if not len(more):
            more = _find_groups(addends, cells, units, columns, names, left, doubts)
            if not len(more):
                more = _find_blocks(addends, cells, units, left)
            part[more] = True
        if not len(more):
            break
    more, doubt = _find_alike(addends, cells, units, names[0].levels, whole, part)
    part[more] = True
    if doubt:
        doubts.append("")
    return Subtotals(whole=whole, part=part, doubt=next(iter(doubts), None))


def _find_alike(
    addends: Addends, cells: Rows, units: Rows, codes: Sequence[str], whole: Mask, part: Mask
) -> tuple[Rows, bool]:
    """Find the rows whose codes look like those of the subtotals, as no other unit's do.

    One with the numbers of another row of its cell is the subtotal of a single unit; of others it
    can't be known what they are: a doubt.
    """
    found = np.unique(units[part & (units >= 0)])
    if not len(found):
        return found, False
    left = np.flatnonzero(~(whole | part) & (units >= 0))
    more, doubt = np.zeros(0, dtype=np.int64), False
    for look in (first_three, beginning_of, shape_of):
        looks, _ = pd.factorize(np.array([look(code) for code in codes], dtype=object))
        for each, number in zip(*np.unique(looks[found], return_counts=True), strict=True):
            alike = looks[units[left]] == each
            if not alike.any() or 2 * alike.sum() > len(left):
                continue
            keyed = pd.DataFrame(np.column_stack([cells[left], addends.values[left]]))
            twins = keyed[alike].merge(keyed[~alike].drop_duplicates(), how="left", indicator=True)
            equal = (twins["_merge"] == "both").to_numpy()
            more = np.union1d(more, left[alike][equal]).astype(np.int64)
            # One that is called like another may be so by chance; like most, hardly.
            doubt |= bool((~equal).any()) and 3 * number >= 2 * len(found)
    return more, doubt


def _find_whole(addends: Addends, cells: Rows, units: Rows, left: Rows) -> Rows:
    """Find the rows that are the sum of all others of their cell."""
    some, cells, units = addends.take(left), take(cells, left), take(units, left)
    found = beside_largest(some, cells)
    if found is None:
        return left[:0]
    second = np.zeros(int(cells.max()) + 1)
    others = np.ones(len(left), dtype=np.bool_)
    others[found.rows] = False
    np.maximum.at(second, cells[others], some.values[others, 1])
    own = some.values[found.rows, 1]
    found = replace(found, stands_out=own / np.maximum(second[cells[found.rows]], 1e-12))
    many = np.bincount(cells)[cells[found.rows]].min() >= MANY
    required = MANY_REQUIRED if many else WHOLE_REQUIRED
    return left[_judge(some, units, found, required=required)]


def _find_groups(
    addends: Addends,
    cells: Rows,
    units: Rows,
    columns: Sequence[Factor],
    names: Sequence[Factor],
    left: Rows,
    doubts: list[str],
) -> Rows:
    """Find the rows that are the sum of those with the same value in a column."""
    some, cell, units = addends.take(left), take(cells, left), take(units, left)
    for column in columns:
        codes = take(column.codes, left)
        groups = np.where(codes < 0, -1, combine([cell, codes]))
        inside = beside_largest(some, groups)
        if inside is not None:
            rows = _whole_units(_vouch(some, inside, column.column, doubts), units)
            if not len(rows):
                found = replace(inside, guesses=inside.guesses * len(inside.rows) * len(columns))
                rows = _judge(some, units, found, required=REQUIRED)
            if len(rows):
                return left[rows]
        for name in names:
            outside = beside_named(some, cell, column, name, left)
            if outside is not None:
                rows = _whole_units(_vouch(some, outside, column.column, doubts), units)
                if len(rows):
                    return left[rows]
    return left[:0]


def _find_blocks(addends: Addends, cells: Rows, units: Rows, left: Rows) -> Rows:
    """Find the rows that are the sum of the block just after them, or just before."""
    some, cell, units = addends.take(left), take(cells, left), take(units, left)
    order = np.argsort(cell, kind="stable")
    for ordered in (order, order[::-1]):
        found = beside_blocks(some, cell, ordered)
        rows = _tile(some, found, len(left))
        if len(rows):
            return left[rows]
    for ordered in (order, order[::-1]):
        rows = _judge(some, units, beside_blocks(some, cell, ordered), required=REQUIRED)
        if len(rows):
            return left[rows]
    return left[:0]


def _judge(addends: Addends, units: Rows, found: Candidates, *, required: float) -> Rows:
    """Give the rows of the units that are totals in nearly all cells in which they stand."""
    if not len(found.rows):
        return found.rows
    own = addends.take(found.rows)
    weighed = weigh(own, found.parts, width=found.width)
    who, codes = np.unique(units[found.rows], return_inverse=True)
    agree = np.bincount(codes, weights=weighed.agree, minlength=len(who))
    if not agree.any():
        return found.rows[:0]
    # A unit that stands among a cell's rows and isn't its largest is no total there.
    readable = units[addends.known.any(axis=1)]
    stands = np.bincount(readable + 1, minlength=int(units.max()) + 2)[who + 1]
    bits = add_evidence(weighed, own, codes, len(who))
    needed = np.zeros(len(who))
    np.maximum.at(needed, codes, np.log2(found.guesses))
    if found.stands_out is not None:
        # Where sizes are as uneven as they ever are, one is r times the next in one table of r.
        most = np.zeros(len(who))
        np.maximum.at(most, codes, np.log2(np.maximum(found.stands_out, 1.0)))
        bits = bits + np.where(agree > 0, np.minimum(most, STANDS_OUT), 0.0)
    needed += np.where(who < 0, min(required, UNNAMED_REQUIRED), required)
    total = nearly_all(agree, stands) & (bits >= needed)
    return np.asarray(np.flatnonzero(np.isin(units, who[total])), dtype=np.int64)


def _vouch(addends: Addends, found: Candidates, column: str, doubts: list[str]) -> Rows:
    """Give the rows that are the sum of their group, if that is so of every group.

    Groups of one column vouch for each other. Where it is so of most only, which of the others'
    rows are units can't be known: a doubt.
    """
    own = addends.take(found.rows)
    weighed = weigh(own, found.parts, width=found.width)
    one = np.zeros(len(found.rows), dtype=np.int64)
    bits = float(add_evidence(weighed, own, one, 1)[0])
    agree, compared = int(weighed.agree.sum()), int(weighed.comparable.sum())
    if agree == compared and bits >= REQUIRED:
        return np.asarray(found.rows[weighed.agree], dtype=np.int64)
    if 2 * agree > compared and agree > 1 and bits >= 2 * REQUIRED:
        doubts.append(column)
    return found.rows[:0]


def _whole_units(rows: Rows, units: Rows) -> Rows:
    """Make totals of units that are so in most of their rows, and of no others.

    Where one of two members of a group holds nothing, the other equals their total.
    """
    named = rows[units[rows] >= 0]
    if not len(named):
        return rows
    stands = np.bincount(units[units >= 0])
    found = np.bincount(units[named], minlength=len(stands))
    total = np.flatnonzero((found > 0) & (2 * found > stands))
    unnamed = rows[units[rows] < 0]
    return np.concatenate([np.flatnonzero(np.isin(units, total)), unnamed]).astype(np.int64)


def _tile(addends: Addends, found: Candidates, rows: int) -> Rows:
    """Accept blocks that between them hold nearly all rows, though each alone might be chance."""
    if len(found.rows) < 2:
        return found.rows[:0]
    own = addends.take(found.rows)
    weighed = weigh(own, found.parts, width=found.width)
    net = weighed.near.sum(axis=1) - np.log2(found.guesses)
    members = np.rint(np.abs(own.values[:, 1]) / np.maximum(found.width, 1e-12))
    fit = weighed.agree & (net >= FAMILY)
    covered = float((members[fit] + 1).sum())
    if fit.sum() < 2 or not TILED * rows <= covered <= rows or net[fit].sum() < REQUIRED:
        return found.rows[:0]
    return np.asarray(found.rows[fit], dtype=np.int64)
