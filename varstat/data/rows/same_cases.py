r"""Levels of a column that count the same cases, though none is a total of others.

Two sets of levels may each hold all cases, by sex and by age in one column: neighbours whose sums
are equal in nearly all units. Two levels may be one table at two times, provisional and final:
their counts then differ by less than chance would let them. Of a unit's events
:math:`s = y_1 + y_2`, the first level has the share :math:`q` that it has of all units' events per
size, with the variance :math:`s q (1 - q)`, times :math:`(N - s)/(N - 1)` where events are part of
sizes, :math:`N` together.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from varstat.data.account import Rows
from varstat.data.rows.addends import Addends
from varstat.data.rows.levels import SAMPLED, Cells, lay_out
from varstat.data.rows.sums import REQUIRED, add_evidence, nearly_all, weigh
from varstat.measure import Floats

# Runs are compared in threes of places; of more levels there are too many.
MOST_RUNS, MOST_PAIRS = 16, 10
# Cells that say enough, what part of chance is too little, and how surely it is less. Levels that
# balance each other by design are no copies: sizes and events must be about the same, too.
_CELLS, _LESS, _SURELY = 8, 0.25, 1e-6
_SAME_SIZE, _SAME_EVENTS = 0.03, 0.05
_ALIKE = 4.0


def find_two_partitions(
    addends: Addends, cells: Rows, codes: Rows, orders: Sequence[Sequence[int]]
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Find two runs of levels, next to each other, that add up to the same in nearly all cells.

    Parameters
    ----------
    addends : Addends, of rows
    cells : ndarray of int, shape (rows,)
        Rows that differ in the level only.
    codes : ndarray of int, shape (rows,)
        Each row's level; below zero for none.
    orders : sequence of sequence of int
        Orders in which levels of one kind are neighbours.

    Returns
    -------
    (tuple of int, tuple of int) or None
        The levels of both runs, of two or more each.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> by_sex, cells = rng.integers(100, 900, (12, 2, 2)), np.repeat(np.arange(12), 4)
    >>> by_age = np.stack([by_sex[:, 0] - 31, by_sex[:, 1] + 31], axis=1)
    >>> counts = np.concatenate([by_sex, by_age], axis=1).reshape(-1, 2).astype(float)
    >>> table = Addends(
    ...     values=counts, known=counts > 0, most=0 * counts, variance=0 * counts,
    ...     step=np.ones(2), root=np.array([True, False]),
    ... )
    >>> find_two_partitions(table, cells, np.tile(np.arange(4), 12), [range(4)])
    ((0, 1), (2, 3))
    """
    levels = len(orders[0])
    if not 4 <= levels <= MOST_RUNS:
        return None
    laid = lay_out(addends, cells, codes, levels)
    tried = list(_neighbours(orders))
    required = REQUIRED + np.log2(len(tried))
    # Nearly all pairs come to nothing in the largest cells.
    largest = np.argsort(-laid.values[:, :, 1].sum(axis=1), kind="stable")[:SAMPLED]
    for one, two in tried:
        if _weigh_runs(laid, largest, one, two) is None:
            continue
        bits = _weigh_runs(laid, np.arange(len(laid.values)), one, two)
        # Of a table in equal parts, made up perhaps, any two are equal.
        if bits is not None and bits > required and not _alike(laid, one, two):
            return one, two
    return None


def _weigh_runs(laid: Cells, cells: Rows, one: Sequence[int], two: Sequence[int]) -> float | None:
    """Give the evidence that two runs add up to the same; None where they don't."""
    members = np.zeros((2, laid.present.shape[1]), dtype=np.bool_)
    members[0, list(one)] = members[1, list(two)] = True
    held = [laid.values[cells][:, each, 1].sum(axis=1) > 0 for each in members]
    both = cells[held[0] & held[1]]
    if not len(both):
        return None
    first, second = (laid.sum(each, both) for each in members)
    weighed = weigh(first, second, width=np.abs(first.values[:, 1]) / _ALIKE)
    agree, compared = weighed.agree.sum(), weighed.comparable.sum()
    if not nearly_all(np.array([agree]), np.array([compared]))[0]:
        return None
    return float(add_evidence(weighed, first, np.zeros(len(both), dtype=np.int64), 1)[0])


def _alike(laid: Cells, one: Sequence[int], two: Sequence[int]) -> bool:
    """Say whether two runs are of levels with the same numbers, one by one."""
    if len(one) != len(two):
        return False
    first, second = (np.sort(laid.values[:, list(side), 1], axis=1) for side in (one, two))
    return bool(np.mean(np.abs(first - second) <= 1.0) > 0.9)


def find_same_cases(addends: Addends, cells: Rows, codes: Rows) -> tuple[int, int] | None:
    """Find two levels whose counts differ by far less than chance, so that they share their cases.

    Parameters
    ----------
    addends : Addends, of rows
    cells : ndarray of int, shape (rows,)
        Rows that differ in the level only.
    codes : ndarray of int, shape (rows,)
        Each row's level; below zero for none.

    Returns
    -------
    (int, int) or None
        The levels.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> final = rng.integers(100, 900, (12, 1)) * np.array([0.1, 1.0])
    >>> counts = np.rint(np.concatenate([final - 1, final])).clip(0)
    >>> table = Addends(
    ...     values=counts, known=counts > 0, most=0 * counts, variance=0 * counts,
    ...     step=np.ones(2), root=np.array([True, False]),
    ... )
    >>> find_same_cases(table, np.tile(np.arange(12), 2), np.repeat([0, 1], 12))
    (0, 1)
    """
    levels = int(codes.max(initial=-1)) + 1
    if not (addends.root[0] and 2 <= levels <= MOST_PAIRS):
        return None
    laid = lay_out(addends, cells, codes, levels)
    for one, two in combinations(range(levels), 2):
        pair = (one, two)
        known = (laid.known[:, pair].all(axis=2) & laid.present[:, pair]).all(axis=1)
        if _differ_too_little(laid.values[known][:, pair].swapaxes(0, 1)):
            return pair
    return None


def _differ_too_little(pair: Floats) -> bool:
    """Say whether two levels' events, levels by cells by columns, differ by less than chance."""
    pair = pair[:, (pair[:, :, 1] > 0).all(axis=0)]
    events, sizes = pair[:, :, 0], pair[:, :, 1]
    same = np.abs(np.diff(sizes, axis=0)[0]) <= _SAME_SIZE * sizes.max(axis=0)
    same &= np.abs(np.diff(events, axis=0)[0]) <= _SAME_EVENTS * events.max(axis=0) + 1.0
    if not nearly_all(np.array([same.sum()]), np.array([len(same)]))[0]:
        return False
    rate = events.sum(axis=1) / np.maximum(sizes.sum(axis=1), 1e-300)
    if not rate.all():
        return False
    expected = sizes * rate[:, None]
    share, both, size = expected[0] / expected.sum(axis=0), events.sum(axis=0), sizes.sum(axis=0)
    chance = both * share * (1.0 - share)
    if (events <= sizes).all():
        chance *= np.maximum(size - both, 0.0) / np.maximum(size - 1.0, 1.0)
    # Of one event and less there is next to nothing that could differ.
    tells = chance > 0.5
    degrees = int(tells.sum()) - 1
    if degrees < _CELLS - 1:
        return False
    found = float(((events[0] - both * share)[tells] ** 2 / chance[tells]).sum())
    if found > _LESS * degrees:
        return False
    from scipy.special import chdtr  # A tenth of a second, for tables that need it.

    return bool(chdtr(degrees, found) < _SURELY)


def _neighbours(
    orders: Sequence[Sequence[int]],
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Give pairs of runs of two levels and more, one after the other, the longest first."""
    for order in orders:
        levels = len(order)
        cuts = [
            (start, middle, end)
            for start in range(levels - 3)
            for middle in range(start + 2, levels - 1)
            for end in range(middle + 2, levels + 1)
        ]
        for start, middle, end in sorted(cuts, key=lambda cut: cut[0] - cut[2]):
            yield tuple(order[start:middle]), tuple(order[middle:end])
