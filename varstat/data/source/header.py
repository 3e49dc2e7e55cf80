"""The header: which row of which sheet holds the column names, and where each column stands."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from varstat.data.account import Mask, Rows
from varstat.data.source.decimal_mark import Mark, find_mark
from varstat.data.source.formula import (
    Formula,
    FormulaError,
    columns_of,
    may_be_formula,
    read_formula,
)
from varstat.data.source.grid import Grid, Texts, texts_of
from varstat.data.source.heading import (
    join_headings,
    list_names,
    tell_apart,
    tell_headings,
)
from varstat.data.source.numbers import Kind, Numbers, read_numbers
from varstat.data.source.open import Source
from varstat.data.source.vocabulary import PLAIN, Vocabulary
from varstat.errors import TableError, did_you_mean, one_of

SEARCHED_ROWS = 100
JOINED_MOST = 1000
_PLACE = re.compile(r"column (\d{1,5})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A column that an analysis needs, or would use.

    Attributes
    ----------
    role : str
        What varstat calls it: `unit`, `numerator`, or a by column's own name.
    names : tuple of str
        What the file may call it; the first that the file has is used.
    computed : bool
        Whether it may be a formula of columns.
    """

    role: str
    names: tuple[str, ...]
    computed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Header:
    """A grid whose columns have names.

    Attributes
    ----------
    grid : Grid
    names : tuple of str
        One a column, as printed but stripped; empty where the header is blank. Where one stands
        more than once and the row above tells them apart, with that one's heading before it.
    plain : tuple of str
        The row's own cells.
    joined : tuple of str
        Each with the heading above it, by which a column can be found too; empty if there is none.
    deeper : tuple of str
        Each with the headings of the two rows above it, likewise.
    row : int
        Index of the header among the grid's rows; -1 where the format has names of its own.
    first_row : int
        What the grid's first row is called in messages.
    """

    grid: Grid
    names: tuple[str, ...]
    plain: tuple[str, ...]
    joined: tuple[str, ...]
    deeper: tuple[str, ...] = ()
    row: int
    first_row: int

    @property
    def rows(self) -> Rows:
        """The numbers of the rows below the header, as a spreadsheet shows them."""
        if self.grid.numbers is not None:
            return self.grid.numbers
        first, last = self.row + 1, len(self.grid.cells)
        return self.first_row + np.arange(first, last, dtype=np.int64)

    def texts(self, position: int) -> Texts:
        """Give a column below the header as stripped text, None where blank."""
        return texts_of(self.grid.cells.iloc[self.row + 1 :, position])

    def numbers(self, position: int, vocabulary: Vocabulary = PLAIN) -> Numbers:
        """Give a column below the header as numbers and marks.

        A number that can be read two ways is read as the file's other columns are. Where none of
        them tells, a point marks decimals, unless semicolons part the cells, as they do where
        commas mark decimals: such numbers stay `AMBIGUOUS`.
        """
        column = self.grid.cells.iloc[self.row + 1 :, position]
        numbers = read_numbers(column, mark=self.grid.decimal, vocabulary=vocabulary)
        if not numbers.is_kind(Kind.AMBIGUOUS).any():
            return numbers
        mark = self._find_mark()
        if mark is None:
            return numbers
        return read_numbers(column, mark=mark, vocabulary=vocabulary)

    def _find_mark(self) -> Mark | None:
        found = {
            find_mark(text for text in pd.unique(self.texts(at)) if text)
            for at, kind in enumerate(self.grid.cells.dtypes)
            if not pd.api.types.is_numeric_dtype(kind)
        } - {None}
        if len(found) == 1:
            return found.pop()
        return None if self.grid.delimiter == ";" else "."

    def overfull(self) -> Mask:
        """Tell which rows below the header have a filled cell beyond the last heading.

        In delimited text such a cell means that another was cut in two, so that the row's cells
        stand under the wrong headings; elsewhere that it is a number.
        """
        below = np.arange(self.row + 1, len(self.grid.cells))
        last = max((at for at, name in enumerate(self.names) if name), default=-1)
        if last < 0 or self.grid.names is not None:
            return np.zeros(len(below), dtype=np.bool_)
        filled = ~self.grid.blank(below, columns=slice(last + 1, None))
        if self.grid.delimiter is None and filled.any():
            for at in np.flatnonzero(filled):
                cells = self.grid.cells.iloc[below[at], last + 1 :]
                filled[at] = not read_numbers(cells).is_kind(Kind.TEXT, Kind.BLANK).all()
        return filled

    def line(self, place: int) -> tuple[str | None, ...]:
        """Give all cells of a row, by its place below the header."""
        return self.grid.line(place + self.row + 1)

    def find(self, names: Sequence[str]) -> list[int]:
        """Find the columns that go by the first of `names` that there is.

        An exact match is taken before one that differs in spaces or capitals; what is no heading
        may say its place, as "column 5".

        Returns
        -------
        list of int
            Positions: none if there is no such column, several if the name stands more than
            once.
        """
        for name in names:
            for columns in (self.names, self.plain, self.joined, self.deeper):
                exact = [at for at, column in enumerate(columns) if column == name]
                sought = loose(name)
                found = exact or [
                    at for at, column in enumerate(columns) if column and loose(column) == sought
                ]
                if found:
                    return found
        return self._at_place(names)

    def _at_place(self, names: Sequence[str]) -> list[int]:
        """Find the first of `names` that says where its column stands: "column 5"."""
        for name in names:
            place = _PLACE.fullmatch(loose(name))
            if place and 1 <= int(place[1]) <= len(self.names):
                return [int(place[1]) - 1]
        return []

    def called(self, position: int) -> str:
        """Call a column by its name, or by its place where that name isn't its alone."""
        name = self.names[position]
        return name if name and self.names.count(name) == 1 else f"column {position + 1}"

    def formula(self, names: Sequence[str]) -> Formula | None:
        """Read the first of `names` that is a formula of the columns; None if none is.

        Raises
        ------
        FormulaError
            If one of them is nearly one.
        """
        columns = dict.fromkeys((*self.names, *self.plain, *self.joined))
        columns.pop("", None)
        for name in filter(may_be_formula, names):
            try:
                return read_formula(name, tuple(columns))
            except FormulaError as error:
                if str(error):
                    raise
        return None

    def places(self, name: str) -> list[int]:
        """Give where a column stands, or the columns of a formula."""
        formula = None if self.find((name,)) else self.formula((name,))
        parts = (name,) if formula is None else columns_of(formula)
        return [self.find((part,))[0] for part in parts]

    def has(self, wanted: Wanted) -> bool:
        """Tell whether there is such a column, or where that may be, all columns of a formula."""
        if self.find(wanted.names):
            return True
        try:
            return wanted.computed and self.formula(wanted.names) is not None
        except FormulaError:
            return False


def find_header(
    source: Source, core: Sequence[Wanted], *, also: Sequence[Wanted] | None = None
) -> tuple[Header, tuple[str, ...]]:
    """Find the header among all sheets: the row that names most of the core columns.

    Parameters
    ----------
    source : Source
    core : sequence of Wanted
        The columns without which there is nothing to analyse.
    also : sequence of Wanted, optional
        Further columns that choose among sheets with all of those. Where it is given and several
        sheets, none of them hidden, have the same, they are refused.

    Returns
    -------
    header : Header
        Possibly without some of the core columns, where no row names them all.
    notes : tuple of str
        Which sheet and row were taken, where that wasn't plain.

    Raises
    ------
    TableError
        If no row names any of them, where a row should, or none of several tables does; or if
        several sheets may be meant.
    """
    # What a workbook hides is taken only where nothing else has as many of the columns.
    shown = sorted(source.grids, key=lambda grid: grid.hidden)
    best = [best_header(grid, core, source.first_row) for grid in shown]
    matched = [(score, _score(header, also or ())) for score, header in best]
    at = matched.index(max(matched))
    score, header = best[at]
    if score == 0 and header.row >= 0:
        raise TableError(source.name, _no_header(source, core, header))
    if score == 0 and len(source.grids) > 1:
        raise TableError(source.name, _no_table(source, core))
    notes = []
    if header.grid.hidden:
        notes.append(f"sheet {header.grid.sheet!r} was used, which the workbook hides")
    elif header.grid.sheet is not None and len(source.grids) > 1:
        notes.append(f"sheet {header.grid.sheet!r} was used")
    if len(source.grids) > 1:
        others = [
            each.grid
            for number, (_, each) in zip(matched, best, strict=True)
            if number == matched[at] and score == len(core) and each is not header
        ]
        if also is not None and not header.grid.hidden:
            _check_sole(source, [header.grid, *(each for each in others if not each.hidden)])
        if others:
            named = [repr(each.sheet) + (" (hidden)" if each.hidden else "") for each in others]
            notes.append(
                f"the same columns also stand on sheet {one_of(named)}, not read: choose one "
                "with --sheet"
            )
    notes += header.grid.notes
    if header.row > 0:
        notes.append(f"the header was found on row {header.row + source.first_row}")
    if header.names != header.plain:
        notes.append("headings were joined with those in the row above")
    return header, tuple(notes)


def _check_sole(source: Source, grids: Sequence[Grid]) -> None:
    """Refuse several sheets that may be meant."""
    if len(grids) > 1:
        kind = "sheets" if grids[0].names is None else "tables"
        sheets = list_names([grid.sheet or "" for grid in grids])
        raise TableError(
            source.name,
            f"{len(grids)} {kind} have the columns: {sheets}. Choose one with --sheet.",
        )


def best_header(grid: Grid, core: Sequence[Wanted], first_row: int) -> tuple[int, Header]:
    """Find the row of a grid that names most of some columns, and say how many it names."""
    if grid.names is not None:
        names = tuple(name.strip() for name in grid.names)
        header = Header(grid=grid, names=names, plain=names, joined=(), row=-1, first_row=first_row)
        return _score(header, core), header
    none = Header(grid=grid, names=(), plain=(), joined=(), row=0, first_row=first_row)
    best: tuple[int, Header] = (0, none)
    for header in lay_headers(grid, core, first_row=first_row):
        score = _score(header, core)
        if header.row == 0 or score > best[0]:
            best = score, header
        if score == len(core):
            break
    return best


def lay_headers(grid: Grid, core: Sequence[Wanted], *, first_row: int) -> Iterator[Header]:
    """Take one row after another for the header, of those among which one is looked for.

    Parameters
    ----------
    grid : Grid
        Whose format has no names of its own.
    core : sequence of Wanted
        What may stand in the row above alone.
    first_row : int
        What the grid's first row is called.

    Yields
    ------
    Header
    """
    above: tuple[str, ...] = ()
    two_above: tuple[str, ...] = ()
    for row in range(min(SEARCHED_ROWS, len(grid.cells))):
        plain = tuple(name or "" for name in grid.line(row))
        few = len(plain) <= JOINED_MOST
        joined = join_headings(above, plain) if any(above) and few else ()
        deeper = join_headings(two_above, plain) if joined and any(two_above) else ()
        yield Header(
            grid=grid,
            names=_name_columns(plain, joined, deeper, core),
            plain=plain,
            joined=joined,
            deeper=deeper,
            row=row,
            first_row=first_row,
        )
        above, two_above = plain, joined


def _name_columns(
    plain: tuple[str, ...],
    joined: tuple[str, ...],
    deeper: tuple[str, ...],
    core: Sequence[Wanted],
) -> tuple[str, ...]:
    """Name columns by their own row, with those above where that is needed to tell them apart.

    A heading merged downwards stands in the row above alone; it is one if it names a core column.
    """
    if not joined:
        return plain
    sought = {loose(name) for wanted in core for name in wanted.names}
    merged = any(
        not short and loose(long) in sought for short, long in zip(plain, joined, strict=True)
    )
    named = tell_apart(plain, joined)
    if deeper:
        named = tell_apart(named, deeper)
    if not (merged and any(plain)):
        return named
    return tuple(name or long for name, long in zip(named, joined, strict=True))


def _score(header: Header, core: Sequence[Wanted]) -> int:
    return sum(header.has(wanted) for wanted in core)


def _no_header(source: Source, core: Sequence[Wanted], first: Header) -> str:
    """Say what was looked for. A row is listed only if it names columns, and is no record."""
    looked = ", ".join(one_of([repr(name) for name in wanted.names]) for wanted in core)
    sought = f"no row among the first {SEARCHED_ROWS} names the columns {looked}."
    cells = first.grid.cells
    second = [cell or "" for cell in first.grid.line(1)] if len(cells) > 1 else []
    if not tell_headings(first.names, second):
        return f"{sought} Give the file a header, or say what its columns are called."
    filled = [name for name in first.names if name]
    hints = [did_you_mean(name, filled) for wanted in core for name in wanted.names]
    hint = next(filter(None, hints), "")
    return f"{sought}{hint} The first names {list_names(first.names)}."


def _no_table(source: Source, core: Sequence[Wanted]) -> str:
    looked = ", ".join(one_of([repr(name) for name in wanted.names]) for wanted in core)
    tables = list_names([grid.sheet or "" for grid in source.grids])
    return (
        f"none of its tables has the columns {looked}. They are {tables}. Say what its columns are "
        "called, and which table is meant with --sheet."
    )


def loose(name: str) -> str:
    """Write a name without what headings differ in by accident: capitals, spaces, line ends."""
    return " ".join(name.split()).casefold()
