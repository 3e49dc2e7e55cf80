"""DuckDB: connections that reach nothing but what they are given, and the tables of a file."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from varstat.data.source.content import name_of
from varstat.data.source.grid import MOST_CELLS, Grid
from varstat.errors import TableError, did_you_mean

if TYPE_CHECKING:
    import duckdb

ATTACHED = "attached"
# What pandas has no numbers or times for, as what it has.
_CASTS = {
    "decimal": "DOUBLE",
    "hugeint": "DOUBLE",
    "uhugeint": "DOUBLE",
    "timestamp with time zone": "TIMESTAMP",
}
_LISTED = 40
_MAKE_TABLE = "Make a table of it in DuckDB: CREATE TABLE name AS FROM view."


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
    connection: "duckdb.DuckDBPyConnection",
    *,
    files: Iterable[Path] = (),
    folders: Iterable[Path] = (),
) -> None:
    """Keep a connection from all other files and the network, for good."""
    for setting, paths in (("allowed_paths", files), ("allowed_directories", folders)):
        listed = ", ".join(quote_text(path) for path in paths)
        connection.execute(f"SET {setting} = [{listed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def files_of(path: Path) -> tuple[Path, ...]:
    """Name the files of a database: itself, and what was written and not yet put into it."""
    return path, path.with_name(f"{path.name}.wal")


def attach(connection: "duckdb.DuckDBPyConnection", path: Path) -> tuple[dict[str, str], list[str]]:
    """Open a DuckDB file for reading.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Confined to the file.
    path : Path

    Returns
    -------
    tables : dict of str to str
        The name as a user says it, and as SQL does.
    views : list of str
        As a user says them. They are never run: a view can be any query at all, which its author
        wrote and its reader would run.

    Raises
    ------
    TableError
        If it can't be opened, or holds no table.
    """
    import duckdb

    where = name_of(path)
    try:
        connection.execute(f"ATTACH {quote_text(path)} AS {ATTACHED} (READ_ONLY)")
        found, views = (
            connection.execute(
                f"SELECT schema_name, {kind}_name FROM duckdb_{kind}s() "  # noqa: S608
                "WHERE database_name = $1 AND NOT internal ORDER BY ALL",
                [ATTACHED],
            ).fetchall()
            for kind in ("table", "view")
        )
    except duckdb.Error as error:
        raise TableError(where, _unopened(str(error))) from None
    named = [_say(*view) for view in views]
    if not found:
        raise TableError(
            where,
            f"the database holds no tables, only views ({list_names(named)}), which are not run. "
            f"{_MAKE_TABLE}"
            if named
            else "the database holds no tables. Give one that holds data.",
        )
    return {
        _say(schema, name): ".".join(map(quote_name, (ATTACHED, schema, name)))
        for schema, name in found
    }, named


def _say(schema: str, name: str) -> str:
    return name if schema == "main" else f"{schema}.{name}"


def pick_table(
    tables: Mapping[str, str],
    asked: str | None,
    *,
    views: Sequence[str] = (),
    where: str,
    option: str,
) -> str:
    """Find the table that is meant.

    Parameters
    ----------
    tables : mapping of str to str
        What `attach` found.
    asked : str, optional
    views : sequence of str
        Likewise.
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
    if asked in views:
        raise TableError(where, f"{asked!r} is a view, which is not run. {_MAKE_TABLE}")
    if asked not in tables:
        raise TableError(
            where,
            f"there is no table {asked!r}.{did_you_mean(asked, tables)} "
            f"It has {list_names(tables)}.",
        )
    return asked


def list_names(names: Iterable[str]) -> str:
    """List names for a message, the first forty of them."""
    listed = list(names)
    more = len(listed) - _LISTED
    return ", ".join(map(repr, listed[:_LISTED])) + (f" and {more} more" if more > 0 else "")


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
        Which tables and views were not read and why, where there are others.

    Raises
    ------
    TableError
        If the file can't be opened, has no such table, or none that can be read.
    """
    with connect() as connection:
        confine(connection, files=files_of(path))
        tables, views = attach(connection, path)
        if sheet is not None:
            name = pick_table(tables, sheet, views=views, where=name_of(path), option="--sheet")
            tables = {name: tables[name]}
        read = [_read_one(connection, quoted, sheet=name) for name, quoted in tables.items()]
    grids = tuple(each for each in read if isinstance(each, Grid))
    refused = tuple(each for each in read if isinstance(each, str))
    if not grids:
        raise TableError(name_of(path), [f"{each}." for each in refused])
    if views and sheet is None:
        refused = (*refused, f"views were not run: {list_names(views)}")
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
    except duckdb.Error:
        return f"table {sheet!r} cannot be read: the file is damaged"
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
