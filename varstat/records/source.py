"""Records where they are: a file, a data frame or a live connection, laid open to DuckDB.

DuckDB reads what it needs of a file and no more, and spills to disk what its memory can't hold.
It is kept from every other file and from the network, and runs no view that somebody else wrote.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from varstat.data.source.content import STANDARD_INPUT, is_duckdb, missing_file, name_of
from varstat.data.source.database import (
    attach,
    confine,
    connect,
    files_of,
    pick_table,
    quote_name,
)
from varstat.data.source.grid import texts_of
from varstat.errors import TableError, UsageError
from varstat.records.file import date_sql, lay_file, number_sql, spell_path
from varstat.records.plan import CellPlan

if TYPE_CHECKING:
    import duckdb
    import ibis  # type: ignore[import-untyped]

FRAME, LIVE = "data frame", "ibis table"
_SIZE = re.compile(r"\d+(\.\d+)? ?[KMGT]i?B", re.IGNORECASE)
# DuckDB's types as ibis calls them; the width of a number makes no difference here.
_WHOLE = ("tinyint", "smallint", "integer", "bigint", "hugeint")
_TYPES = {
    "varchar": "string",
    "enum": "string",
    "uuid": "string",
    "null": "string",
    "boolean": "boolean",
    "float": "float64",
    "double": "float64",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    **{name: "int64" for whole in _WHOLE for name in (whole, f"u{whole}")},
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordSource:
    """Records, opened.

    Attributes
    ----------
    name : str
        The file's name without its folder, or what it is.
    path : Path or None
        The file, if it is one.
    table : str or None
        Which of its tables, if it has such.
    connection : DuckDBPyConnection
        Of our own: what is counted ends there.
    records : ibis.Table
        A live connection's table, or what `connection` calls `records`.
    live : bool
        Whether it is the former.
    """

    name: str
    path: Path | None
    table: str | None
    connection: "duckdb.DuckDBPyConnection"
    records: "ibis.Table"
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Allowed:
    """What a connection may reach beside its source: where it spills, and the file it writes."""

    folder: Path
    file: Path | None

    def confine(self, connection: "duckdb.DuckDBPyConnection", *files: Path) -> None:
        written = () if self.file is None else (self.file,)
        confine(connection, files=(*files, *written), folders=(self.folder,))


@contextmanager
def open_records(
    source: "str | os.PathLike[str] | pd.DataFrame | ibis.Table",
    *,
    plan: CellPlan | None,
    table: str | None,
    threads: int | None = None,
    memory_limit: str | None = None,
    writes: Path | None = None,
    wanted: Sequence[str] = (),
) -> Iterator[RecordSource]:
    """Open records of any kind.

    Parameters
    ----------
    source : path, DataFrame or ibis.Table
    plan : CellPlan, optional
        Tells which columns should be numbers or dates where they are text; without one, columns
        are described as they are.
    table : str, optional
        Of a DuckDB file.
    threads : int, optional
    memory_limit : str, optional
        As in `4GB`.
    writes : Path, optional
        The file that is written.
    wanted : sequence of str
        Without a plan, columns that there should be.

    Yields
    ------
    RecordSource

    Raises
    ------
    TableError
        If there is no such file or table, or it can't be read.
    UsageError
        If a setting can't be.
    """
    settings: dict[str, str | int] = {"preserve_insertion_order": "false"}
    if threads is not None:
        if threads < 1:
            raise UsageError("threads", "there must be at least one thread.")
        settings["threads"] = threads
    if memory_limit is not None:
        if not _SIZE.fullmatch(memory_limit):
            raise UsageError("memory", f"'{memory_limit}' is no size of memory; as in 4GB.")
        settings["memory_limit"] = memory_limit
    with tempfile.TemporaryDirectory(prefix="varstat-") as spill:
        settings["temp_directory"] = spill
        with connect(settings) as connection:
            allowed = _Allowed(folder=Path(spill), file=writes)
            wanted = plan.columns if plan else wanted
            yield _open(source, connection, plan=plan, table=table, wanted=wanted, allowed=allowed)


def describe_records(
    source: str | os.PathLike[str], *, table: str | None = None, wanted: Sequence[str] = ()
) -> tuple[dict[str, str], str]:
    """Say what columns a file of records has, and what its table is called.

    Parameters
    ----------
    source : path
    table : str, optional
        Of a DuckDB file, where it has one of this name; else what to call the records.
    wanted : sequence of str
        Columns that it should have.

    Returns
    -------
    schema : dict of str to str
        Types by column, as ibis names them.
    name : str

    Raises
    ------
    TableError
        If there is no such file, or it can't be read.
    """
    path = Path(source)
    asked = None
    if is_duckdb(path):
        with connect() as connection:
            confine(connection, files=files_of(path))
            tables, views = attach(connection, path)
        several = len(tables) > 1 or table in tables
        asked = pick_table(
            tables, table if several else None, views=views, where=name_of(path), option="--table"
        )
    with open_records(source, plan=None, table=asked, wanted=wanted) as opened:
        schema = {name: str(kind) for name, kind in opened.records.schema().items()}
    return schema, table or asked or "records"


def _open(
    source: "str | os.PathLike[str] | pd.DataFrame | ibis.Table",
    connection: "duckdb.DuckDBPyConnection",
    *,
    plan: CellPlan | None,
    table: str | None,
    wanted: Sequence[str],
    allowed: _Allowed,
) -> RecordSource:
    path, name = None, FRAME
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        name = name_of(path)
        _check_file(path, name=name)
    if table is not None and not (path and is_duckdb(path)):
        raise UsageError("table", f"only a DuckDB file has tables, and {name} is none.")
    if isinstance(source, pd.DataFrame):
        origin = _lay_frame(source, connection, plan=plan)
        allowed.confine(connection)
    elif path is None:
        return _open_live(source, connection, allowed=allowed)
    elif is_duckdb(path):
        allowed.confine(connection, *files_of(path))
        tables, views = attach(connection, path)
        table = pick_table(tables, table, views=views, where=name, option="--table")
        origin = tables[table]
    else:
        origin = lay_file(path, typed=plan is None, wanted=wanted)
        # As it is, and as DuckDB spells it.
        allowed.confine(connection, path, Path(spell_path(path)))
    with explained(name):
        records = _view(connection, origin, plan=plan)
    return RecordSource(
        name=name, path=path, table=table, connection=connection, records=records, live=False
    )


def _check_file(path: Path, *, name: str) -> None:
    """Refuse what DuckDB can't read as often as it likes."""
    if path.is_file():
        return
    if path.is_dir():
        raise TableError(name, "this is a folder. Give one file in it.")
    if path.exists() or str(path) == STANDARD_INPUT:
        raise TableError(name, "records are read from a file, not from a pipe. Save them as one.")
    raise TableError(name, missing_file(path))


def _open_live(
    source: Any, connection: "duckdb.DuckDBPyConnection", *, allowed: _Allowed
) -> RecordSource:
    import ibis

    if not isinstance(source, ibis.Table):
        raise UsageError(
            "records",
            f"expected a path, a data frame or an ibis table, not {type(source).__name__}.",
        )
    if source.op().find(ibis.expr.operations.UnboundTable):
        raise UsageError(
            "records",
            "this ibis table is bound to no connection, so it holds no records. Take "
            "connection.table(...), or make SQL of it with cells_sql.",
        )
    # Other tables are named at random, or not at all.
    operation = source.op()
    named = isinstance(operation, ibis.expr.operations.DatabaseTable)
    name = operation.name if named and not operation.name.startswith("ibis_") else LIVE
    allowed.confine(connection)
    return RecordSource(
        name=name, path=None, table=None, connection=connection, records=source, live=True
    )


def _lay_frame(
    frame: pd.DataFrame, connection: "duckdb.DuckDBPyConnection", *, plan: CellPlan | None
) -> str:
    import pyarrow as pa

    names = [str(name) for name in frame.columns]
    wanted = names if plan is None else plan.columns
    problems = [
        f"the column {name!r} stands more than once. Rename all but one."
        for name in dict.fromkeys(wanted)
        if names.count(name) > 1
    ]
    columns: dict[str, Any] = {}
    for at, name in enumerate(names):
        try:
            if name in wanted:
                columns[name] = pa.array(frame.iloc[:, at], from_pandas=True)
            else:
                columns[name] = pa.nulls(len(frame), pa.string())
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            if plan is not None and name == plan.measured:
                problems.append(f"column {name!r} holds values of several kinds; expected numbers.")
            else:
                columns[name] = pa.array(texts_of(frame.iloc[:, at]), pa.string())
    if problems:
        raise TableError(FRAME, problems)
    connection.register("given", pa.table(columns))
    return "given"


def _view(
    connection: "duckdb.DuckDBPyConnection", origin: str, *, plan: CellPlan | None
) -> "ibis.Table":
    """Give the records one name, and their columns the types that the plan needs."""
    import ibis

    given = connection.sql(f"FROM {origin}")
    types = {name: kind.id for name, kind in zip(given.columns, given.types, strict=True)}
    schema = {name: _type_of(kind) for name, kind in types.items()}
    if plan is None:
        return ibis.table(schema, name="records")
    shown = {name: quote_name(name) for name in plan.columns if name in schema}
    for name in shown:
        if types[name] in ("enum", "uuid", "null"):
            shown[name] = f"CAST({shown[name]} AS VARCHAR)"
        elif schema[name] == "timestamp" and ("tz" in types[name] or "zone" in types[name]):
            shown[name] = f"CAST({shown[name]} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    number = {plan.measured, *(key.column for key in plan.keys if key.edges)}
    dates = {key.column for key in plan.keys if key.span is not None}
    for name in shown:
        if types[name] in ("varchar", "null") and name in number:
            schema[name], shown[name] = "float64", number_sql(shown[name])
        elif types[name] in ("varchar", "null") and name in dates:
            schema[name], shown[name] = "date", date_sql(shown[name])
    if shown:
        columns = ", ".join(f"{each} AS {quote_name(name)}" for name, each in shown.items())
        connection.execute(f"CREATE TEMP VIEW records AS FROM {origin} SELECT {columns}")
    return ibis.table(schema, name="records")


def _type_of(kind: str) -> str:
    """Name a type of DuckDB as ibis does; what can't be counted by is all one."""
    return "timestamp" if kind.startswith("timestamp") else _TYPES.get(kind, "binary")


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn DuckDB's errors, which may hold a record's values, into ones that don't."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:
        raise TableError(
            name,
            "this takes more memory than is allowed, or more disk than there is to spill to. Allow "
            "more (--memory), or name fewer strata.",
        ) from None
    except duckdb.Error as error:
        raise TableError(name, _unread(str(error))) from None


def _unread(message: str) -> str:
    if re.search(r"not utf-?8|invalid (unicode|utf)", message, re.IGNORECASE):
        return "this is not UTF-8 text. Save it as CSV in UTF-8, or as Parquet."
    line = re.search(r"CSV Error on Line: (\d+)", message)
    if line:
        return (
            f"line {line[1]} cannot be split into the columns of the header. Look for a quotation "
            "mark that is never closed, or save the file again."
        )
    return "this cannot be read: it is damaged. Download or save it again."
