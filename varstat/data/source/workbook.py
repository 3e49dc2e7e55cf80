"""Workbooks: the sheets of an Excel file, old or new, as grids."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from varstat.data.source.grid import Grid
from varstat.errors import TableError, did_you_mean

MOST_CELLS = 100_000_000


def read_workbook(data: bytes, *, name: str, sheet: str | None) -> tuple[Grid, ...]:
    """Read the sheets of a workbook.

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
    tuple of Grid

    Raises
    ------
    TableError
        If the workbook is damaged, locked or empty, or there is no such sheet.
    """
    # Imported here: only workbooks need it.
    import python_calamine

    with _damage_said(name, "workbook"):
        try:
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        except python_calamine.PasswordError:
            raise TableError(name, "the workbook is locked. Save it without a password.") from None
        sheets = list(book.sheet_names)
    if sheet is not None and sheet not in sheets:
        listed = ", ".join(map(repr, sheets))
        raise TableError(
            name, f"there is no sheet {sheet!r}.{did_you_mean(sheet, sheets)} It has {listed}."
        )
    grids: list[Grid] = []
    for each in [sheet] if sheet is not None else sheets:
        with _damage_said(name, f"sheet {each!r}"):
            try:
                cells = book.get_sheet_by_name(each)
            except python_calamine.WorksheetNotFound:
                continue  # A chart sheet holds no cells.
            if cells.total_height * cells.total_width > MOST_CELLS:
                raise TableError(
                    name,
                    f"sheet {each!r} spans {cells.total_height:,} rows and "
                    f"{cells.total_width:,} columns. Delete what stands far from the table.",
                )
            rows = cells.to_python(skip_empty_area=False)
        if rows:
            grids.append(Grid(cells=pd.DataFrame(rows, dtype=object), sheet=each))
    if not grids:
        raise TableError(name, "the workbook holds no cells. Give one that holds data.")
    return tuple(grids)


@contextmanager
def _damage_said(name: str, what: str) -> Iterator[None]:
    """Turn whatever the reader raises into an error that says what to do."""
    try:
        yield
    except (TableError, KeyboardInterrupt, SystemExit):
        raise
    # A damaged file can make the reader, written in Rust, panic: that is no Exception.
    except BaseException as error:
        raise damaged(name, what) from error


def damaged(name: str, what: str) -> TableError:
    """Make the error for a file that cannot be read."""
    return TableError(name, f"the {what} is damaged and cannot be read. Download or save it again.")
