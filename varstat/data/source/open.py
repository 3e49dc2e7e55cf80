"""Files and data frames of every format, opened as grids of cells."""

import hashlib
import io
import os
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from varstat.data.source.database import is_duckdb, read_duckdb
from varstat.data.source.delimited import decode, read_delimited
from varstat.data.source.grid import Grid, hash_frame
from varstat.data.source.workbook import damaged, read_workbook
from varstat.errors import TableError

EXCEL, LEGACY, PARQUET, TEXT = "an Excel workbook", "an old Excel workbook", "Parquet", "text"
DATABASE = "a DuckDB database"
FORMAT_OF_SUFFIX = {
    ".csv": TEXT,
    ".tsv": TEXT,
    ".txt": TEXT,
    ".tab": TEXT,
    ".xlsx": EXCEL,
    ".xlsm": EXCEL,
    ".xls": LEGACY,
    ".parquet": PARQUET,
    ".duckdb": DATABASE,
    ".ddb": DATABASE,
    ".db": DATABASE,
}
SUFFIX_OF_FORMAT = {
    EXCEL: ".xlsx",
    LEGACY: ".xls",
    PARQUET: ".parquet",
    DATABASE: ".duckdb",
    TEXT: ".csv",
}
BINARY_BYTES = bytes(
    byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e\x1f"
)


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
    name: str = "data frame",
) -> Source:
    """Open a file or a data frame.

    Parameters
    ----------
    source : path or DataFrame
        CSV, TSV, XLSX, XLS, Parquet or DuckDB; the content must be what the suffix says.
    sheet : str, optional
        The one sheet of a workbook, or table of a DuckDB file, to open; by default all of them.
    name : str
        What to call a data frame in messages.

    Returns
    -------
    Source

    Raises
    ------
    TableError
        If there is no such file, or it cannot be read.
    """
    if isinstance(source, pd.DataFrame):
        if sheet is not None:
            raise TableError(name, f"sheet {sheet!r} was asked for, but this is no workbook.")
        names = tuple(str(column) for column in source.columns)
        grid = Grid(cells=source, names=names)
        return Source(name=name, grids=(grid,), data_hash=hash_frame(source), first_row=0)
    path = Path(source)
    grids: tuple[Grid, ...]
    notes: tuple[str, ...] = ()
    if is_duckdb(path):
        _check_suffix(path, DATABASE)
        grids, notes = read_duckdb(path, sheet=sheet)
        return Source(
            name=path.name, grids=grids, data_hash=hash_file(path), first_row=1, notes=notes
        )
    data = _read_bytes(path)
    kind = _check_format(path, data)
    if kind in (EXCEL, LEGACY):
        grids = read_workbook(data, name=path.name, sheet=sheet)
    elif sheet is not None:
        raise TableError(path.name, f"sheet {sheet!r} was asked for, but this is no workbook.")
    elif kind == PARQUET:
        grids = (_read_parquet(data, name=path.name),)
    else:
        text, note = decode(data)
        if not text.strip():
            raise _empty(path.name)
        grids = (read_delimited(text, name=path.name),)
        notes = (note,) if note else ()
    return Source(
        name=path.name,
        grids=grids,
        data_hash=hashlib.sha256(data).hexdigest(),
        first_row=1,
        notes=notes,
    )


def hash_file(path: Path) -> str:
    """SHA-256 of a file of any size, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_bytes(path: Path) -> bytes:
    where = path.name or str(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise TableError(where, missing_file(path)) from None
    except IsADirectoryError:
        raise TableError(where, "this is a folder. Give one file in it.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name cannot be a path"
        raise TableError(where, f"this file cannot be opened: {why}.") from None
    if not data.strip():
        raise _empty(where)
    return data


def missing_file(path: Path) -> str:
    """Say that there is no such file, and which one might be meant."""
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {str(folder)!r}. Check the path."
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    except OSError:
        names = []
    nearest = get_close_matches(path.name, names, n=1, cutoff=0.6)
    hint = f"Did you mean {nearest[0]!r}?" if nearest else "Check the path."
    return f"there is no such file in {str(folder.resolve())!r}. {hint}"


def _check_format(path: Path, data: bytes) -> str:
    """Say what the content is; refuse what cannot be read or is not what the suffix says."""
    kind = _sniff(data)
    suffix = path.suffix.lower()
    expected = FORMAT_OF_SUFFIX.get(suffix)
    if kind == TEXT and data.lstrip()[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise TableError(
            path.name,
            "this is a web page or XML, not a table. Open it in a spreadsheet and save as CSV.",
        )
    if kind is None and expected not in (None, TEXT):
        raise TableError(
            path.name,
            f"the name ends in {suffix}, but the content is not {expected}: the file is damaged "
            "or is something else. Download or save it again.",
        )
    if kind is None:
        raise TableError(
            path.name,
            "this is a binary file, or text in an encoding that cannot be recognised. Give CSV, "
            "TSV, XLSX, XLS, Parquet or DuckDB.",
        )
    _check_suffix(path, kind)
    return kind


def _check_suffix(path: Path, kind: str) -> None:
    suffix = path.suffix.lower()
    if FORMAT_OF_SUFFIX.get(suffix, kind) != kind:
        raise TableError(
            path.name,
            f"the name ends in {suffix}, but the content is {kind}. Rename the file to end in "
            f"{SUFFIX_OF_FORMAT[kind]}, or save it again as {suffix}.",
        )


def _sniff(data: bytes) -> str | None:
    if data.startswith(b"PK\x03\x04"):
        return EXCEL if b"xl/" in data else None
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return LEGACY
    if data.startswith(b"PAR1"):
        return PARQUET
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            data.decode("utf-16")
        except UnicodeDecodeError:
            return None
        return TEXT
    if data.startswith((b"%PDF", b"\x1f\x8b", b"\x89PNG")):
        return None
    return None if len(data.translate(None, BINARY_BYTES)) < len(data) else TEXT


def _read_parquet(data: bytes, *, name: str) -> Grid:
    # Imported here: only Parquet needs it, and it is slow to import.
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(io.BytesIO(data))
        frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise damaged(name, "Parquet file") from error
    names = tuple(str(column) for column in frame.columns)
    return Grid(cells=frame, names=names)


def _empty(name: str) -> TableError:
    return TableError(name, "the file is empty. Give a file with a header and rows.")
