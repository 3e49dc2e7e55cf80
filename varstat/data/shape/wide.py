"""Wide tables: columns that are periods, put a row a period."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from varstat.data.account import FIRST_ROWS, Rows, count_rows
from varstat.data.shape.heading_period import (
    PERIOD,
    find_families,
    is_pattern,
    match_period,
    match_unread,
)
from varstat.data.source.grid import MOST_CELLS, Grid, Texts
from varstat.data.source.header import Header, Wanted, lay_headers
from varstat.data.source.open import Source
from varstat.data.source.sought import check_overfull
from varstat.errors import TableError
from varstat.period.parts import bare_part, join_parts
from varstat.period.period import read_periods
from varstat.period.wording import plain_wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A header, and where the columns of each period stand in it.

    Attributes
    ----------
    header : Header
    patterns : tuple of str
    labels : tuple of str
        The periods that all patterns have, in the order of the columns.
    places : tuple of (tuple of int)
        For each period, the columns of the patterns.
    lacking : tuple of str
        Periods that some pattern lacks.
    """

    header: Header
    patterns: tuple[str, ...]
    labels: tuple[str, ...]
    places: tuple[tuple[int, ...], ...]
    lacking: tuple[str, ...]


def melt_periods(
    source: Source,
    patterns: Sequence[str],
    *,
    unit: Sequence[str],
    period: Sequence[str],
) -> Source:
    """Put columns that are periods into rows of their own.

    Parameters
    ----------
    source : Source
    patterns : sequence of str
        Names of columns with "{period}" where the heading has the period.
    unit : sequence of str
        Names of the unit's column, by which the header is known too.
    period : sequence of str
        Names of the period's column. The first is that of the new one, unless the file has one,
        which must then hold the years of the headings' months or quarters.

    Returns
    -------
    Source
        In which each pattern names a column, and a row is of one period.

    Raises
    ------
    TableError
        If no heading fits, two are of the same period, or the period is told twice.
    UsageError
        If a pattern has "{period}" twice.
    """
    core = [Wanted(role="unit", names=tuple(unit)), Wanted(role="period", names=tuple(period))]
    laid = [_lay_out(grid, patterns, core, source) for grid in source.grids]
    if not any(laid):
        raise TableError(source.name, _nothing_fits(source, patterns, core))
    grids: list[Grid] = []
    notes: list[str] = []
    for grid, layout in zip(source.grids, laid, strict=True):
        if layout is None:
            grids.append(grid)
            continue
        check_overfull(source.name, layout.header)
        _refuse_unread(layout, where=source.name)
        grids.append(_melt(layout, tuple(period), where=source.name))
        notes += _note(layout, grids[-1], several=len(source.grids) > 1)
    return replace(source, grids=tuple(grids), notes=(*source.notes, *notes))


def _lay_out(
    grid: Grid, patterns: Sequence[str], core: Sequence[Wanted], source: Source
) -> Layout | None:
    """Find the row whose headings fit the patterns for most periods."""
    best: Layout | None = None
    for header in lay_every(replace(source, grids=(grid,)), core):
        found = [_match(header, pattern, where=source.name) for pattern in patterns]
        every = list(dict.fromkeys(key for each in found for key in each))
        shared = [key for key in every if all(key in each for each in found)]
        if shared and (best is None or len(shared) > len(best.labels)):
            best = Layout(
                header=header,
                patterns=tuple(patterns),
                labels=tuple(found[0][key][0] for key in shared),
                places=tuple(tuple(each[key][1] for each in found) for key in shared),
                lacking=tuple(
                    next(each[key][0] for each in found if key in each)
                    for key in every
                    if key not in shared
                ),
            )
    return best


def lay_every(source: Source, core: Sequence[Wanted]) -> Iterator[Header]:
    """Take for the header one row after another, of all sheets.

    Parameters
    ----------
    source : Source
    core : sequence of Wanted
        What may stand in the row above alone.

    Yields
    ------
    Header
    """
    for grid in source.grids:
        if grid.names is None:
            yield from lay_headers(grid, core, first_row=source.first_row)
        else:
            names = tuple(name.strip() for name in grid.names)
            yield Header(
                grid=grid, names=names, plain=names, joined=(), row=-1, first_row=source.first_row
            )


def _match(header: Header, pattern: str, *, where: str) -> dict[str, tuple[str, int]]:
    """Find the columns that fit a pattern: by period, its label and place."""
    found: dict[str, tuple[str, int]] = {}
    for at in range(len(header.names)):
        rows = (header.names, header.plain, header.joined, header.deeper)
        ways = [names[at] for names in rows if names]
        fits = [label for way in ways if (label := match_period(pattern, way))]
        if not fits:
            continue
        # Of a month below its year, the heading with both.
        label = next((each for each in fits if not bare_part(each)), fits[0])
        key = plain_wording(label)
        if key in found:
            raise TableError(
                where,
                f"two columns fit {pattern!r} for the same period, {found[key][1] + 1} and "
                f"{at + 1}. Write the heading above it too, or rename one.",
            )
        found[key] = label, at
    return found


def _refuse_unread(layout: Layout, *, where: str) -> None:
    """Refuse headings that fit the patterns with what may be a period that can't be read."""
    patterns = [pattern for pattern in layout.patterns if is_pattern(pattern)]
    found = [
        [label for name in layout.header.names if (label := match_unread(pattern, name))]
        for pattern in patterns
    ]
    unread = [label for label in found[0] if all(label in each for each in found)]
    if unread:
        listed = ", ".join(map(repr, unread[:FIRST_ROWS]))
        raise TableError(
            where,
            f"headings fit {patterns[0]!r}, in which {listed} can't be read as a period. Write it "
            "in the file as in Apr-18, 2018-19, 2019 Q1 or 2018, or rename the columns if they are "
            "of no period.",
        )


def _melt(layout: Layout, period: tuple[str, ...], *, where: str) -> Grid:
    header, grid = layout.header, layout.header.grid
    below = grid.cells.iloc[header.row + 1 :]
    taken = {at for places in layout.places for at in places}
    others = [at for at, name in enumerate(header.names) if name and at not in taken]
    _check_size(len(below) * len(layout.labels), len(others) + len(layout.patterns), where=where)
    rows, which = _rows_of(layout, taken)
    labels = np.array([*layout.labels, None], dtype=object)[which]
    said = next((at for at in others if header.names[at] in period), None)
    if said is not None:
        labels = _with_year(header, said, labels, rows, where=where)
    kept = [at for at in others if at != said]
    columns: list[Any] = [below.iloc[rows, at].reset_index(drop=True) for at in kept]
    columns.append(pd.Series(labels, dtype=object))
    for number in range(len(layout.patterns)):
        cells = below.iloc[:, [places[number] for places in layout.places]].to_numpy(dtype=object)
        columns.append(pd.Series(cells[rows, np.maximum(which, 0)], dtype=object))
    name = period[0] if said is None else header.names[said]
    names = (*(header.names[at] for at in kept), name, *layout.patterns)
    frame = pd.concat(columns, axis=1).set_axis(list(range(len(names))), axis=1)
    return replace(grid, cells=frame, names=names, numbers=header.rows[rows])


def _rows_of(layout: Layout, taken: Collection[int]) -> tuple[Rows, Rows]:
    """Say of which row and period each new row is; a note or an empty row has none and is one."""
    header = layout.header
    empty = np.ones(len(header.rows), dtype=np.bool_)
    for at in taken:
        empty &= np.array([text is None for text in header.texts(at)], dtype=np.bool_)
    shown = np.ones((len(empty), len(layout.labels)), dtype=np.bool_)
    shown[empty, 1:] = False
    rows, which = np.nonzero(shown)
    return rows, np.where(empty[rows], -1, which)


def _check_size(rows: int, columns: int, *, where: str) -> None:
    if rows * (columns + 1) > MOST_CELLS:
        raise TableError(
            where,
            f"its periods as rows make more than {MOST_CELLS:,} cells. Leave out columns that "
            "aren't needed.",
        )


def _with_year(header: Header, said: int, labels: Texts, rows: Rows, *, where: str) -> Texts:
    """Give months or quarters in headings the year that a column says."""
    name = header.names[said]
    if not all(bare_part(label) for label in labels if label is not None):
        raise TableError(
            where,
            f"the headings say the period, and so does the column {name!r}. Leave out --period, or "
            "name the columns of one period.",
        )
    years = header.texts(said)[rows]
    joined = np.empty(len(labels), dtype=object)
    joined[:] = join_parts([list(years), list(labels)], names=[name, "heading"], where=where)
    return joined


def _note(layout: Layout, melted: Grid, *, several: bool) -> list[str]:
    if several and melted.hidden:
        return []
    ordered = read_periods(layout.labels).labels
    sheet = f" of sheet {melted.sheet!r}" if several else ""
    before = len(layout.header.rows)
    said = (
        f"{count_rows(before)}{sheet} were read as {len(melted.cells):,}, one for each of "
        f"{len(ordered)} periods in the headings, {ordered[0]} to {ordered[-1]}"
    )
    notes = [said]
    if layout.lacking:
        listed = ", ".join(map(repr, layout.lacking[:FIRST_ROWS]))
        more = ", ..." if len(layout.lacking) > FIRST_ROWS else ""
        notes.append(
            f"periods that don't have all of {', '.join(map(repr, layout.patterns))} were left "
            f"out: {listed}{more}"
        )
    return notes


def _nothing_fits(source: Source, patterns: Sequence[str], core: Sequence[Wanted]) -> str:
    """Say which patterns no heading fits, and which the file has."""
    named = " and ".join(map(repr, patterns))
    there = {
        each.pattern for header in lay_every(source, core) for each in find_families(header.names)
    }
    hint = (
        f" Headings of periods are as {', '.join(map(repr, sorted(there)[:5]))}." if there else ""
    )
    return (
        f"no row has a heading of the same period for {named}, with a period such as Apr-18, "
        f"2018-19, 2019 Q1 or 2018 in place of {PERIOD}.{hint}"
    )
