"""The groups of a table, one after another, and the target of each."""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.data.groups import group_rows, refuse_repeats
from varstat.data.table import Table
from varstat.errors import UsageError
from varstat.funnel.ranges import Expected, expect_events
from varstat.funnel.result import FunnelUnits
from varstat.measure import Floats, Measure
from varstat.measure.basis import BESIDE, Basis
from varstat.target.of_rates import compute_target, pooled_rate
from varstat.target.rule import TargetRule

# Events, and others of those there can be, that a unit must expect.
_NEARLY_NORMAL = 5.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """A table as arrays, one group after another.

    Attributes
    ----------
    frame : DataFrame
        The table's, in the same order as the arrays.
    place : ndarray of int, shape (units,)
        Where each unit stands in the table.
    labels : list of dict
        What each group has in common.
    group : ndarray of int, shape (units,)
        The group of each unit, ascending.
    start : ndarray of int, shape (groups + 1,)
        Where each group starts, and the last one ends.
    event, lower, upper, size : ndarray of float, shape (units,)
        The events, their ends, and the sizes.
    expected_se : ndarray of float, shape (units,)
        Standard errors of the sizes; NaN where none was given.
    sampled_from : ndarray of float, shape (units,)
        Of how many cases sizes are samples; NaN where that wasn't given.
    basis : Basis
        What the sizes rest on.
    expected : Expected
        The events as they are to be expected where only a range is known.
    targets : ndarray of float, shape (groups,)
    target : ndarray of float, shape (units,)
        What each unit is compared with.
    centres : ndarray of float, shape (groups,)
        The pooled rate of each group; NaN where no event is known.
    """

    frame: pd.DataFrame
    place: NDArray[np.intp]
    labels: list[dict[str, str]]
    group: NDArray[np.intp]
    start: NDArray[np.intp]
    event: Floats
    lower: Floats
    upper: Floats
    size: Floats
    expected_se: Floats
    sampled_from: Floats
    basis: Basis
    expected: Expected
    targets: Floats
    target: Floats
    centres: Floats

    @property
    def number(self) -> int:
        """How many groups there are."""
        return len(self.labels)

    def rows(self, g: int) -> slice:
        """The units of a group."""
        return slice(int(self.start[g]), int(self.start[g + 1]))

    def as_read(self, g: int) -> NDArray[np.intp]:
        """The units of a group, in the order of the table's rows."""
        rows = np.arange(self.start[g], self.start[g + 1])
        return rows[np.argsort(self.place[rows])]

    def sparse(self, measure: Measure) -> NDArray[np.bool_]:
        """Groups where most units expect too few events for their rates to be nearly normal."""
        if not measure.counts:
            return np.zeros(self.number, dtype=np.bool_)
        expected = self.size * self.centres[self.group]
        expected = np.minimum(expected, measure.most_events(self.size) - expected)
        return np.array(
            [np.median(expected[self.rows(g)]) < _NEARLY_NORMAL for g in range(self.number)]
        )

    def sample(self, g: int, most: int) -> NDArray[np.intp]:
        """Rows of a group's known events: all, or so many spread evenly over their sizes."""
        known = np.flatnonzero(np.isfinite(self.event[self.rows(g)])) + int(self.start[g])
        order: NDArray[np.intp] = known[np.argsort(self.size[known], kind="stable")]
        if order.size <= most:
            return order
        return order[np.linspace(0, order.size - 1, most).round().astype(np.intp)]

    @classmethod
    def split(cls, table: Table, rule: TargetRule) -> "Groups":
        """Put the units of each group together and find its target.

        Raises
        ------
        UsageError
            If a group column has the name of a result.
        TableError
            If a unit stands more than once in a group.
        """
        frame, measure = table.frame, table.measure
        _check_names(table)
        refuse_repeats(table, what="a funnel")
        group, labels = group_rows(table)
        # In the order of the units' codes, so that no sum depends on that of the file's rows.
        _, rank = np.unique(frame["unit"].to_numpy(dtype=str), return_inverse=True)
        order = np.lexsort((rank, group))
        frame, group = frame.iloc[order], group[order]
        start = np.searchsorted(group, np.arange(len(labels) + 1))
        event, size, lower, upper = (
            frame[name].to_numpy(dtype=float)
            for name in (measure.event, measure.size, "event_lower", "event_upper")
        )
        # Of amounts no probability is known.
        whole = measure.counts and table.card.indicator.counts == "whole"
        beside = {name: _beside(table, frame, name) for name in BESIDE}
        basis = Basis.of(size, **beside)
        expected = (
            expect_events(event, lower, upper, size, group, measure=measure, basis=basis)
            if whole
            else Expected(event=event, variance=np.zeros_like(event))
        )
        targets, centres = np.empty(len(labels)), np.empty(len(labels))
        target = np.empty(len(frame))
        for g in range(len(labels)):
            rows = slice(int(start[g]), int(start[g + 1]))
            centres[g] = pooled_rate(expected.event[rows], size[rows], measure=measure)
            targets[g], target[rows] = compute_target(
                rule,
                expected.event[rows],
                size[rows],
                measure=measure,
                direction=table.card.indicator.direction,
            )
        return cls(
            frame=frame,
            place=order,
            labels=labels,
            group=group,
            start=start,
            event=event,
            lower=lower,
            upper=upper,
            size=size,
            **beside,
            basis=basis,
            expected=expected,
            targets=targets,
            target=target,
            centres=centres,
        )


def _beside(table: Table, frame: pd.DataFrame, column: str) -> Floats:
    """What was given beside the sizes; NaN where nothing was."""
    if column not in table.card.needed:
        return np.full(len(frame), np.nan)
    return frame[column].to_numpy(dtype=float)


def _check_names(table: Table) -> None:
    """A group column that is called like a result would hide it."""
    results = {column.name for column in fields(FunnelUnits)} - {
        "unit_name",
        "peer_group",
        "period",
    }
    results |= {table.measure.event, table.measure.size, table.measure.rate}
    if taken := [name for name in table.by if name in results]:
        raise UsageError(
            "--by",
            f"a funnel has a column of its own called '{taken[0]}'. Rename that of the table.",
        )
