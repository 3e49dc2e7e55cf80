"""The query of case-mix cells as SQL, in the dialect of the warehouse where the records live."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from varstat.errors import UsageError, choose, one_of
from varstat.records.plan import CellPlan, plan_cells
from varstat.records.query import finish_cells, group_records, order_cells, tally_groups

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]

# What a name can't hold there.
_NO_BIGQUERY = re.compile(r"[!\"$()*,./;?@\[\]\\^`{}~\n]")
DIALECTS = ("duckdb", "postgres", "snowflake", "bigquery", "databricks", "pyspark")


def cells_sql(
    schema: Mapping[str, Any],
    *,
    dialect: str,
    table: str = "records",
    unit: str,
    event: str | None = None,
    value: str | None = None,
    strata: Sequence[str] | str = (),
    bands: Mapping[str, Sequence[float]] | None = None,
    period: str | None = None,
    roll_up: str | None = None,
    account: bool = False,
) -> str:
    """Write the query of case-mix cells in a warehouse's own SQL, to be run there.

    Parameters
    ----------
    schema : mapping of str to str
        Types of the records' columns, as ibis names them: `string`, `int64`, `float64`,
        `boolean`, `date`, `timestamp`.
    dialect : {"duckdb", "postgres", "snowflake", "bigquery", "databricks", "pyspark"}
    table : str
        Where the records are: a table, `schema.table` or `database.schema.table`.
    unit, event, value, strata, bands, period, roll_up
        As in `count_cells`.
    account : bool
        Give the query that accounts for every record instead: one row with how many were read
        and counted, and for each reason how many were left out.

    Returns
    -------
    str
        One SELECT, without a semicolon.

    Raises
    ------
    UsageError
        If options contradict one another, or the dialect isn't known.
    TableError
        If a column isn't there, or is of a type that can't be what it should be.

    Notes
    -----
    DuckDB runs this very query whenever cells are counted here.

    Examples
    --------
    >>> query = cells_sql({"trust": "string", "died": "int64"}, dialect="postgres",
    ...                   table="hes.episodes", unit="trust", event="died")
    >>> 'FROM "hes"."episodes"' in query
    True
    """
    import ibis

    choose("dialect", dialect, DIALECTS)
    plan = plan_cells(
        unit=unit,
        event=event,
        value=value,
        strata=strata,
        bands=bands,
        period=period,
        roll_up=roll_up,
    )
    _check_names(plan, dialect=dialect)
    *place, name = table.split(".", 2)
    catalog, database = [None, None, *place][-2:]
    records = ibis.table(schema, name=name, catalog=catalog, database=database)
    groups = group_records(records, plan, where=table)
    if account:
        return compile_query(tally_groups(groups, plan), dialect=dialect)
    return compile_query(order_cells(finish_cells(groups, plan), plan), dialect=dialect)


def _check_names(plan: CellPlan, *, dialect: str) -> None:
    """Refuse names that a dialect would silently make others."""
    odd = [name for name in plan.columns if _NO_BIGQUERY.search(name)]
    if odd and dialect == "bigquery":
        raise UsageError(
            "dialect",
            f"BigQuery has no column named {one_of([repr(name) for name in odd])}: names have no "
            "marks or brackets. Rename it in a view.",
        )


def compile_query(query: "ibis.Table", *, dialect: str) -> str:
    """Write an expression as SQL."""
    import ibis
    import sqlglot

    if dialect != "pyspark":
        return str(ibis.to_sql(query, dialect=dialect))
    # ibis writes Spark's own dialect only where Spark is installed; Databricks runs the same SQL.
    written = str(ibis.to_sql(query, dialect="databricks"))
    return sqlglot.transpile(written, read="databricks", write="spark", pretty=True)[0]
