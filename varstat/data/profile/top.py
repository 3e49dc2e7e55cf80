"""The header of a sheet, found without knowing what any column is called."""

import numpy as np

from varstat.data.profile.column import is_flagged
from varstat.data.source.grid import Grid
from varstat.data.source.header import JOINED_MOST, SEARCHED_ROWS, Header
from varstat.data.source.heading import join_headings, list_wordy, tell_apart, tell_headings
from varstat.data.source.numbers import Kind, read_numbers

# Rows by which a column is judged to be of numbers, and the part of them that must be; and the
# columns by which a row is judged to name them.
_BELOW, _MOST, _ACROSS = 200, 0.7, 300
_NUMERIC = (Kind.NUMBER, Kind.PERCENT, Kind.AMBIGUOUS)
_LIKE_NUMBERS = (*_NUMERIC, Kind.SUPPRESSED, Kind.MISSING, Kind.INFINITE)


def find_top(grid: Grid, first_row: int) -> Header | None:
    """Find the row of a sheet that names its columns.

    It is the first of the fullest rows whose cells are words, or years, above columns of numbers.
    A record of a file without a header has numbers there itself, and is none.

    Parameters
    ----------
    grid : Grid
    first_row : int
        What the grid's first row is called.

    Returns
    -------
    Header or None
        None where no row can be told from a record.
    """
    if grid.names is not None:
        names = tuple(name.strip() for name in grid.names)
        # Beside a word, none is listed only where some is plainly a record's value.
        if not list_wordy(["column", *(name for name in names if not _is_year(name))]):
            return None
        return Header(grid=grid, names=names, plain=names, joined=(), row=-1, first_row=first_row)
    lines = [
        tuple(cell or "" for cell in grid.line(row))
        for row in range(min(SEARCHED_ROWS, len(grid.cells)))
    ]
    filled = [sum(map(bool, line)) for line in lines]
    most = max(filled, default=0)
    for row, line in enumerate(lines):
        if 2 * filled[row] > most and _names_columns(grid, row, line):
            return _make(grid, lines, row, first_row)
    return None


def _make(grid: Grid, lines: list[tuple[str, ...]], row: int, first_row: int) -> Header:
    plain = lines[row]
    above = lines[row - 1] if row else ()
    joined: tuple[str, ...] = ()
    if any(above) and len(plain) <= JOINED_MOST and sum(map(bool, above)) > 1:
        joined = join_headings(above, plain)
    names = tell_apart(plain, joined) if joined else plain
    if joined:
        names = tuple(name or long for name, long in zip(names, joined, strict=True))
    return Header(grid=grid, names=names, plain=plain, joined=joined, row=row, first_row=first_row)


def _names_columns(grid: Grid, row: int, line: tuple[str, ...]) -> bool:
    if row + 1 >= len(grid.cells):
        return False
    line = line[:_ACROSS]
    numeric = [at for at, cell in enumerate(line) if cell and _is_numeric(grid, row, at)]
    if not numeric:
        second = [cell or "" for cell in grid.line(row + 1)]
        return tell_headings(line, second)
    wordy = sum(_is_wordy(grid, row, at) for at in numeric)
    if wordy == len(numeric):
        return True
    # Years across the top are names as well, where words stand beside them.
    years = [at for at in numeric if _is_year(line[at])]
    rest = [at for at in range(len(line)) if line[at] and at not in numeric]
    return len(years) > 1 and len(years) + wordy == len(numeric) and bool(rest)


def _is_numeric(grid: Grid, row: int, at: int) -> bool:
    numbers = read_numbers(grid.cells.iloc[row + 1 : row + 1 + _BELOW, at])
    held = ~numbers.is_kind(Kind.BLANK)
    flagged = np.array([mark is not None and is_flagged(mark) for mark in numbers.mark])
    known = numbers.is_kind(*_NUMERIC) | flagged
    if not known.any():
        return False
    return bool(np.mean((known | numbers.is_kind(*_LIKE_NUMBERS))[held]) >= _MOST)


def _is_wordy(grid: Grid, row: int, at: int) -> bool:
    """Whether a cell is a word: "x" and "z" are, though among numbers they are marks."""
    numbers = read_numbers(grid.cells.iloc[row : row + 1, at])
    cell = grid.cells.iloc[row, at]
    return bool(numbers.is_kind(Kind.TEXT).all()) or (isinstance(cell, str) and cell.isalpha())


def _is_year(cell: str) -> bool:
    return len(cell) == 4 and cell.isdigit() and cell[:2] in ("19", "20")
