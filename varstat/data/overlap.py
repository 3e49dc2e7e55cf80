"""Overlapping periods: cases that stand in two of them would count twice."""

from varstat.data.rows.overlap import describe_overlap
from varstat.data.table import Table
from varstat.errors import TableError


def refuse_overlaps(table: Table) -> None:
    """Refuse a table whose periods share time, unless each is analysed on its own.

    Parameters
    ----------
    table : Table
        For a model, which takes the periods of a unit as independent but for its effect.

    Raises
    ------
    TableError
    """
    if "period" in table.by or any(_is_period(table, name) for name in table.by):
        return
    problem = describe_overlap(table.periods.labels, column="period")
    if problem is not None:
        raise TableError(
            table.account.source,
            f"{problem} Or analyse each on its own with --by period.",
        )


def _is_period(table: Table, name: str) -> bool:
    return bool(table.frame[name].equals(table.frame["period"]))
