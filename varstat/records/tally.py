"""Records grouped and tallied in DuckDB: every one is in a cell or left out for a reason."""

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from varstat.data.account import Account, Exclusion
from varstat.data.source.open import hash_file
from varstat.errors import TableError
from varstat.period.period import read_periods
from varstat.records.plan import VALUES, CellPlan
from varstat.records.query import (
    finish_cells,
    group_records,
    order_cells,
    tally_groups,
)
from varstat.records.source import RecordSource, explained
from varstat.records.sql import compile_query
from varstat.version import __version__

if TYPE_CHECKING:
    import duckdb
    import ibis  # type: ignore[import-untyped]

_BATCH = 100_000
# Below as many, counts of patients are commonly withheld.
FEW = 5

# Days, of which there are more, are written so that the order of text is that of time.
_MOST_PERIODS = 1_000


def count_groups(opened: RecordSource, plan: CellPlan, *, lenient: bool) -> Account:
    """Group the records once, into a table `groups` and a view `cells`; account for every one.

    Parameters
    ----------
    opened : RecordSource
        In whose connection they are made.
    plan : CellPlan
    lenient : bool
        Leave out what is impossible, where otherwise it is an error.

    Returns
    -------
    Account

    Raises
    ------
    TableError
        If records say what is impossible, or none is left.
    """
    import ibis

    query = group_records(opened.records, plan, where=opened.name)
    if opened.live:
        _fetch_groups(query, opened.connection)
    with explained(opened.name):
        if not opened.live:
            written = compile_query(query, dialect="duckdb")
            opened.connection.execute(f"CREATE TEMP TABLE groups AS {written}")
        groups = ibis.table(query.schema(), name="groups")
        tallied = tally_groups(groups, plan)
        rows = opened.connection.execute(compile_query(tallied, dialect="duckdb")).fetchall()
        tally = dict(zip(tallied.columns, rows[0], strict=True))
        _refuse(tally, plan, where=opened.name, lenient=lenient)
        finished = compile_query(finish_cells(groups, plan), dialect="duckdb")
        opened.connection.execute(f"CREATE TEMP VIEW cells AS {finished}")
        shape = "SELECT count(*), count(DISTINCT unit), count(*) FILTER ($1 > {size}) FROM cells"
        ((cells, units, small),) = opened.connection.execute(
            shape.format(size=plan.amounts[0]), [FEW]
        ).fetchall()
    kept = int(tally["records_counted"])
    counted, left_out = float(tally["sum_counted"]), float(tally["sum_left_out"])
    return Account(
        source=opened.name,
        rows_read=int(tally["records_read"]),
        rows_kept=kept,
        rows_merged=kept - int(cells),
        exclusions=tuple(
            Exclusion(reason=reason.text, rows=int(tally[reason.name]), first_rows=())
            for reason in plan.reasons
            if tally[reason.name]
        ),
        totals={plan.measured: (counted + left_out, counted, left_out)},
        units=int(units),
        notes=_note_small(int(small), int(cells)),
    )


def _note_small(small: int, cells: int) -> tuple[str, ...]:
    if not small:
        return ()
    verb = "is" if small == 1 else "are"
    note = (
        f"{small:,} of {cells:,} cells {verb} of fewer than {FEW} records, which may tell of "
        "persons: withhold or join such cells before they are published"
    )
    return (note,)


def state_provenance(opened: RecordSource, plan: CellPlan, *, lenient: bool) -> dict[str, Any]:
    """Say what ran, as plain values; without a date or a folder, so that it stays the same."""
    return {
        "verb": "cells",
        "source": opened.name,
        "data_hash": None if opened.path is None else hash_file(opened.path),
        "options": plan.describe() | {"table": opened.table, "lenient": lenient},
        "version": __version__,
    }


def _fetch_groups(query: "ibis.Table", connection: "duckdb.DuckDBPyConnection") -> None:
    """Have a live connection group its records, and take the groups a batch at a time."""
    import pyarrow as pa

    types = {
        name: "VARCHAR"
        if kind.is_string()
        else "DOUBLE"
        if kind.is_floating()
        else "BOOLEAN"
        if kind.is_boolean()
        else "BIGINT"
        for name, kind in query.schema().items()
    }
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    casts = ", ".join(f"CAST({name} AS {kind})" for name, kind in types.items())
    connection.execute(f"CREATE TEMP TABLE groups ({columns})")
    with warnings.catch_warnings():
        # DuckDB and pandas warn of the names by which ibis still calls them.
        warnings.simplefilter("ignore", DeprecationWarning)
        if query.get_backend().name == "duckdb":
            # The name by which ibis asks it for batches is gone from DuckDB 2.
            batches = query.to_pyarrow().to_batches()
        else:
            batches = query.to_pyarrow_batches(chunk_size=_BATCH)
        for batch in batches:
            connection.register("batch", pa.Table.from_batches([batch]))
            connection.table("batch").project(casts).insert_into("groups")
            connection.unregister("batch")


def _refuse(tally: Mapping[str, Any], plan: CellPlan, *, where: str, lenient: bool) -> None:
    """Refuse records that say what is impossible, unless lenient; and having none left."""
    found = [reason for reason in plan.reasons if tally[reason.name]]
    problems = [
        f"{_records(tally[reason.name])}: {reason.text}. {reason.mend}"
        for reason in found
        if reason.mend is not None and not lenient
    ]
    if problems:
        problems[-1] += " Or leave such records out, and have them reported, with --lenient."
        raise TableError(where, problems)
    if not tally["records_counted"]:
        why = "; ".join(f"{_records(tally[reason.name])}: {reason.text}" for reason in found)
        raise TableError(
            where,
            f"no records are left to count. Excluded: {why}."
            if why
            else "there are no records below the header. Give a file that holds data.",
        )


def ordered_cells(opened: RecordSource, plan: CellPlan) -> str:
    """Say in SQL how the cells are taken, in order of their keys; of periods, that of time."""
    import ibis

    texts = {key.name: "string" for key in plan.keys}
    sums = {name: "float64" if name in VALUES[1:] else "int64" for name in plan.amounts}
    cells = ibis.table(texts | sums, name="cells")
    ordered = order_cells(cells, plan, periods=_order_periods(opened, plan))
    return compile_query(ordered, dialect="duckdb")


def _order_periods(opened: RecordSource, plan: CellPlan) -> tuple[str, ...]:
    """Give the periods in the order of time; none where it is that of text, or isn't known."""
    if not any(key.name == "period" for key in plan.keys):
        return ()
    query = "SELECT DISTINCT period FROM cells ORDER BY period LIMIT ?"
    found = opened.connection.execute(query, [_MOST_PERIODS + 1]).fetchall()
    labels = tuple(label for (label,) in found)
    if len(labels) > _MOST_PERIODS:
        return ()
    periods = read_periods(labels)
    return periods.labels if periods.in_time and periods.labels != labels else ()


def _records(number: Any) -> str:
    return f"{int(number):,} record{'' if int(number) == 1 else 's'}"
