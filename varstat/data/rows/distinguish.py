"""Distinguishing: the columns by which the rows of a unit differ."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from varstat.data.account import Mask, Rows
from varstat.data.rows.records import Attribute, Records
from varstat.data.source.grid import Texts, text_of
from varstat.data.source.header import Header
from varstat.period.period import read_periods

MOST_COLUMNS = 4
BLANK = "(blank)"
# Distinct values that room is made for at first: for all rows it would be most of the memory.
FEW = 4096


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Factor:
    """A column as numbered levels.

    Attributes
    ----------
    column : str
        Its name in the file.
    role : {"period", "stratum", "by", "extra"}
        What it is in use as; "extra" if as nothing.
    codes : ndarray of int, shape (rows,)
        From zero in order of appearance; -1 where blank.
    levels : tuple of str
    """

    column: str
    role: str
    codes: Rows
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """What tells the rows of a unit apart that the columns in use don't.

    Attributes
    ----------
    columns : tuple of str
        All of them together tell most apart.
    instead : tuple of str
        Other columns that would each do as well as the only one of `columns`.
    overlap : (str, str, str) or None
        A column, a level of it that holds what other levels hold too, and how that is known.
    dated : (str, str) or None
        The only such column and its last level, where its levels are dates, as of vintages.
    """

    columns: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    overlap: tuple[str, str, str] | None = None
    dated: tuple[str, str] | None = None


def last_date(factors: Sequence[Factor]) -> tuple[str, str] | None:
    """Find the last level of the only column of some, where its levels are dates or months.

    Parameters
    ----------
    factors : sequence of Factor

    Returns
    -------
    (str, str) or None
        The column and the level.
    """
    if len(factors) != 1 or not factors[0].levels:
        return None
    dates = read_periods(factors[0].levels)
    if any(each.first is None for each in dates):
        return None
    return factors[0].column, dates.labels[-1]


def number_levels(values: Texts) -> tuple[Rows, tuple[str, ...]]:
    """Number the distinct texts by first appearance, -1 where there is none."""
    codes, distinct = pd.factorize(values, use_na_sentinel=True, size_hint=FEW)
    return np.asarray(codes, dtype=np.int64), tuple(distinct)


def named_factors(records: Records, rows: Rows) -> list[Factor]:
    """Give the file's columns that are in use to tell a unit's rows apart, each once.

    Parameters
    ----------
    records : Records
    rows : ndarray of int
        Which of them to look at.

    Returns
    -------
    list of Factor
    """
    used: dict[str, tuple[str, Attribute]] = {}
    period = records.roles.get("period")
    named = [("by", each) for each in records.by.values()]
    named += [("stratum", each) for each in records.strata.values()]
    if period is not None:
        named.append(("period", period))
    for role, each in named:
        if each.lookup is None and each is not records.roles["unit"]:
            used.setdefault(each.column, (role, each))
    return [_factor(column, role, each.values[rows]) for column, (role, each) in used.items()]


def other_columns(records: Records, header: Header) -> list[tuple[str, int]]:
    """List the file's columns that nothing uses, with their places."""
    used = {each.column for each in records.attributes if each.lookup is None}
    used -= {each.column for _, each, _ in records.only}
    used |= {column for _, column in records.measured}
    if records.count is not None:
        used.add(records.count.column)
    used |= {each.column for each in records.covariates.values() if each.lookup is None}
    names = list(enumerate(header.names))
    return [(name, at) for at, name in names if name and name not in used]


def read_factor(records: Records, header: Header, name: str, at: int, rows: Rows) -> Factor:
    """Number the levels of a column of the file.

    Parameters
    ----------
    records : Records
    header : Header
    name : str
    at : int
        Its place.
    rows : ndarray of int
        Which of the records to look at.

    Returns
    -------
    Factor
        With cells that hold nothing but blanks as levels of their own.
    """
    lines = records.places[rows] + header.row + 1
    column: Any = header.grid.cells.iloc[:, at]
    # Of a short column objects are quicker; of a long one they take the most memory.
    kept = isinstance(column.dtype, pd.StringDtype | pd.CategoricalDtype)
    if len(lines) < FEW or not kept:
        column = column.to_numpy(dtype=object)
    codes, distinct = pd.factorize(column.take(lines), use_na_sentinel=True)
    if len(distinct) > len(rows) // 2 + 2:
        # As good as one a row: a number, or the row's own name.
        return Factor(column=name, role="extra", codes=np.arange(len(rows)), levels=())
    texts = [text_of(each) for each in distinct]
    merged, levels = number_levels(np.array([*texts, None], dtype=object))
    return Factor(column=name, role="extra", codes=merged[codes], levels=levels)


def tell_apart(
    records: Records, header: Header, rows: Rows, units: Rows, named: Sequence[Factor]
) -> tuple[list[Factor], tuple[str, ...]]:
    """Find the further columns that tell the rows of a unit apart, where those in use don't.

    Parameters
    ----------
    records : Records
    header : Header
    rows : ndarray of int
        Which of the records to look at, each with a unit.
    units : ndarray of int, shape (rows,)
    named : sequence of Factor
        The columns in use, over the same rows.

    Returns
    -------
    found : list of Factor
        None where a unit's rows are told apart already; the fewest columns that tell most of
        them apart, those with few levels first.
    instead : tuple of str
        Columns that each tell all apart, as the first one does.
    """
    found: list[Factor] = []
    instead: tuple[str, ...] = ()
    used = [units, *(each.codes for each in named)]
    if _all_differ(used):
        return found, instead
    groups = combine(used)
    distinct = int(groups.max(initial=-1)) + 1
    most = 3 * int(np.bincount(groups).max()) + 2
    candidates = []
    for name, at in other_columns(records, header):
        factor = read_factor(records, header, name, at, rows)
        if 2 <= len(factor.levels) + bool((factor.codes < 0).any()) <= most:
            candidates.append(factor)
    while len(found) < MOST_COLUMNS and distinct < len(rows) and candidates:
        told = [int(combine([groups, each.codes]).max()) + 1 for each in candidates]
        best = min(range(len(told)), key=lambda at: (-told[at], len(candidates[at].levels), at))
        if told[best] - distinct <= 0.02 * (len(rows) - distinct):
            break
        if not found and told[best] == len(rows):
            same = [
                each for each, number in zip(candidates, told, strict=True) if number == len(rows)
            ]
            instead = tuple(each.column for each in same if each is not candidates[best])
        factor = candidates.pop(best)
        groups, distinct = combine([groups, factor.codes]), told[best]
        found.append(factor)
    return found, instead


def name_blanks(factor: Factor) -> Factor:
    """Make a level of its own of the rows that are blank, as some publishers leave a total's."""
    blank = factor.codes < 0
    if not blank.any() or not factor.levels:
        return factor
    codes = np.where(blank, len(factor.levels), factor.codes)
    return replace(factor, codes=codes, levels=(*factor.levels, BLANK))


def combine(codes: Sequence[Rows]) -> Rows:
    """Number the distinct combinations of codes, from zero.

    Returns
    -------
    ndarray of int, shape (rows,)
    """
    groups = _number(codes[0])
    for each in codes[1:]:
        groups = _number(_join(groups, each))
    return groups


def _all_differ(codes: Sequence[Rows]) -> bool:
    """Say whether no combination of codes stands twice, without a number for each."""
    keys = _join(combine(codes[:-1]), codes[-1]) if len(codes) > 1 else codes[0].copy()
    keys.sort()
    return bool((keys[1:] != keys[:-1]).all())


def _join(groups: Rows, codes: Rows) -> Rows:
    """Make a key of two numbers."""
    return groups * (int(codes.max(initial=-1)) + 2) + codes + 1


def _number(groups: Rows) -> Rows:
    return np.asarray(pd.factorize(groups, size_hint=FEW)[0], dtype=np.int64)


def depends_on(factor: Factor, of: Factor, units: Rows) -> Mask | bool:
    """Say whether a column is the same for all of a unit's rows of one level of another."""
    together = combine([units, of.codes])
    return int(combine([together, factor.codes]).max(initial=-1)) == int(together.max(initial=-1))


def _factor(column: str, role: str, values: Texts) -> Factor:
    codes, levels = number_levels(values)
    return Factor(column=column, role=role, codes=codes, levels=levels)
