"""Workbooks: the sheets of an Excel file, old or new, as grids."""

import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd

from varstat.data.account import FIRST_ROWS, name_rows
from varstat.data.source.grid import UNVALUED, Grid
from varstat.data.source.sheet_markup import (
    MarkupError,
    SheetMarkup,
    place,
    read_markup,
    unpack,
)
from varstat.errors import TableError, did_you_mean

if TYPE_CHECKING:
    import python_calamine

# A cell of a workbook takes ten times the memory of one of a column of numbers.
MOST_LAID_OUT = 10_000_000


def read_workbook(
    data: bytes, *, name: str, sheet: str | None
) -> tuple[tuple[Grid, ...], tuple[str, ...]]:
    """Read the sheets of a workbook.

    Codes and percentages are text as the cell's number format shows them: 010000 and 12.5%, where
    the cell holds 10000 and 0.125.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        Its name, for messages.
    sheet : str, optional
        The one sheet to read; by default all that hold cells.

    Returns
    -------
    grids : tuple of Grid
    notes : tuple of str
        On sheets that are hidden. The grids' own are on hidden rows and columns, and on formulas
        that have no value.

    Raises
    ------
    TableError
        If the workbook is damaged, locked or empty, spans too much, or there is no such sheet.
    """
    # Imported here: only workbooks need it.
    import python_calamine

    markup = _look_up(data, name=name)
    book = _open_book(data, name=name)
    sheets = list(book.sheet_names)
    if sheet is not None and sheet not in sheets:
        listed = ", ".join(map(repr, sheets))
        raise TableError(
            name, f"there is no sheet {sheet!r}.{did_you_mean(sheet, sheets)} It has {listed}."
        )
    hidden = {
        each.name
        for each in book.sheets_metadata
        if each.visible != python_calamine.SheetVisibleEnum.Visible
    }
    grids: list[Grid] = []
    for each in [sheet] if sheet is not None else sheets:
        rows = _read_sheet(book, each, markup.get(each), name=name)
        if rows:
            cells = pd.DataFrame(rows, dtype=object)
            notes = tuple(_note(each, markup.get(each)))
            grids.append(Grid(cells=cells, sheet=each, hidden=each in hidden, notes=notes))
    if not grids:
        raise TableError(name, "the workbook holds no cells. Give one that holds data.")
    return tuple(grids), _note_sheets(grids) if sheet is None else ()


def _look_up(data: bytes, *, name: str) -> dict[str, SheetMarkup]:
    """What the XML says; an old workbook has none."""
    if not data.startswith(b"PK"):
        return {}
    with _damage_said(name, "workbook"):
        try:
            markup = read_markup(unpack(data))
        except MarkupError as error:
            raise TableError(name, str(error)) from None
    return markup


def _open_book(data: bytes, *, name: str) -> "python_calamine.CalamineWorkbook":
    import python_calamine

    with _damage_said(name, "workbook"):
        try:
            return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        except python_calamine.PasswordError:
            raise TableError(name, "the workbook is locked. Save it without a password.") from None


def _read_sheet(
    book: "python_calamine.CalamineWorkbook", sheet: str, markup: SheetMarkup | None, *, name: str
) -> list[list[Any]]:
    import python_calamine

    if markup is not None:
        _check_span(sheet, markup.rows, markup.columns, name=name)
    with _damage_said(name, f"sheet {sheet!r}"):
        try:
            cells = book.get_sheet_by_name(sheet)
        except python_calamine.WorksheetNotFound:
            return []  # A chart sheet holds no cells.
        _check_span(sheet, cells.total_height, cells.total_width, name=name)
        rows: list[list[Any]] = cells.to_python(skip_empty_area=False)
    if markup is not None:
        _show(rows, markup)
    return rows


def _check_span(sheet: str, rows: int, columns: int, *, name: str) -> None:
    if rows * columns > MOST_LAID_OUT:
        raise TableError(
            name,
            f"sheet {sheet!r} spans {rows:,} rows and {columns:,} columns, to cell "
            f"{place(rows, columns)}. Delete what stands far from the table, or save the table as "
            "CSV or Parquet.",
        )


def _show(rows: list[list[Any]], markup: SheetMarkup) -> None:
    """Put into the cells what they show."""
    for (row, column), shown in markup.formats.items():
        if row > len(rows) or column > len(rows[row - 1]):
            continue
        cell = rows[row - 1][column - 1]
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            rows[row - 1][column - 1] = shown.show(cell) or cell
    for row, column in markup.unvalued:
        if row <= len(rows) and column <= len(rows[row - 1]):
            rows[row - 1][column - 1] = rows[row - 1][column - 1] or UNVALUED


def _note_sheets(grids: Sequence[Grid]) -> tuple[str, ...]:
    hidden = sum(grid.hidden for grid in grids)
    if not hidden:
        return ()
    are = "is" if hidden == 1 else "are"
    return (f"{hidden} of the workbook's {len(grids)} sheets with cells {are} hidden",)


def _note(sheet: str, markup: SheetMarkup | None) -> list[str]:
    if markup is None:
        return []
    notes = []
    if markup.hidden:
        rows = name_rows(markup.hidden[:FIRST_ROWS], total=len(markup.hidden))
        verb = "is" if len(markup.hidden) == 1 else "are"
        notes.append(f"{rows} of sheet {sheet!r} {verb} hidden, and read as the others")
    if markup.hidden_columns:
        letters = [place(1, column)[:-1] for column in markup.hidden_columns[:FIRST_ROWS]]
        more = ", ..." if len(markup.hidden_columns) > FIRST_ROWS else ""
        many = "s" if len(letters) > 1 else ""
        notes.append(
            f"column{many} {', '.join(letters)}{more} of sheet {sheet!r} {'are' if many else 'is'} "
            "hidden, and read as the others"
        )
    if markup.unvalued:
        cells = ", ".join(place(*each) for each in markup.unvalued[:FIRST_ROWS])
        more = ", ..." if len(markup.unvalued) > FIRST_ROWS else ""
        notes.append(
            f"formulas of sheet {sheet!r} have no value ({cells}{more}): open the workbook in a "
            "spreadsheet, which computes them, and save it"
        )
    return notes


@contextmanager
def _damage_said(name: str, what: str) -> Iterator[None]:
    """Turn whatever the reader raises into an error that says what to do."""
    try:
        with _silenced():
            yield
    except (TableError, KeyboardInterrupt, SystemExit):
        raise
    # A damaged file can make the reader, written in Rust, panic: that is no Exception.
    except BaseException as error:
        raise damaged(name, what) from error


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep from the terminal what Rust writes there itself when it panics."""
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def damaged(name: str, what: str) -> TableError:
    """Make the error for a file that cannot be read."""
    return TableError(name, f"the {what} is damaged and cannot be read. Download or save it again.")
