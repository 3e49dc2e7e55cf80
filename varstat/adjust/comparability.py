r"""Comparability: whether a unit treats what others treat.

With :math:`n_{ic}` the cases of unit i in case-mix cell c, :math:`w_{ic}` their share in the unit's
cases, and :math:`N_{c,-i}` the cases of that cell in the other units of its peer group, the unit's
comparability is the share of its case-mix that the others treat as well,

.. math:: s_i = \sum_c w_{ic}\, \min\Big\{1,\ \frac{N_{c,-i}}{\min(n_{ic}, 10)}\Big\}\,
          \big[m_{c,-i} \ge \min(5, \lceil m_{-i}/2 \rceil)\big]:

a cell counts if at least five of the other units have it (half of them, where there are fewer than
ten): what only a handful of specialists treat says how they do, not how others would. It counts in
full where others have ten cases like it, or as many as the unit, and in part where they have fewer.
With adjustment for case-mix a unit outside its peers' support is compared with
what a model makes up: no standardisation can say how others would do with cases they don't have.

References
----------
That standardised ratios of units with different case-mix can't be compared even where adjustment
is perfect is shown in [1]_ and [2]_; overlap as the condition of comparison is discussed in [3]_.

.. [1] Manktelow, Evans & Draper (2014). Differences in case-mix can influence the comparison of
   standardised mortality ratios even with optimal risk adjustment: an analysis of data from
   paediatric intensive care. BMJ Qual Saf 23(9), 782-788.
.. [2] Evans, Seaton & Manktelow (2013). Quantifying the potential bias when directly comparing
   standardised mortality ratios for in-unit neonatal mortality. PLoS ONE 8(4), e61237.
   doi:10.1371/journal.pone.0061237
.. [3] Shahian & Normand (2008). Comparison of "risk-adjusted" hospital outcomes. Circulation
   117(15), 1955-1963. doi:10.1161/CIRCULATIONAHA.107.747873
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from varstat.adjust.cells import Integers, Strings, add_up
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays

# As many cases elsewhere are enough to know how they are treated there.
ENOUGH = 10.0
# As many other units that have a cell are enough not to be a handful of a kind.
COMPANY = 5
# Cells up to which their products are kept as a full matrix.
_FULL = 2000
# Beyond this share of the sum of squares a unit's own is not taken off it: too little is left.
_MOSTLY = 0.999


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparability:
    """How far each unit can be compared with the others of its group, one element a unit.

    Attributes
    ----------
    share : ndarray of float, shape (units,)
        Share of the unit's case-mix that others treat as well; 0 where there are no others.
    effective : ndarray of float, shape (units,)
        How many other units the comparison rests on: 1 over the sum of their squared shares in
        the standard that the unit is held against.
    leverage : ndarray of float, shape (units,)
        How much of the standard of its own case-mix a unit makes itself.
    comparable : ndarray of bool, shape (units,)
        Whether the share is large enough and there is any other unit.
    least : float
        From which share on a unit is comparable.
    """

    share: Floats
    effective: Floats
    leverage: Floats
    comparable: NDArray[np.bool_]
    least: float

    def __post_init__(self) -> None:
        lock_arrays(self)

    def to_frame(self, unit: Strings) -> pd.DataFrame:
        """Tabulate the units, one row each.

        Parameters
        ----------
        unit : ndarray of object, shape (units,)
            Their names.

        Returns
        -------
        DataFrame
            `unit, comparability, effective_comparators, leverage, comparable`.
        """
        return pd.DataFrame(
            {
                "unit": pd.Series(unit, dtype=object),
                "comparability": self.share,
                "effective_comparators": self.effective,
                "leverage": self.leverage,
                "comparable": self.comparable,
            }
        )

    def summary(self) -> str:
        """Say in plain English how many units can be compared."""
        number, lost = self.share.size, int(np.sum(~self.comparable))
        if not lost:
            return f"All {number:,} units can be compared with others." if number > 1 else ""
        return (
            f"{lost:,} of {number:,} units can't be compared: others treat less than "
            f"{100 * self.least:.3g}% of their case-mix, or there are no others."
        )


def assess_comparability(
    *,
    unit: Integers,
    cell: Integers,
    cases: Floats,
    group: Integers,
    presence_only: bool = False,
    least: float = 0.5,
) -> Comparability:
    """Assess how far each unit can be compared with the others of its group.

    Parameters
    ----------
    unit, cell : ndarray of int, shape (rows,)
        The unit and the case-mix cell of each row, from 0; every unit has a row.
    cases : ndarray of float, shape (rows,)
        Above zero.
    group : ndarray of int, shape (units,)
        The peer group of each unit.
    presence_only : bool
        Whether sizes are no cases (expected events, exposure): a cell then counts in full
        wherever enough others have it at all.
    least : float
        From which share on a unit is comparable, in (0, 1].

    Returns
    -------
    Comparability

    Examples
    --------
    The third unit has a cell that no one else has, and nearly all its cases are in it.

    >>> found = assess_comparability(
    ...     unit=np.array([0, 1, 2, 2]), cell=np.array([0, 0, 0, 1]),
    ...     cases=np.array([90.0, 80.0, 5.0, 95.0]), group=np.array([0, 0, 0]))
    >>> found.share, found.comparable
    (array([1.  , 1.  , 0.05]), array([ True,  True, False]))
    """
    units, cells = len(group), int(cell.max(initial=0)) + 1
    groups = int(group.max(initial=-1)) + 1
    # Cells of different groups have nothing to do with each other; most pairs of a group and a
    # cell may not occur.
    used, column = np.unique(group[unit] * np.int64(cells) + cell, return_inverse=True)
    mine = sparse.csr_array((cases, (unit, column.ravel())), shape=(units, len(used)))
    mine.sum_duplicates()
    row = np.repeat(np.arange(units), np.diff(mine.indptr))
    n, c = mine.data, mine.indices.astype(np.int64)
    size = add_up(n, row, units)
    total = add_up(n, c, len(used))[c]
    others = total - n
    # What rounding leaves of a cell that nobody else has is nobody else.
    others = np.where(others > 1e-9 * total, others, 0.0)
    shared = np.where(others > 0, 1.0, 0.0)
    if not presence_only:
        shared = np.minimum(1.0, others / np.minimum(n, ENOUGH))
    company = np.bincount(c, minlength=len(used))[c] - 1
    elsewhere = np.bincount(group, minlength=groups)[group] - 1
    shared = np.where(company >= np.minimum(COMPANY, -(-elsewhere // 2))[row], shared, 0.0)
    weight = n / size[row]
    share = np.minimum(add_up(weight * shared, row, units), 1.0)
    return Comparability(
        share=share,
        effective=_effective(mine, weight, others, group, row),
        leverage=add_up(weight * n / total, row, units),
        comparable=(share >= least) & (np.bincount(group, minlength=groups)[group] > 1),
        least=least,
    )


def _effective(
    mine: sparse.csr_array, weight: Floats, others: Floats, group: Integers, row: Integers
) -> Floats:
    r"""Effective number of other units, :math:`1 / \sum_j a_{ij}^2`.

    With :math:`a_{ij} \propto q_i' n_j`, :math:`q_{ic} = w_{ic}/N_{c,-i}` over cells that others
    have, :math:`\sum_j a_{ij}^2 \propto q_i' (\sum_j n_j n_j') q_i`: products of cells, not of
    units. The unit's own term is taken off; where hardly anything is left, terms are added singly.
    """
    pull = np.divide(weight, others, out=np.zeros_like(weight), where=others > 0)
    drawn = sparse.csr_array((pull, mine.indices, mine.indptr), shape=mine.shape)
    total = add_up(pull * others, row, len(group))
    own = add_up(pull * mine.data, row, len(group))
    square = np.zeros(len(group))
    order = np.argsort(group, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        if len(members) < 2:
            continue
        n, q = _occupied(mine[members]), _occupied(drawn[members])
        product = n.T @ n
        whole = q @ (product.toarray() if n.shape[1] <= _FULL else product)
        square[members] = np.asarray((q * whole).sum(axis=1)).ravel()
    left = square - own**2
    lone = np.flatnonzero((total > 0) & (left < (1.0 - _MOSTLY) * square))
    for unit in lone:
        members = np.flatnonzero((group == group[unit]) & (np.arange(len(group)) != unit))
        left[unit] = np.sum(np.square(mine[members] @ drawn[[unit]].toarray()[0]))
    return np.divide(total**2, left, out=np.zeros_like(total), where=total > 0)


def _occupied(block: sparse.csr_array) -> sparse.csr_array:
    """Leave out the columns of other groups, keeping those that hold a zero."""
    columns, place = np.unique(block.indices, return_inverse=True)
    return sparse.csr_array(
        (block.data, place.ravel(), block.indptr), shape=(block.shape[0], len(columns))
    )
