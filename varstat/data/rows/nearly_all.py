"""A unit as large as nearly all others together: a total that isn't quite their sum.

Totals of published tables hold what isn't shown: small units, hidden counts, late corrections. One
that isn't the sum of the others is known by its size alone, whatever it is called.
"""

import numpy as np

from varstat.data.account import Rows
from varstat.data.rows.addends import Addends

# Of fewer others one may be as large as they are together.
FEWEST = 8
# How many times the next largest it is at least, and what it is of the others' sum.
_STANDS_OUT = 3.0
_LEAST, _MOST = 0.97, 1.25


def find_near_total(addends: Addends, cells: Rows, units: Rows) -> Rows:
    """Find the rows of the one unit that is about as large as all others together.

    It must be so in the events and the sizes of each cell that has units enough to say so.

    Parameters
    ----------
    addends : Addends, of rows
    cells : ndarray of int, shape (rows,)
        From zero; each unit has one row in a cell.
    units : ndarray of int, shape (rows,)

    Returns
    -------
    ndarray of int, shape (found,)
        Places among the rows; none if there is no such unit.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> sizes = np.array([10.0, 12, 9, 14, 11, 10, 13, 12, 95])
    >>> table = SimpleNamespace(values=np.column_stack([sizes / 2, sizes]), known=sizes > 0)
    >>> table.known = np.column_stack([table.known, table.known])
    >>> find_near_total(table, np.zeros(9, dtype=int), np.arange(9))
    array([8])
    """
    nothing = np.zeros(0, dtype=np.int64)
    of = np.bincount(cells)
    enough = of > FEWEST
    if not enough.any():
        return nothing
    # By cell and size: the largest of a cell is the last of its rows.
    order = np.lexsort((addends.values[:, 1], cells))
    last = np.cumsum(of) - 1
    largest, second = order[last[enough]], order[last[enough] - 1]
    sums = np.column_stack([np.bincount(cells, weights=each) for each in addends.values.T])
    found = addends.values[largest]
    others = sums[enough] - found
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = found / others
    alike = addends.known[largest] & (ratio >= _LEAST) & (ratio <= _MOST)
    apart = found[:, 1] >= _STANDS_OUT * addends.values[second, 1]
    one = len(np.unique(units[largest])) == 1
    return largest if one and bool(alike.all() and apart.all()) else nothing
