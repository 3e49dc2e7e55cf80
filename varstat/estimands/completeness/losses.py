"""Losses that a file states, placed among the units and periods of a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from varstat.errors import TableError
from varstat.estimands.completeness.classify import LOSSES
from varstat.estimands.completeness.overrule import EventFile, EventRow
from varstat.estimands.completeness.windows import Bools
from varstat.period.period import Period, Periods, read_periods
from varstat.prose.text import clean

SELECTIVE = "selective loss"
UNSENT = "not submitted"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loss:
    """Something of a unit's activity that wasn't reported.

    Attributes
    ----------
    unit, start, end : int
        Places of the unit, and of the first and last period.
    class_ : str
    share : float
        The part that was reported while it lasted; NaN where that isn't stated.
    covered : tuple of ndarray of bool, shape (months,) each
        In which months of each period it lasted; of one element where periods have no months.
    """

    unit: int
    start: int
    end: int
    class_: str
    share: float
    covered: tuple[Bools, ...]

    def __post_init__(self) -> None:
        for each in self.covered:
            each.setflags(write=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """The losses of a table.

    Attributes
    ----------
    losses : tuple of Loss
    source : str
        The file that states them.
    others : int
        Its events that are no losses.
    elsewhere : int
        Its losses of other units or times.
    """

    losses: tuple[Loss, ...]
    source: str
    others: int
    elsewhere: int


def place_losses(events: EventFile, units: Sequence[str], periods: Periods) -> Losses:
    """Find which units and periods of a table have losses.

    Parameters
    ----------
    events : EventFile
        Its `from` and `to` are periods of the table or of any other length, such as months where
        the table has quarters.
    units : sequence of str
        Codes of the table.
    periods : Periods
        Of the table.

    Returns
    -------
    Losses

    Raises
    ------
    TableError
        If a period can't be understood or an event ends before it starts; all problems at once.
    """
    place = {code: at for at, code in enumerate(units)}
    rows = _losses(events)
    known = _read_labels([each for row in rows for each in (row.start, row.end)], periods)
    found: list[Loss] = []
    problems: list[str] = []
    elsewhere = 0
    for row in rows:
        ends = known.get(row.start), known.get(row.end)
        if ends[0] is None or ends[1] is None:
            problems.append(f"row {row.row}: `from` or `to` is no period that the table's tell")
        elif _after(ends[0], ends[1]):
            problems.append(f"row {row.row}: it ends before it starts")
        elif row.unit in place and (covered := _cover(ends[0], ends[1], periods)):
            found.append(_loss(row, place[row.unit], covered))
        else:
            elsewhere += 1
    if problems:
        raise TableError(events.source, problems)
    return Losses(
        losses=tuple(found),
        source=events.source,
        others=len(events.rows) - len(rows),
        elsewhere=elsewhere,
    )


def check_losses(events: EventFile, units: Iterable[str]) -> None:
    """Check that a file of events is of the units of a table.

    Parameters
    ----------
    events : EventFile
    units : iterable of str
        Codes of the table.

    Raises
    ------
    TableError
        If it has losses, and none is of one of them.
    """
    rows, known = _losses(events), set(units)
    if rows and not any(each.unit in known for each in rows):
        some = ", ".join(sorted({clean(each.unit) for each in rows})[:5])
        raise TableError(
            events.source,
            f"none of its losses is of a unit of the table: {some}. Give codes as they stand in "
            "the table's column of units.",
        )


def _losses(events: EventFile) -> list[EventRow]:
    return [each for each in events.rows if each.class_ in (*LOSSES, UNSENT)]


def _loss(row: EventRow, unit: int, covered: dict[int, Bools]) -> Loss:
    return Loss(
        unit=unit,
        start=min(covered),
        end=max(covered),
        class_=row.class_,
        share=row.share,
        covered=tuple(covered[t] for t in range(min(covered), max(covered) + 1)),
    )


def _read_labels(labels: Sequence[str], periods: Periods) -> dict[str, Period]:
    """Understand labels: those of the table, and others in their light."""
    found = {each.label: each for each in periods}
    others = [label for label in dict.fromkeys(labels) if label not in found]
    if others:
        among = read_periods([*periods.labels, *others])
        if among.in_time:
            found |= {
                each.label: each
                for each in among
                if each.label not in found and each.first is not None
            }
    return found


def _after(first: Period, last: Period) -> bool:
    """Whether an event ends before it starts."""
    if first.first is not None and last.first is not None:
        return first.first > last.first
    return first.order > last.order


def _cover(first: Period, last: Period, periods: Periods) -> dict[int, Bools]:
    """Which months of each period lie between the start of one and the end of another."""
    place = periods.place
    if first.label in place and last.label in place:
        some = range(place[first.label], place[last.label] + 1)
        return {at: np.ones(periods.periods[at].months or 1, dtype=bool) for at in some}
    if first.first is None or last.first is None or last.months is None:
        return {}
    start, end = first.first, last.first + last.months
    covered = {}
    for each in periods:
        if each.first is None or not each.months:
            continue
        month = each.first + np.arange(each.months)
        inside = (month >= start) & (month < end)
        if inside.any():
            covered[each.order] = inside
    return covered
