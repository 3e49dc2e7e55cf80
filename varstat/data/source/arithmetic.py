"""Arithmetic of columns: numbers, marks and blanks added up and multiplied, row by row."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.data.account import Mask
from varstat.data.source.formula import Formula, Term, is_linear
from varstat.data.source.grid import Texts
from varstat.data.source.numbers import Kind, Numbers, Parts

# What a row is if an operand is: the first of these that one of them is.
_WORST = (Kind.TEXT, Kind.INFINITE, Kind.AMBIGUOUS, Kind.BLANK, Kind.MISSING, Kind.SUPPRESSED)


def compute(
    formula: Formula, column: Callable[[str], Numbers], rows: int, *, printed: bool = False
) -> Numbers:
    r"""Compute a formula.

    A row in which an operand is no number is none either: text, blank or marked as that one is. A
    sum with suppressed parts is suppressed, and keeps what is known of it. Of what is multiplied
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
        return _join(formula.sign, left, right)
    if formula.column is not None:
        return column(formula.column)
    values = np.full(rows, formula.number)
    return Numbers(
        values=values,
        kind=np.zeros(rows, dtype=np.int8),
        mark=np.full(rows, None, dtype=object),
        half_unit=np.zeros(rows),
        terms=0,
    )


def _join(sign: str, left: Numbers, right: Numbers) -> Numbers:
    a, b = left.values, right.values
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        match sign:
            case "+":
                values, half = a + b, left.half_unit + right.half_unit
            case "-":
                values, half = a - b, left.half_unit + right.half_unit
            case "*":
                values = a * b
                half = np.abs(a) * right.half_unit + np.abs(b) * left.half_unit
            case _:
                values = a / b
                half = (left.half_unit + np.abs(values) * right.half_unit) / np.abs(b)
    parts = _join_parts(sign, left, right)
    kind = _join_kinds(sign, left, right)
    # A sum of which what is hidden is no multiple of one mark's meaning isn't known at all.
    unclear = (kind == Kind.SUPPRESSED) & (np.isnan(parts.times) | _differ(left, right))
    kind[unclear] = Kind.MISSING
    number = np.isin(kind, (Kind.NUMBER, Kind.PERCENT))
    kind[number & ~np.isfinite(values)] = Kind.INFINITE
    number &= np.isfinite(values)
    return Numbers(
        values=np.where(number, values, np.nan),
        kind=kind,
        mark=_join_marks(kind, left, right),
        half_unit=np.where(number, half, 0.0),
        hidden=parts,
        terms=left.terms + right.terms,
    )


def _join_kinds(sign: str, left: Numbers, right: Numbers) -> NDArray[np.int8]:
    percent = [each.is_kind(Kind.PERCENT) for each in (left, right)]
    fixed = [each.terms == 0 for each in (left, right)]
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


def _join_parts(sign: str, left: Numbers, right: Numbers) -> Parts:
    a, b = _parts(left), _parts(right)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if sign in "+-":
            turned = 1.0 if sign == "+" else -1.0
            known, times = a.known + turned * b.known, a.times + turned * b.times
            # What is hidden twice with different signs cancels in the sum, but not in its range.
            mixed = (a.times * b.times * turned) < 0
        elif sign == "*":
            known = a.known * b.known
            times = a.times * b.known + b.times * a.known
            mixed = (a.times != 0) & (b.times != 0)
        else:
            known, times = a.known / b.known, a.times / b.known
            mixed = b.times != 0
    return Parts(known=known, times=np.where(mixed, np.nan, times))


def _parts(numbers: Numbers) -> Parts:
    """Of one column: nothing but what is printed, or what the mark stands for once."""
    if numbers.hidden is not None:
        return numbers.hidden
    hidden = numbers.is_kind(Kind.SUPPRESSED)
    return Parts(known=np.where(hidden, 0.0, numbers.values), times=hidden.astype(float))


def _differ(left: Numbers, right: Numbers) -> Mask:
    """Tell where two marks hide different things."""
    hidden = left.is_kind(Kind.SUPPRESSED) & right.is_kind(Kind.SUPPRESSED)
    return np.asarray(hidden & (left.mark != right.mark), dtype=np.bool_)


def _join_marks(kind: NDArray[np.int8], left: Numbers, right: Numbers) -> Texts:
    marks: Texts = np.where(left.kind == kind, left.mark, right.mark)
    unmarked = pd.isna(marks)
    marks[unmarked] = np.where(right.kind == kind, right.mark, left.mark)[unmarked]
    marks[~np.isin(kind, (Kind.MISSING, Kind.SUPPRESSED))] = None
    return marks
