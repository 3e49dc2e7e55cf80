"""Arithmetic of columns: numbers, marks and blanks added up and multiplied, row by row."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.data.source.formula import Formula, Term, columns_of, is_linear
from varstat.data.source.grid import Texts
from varstat.data.source.numbers import Kind, Numbers
from varstat.measure import Floats

_OPERATIONS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
# What a row is if an operand is: the first of these that one of them is.
_WORST = (Kind.TEXT, Kind.INFINITE, Kind.AMBIGUOUS, Kind.BLANK, Kind.MISSING, Kind.SUPPRESSED)


def compute(
    formula: Formula, column: Callable[[str], Numbers], rows: int, *, printed: bool = False
) -> Numbers:
    r"""Compute a formula.

    A row in which an operand is no number is none either: text, blank or marked as that one is.
    Where operands lie between two ends, so does the row, suppressed or not. Of what is multiplied
    or divided, half a unit in the last digit is that of the columns, to first order:

    .. math:: h_{ab} = |a|\,h_b + |b|\,h_a

    Parameters
    ----------
    formula : Formula
    column : callable
        Gives a column by its name, with half a unit of its last digit.
    rows : int
    printed : bool
        Whether half a unit is kept of sums of numbers that are no percentages too.

    Returns
    -------
    Numbers
        Percentages where percentages are added up.
    """
    found = _compute(formula, column, rows)
    percent = found.is_kind(Kind.PERCENT)
    if printed or not is_linear(formula):
        return found
    return replace(found, half_unit=np.where(percent, found.half_unit, 0.0))


def _compute(formula: Formula, column: Callable[[str], Numbers], rows: int) -> Numbers:
    if not isinstance(formula, Term):
        left, right = (_compute(each, column, rows) for each in (formula.left, formula.right))
        fixed = [not columns_of(each) for each in (formula.left, formula.right)]
        return _join(formula.sign, left, right, fixed=fixed)
    if formula.column is not None:
        return column(formula.column)
    values = np.full(rows, formula.number)
    return Numbers(
        values=values,
        kind=np.zeros(rows, dtype=np.int8),
        mark=np.full(rows, None, dtype=object),
        low=np.full(rows, np.nan),
        high=np.full(rows, np.nan),
        half_unit=np.zeros(rows),
    )


def _join(sign: str, left: Numbers, right: Numbers, *, fixed: Sequence[bool]) -> Numbers:
    a, b = left.values, right.values
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        values = _OPERATIONS[sign](a, b)
        half = left.half_unit + right.half_unit
        if sign == "*":
            half = np.abs(a) * right.half_unit + np.abs(b) * left.half_unit
        elif sign == "/":
            half = (left.half_unit + np.abs(values) * right.half_unit) / np.abs(b)
    kind = _join_kinds(sign, left, right, fixed=fixed)
    number = np.isin(kind, (Kind.NUMBER, Kind.PERCENT))
    kind[number & ~np.isfinite(values)] = Kind.INFINITE
    number &= np.isfinite(values)
    low, high = _join_ends(sign, left, right)
    bounded = np.isin(kind, (Kind.NUMBER, Kind.SUPPRESSED))
    return Numbers(
        values=np.where(number, values, np.nan),
        kind=kind,
        mark=_join_marks(kind, left, right),
        low=np.where(bounded, low, np.nan),
        high=np.where(bounded, high, np.nan),
        half_unit=np.where(number, half, 0.0),
    )


def _join_kinds(
    sign: str, left: Numbers, right: Numbers, *, fixed: Sequence[bool]
) -> NDArray[np.int8]:
    percent = [each.is_kind(Kind.PERCENT) for each in (left, right)]
    both = (percent[0] | fixed[0]) & (percent[1] | fixed[1]) & (percent[0] | percent[1])
    kind = np.zeros(len(left.kind), dtype=np.int8)
    if sign in "+-":
        # Percentages and other numbers can't be added up.
        kind[percent[0] ^ percent[1]] = Kind.TEXT
    if sign in "+-" or any(fixed):
        kind[both] = Kind.PERCENT
    for each in reversed(_WORST):
        kind[left.is_kind(each) | right.is_kind(each)] = each
    return kind


def _join_ends(sign: str, left: Numbers, right: Numbers) -> tuple[Floats, Floats]:
    """Give the ends of what is made of ranges; NaN where no operand has one, or one isn't known."""
    stated = np.isfinite(left.low) | np.isfinite(right.low)
    ends = [
        [np.where(np.isfinite(end), end, each.values) for end in (each.low, each.high)]
        for each in (left, right)
    ]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        made = np.stack([_OPERATIONS[sign](a, b) for a in ends[0] for b in ends[1]])
    # Divided by what may be zero, a range has no end.
    across = (ends[1][0] <= 0) & (ends[1][1] >= 0) if sign == "/" else np.zeros_like(stated)
    known = stated & ~across & np.isfinite(made).all(axis=0)
    return np.where(known, made.min(axis=0), np.nan), np.where(known, made.max(axis=0), np.nan)


def _join_marks(kind: NDArray[np.int8], left: Numbers, right: Numbers) -> Texts:
    marks: Texts = np.where(left.kind == kind, left.mark, right.mark)
    unmarked = pd.isna(marks)
    marks[unmarked] = np.where(right.kind == kind, right.mark, left.mark)[unmarked]
    marks[~np.isin(kind, (Kind.MISSING, Kind.SUPPRESSED, Kind.TEXT))] = None
    return marks
