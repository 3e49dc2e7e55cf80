"""The columns of a case-mix regression: an intercept, factors against a reference, covariates."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from varstat.adjust.cells import Cells, Integers, Strings, add_up
from varstat.measure import Floats

# A column that keeps less of its square than this, once those before it are taken out, is theirs.
_DEPENDENT = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """The columns of a regression, the intercept first.

    Attributes
    ----------
    matrix : sparse array, shape (rows, columns)
    alike : ndarray of int, shape (rows,)
        Rows that are the same in all columns have the same number, from 0.
    factor : ndarray of object, shape (columns,)
        "intercept", or the name of a factor or a covariate.
    level : ndarray of object, shape (columns,)
        The level of a factor; None for others.
    factors : dict of str to ndarray of int, shape (rows,)
        The level of each row, by factor; factors of one level are left out.
    levels : dict of str to ndarray of object
        The names of the levels, by factor.
    references : dict of str to str
        The level that others are compared with, by factor.
    covariates : dict of str to ndarray of float, shape (rows,)
        As z-scores; those that don't vary are left out.
    """

    matrix: sparse.csr_array
    alike: Integers
    factor: Strings
    level: Strings
    factors: dict[str, Integers]
    levels: dict[str, Strings]
    references: dict[str, str]
    covariates: dict[str, Floats]


def build_columns(
    cells: Cells,
    covariates: dict[str, Floats],
    *,
    event: Floats,
    size: Floats,
    bounded: bool,
) -> Columns:
    """Build the columns: each factor coded against its most common level.

    Parameters
    ----------
    cells : Cells
    covariates : dict of str to ndarray of float, shape (rows,)
    event, size : ndarray of float, shape (rows,)
        Events that aren't known are NaN.
    bounded : bool
        Whether there can't be more events than size, as in proportions. Then a level where all are
        events is no better a reference than one where none is.

    Returns
    -------
    Columns
    """
    rows = len(cells.row)
    parts: list[Floats | sparse.csr_array] = [np.ones((rows, 1))]
    factor, level = ["intercept"], [None]
    coded: dict[str, Integers] = {}
    named: dict[str, Strings] = {}
    references = {}
    for at, name in enumerate(cells.strata):
        levels, code = np.unique(cells.levels[:, at], return_inverse=True)
        if len(levels) < 2:
            continue
        of_row = code.ravel()[cells.row].astype(np.int64)
        reference = _reference(of_row, event, size, len(levels), bounded=bounded)
        coded[name], references[name] = of_row, str(levels[reference])
        named[name] = levels.astype(object)
        full = sparse.csr_array(
            (np.ones(rows), (np.arange(rows), of_row)), shape=(rows, len(levels))
        )
        others = np.delete(np.arange(len(levels)), reference)
        parts.append(full[:, others])
        factor += [name] * len(others)
        level += list(levels[others].astype(object))
    scored = {}
    for name, values in covariates.items():
        sd = float(np.std(values))
        if sd > 1e-9 * max(float(np.max(np.abs(values))), 1e-300):
            scored[name] = (values - np.mean(values)) / sd
            parts.append(scored[name][:, None])
            factor.append(name)
            level.append(None)
    return Columns(
        matrix=sparse.csr_array(sparse.hstack([sparse.csr_array(part) for part in parts])),
        alike=_alike(cells.row, list(scored.values())),
        factor=np.array(factor, dtype=object),
        level=np.array(level, dtype=object),
        factors=coded,
        levels=named,
        references=references,
        covariates=scored,
    )


def _reference(code: Integers, event: Floats, size: Floats, levels: int, *, bounded: bool) -> int:
    """The most common level, of those whose rate is neither 0 nor, if bounded, 1."""
    known = np.isfinite(event)
    volume = add_up(size, code, levels)
    events = add_up(event[known], code[known], levels)
    sizes = add_up(size[known], code[known], levels)
    inside = (events != 0) & ~(bounded & (events >= sizes))
    return int(np.argmax(np.where(inside, volume, 0.0) if inside.any() else volume))


def _alike(cell: Integers, covariates: list[Floats]) -> Integers:
    """Number the rows by what explains them."""
    if not covariates:
        return np.unique(cell, return_inverse=True)[1].ravel().astype(np.int64)
    key = np.column_stack([cell.astype(float), *covariates])
    return np.unique(key, axis=0, return_inverse=True)[1].ravel().astype(np.int64)


def independent(matrix: sparse.csr_array) -> NDArray[np.bool_]:
    """Find the columns that aren't combinations of those before them.

    Parameters
    ----------
    matrix : sparse array, shape (rows, columns)

    Returns
    -------
    ndarray of bool, shape (columns,)

    Examples
    --------
    >>> x = np.array([[1.0, 1.0, 0.0, 2.0], [1.0, 0.0, 1.0, 5.0], [1.0, 1.0, 0.0, 4.0]])
    >>> independent(sparse.csr_array(x))
    array([ True,  True, False,  True])
    """
    square = np.asarray((matrix.T @ matrix).toarray())
    length = np.sqrt(np.diag(square))
    scale = np.where(length > 0, length, 1.0)
    left = square / np.outer(scale, scale)
    kept = np.zeros(len(length), dtype=np.bool_)
    for column in range(len(length)):
        pivot = left[column, column]
        if pivot > _DEPENDENT:
            kept[column] = True
            left = left - np.outer(left[:, column], left[column]) / pivot
    return kept
