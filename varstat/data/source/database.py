"""DuckDB: connections that reach nothing but what they are given, and the tables of a file."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from varstat.data.source.grid import Grid
from varstat.data.source.workbook import MOST_CELLS
from varstat.errors import TableError, did_you_mean

if TYPE_CHECKING:
    import duckdb

ATTACHED = "attached"
_MAGIC = slice(8, 12)
# What pandas has no numbers or times for, as what it has.
_CASTS = {
    "decimal": "DOUBLE",
    "hugeint": "DOUBLE",
    "uhugeint": "DOUBLE",
    "timestamp with time zone": "TIMESTAMP",
}
_LISTED = 40


def is_duckdb(path: Path) -> bool:
    """Tell by its first bytes whether a file is a DuckDB database."""
    try:
        with path.open("rb") as file:
            return file.read(_MAGIC.stop)[_MAGIC] == b"DUCK"
    except (OSError, ValueError):
        return False


def quote_name(name: str) -> str:
    """Write a name in SQL.

    Examples
    --------
    >>> print(quote_name('a "select" statement'))
    "a ""select"" statement"
    """
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str | os.PathLike[str]) -> str:
    """Write text in SQL.

    Examples
    --------
    >>> print(quote_text("St Mary's"))
    'St Mary''s'
    """
    return "'" + str(text).replace("'", "''") + "'"


@contextmanager
def connect(
    settings: Mapping[str, str | int] | None = None,
) -> Iterator["duckdb.DuckDBPyConnection"]:
    """Open a database in memory, which fetches no extension from anywhere."""
    # Imported here: only DuckDB's own files and records need it.
    import duckdb

    own: dict[str, Any] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    connection = duckdb.connect(config=own | dict(settings or {}))
    try:
        yield connection
    finally:
        connection.close()


def confine(
    connection: "duckdb.DuckDBPyConnection", *, files: tuple[Path, ...], folders: tuple[Path, ...]
) -> None:
    """Keep a connection from all other files, for good; views may name any."""
    for setting, paths in (("allowed_paths", files), ("allowed_directories", folders)):
        listed = ", ".join(quote_text(path) for path in paths)
        connection.execute(f"SET {setting} = [{listed}]")
    connection.execute("SET enable_external_access = false")


def attach(connection: "duckdb.DuckDBPyConnection", path: Path) -> dict[str, str]:
    """Open a DuckDB file for reading.

    Parameters
    ----------
    connection : DuckDBPyConnection
    path : Path

    Returns
    -------
    dict of str to str
        Its tables and views: the name as a user says it, and as SQL does.

    Raises
    ------
    TableError
        If it can't be opened, or holds no table.
    """
    import duckdb

    try:
        connection.execute(f"ATTACH {quote_text(path)} AS {ATTACHED} (READ_ONLY)")
    except duckdb.Error as error:
        raise TableError(path.name, _unopened(str(error))) from None
    found = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $1 "
        "UNION ALL SELECT schema_name, view_name FROM duckdb_views() "
        "WHERE database_name = $1 AND NOT internal ORDER BY ALL",
        [ATTACHED],
    ).fetchall()
    if not found:
        raise TableError(path.name, "the database holds no tables. Give one that holds data.")
    return {
        name if schema == "main" else f"{schema}.{name}": ".".join(
            map(quote_name, (ATTACHED, schema, name))
        )
        for schema, name in found
    }


def pick_table(tables: Mapping[str, str], asked: str | None, *, where: str, option: str) -> str:
    """Find the table that is meant.

    Parameters
    ----------
    tables : mapping of str to str
        What `attach` found.
    asked : str, optional
    where : str
        The file, for messages.
    option : str
        With which a table is named.

    Returns
    -------
    str
        As a user says it.

    Raises
    ------
    TableError
        If there is no such table, or several and none was named.
    """
    if asked is None and len(tables) == 1:
        return next(iter(tables))
    if asked is None:
        raise TableError(
            where, f"the database has several tables. Name one with {option}: {list_names(tables)}."
        )
    if asked not in tables:
        raise TableError(
            where,
            f"there is no table {asked!r}.{did_you_mean(asked, tables)} "
            f"It has {list_names(tables)}.",
        )
    return asked


def list_names(names: Mapping[str, Any]) -> str:
    """List names for a message, the first forty of them."""
    more = len(names) - _LISTED
    return ", ".join(map(repr, list(names)[:_LISTED])) + (f" and {more} more" if more > 0 else "")


def read_duckdb(path: Path, *, sheet: str | None) -> tuple[tuple[Grid, ...], tuple[str, ...]]:
    """Read the tables of a DuckDB file, as a workbook's sheets are read.

    Parameters
    ----------
    path : Path
    sheet : str, optional
        The one table to read; by default all.

    Returns
    -------
    grids : tuple of Grid
    notes : tuple of str
        Which tables were not read and why, where there are others.

    Raises
    ------
    TableError
        If the file can't be opened, has no such table, or none that can be read.
    """
    with connect() as connection:
        tables = attach(connection, path)
        confine(connection, files=(), folders=())
        if sheet is not None:
            name = pick_table(tables, sheet, where=path.name, option="--sheet")
            tables = {name: tables[name]}
        read = [_read_one(connection, quoted, sheet=name) for name, quoted in tables.items()]
    grids = tuple(each for each in read if isinstance(each, Grid))
    refused = tuple(each for each in read if isinstance(each, str))
    if not grids:
        raise TableError(path.name, [f"{each}." for each in refused])
    return grids, refused


def _read_one(connection: "duckdb.DuckDBPyConnection", quoted: str, *, sheet: str) -> Grid | str:
    """One table, or why it isn't read."""
    import duckdb

    try:
        table = connection.sql(f"FROM {quoted}")
        ((rows,),) = connection.execute(f"FROM {quoted} SELECT count(*)").fetchall()
        if rows * len(table.columns) > MOST_CELLS:
            return (
                f"table {sheet!r} has more than {MOST_CELLS:,} cells, too many to be read whole: "
                "if its rows are records, count them with varstat cells"
            )
        columns = ", ".join(
            _as_pandas(name, kind.id) for name, kind in zip(table.columns, table.types, strict=True)
        )
        cells = connection.sql(f"FROM {quoted} SELECT {columns}").to_arrow_table()
    except duckdb.PermissionException:
        return f"table {sheet!r} is a view of other files, which are not opened: make it a table"
    except duckdb.Error:
        return f"table {sheet!r} cannot be read: the file is damaged, or it is a broken view"
    return Grid(
        cells=cells.to_pandas(ignore_metadata=True), names=tuple(table.columns), sheet=sheet
    )


def _as_pandas(name: str, kind: str) -> str:
    quoted = quote_name(name)
    return f"CAST({quoted} AS {_CASTS[kind]}) AS {quoted}" if kind in _CASTS else quoted


def _unopened(message: str) -> str:
    """Say why a file wasn't opened; DuckDB's own words may hold anything."""
    if re.search(r"\block\b|already (?:attached|open)|Unique file handle", message):
        return "this file is open elsewhere for writing. Close it there first."
    return "this file cannot be opened: it is damaged, or a newer DuckDB wrote it."
