"""Measured columns: the numbers of one column, or of a formula of several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from varstat.data.rows.covariates import Covariate
from varstat.data.source.arithmetic import compute
from varstat.data.source.formula import columns_of, is_linear
from varstat.data.source.header import Header
from varstat.data.source.numbers import Kind, Numbers
from varstat.data.source.resolution import resolve
from varstat.data.source.vocabulary import PLAIN, Range, Vocabulary

NOTHING: Mapping[float, Range] = {}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """Numbers, and what they are called in messages.

    Attributes
    ----------
    name : str
        Of the column, or the formula as it was given.
    numbers : Numbers
    """

    name: str
    numbers: Numbers

    @property
    def covariate(self) -> Covariate:
        """The same as a column of numbers that isn't from a lookup."""
        return Covariate(column=self.name, numbers=self.numbers, lookup=None)


def measure_column(
    header: Header,
    names: Sequence[str],
    *,
    vocabulary: Vocabulary = PLAIN,
    printed: bool = False,
    standing: Mapping[float, Range] = NOTHING,
    half: float = 0.0,
) -> Measured:
    """Give the numbers of a column that there is, or that is computed of others.

    Parameters
    ----------
    header : Header
        Which has it.
    names : sequence of str
        The first that there is, is used.
    vocabulary : Vocabulary
        What marks stand for.
    printed : bool
        Whether to what decimals they are printed matters for plain numbers too.
    standing : mapping of float to (float, float)
        What printed numbers stand for.
    half : float
        By how much rounding may have moved each number of a formula.

    Returns
    -------
    Measured
    """
    found = header.find(names)
    if found:
        numbers = header.numbers(found[0], vocabulary).standing_for(standing)
        if printed or numbers.is_kind(Kind.PERCENT).any():
            numbers = _resolve(header, found[0], numbers)
            if not printed:
                percent = numbers.is_kind(Kind.PERCENT)
                numbers = replace(numbers, half_unit=np.where(percent, numbers.half_unit, 0.0))
        return Measured(name=header.called(found[0]), numbers=numbers)
    formula = header.formula(names)
    if formula is None:
        raise RuntimeError(f"there is neither a column nor a formula {names}")
    columns = {
        name: _round(_column(header, name, vocabulary).standing_for(standing), half)
        for name in columns_of(formula)
    }
    if vocabulary.fills_blanks:
        columns = _fill_blanks(columns)
    if not is_linear(formula) and len(columns) > 1:
        columns = _trust_whole(columns)
    name = next(name for name in names if not header.find((name,)))
    numbers = compute(formula, columns.__getitem__, len(header.rows), printed=printed)
    return Measured(name=name, numbers=numbers)


def _column(header: Header, name: str, vocabulary: Vocabulary) -> Numbers:
    at = header.find((name,))[0]
    return _resolve(header, at, header.numbers(at, vocabulary))


def _fill_blanks(columns: dict[str, Numbers]) -> dict[str, Numbers]:
    """Take blank parts of a sum for none, unless all are."""
    some = ~np.all([each.is_kind(Kind.BLANK) for each in columns.values()], axis=0)
    return {name: each.fill_blanks(some) for name, each in columns.items()}


def _round(numbers: Numbers, half: float) -> Numbers:
    """Give rounded counts the ends between which they lie, where nothing else states any."""
    rounded = numbers.is_kind(Kind.NUMBER) & ~np.isfinite(numbers.low)
    if not half:
        return numbers
    return replace(
        numbers,
        low=np.where(rounded, np.maximum(numbers.values - half, 0.0), numbers.low),
        high=np.where(rounded, numbers.values + half, numbers.high),
    )


def _resolve(header: Header, at: int, numbers: Numbers) -> Numbers:
    return resolve(numbers, header.texts(at), mark=header.grid.decimal)


def _trust_whole(columns: dict[str, Numbers]) -> dict[str, Numbers]:
    """Take whole numbers for counts, known to the last, where others have decimals."""
    rough = {name: bool((each.half_unit % 0.5 > 0).any()) for name, each in columns.items()}
    if not any(rough.values()):
        return columns
    return {
        name: each if rough[name] else replace(each, half_unit=np.zeros(len(each.half_unit)))
        for name, each in columns.items()
    }
