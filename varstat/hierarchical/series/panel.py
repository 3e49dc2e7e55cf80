"""Panels: units by periods, in time's order, with gaps where a unit has no row."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.data.beside import refuse_beside
from varstat.data.table import Table
from varstat.errors import ModelError
from varstat.hierarchical.model.design import Strings
from varstat.hierarchical.model.shared_cases import note_shared_cases
from varstat.measure import PROPORTION, Floats, Measure
from varstat.measure.lock import lock_arrays
from varstat.period.period import Period, Periods

_SEASONS = {1: 12, 3: 4}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """What units reported in periods.

    Attributes
    ----------
    measure : Measure
    unit, unit_name, peer_group : ndarray of object, shape (units,)
    periods : tuple of str
        Labels, in time's order.
    at : ndarray of float, shape (periods,)
        When each period is, in periods since the first: 0, 1, 3 where one is missing for all.
    months : float or None
        How long one period is; None where that isn't known.
    event, size : ndarray of float, shape (units, periods)
        NaN where a unit has no row.
    covariates : ndarray of float, shape (units, periods, covariates)
        As z-scores; 0 where a unit has no row.
    names : tuple of str
        Of the covariates.
    centre, spread : float
        A mean's model is of (value - centre) / spread; 0 and 1 for other measures.
    notes : tuple of str
    """

    measure: Measure
    unit: Strings
    unit_name: Strings
    peer_group: Strings
    periods: tuple[str, ...]
    at: Floats
    months: float | None
    event: Floats
    size: Floats
    covariates: Floats
    names: tuple[str, ...]
    centre: float = 0.0
    spread: float = 1.0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lock_arrays(self)

    @property
    def units(self) -> int:
        """Number of units."""
        return len(self.unit)

    @property
    def length(self) -> int:
        """Number of periods."""
        return len(self.periods)

    @property
    def season(self) -> int:
        """How many periods make a year; 0 where that isn't a season of months or quarters."""
        return _SEASONS.get(round(self.months), 0) if self.months else 0

    @property
    def observed(self) -> NDArray[np.bool_]:
        """Where a unit has a row: shape (units, periods)."""
        return np.asarray(~np.isnan(self.event) & ~np.isnan(self.size))

    @property
    def pooled(self) -> float:
        """The rate of all rows together on the link scale, in the units of the model."""
        event, size = self.event[self.observed], self.size[self.observed]
        if self.measure.counts:
            return float(self.measure.smoothed(event.sum(), size.sum())[0])
        weight = self.measure.weight(size)
        own = (self.measure.own_scale(event) - self.centre) / self.spread
        return float(own @ weight / weight.sum())

    @property
    def rate(self) -> Floats:
        """Rates as reported, NaN where there is no row: shape (units, periods)."""
        return self.measure.rates(self.event, self.size)


def make_panel(
    event: Floats,
    size: Floats,
    *,
    measure: Measure = PROPORTION,
    at: Floats | None = None,
    periods: Sequence[str] | None = None,
    unit: Sequence[str] | None = None,
    months: float | None = None,
) -> Panel:
    """Make a panel of arrays.

    Parameters
    ----------
    event, size : ndarray of float, shape (units, periods)
        NaN where a unit has no row.
    measure : Measure
    at : ndarray of float, shape (periods,), optional
        One after the other unless given.
    periods, unit : sequence of str, optional
        Labels.
    months : float, optional
        How long a period is.

    Returns
    -------
    Panel

    Examples
    --------
    >>> make_panel(np.ones((2, 3)), np.full((2, 3), 9.0)).periods
    ('1', '2', '3')
    """
    units, length = event.shape
    codes = np.array([f"unit {i + 1}" for i in range(units)] if unit is None else unit, object)
    centre, spread = _standard(event, measure)
    return Panel(
        measure=measure,
        unit=codes,
        unit_name=codes.copy(),
        peer_group=np.full(units, None, dtype=object),
        periods=tuple(periods or (str(t + 1) for t in range(length))),
        at=np.arange(length, dtype=float) if at is None else np.asarray(at, dtype=float),
        months=months,
        event=np.array(event, dtype=float),
        size=np.array(size, dtype=float),
        covariates=np.zeros((units, length, 0)),
        names=(),
        centre=centre,
        spread=spread,
    )


def read_panel(table: Table, *, covariates: Sequence[str] = (), where: str = "") -> Panel:
    """Make a panel of a table that has a row a unit and period.

    Parameters
    ----------
    table : Table
    covariates : sequence of str
        Columns of the table, known in every row.
    where : str
        For messages; the table's source unless given.

    Returns
    -------
    Panel

    Raises
    ------
    ModelError
        If rows have no period, periods are in no order of time or overlap, a unit stands twice in
        one, or the table has strata; every problem at once. If expected events are estimates.
    """
    refuse_beside(table, where=where or table.account.source)
    periods, frame = table.periods, table.frame
    problems = _refuse(table, periods)
    if problems:
        raise ModelError(where or table.account.source, problems)
    unit, back = np.unique(frame["unit"].astype(str).to_numpy(dtype=object), return_inverse=True)
    row = back.astype(np.int64)
    column = np.asarray(frame["period"].map(periods.place), dtype=np.int64)
    low, high = (frame[f"event_{end}"].to_numpy(float) for end in ("lower", "upper"))
    at, months, notes = _when(periods)
    if np.any(low != high):
        notes.append("Events that were suppressed or rounded count as the middle of their range.")
    measure = table.measure
    if measure.counts and table.card.indicator.counts == "whole":
        known, of = (frame[name].to_numpy(float) for name in (measure.event, measure.size))
        notes += note_shared_cases(row, column, known, of, measure)
    shape = (len(unit), len(periods))
    event, size = np.full(shape, np.nan), np.full(shape, np.nan)
    event[row, column] = 0.5 * (low + high)
    size[row, column] = frame[measure.size].to_numpy(float)
    centre, spread = _standard(event, measure)
    return Panel(
        measure=measure,
        unit=unit,
        unit_name=_last(frame["unit_name"], row, len(unit)),
        peer_group=_last(frame["peer_group"], row, len(unit)),
        periods=periods.labels,
        at=at,
        months=months,
        event=event,
        size=size,
        covariates=_standardise(frame, covariates, row, column, shape),
        names=tuple(covariates),
        centre=centre,
        spread=spread,
        notes=tuple(notes),
    )


def _refuse(table: Table, periods: Periods) -> list[str]:
    frame, problems = table.frame, []
    if table.strata or table.by:
        problems.append(
            "a series is of one row a unit and period. Add strata up (--roll-up), and choose one "
            "group."
        )
    if frame["period"].isna().any() or not len(periods):
        problems.append("some rows have no period. Name the column of periods with --period.")
    elif not periods.in_time:
        problems.append(
            "the periods are in no order of time that can be told from their labels. Write them as "
            "2019-20, 2019-20Q1 or 2019-04."
        )
    elif frame.duplicated(["unit", "period"]).any():
        problems.append("a unit has two rows in one period. Keep one row of each, or add them up.")
    spans = [(p.first, p.first + p.months) for p in periods if p.first is not None and p.months]
    if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
        problems.append("periods overlap, so that their rows share cases. Choose some that don't.")
    return problems


def _when(periods: Periods) -> tuple[Floats, float | None, list[str]]:
    """When each period begins, in periods, and how many months one is."""
    known = [p for p in periods if p.first is not None and p.months is not None and p.day is None]
    if len(known) == len(periods):
        months = float(np.median([p.months for p in known if p.months]))
        middle = [_middle(p) for p in known]
        return np.array([(m - middle[0]) / months for m in middle]), months, []
    numbers = [p.number for p in periods if p.number is not None]
    if len(numbers) == len(periods):
        return np.array(numbers, dtype=float) - numbers[0], None, []
    note = "How far periods lie apart isn't known from their labels: as if one followed another."
    return np.arange(len(periods), dtype=float), None, [note]


def _middle(period: Period) -> float:
    return float(period.first or 0) + 0.5 * float(period.months or 0)


def _standard(event: Floats, measure: Measure) -> tuple[float, float]:
    """Centre and SD of a mean's values; 0 and 1 for counts."""
    if measure.counts:
        return 0.0, 1.0
    value = measure.own_scale(event[~np.isnan(event)])
    sd = float(np.std(value)) if len(value) else 1.0
    return float(np.mean(value)) if len(value) else 0.0, sd if sd > 0.0 else 1.0


def _standardise(
    frame: pd.DataFrame,
    covariates: Sequence[str],
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    shape: tuple[int, int],
) -> Floats:
    out = np.zeros((*shape, len(covariates)))
    for j, name in enumerate(covariates):
        value = frame[name].to_numpy(float)
        sd = float(np.std(value))
        out[row, column, j] = (value - np.mean(value)) / (sd if sd > 0.0 else 1.0)
    return out


def _last(values: pd.Series, row: NDArray[np.int64], units: int) -> Strings:
    """What a unit's rows say, by the last that says anything."""
    out = np.full(units, None, dtype=object)
    for at, value in zip(row, values.to_numpy(dtype=object), strict=True):
        if isinstance(value, str):
            out[at] = value
    return out
