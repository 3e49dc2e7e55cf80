"""The rows of a table, group by group, as arrays of events and sizes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.adjust.cells import Cells, Integers, Strings, find_cells
from varstat.data.beside import refuse_beside
from varstat.data.groups import group_rows
from varstat.data.table import Table
from varstat.errors import ModelError
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """The rows of one group of units; units stand in the order of their names.

    Attributes
    ----------
    by : dict of str to str
        What the group has in common; empty where there is one group.
    frame : DataFrame
    unit, unit_name, peer_group : ndarray of object, shape (units,)
    row : ndarray of int, shape (rows,)
        The unit of each row.
    cells : Cells
    event, lower, upper : ndarray of float, shape (rows,)
        Events and the range that they lie in. Of a mean, the total over its cases.
    size : ndarray of float, shape (rows,)
        By what events are divided for a rate. Of a mean, the number of cases.
    variance : ndarray of float, shape (rows,)
        Of a mean's total, by chance; NaN for counts, which say it themselves.
    """

    by: dict[str, str]
    frame: pd.DataFrame
    unit: Strings
    unit_name: Strings
    peer_group: Strings
    row: Integers
    cells: Cells
    event: Floats
    lower: Floats
    upper: Floats
    size: Floats
    variance: Floats

    @property
    def known(self) -> NDArray[np.bool_]:
        """Rows whose event is known."""
        return np.isfinite(self.event)


def split_rows(table: Table, *, where: str) -> list[Rows]:
    """Split a table into its groups.

    Parameters
    ----------
    table : Table
    where : str
        What is being done, for messages.

    Returns
    -------
    list of Rows

    Raises
    ------
    ModelError
        If means don't say how many cases they are of, or expected events are estimates.
    """
    refuse_beside(table, where=where)
    if not table.measure.counts and not _counted(table.frame):
        raise ModelError(
            where,
            "case-mix is a matter of how many cases a unit has of each kind, and these means don't "
            "say how many they are of. Name the column with --count, or give --total, --count and "
            "--sum-of-squares.",
        )
    if not table.by:
        return [_one_group(table, table.frame, {})]
    group, labels = group_rows(table)
    return [_one_group(table, table.frame[group == g], by) for g, by in enumerate(labels)]


def _counted(frame: pd.DataFrame) -> bool:
    return "count" in frame and bool(np.all(frame["count"].to_numpy(dtype=float) > 0))


def _one_group(table: Table, frame: pd.DataFrame, by: dict[str, str]) -> Rows:
    names, first, row = np.unique(
        frame["unit"].to_numpy(dtype=object), return_index=True, return_inverse=True
    )
    measure = table.measure
    event, size, lower, upper = (
        frame[name].to_numpy(dtype=float)
        for name in (measure.event, measure.size, "event_lower", "event_upper")
    )
    variance = np.full(len(frame), np.nan)
    if not measure.counts:
        count = frame["count"].to_numpy(dtype=float)
        variance = np.square(count * size)
        event, lower, upper, size = count * event, count * lower, count * upper, count
    return Rows(
        by=by,
        frame=frame,
        unit=names.astype(object),
        unit_name=frame["unit_name"].to_numpy(dtype=object)[first],
        peer_group=frame["peer_group"].to_numpy(dtype=object)[first],
        row=row.ravel().astype(np.int64),
        cells=find_cells(frame, table.strata),
        event=event,
        lower=lower,
        upper=upper,
        size=size,
        variance=variance,
    )
