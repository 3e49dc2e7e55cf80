"""The header: which row of which sheet holds the column names, and where each column stands."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from varstat.data.account import Rows
from varstat.data.source.grid import Grid, Texts, texts_of
from varstat.data.source.numbers import Kind, Numbers, parse_numbers, read_numbers
from varstat.data.source.open import Source
from varstat.errors import TableError, did_you_mean, one_of

SEARCHED_ROWS = 100
LISTED_NAMES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A column that an analysis needs, or would use.

    Attributes
    ----------
    role : str
        What varstat calls it: `unit`, `numerator`, or a by column's own name.
    names : tuple of str
        What the file may call it; the first that the file has is used.
    """

    role: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Header:
    """A grid whose columns have names.

    Attributes
    ----------
    grid : Grid
    names : tuple of str
        One a column, as printed but stripped; empty where the header is blank.
    row : int
        Index of the header among the grid's rows; -1 where the format has names of its own.
    first_row : int
        What the grid's first row is called in messages.
    """

    grid: Grid
    names: tuple[str, ...]
    row: int
    first_row: int

    @property
    def rows(self) -> Rows:
        """The numbers of the rows below the header, as a spreadsheet shows them."""
        first, last = self.row + 1, len(self.grid.cells)
        return self.first_row + np.arange(first, last, dtype=np.int64)

    def texts(self, position: int) -> Texts:
        """Give a column below the header as stripped text, None where blank."""
        return texts_of(self.grid.cells.iloc[self.row + 1 :, position])

    def numbers(self, position: int) -> Numbers:
        """Give a column below the header as numbers and marks."""
        return read_numbers(self.grid.cells.iloc[self.row + 1 :, position])

    def line(self, number: int) -> tuple[str | None, ...]:
        """Give all cells of the row with this number."""
        return self.grid.line(number - self.first_row)

    def find(self, names: Sequence[str]) -> list[int]:
        """Find the columns that go by the first of `names` that there is.

        An exact match is taken before one that differs in spaces or capitals.

        Returns
        -------
        list of int
            Positions: none if there is no such column, several if the name stands more than
            once.
        """
        for name in names:
            exact = [at for at, column in enumerate(self.names) if column == name]
            loose = _loose(name)
            found = exact or [
                at for at, column in enumerate(self.names) if column and _loose(column) == loose
            ]
            if found:
                return found
        return []


def find_header(source: Source, core: Sequence[Wanted]) -> tuple[Header, tuple[str, ...]]:
    """Find the header among all sheets: the row that names most of the core columns.

    Parameters
    ----------
    source : Source
    core : sequence of Wanted
        The columns without which there is nothing to analyse.

    Returns
    -------
    header : Header
        Possibly without some of the core columns, where no row names them all.
    notes : tuple of str
        Which sheet and row were taken, where that wasn't plain.

    Raises
    ------
    TableError
        If no row names any of them, where a row should, or none of several tables does.
    """
    best = [_best_header(grid, core, source.first_row) for grid in source.grids]
    matched = [score for score, _ in best]
    most = max(matched)
    score, header = best[matched.index(most)]
    if score == 0 and header.row >= 0:
        raise TableError(source.name, _no_header(source, core, header))
    if score == 0 and len(source.grids) > 1:
        raise TableError(source.name, _no_table(source, core))
    notes = []
    if header.grid.sheet is not None and len(source.grids) > 1:
        notes.append(f"sheet {header.grid.sheet!r} was used")
        others = [
            repr(each.grid.sheet)
            for number, each in best
            if number == len(core) and each is not header
        ]
        if others:
            notes.append(
                f"the same columns also stand on sheet {one_of(others)}, not read: choose one "
                "with --sheet"
            )
    if header.row > 0:
        notes.append(f"the header was found on row {header.row + source.first_row}")
    return header, tuple(notes)


def check_found(
    source: str, header: Header, wanted: Sequence[Wanted], *, also: Sequence[str] = ()
) -> None:
    """Check that every wanted column stands in the header exactly once.

    Parameters
    ----------
    source : str
        The file's name.
    header : Header
    wanted : sequence of Wanted
    also : sequence of str
        Columns of lookups, to suggest where a name is misspelt.

    Raises
    ------
    TableError
        Naming all columns that are missing or stand more than once, with the nearest spelling
        and the columns that there are.
    """
    problems = []
    some_missing = False
    for each in wanted:
        found = header.find(each.names)
        if len(found) > 1:
            places = " and ".join(str(at + 1) for at in found)
            problems.append(
                f"the column {header.names[found[0]]!r} stands more than once, as "
                f"columns {places}. Rename all but one."
            )
        elif not found:
            some_missing = True
            problems.append(_missing(each, (*header.names, *also)))
    if problems and some_missing:
        problems[-1] += f" The columns are {_list_names(header.names) or 'none'}."
    if problems:
        raise TableError(source, problems)


def _missing(wanted: Wanted, names: Sequence[str]) -> str:
    quoted = one_of([repr(name) for name in wanted.names])
    role = "" if wanted.role in wanted.names else f" ({wanted.role})"
    hints = (did_you_mean(name, filter(None, names)) for name in wanted.names)
    return f"there is no column {quoted}{role}.{next(filter(None, hints), '')}"


def _best_header(grid: Grid, core: Sequence[Wanted], first_row: int) -> tuple[int, Header]:
    if grid.names is not None:
        names = tuple(name.strip() for name in grid.names)
        header = Header(grid=grid, names=names, row=-1, first_row=first_row)
        return _score(header, core), header
    best = 0, Header(grid=grid, names=(), row=0, first_row=first_row)
    for row in range(min(SEARCHED_ROWS, len(grid.cells))):
        names = tuple(name or "" for name in grid.line(row))
        header = Header(grid=grid, names=names, row=row, first_row=first_row)
        score = _score(header, core)
        if row == 0 or score > best[0]:
            best = score, header
        if score == len(core):
            break
    return best


def _score(header: Header, core: Sequence[Wanted]) -> int:
    return sum(bool(header.find(wanted.names)) for wanted in core)


def _no_header(source: Source, core: Sequence[Wanted], first: Header) -> str:
    """Say what was looked for. A row is listed only if it looks like names, not a record."""
    looked = ", ".join(one_of([repr(name) for name in wanted.names]) for wanted in core)
    sought = f"no row among the first {SEARCHED_ROWS} names the columns {looked}."
    filled = [name for name in first.names if name]
    cells = np.array(filled, dtype=object)
    wordy = len(filled) > 1 and parse_numbers(cells).is_kind(Kind.TEXT).all()
    if not wordy:
        return f"{sought} Give the file a header, or say what its columns are called."
    hints = [did_you_mean(name, filled) for wanted in core for name in wanted.names]
    hint = next(filter(None, hints), "")
    return f"{sought}{hint} The first names {_list_names(first.names)}."


def _no_table(source: Source, core: Sequence[Wanted]) -> str:
    looked = ", ".join(one_of([repr(name) for name in wanted.names]) for wanted in core)
    tables = _list_names([grid.sheet or "" for grid in source.grids])
    return (
        f"none of its tables has the columns {looked}. They are {tables}. Say what its columns are "
        "called, and which table is meant with --sheet."
    )


def _list_names(names: Sequence[str]) -> str:
    filled = [repr(name) for name in names if name]
    more = len(filled) - LISTED_NAMES
    return ", ".join(filled[:LISTED_NAMES]) + (f" and {more} more" if more > 0 else "")


def _loose(name: str) -> str:
    return " ".join(name.split()).casefold()
