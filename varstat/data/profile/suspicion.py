"""What in a file may mislead: said before anything is computed."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from varstat.data.account import count_rows
from varstat.data.profile.column import LABELS, Column
from varstat.data.profile.pair import Quotient
from varstat.data.profile.unit import Unit
from varstat.data.rows.wholes import is_total, names_whole
from varstat.data.source.header import Header
from varstat.prose.text import clean

# Numbers that stand for "not known" in many files, and hardly ever for a count.
_SENTINELS = (-999999, -9999, -999, -99, -9, -1)
_MOST = 12


def suspect(
    header: Header, columns: Sequence[Column], quotients: Sequence[Quotient], *, unit: Unit | None
) -> tuple[str, ...]:
    """Say what in a sheet may mislead.

    Parameters
    ----------
    header : Header
    columns : sequence of Column
    quotients : sequence of Quotient
    unit : Unit or None

    Returns
    -------
    tuple of str
        Sentences without a record's values, the first dozen of them.
    """
    found = [
        *_headings(header, columns),
        *_quotients(quotients),
        *_flags(columns),
        *(note for each in columns if each.numeric for note in _numbers(each)),
        *(note for each in columns if each.kind in LABELS for note in _wholes(each, unit)),
    ]
    more = len(found) - _MOST
    return (*found[:_MOST], *([f"and {more} more such remarks"] if more > 0 else []))


def quote(column: Column) -> str:
    """Name a column by its heading, or by its place where it has none."""
    return repr(clean(column.heading)) if clean(column.heading) else f"column {column.place + 1}"


def _headings(header: Header, columns: Sequence[Column]) -> Iterator[str]:
    times = Counter(each.heading for each in columns if each.heading)
    twice = [repr(clean(name)) for name, count in times.items() if count > 1]
    if twice:
        yield f"headings that stand more than once: {', '.join(twice[:5])}"
    blank = sum(not each.heading for each in columns)
    if blank:
        yield f"columns without a heading: {blank}"
    empty = sum(each.kind == "empty" for each in columns)
    if empty:
        yield f"columns without a single cell below the heading: {empty}"
    over = int(header.overfull().sum())
    if over:
        yield f"{count_rows(over)} with more cells than there are headings"


def _quotients(quotients: Sequence[Quotient]) -> Iterator[str]:
    for each in quotients:
        scale = "" if each.scale == 1 else f"{each.scale:,.0f} × "
        yield f"{quote(each.column)} is {scale}{quote(each.event)} / {quote(each.size)}"


def _flags(columns: Sequence[Column]) -> Iterator[str]:
    """Say once where letters stand behind numbers: they are read as text."""
    flagged = [each for each in columns if each.flagged]
    if flagged:
        named = ", ".join(map(quote, flagged[:3])) + (", ..." if len(flagged) > 3 else "")
        yield (
            f"letters stand behind a number in {_cells(sum(each.flagged for each in flagged))}, "
            f"which makes them text, in {named}: put such flags into columns of their own, or "
            "leave them out"
        )


def _numbers(column: Column) -> Iterator[str]:
    name = quote(column)
    if column.kind == "percent":
        yield f"{name} holds percentages, which are no counts"
    for mark, cells in column.marks[:3]:
        yield f"{name} has {clean(mark)!r} instead of a number in {_cells(cells)}"
    if column.unread:
        neither = "is neither a number nor a known mark"
        if column.unread > 1:
            neither = "are neither numbers nor known marks"
        yield f"{name} has {_cells(column.unread)} that {neither}"
    values = column.values[np.isfinite(column.values)]
    if column.kind in ("count", "measure") and (values < 0).any():
        sentinel = np.isin(values, _SENTINELS) | (values >= 0)
        why = ", perhaps codes for what is not known" if sentinel.all() else ""
        yield f"{name} has {_cells(int((values < 0).sum()))} below zero{why}"


def _wholes(column: Column, unit: Unit | None) -> Iterator[str]:
    """Rows and levels that are named like totals."""
    if unit is not None and column in (unit.code, unit.name):
        named = {text for text in set(column.texts) if text is not None and is_total(text)}
        rows = sum(text in named for text in column.texts) if named else 0
        if rows:
            yield f"{quote(column)} names a total in {count_rows(rows)}"
    for level in whole_names(column):
        yield f"{quote(column)} has a level named as all others together: {clean(level)!r}"


def whole_names(column: Column) -> list[str]:
    """Give the levels of a category that are named as all of the others together."""
    return [level for level, _ in column.levels if names_whole(level, column=column.heading)]


def _cells(number: int) -> str:
    return f"{number:,} cell{'' if number == 1 else 's'}"
