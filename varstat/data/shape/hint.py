"""Hints: that a file's columns are periods, or its rows measures, and what option takes them."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd

from varstat.data.account import Rows
from varstat.data.shape.heading_period import PERIOD, find_families
from varstat.data.shape.wide import lay_every
from varstat.data.source.header import Header, loose
from varstat.data.source.numbers import Kind, read_numbers
from varstat.data.source.open import Source
from varstat.period.wording import plain_wording

# A name is looked for among so many rows, and columns with so few distinct values.
_MOST_ROWS, _MOST_VALUES = 200_000, 5_000


def name_wide(headings: Sequence[str], names: Iterable[str]) -> str:
    """Say which missing columns stand in several, a period each, and how to take them.

    Parameters
    ----------
    headings : sequence of str
        The file's.
    names : iterable of str
        Of columns that it doesn't have.

    Returns
    -------
    str
        A sentence; empty if none does.

    Examples
    --------
    >>> name_wide(["Trust", "Apr-18 cases", "May-18 cases"], ["cases"])
    "'cases' stands in 2 columns, a period each: '{period} cases' takes them all."
    """
    families = {
        plain_wording(each.pattern.replace(PERIOD, " ")): each for each in find_families(headings)
    }
    found = [(name, each) for name in names if (each := families.get(plain_wording(name)))]
    return " ".join(
        f"{name!r} stands in {len(each.labels)} columns, a period each: {each.pattern!r} takes "
        "them all."
        for name, each in found
    )


def note_family(header: Header, places: Iterable[int]) -> tuple[str, ...]:
    """Say which columns in use are of one period among several that stand beside it.

    Parameters
    ----------
    header : Header
    places : iterable of int
        The columns in use.

    Returns
    -------
    tuple of str
    """
    families = find_families(header.names)
    notes = []
    for at in places:
        family = next((each for each in families if at in each.places), None)
        if family is not None:
            notes.append(
                f"{header.names[at]!r} is one of {len(family.labels)} columns that differ by their "
                f"period alone: {family.pattern!r} in its place takes them all"
            )
    return tuple(dict.fromkeys(notes))


def describe_wide(source: Source) -> str:
    """Say that columns of a file look like periods of the same thing, and how to take them.

    Returns
    -------
    str
        Sentences; empty if none do.
    """
    most: tuple[str, ...] = ()
    for header in lay_every(source, ()):
        families = find_families(header.names)
        found = tuple(each.pattern for each in sorted(families, key=lambda f: f.places[0]))
        if len(found) > len(most):
            most = found
    if not most:
        return ""
    example = f"--numerator {most[0]!r} --denominator {most[1] if len(most) > 1 else 'COL'!r}"
    return (
        "Columns look like periods of the same thing: where a heading has the period, write "
        f"{PERIOD}, as in {example}."
    )


def name_long(header: Header, names: Sequence[str], *, used: Collection[int] = ()) -> str:
    """Say that missing columns are values of a column, and how to make columns of them.

    Parameters
    ----------
    header : Header
    names : sequence of str
        Of columns that the file doesn't have.
    used : collection of int
        Columns that have another part.

    Returns
    -------
    str
        A sentence; empty if they aren't.
    """
    wanted = {loose(name): name for name in names}
    for at, column in enumerate(header.names):
        if not column or at in used:
            continue
        texts = header.texts(at)[:_MOST_ROWS]
        codes, distinct = pd.factorize(texts)
        found = [number for number, text in enumerate(distinct) if loose(text) in wanted]
        if found and len(distinct) <= _MOST_VALUES:
            rows = np.flatnonzero(np.isin(codes, found))
            values = _values_beside(header, rows, without=(at, *used))
            which = " and ".join(dict.fromkeys(repr(distinct[number]) for number in found))
            verb, noun = (
                ("is a value", "its values") if len(found) == 1 else ("are values", "those")
            )
            return (
                f"{which} {verb} of the column {column!r}: --spread '{column}:{values}' makes "
                f"columns of {noun}."
            )
    return ""


def _values_beside(header: Header, rows: Rows, *, without: Collection[int]) -> str:
    """Name the one column, or those of periods, with most numbers on these rows; else any."""
    numeric: dict[str, int] = {}
    for at, column in enumerate(header.names):
        if column and at not in without:
            cells = header.grid.cells.iloc[rows + header.row + 1, at]
            numbers = read_numbers(cells)
            filled = ~numbers.is_kind(Kind.BLANK, Kind.MISSING, Kind.SUPPRESSED)
            if filled.any() and not numbers.is_kind(Kind.TEXT)[filled].any():
                numeric[column] = int(filled.sum())
    fullest = [column for column, filled in numeric.items() if filled == max(numeric.values())]
    if len(fullest) == 1:
        return fullest[0]
    families = find_families(fullest)
    return families[0].pattern if families else "COLUMN"
