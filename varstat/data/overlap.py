"""Overlapping periods: cases that stand in two of them would count twice."""

import numpy as np
import pandas as pd

from varstat.data.rows.overlap import describe_overlap
from varstat.data.rows.running import describe_running
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
    problem = describe_overlap(table.periods.labels, column="period") or _running(table)
    if problem is not None:
        raise TableError(
            table.account.source,
            f"{problem} Or analyse each on its own with --by period.",
        )


def _is_period(table: Table, name: str) -> bool:
    return bool(table.frame[name].equals(table.frame["period"]))


def _running(table: Table) -> str | None:
    """Say so where counts run on from one period to the next."""
    if not table.measure.counts or len(table.periods) < 2:
        return None
    frame, labels = table.frame, list(table.periods.labels)
    places = pd.Categorical(frame["period"], categories=labels).codes
    series = frame.groupby(["unit", *table.by, *table.strata], dropna=False)
    return describe_running(
        np.asarray(series.ngroup(), dtype=np.int64),
        labels,
        np.asarray(places, dtype=np.int64),
        frame[[table.measure.event, table.measure.size]].to_numpy(dtype="float64"),
        column="period",
    )
