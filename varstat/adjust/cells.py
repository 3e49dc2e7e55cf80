"""Case-mix cells: combinations of strata, and what units have in each."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from varstat.measure import Floats

Strings = NDArray[np.object_]
Integers = NDArray[np.int64]

# Numbers summed at a time, so that thousands of data sets need no copy of them all.
_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """The case-mix cells of a table: combinations of strata that some row has.

    Attributes
    ----------
    strata : tuple of str
        The factors; none where there is one cell.
    levels : ndarray of object, shape (cells, factors)
    row : ndarray of int, shape (rows,)
        The cell of each row.
    """

    strata: tuple[str, ...]
    levels: Strings
    row: Integers

    def __post_init__(self) -> None:
        self.levels.setflags(write=False)
        self.row.setflags(write=False)

    @property
    def number(self) -> int:
        """How many cells there are."""
        return len(self.levels)


def find_cells(frame: pd.DataFrame, strata: tuple[str, ...]) -> Cells:
    """Number the combinations of strata that occur, in the order of their names.

    Parameters
    ----------
    frame : DataFrame
    strata : tuple of str
        Columns of text; none makes one cell of all rows.

    Returns
    -------
    Cells

    Examples
    --------
    >>> frame = pd.DataFrame({"sex": ["m", "f", "m"], "age": ["old", "young", "old"]})
    >>> cells = find_cells(frame, ("sex", "age"))
    >>> cells.row.tolist(), cells.levels.tolist()
    ([1, 0, 1], [['f', 'young'], ['m', 'old']])
    """
    if not strata:
        return Cells(
            strata=(),
            levels=np.empty((1, 0), dtype=object),
            row=np.zeros(len(frame), dtype=np.int64),
        )
    text = frame[list(strata)].astype(str).astype(object)
    row: Integers = text.groupby(list(strata), sort=True).ngroup().to_numpy().astype(np.int64)
    first = np.unique(row, return_index=True)[1]
    return Cells(strata=strata, levels=text.to_numpy(dtype=object)[first], row=row)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """The units' cells: the pairs of unit and cell that some row has, by unit and then cell.

    Attributes
    ----------
    unit, cell : ndarray of int, shape (pairs,)
    row : ndarray of int, shape (rows,)
        The pair of each row.
    """

    unit: Integers
    cell: Integers
    row: Integers

    @property
    def number(self) -> int:
        """How many pairs there are."""
        return len(self.unit)


def pair_up(unit: Integers, cell: Integers, *, cells: int) -> Pairs:
    """Find the pairs of unit and cell that some row has.

    Parameters
    ----------
    unit, cell : ndarray of int, shape (rows,)
    cells : int
        How many cells there are.

    Returns
    -------
    Pairs
    """
    key, row = np.unique(unit * np.int64(cells) + cell, return_inverse=True)
    return Pairs(unit=key // cells, cell=key % cells, row=row.ravel())


def add_up(values: Floats, index: Integers, number: int) -> Floats:
    """Add up values that have the same index, whatever axes stand before.

    Parameters
    ----------
    values : ndarray of float, shape (..., rows)
    index : ndarray of int, shape (rows,)
        From 0 to `number` - 1.
    number : int

    Returns
    -------
    ndarray of float, shape (..., number)

    Examples
    --------
    >>> add_up(np.array([[1.0, 2.0, 4.0], [10.0, 20.0, 40.0]]), np.array([1, 0, 1]), 3)
    array([[ 2.,  5.,  0.],
           [20., 50.,  0.]])
    """
    if values.ndim == 1:
        return np.asarray(np.bincount(index, weights=values, minlength=number), dtype=float)
    rows = values.shape[-1]
    flat = values.reshape(-1, rows)
    into = sparse.csr_array(
        (np.ones(rows), (index, np.arange(rows, dtype=np.int64))), shape=(number, rows)
    )
    out = np.empty((len(flat), number))
    step = max(_AT_ONCE // max(rows, 1), 1)
    for first in range(0, len(flat), step):
        some = slice(first, first + step)
        out[some] = (into @ np.ascontiguousarray(flat[some].T)).T
    return out.reshape(*values.shape[:-1], number)
