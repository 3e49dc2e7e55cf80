"""What a reader of a regression on case-mix must know, in sentences."""

import numpy as np
from numpy.typing import NDArray

from varstat.adjust.cells import Integers
from varstat.adjust.columns import Columns
from varstat.adjust.regression import Regression
from varstat.adjust.rows import Rows
from varstat.data.table import Table

# Units below which standard errors by unit are known to be too small.
_FEW = 20
# Coefficients that are named one by one.
_NAMED = 5


def caveats(
    table: Table, rows: Rows, columns: Columns, found: Regression, *, draws: int
) -> list[str]:
    """Say what limits the use of a regression on case-mix, each in a sentence.

    Parameters
    ----------
    table : Table
    rows : Rows
    columns : Columns
    found : Regression
    draws : int
        Data sets that were asked for, to test whether effects differ between units.

    Returns
    -------
    list of str
    """
    notes = []
    infinite = np.flatnonzero(np.isinf(found.estimate))
    if infinite.size:
        named = [_name(columns, at) for at in infinite[:_NAMED]]
        more = infinite.size - len(named)
        listed = ", ".join(named) + (f" and {more:,} more" if more else "")
        notes.append(
            f"No finite coefficient fits {listed}: no event was seen there, or nothing else. "
            f"Expected events of {int(found.separated.sum()):,} rows are as few, or as many, as "
            "can be."
        )
    absorbed = np.flatnonzero(np.isnan(found.estimate))
    if absorbed.size:
        notes.append(
            f"{_name(columns, absorbed[0])}{' and others are' if absorbed.size > 1 else ' is'} "
            "determined by what stands before, so that the parts can't be told apart; expected "
            "events don't depend on it."
        )
    single = [name for name in table.strata if name not in columns.factors]
    same = [name for name in table.covariates if name not in columns.covariates]
    if single or same:
        notes.append(
            f"{', '.join(repr(name) for name in (*single, *same))} doesn't vary, and explains "
            "nothing."
        )
    hidden = int(np.sum(~rows.known))
    if hidden:
        notes.append(
            f"{hidden:,} {'count was' if hidden == 1 else 'counts were'} withheld and took no part."
        )
    units = len(np.unique(rows.row[rows.known]))
    if units < 2:
        notes.append("With one unit there are no standard errors by unit.")
    elif units < _FEW:
        notes.append(f"With fewer than {_FEW} units standard errors by unit are too small.")
    alone = np.flatnonzero(holders(columns, rows.row[rows.known], rows.known) < 2)
    if alone.size and units > 1:
        notes.append(
            f"Only one unit has {_name(columns, alone[0])}{' and others' if alone.size > 1 else ''}"
            ", or what it is compared with, so that how sure its coefficient is isn't known."
        )
    if draws and table.measure.counts and table.card.indicator.counts != "whole":
        notes.append("Whether effects differ between units can't be tested on amounts.")
    return notes


def _name(columns: Columns, at: int) -> str:
    factor, level = columns.factor[at], columns.level[at]
    return f"'{factor}'" if level is None else f"'{level}' of '{factor}'"


def holders(columns: Columns, unit: Integers, known: NDArray[np.bool_]) -> Integers:
    """Count the units that have the level of each column, or the reference if they are fewer.

    A level that one unit has fits that unit, whose score on it is then 0: standard errors by unit
    would be of the others alone.

    Parameters
    ----------
    columns : Columns
    unit : ndarray of int, shape (known rows,)
    known : ndarray of bool, shape (rows,)

    Returns
    -------
    ndarray of int, shape (columns,)
    """
    held = np.full(len(columns.factor), len(np.unique(unit)), dtype=np.int64)
    for name, code in columns.factors.items():
        of, levels = columns.level[columns.factor == name], columns.levels[name]
        units = np.array([len(np.unique(unit[code[known] == at])) for at in range(len(levels))])
        by_level = dict(zip(levels, units, strict=True))
        least = by_level[columns.references[name]]
        held[columns.factor == name] = [min(by_level[level], least) for level in of]
    return held
