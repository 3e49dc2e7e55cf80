"""The groups of a table, one after another, and the target of each."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.card.target import TargetRule
from varstat.data.table import Table
from varstat.funnel.target import compute_target
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """A table as arrays, one group after another.

    Attributes
    ----------
    frame : DataFrame
        The table's, in the same order as the arrays.
    labels : list of dict
        What each group has in common.
    group : ndarray of int, shape (units,)
        The group of each unit, ascending.
    start : ndarray of int, shape (groups + 1,)
        Where each group starts, and the last one ends.
    event, lower, upper, size : ndarray of float, shape (units,)
        The events, their ends, and the sizes.
    targets : ndarray of float, shape (groups,)
    target : ndarray of float, shape (units,)
        What each unit is compared with.
    """

    frame: pd.DataFrame
    labels: list[dict[str, str]]
    group: NDArray[np.intp]
    start: NDArray[np.intp]
    event: Floats
    lower: Floats
    upper: Floats
    size: Floats
    targets: Floats
    target: Floats

    @property
    def number(self) -> int:
        """How many groups there are."""
        return len(self.labels)

    def rows(self, g: int) -> slice:
        """The units of a group."""
        return slice(int(self.start[g]), int(self.start[g + 1]))

    def sample(self, g: int, most: int) -> NDArray[np.intp]:
        """Rows of a group's units: all, or so many spread evenly over their sizes."""
        start, end = int(self.start[g]), int(self.start[g + 1])
        order = start + np.argsort(self.size[start:end], kind="stable")
        if order.size <= most:
            return order
        return order[np.linspace(0, order.size - 1, most).round().astype(np.intp)]

    @classmethod
    def split(cls, table: Table, rule: TargetRule) -> "Groups":
        """Put the units of each group together and find its target."""
        frame, measure = table.frame, table.measure
        labels: list[dict[str, str]] = [{}]
        group = np.zeros(len(frame), dtype=np.intp)
        if table.by:
            keys = frame.groupby(list(table.by), sort=True)
            group = keys.ngroup().to_numpy().astype(np.intp)
            order = np.argsort(group, kind="stable")
            frame, group = frame.iloc[order], group[order]
            first = np.flatnonzero(np.diff(group, prepend=-1))
            heads = frame[list(table.by)].iloc[first]
            labels = [dict(zip(table.by, map(str, row), strict=True)) for row in heads.to_numpy()]
        start = np.searchsorted(group, np.arange(len(labels) + 1))
        event, size, lower, upper = (
            frame[name].to_numpy(dtype=float)
            for name in (measure.event, measure.size, "event_lower", "event_upper")
        )
        targets, target = np.empty(len(labels)), np.empty(len(frame))
        for g in range(len(labels)):
            rows = slice(int(start[g]), int(start[g + 1]))
            targets[g], target[rows] = compute_target(
                rule,
                event[rows],
                size[rows],
                measure=measure,
                direction=table.card.indicator.direction,
            )
        return cls(
            frame=frame,
            labels=labels,
            group=group,
            start=start,
            event=event,
            lower=lower,
            upper=upper,
            size=size,
            targets=targets,
            target=target,
        )
