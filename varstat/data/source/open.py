"""Files and data frames of every format, opened as grids of cells."""

import hashlib
import io
import os
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from varstat.data.source.content import (
    DATABASE,
    EXCEL,
    LEGACY,
    TEXT,
    check_suffix,
    is_duckdb,
    name_of,
    read_content,
    read_text,
)
from varstat.data.source.database import read_duckdb
from varstat.data.source.decimal_mark import MARKS
from varstat.data.source.delimited import read_delimited
from varstat.data.source.grid import MOST_CELLS, Grid, hash_frame
from varstat.data.source.workbook import damaged, read_workbook
from varstat.errors import TableError, choose


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """Where a table comes from, opened.

    Attributes
    ----------
    name : str
        The file's name without its folder, or what the caller calls a data frame.
    grids : tuple of Grid
        One, or a workbook's sheets, or a database's tables.
    data_hash : str
        SHA-256 of the file's bytes, or of a data frame's contents.
    first_row : int
        What the first row of the cells is called: 1 in a file, 0 in a data frame.
    notes : tuple of str
        What a reader should know of how it was read.
    """

    name: str
    grids: tuple[Grid, ...]
    data_hash: str
    first_row: int
    notes: tuple[str, ...] = ()


def open_source(
    source: str | os.PathLike[str] | pd.DataFrame,
    *,
    sheet: str | None = None,
    decimal: str | None = None,
    name: str = "data frame",
) -> Source:
    """Open a file or a data frame.

    Parameters
    ----------
    source : path or DataFrame
        CSV, TSV, XLSX, XLS, Parquet or DuckDB; the content must be what the suffix says. "-" is
        standard input.
    sheet : str, optional
        The one sheet of a workbook, or table of a DuckDB file, to open; by default all of them.
    decimal : {".", ","}, optional
        The decimal mark of numbers in text; by default the numbers tell.
    name : str
        What to call a data frame in messages.

    Returns
    -------
    Source

    Raises
    ------
    TableError
        If there is no such file, or it cannot be read.
    UsageError
        If the decimal mark is another.
    """
    mark = None if decimal is None else choose("decimal", decimal, MARKS)
    if isinstance(source, pd.DataFrame):
        _check_sheet(sheet, name)
        names = tuple(str(column) for column in source.columns)
        grid = Grid(cells=source, names=names, decimal=mark)
        return Source(name=name, grids=(grid,), data_hash=hash_frame(source), first_row=0)
    path = Path(source)
    name = name_of(path)
    if is_duckdb(path):
        check_suffix(path, DATABASE)
        grids, notes = read_duckdb(path, sheet=sheet)
        digest = hash_file(path)
    else:
        data, kind = read_content(path)
        digest = hashlib.sha256(data).hexdigest()
        if kind == TEXT:
            _check_sheet(sheet, name)
            text, notes = read_text(data, name=name)
            # A long file stands in memory once.
            del data
            grids = (read_delimited(text, name=name),)
        else:
            grids, notes = _read(data, kind, name=name, sheet=sheet)
    return Source(
        name=name,
        grids=tuple(replace(grid, decimal=mark) for grid in grids),
        data_hash=digest,
        first_row=1,
        notes=notes,
    )


def _read(
    data: bytes, kind: str, *, name: str, sheet: str | None
) -> tuple[tuple[Grid, ...], tuple[str, ...]]:
    """Read what a file that is no text holds, and note what isn't plain about it."""
    if kind in (EXCEL, LEGACY):
        return read_workbook(data, name=name, sheet=sheet)
    if kind == DATABASE:
        raise TableError(name, "a DuckDB database cannot come through a pipe. Give the file.")
    _check_sheet(sheet, name)
    return (_read_parquet(data, name=name),), ()


def _check_sheet(sheet: str | None, name: str) -> None:
    if sheet is not None:
        raise TableError(name, f"sheet {sheet!r} was asked for, but this is no workbook.")


def hash_file(path: Path) -> str:
    """SHA-256 of a file of any size, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_parquet(data: bytes, *, name: str) -> Grid:
    # Imported here: only Parquet needs it, and it is slow to import.
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
        if file.metadata.num_rows * file.metadata.num_columns > MOST_CELLS:
            raise TableError(
                name,
                f"this has more than {MOST_CELLS:,} cells, too many to be read whole: if its rows "
                "are records, count them with varstat cells.",
            )
        frame: pd.DataFrame = file.read().to_pandas(ignore_metadata=True)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise damaged(name, "Parquet file") from error
    names = tuple(str(column) for column in frame.columns)
    return Grid(cells=frame, names=names)
