"""Cells as a reader gets them: what is reported, what it will end at, and whether that is all."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from varstat.data.source.grid import Texts
from varstat.data.volumes.delay import Whole
from varstat.data.volumes.vintages import Vintages
from varstat.estimands.vintages.follow import Standing
from varstat.estimands.vintages.project import Projection
from varstat.estimands.vintages.result import Cells
from varstat.measure import Floats

Bools = NDArray[np.bool_]


def judge(now: Standing, reopened: Sequence[tuple[int, int, Standing, Standing]]) -> Texts:
    """Give each period its status.

    Parameters
    ----------
    now : Standing
        Of the latest vintage.
    reopened : sequence
        As `find_reopened` gives it.

    Returns
    -------
    ndarray of object, shape (1 + units, periods)
        Of all units together first.
    """
    complete = now.all_complete
    status = np.where(complete, "complete", "incomplete").astype(object)
    for row, period, _, after in reopened:
        if after.vintage == now.vintage or not complete[row, period]:
            status[row, period] = "reopened"
    ends = np.vstack([now.national.nowcast, now.units.nowcast])
    status[~np.isfinite(ends)] = "nothing reported"
    return status


def _absent(counts: Floats, reported: Floats) -> Bools:
    """Find periods of which a unit that was there just before or after has reported nothing."""
    ever: Bools = np.any(np.isfinite(counts), axis=2)
    periods = np.arange(counts.shape[1])
    first = np.where(np.any(ever, axis=1), np.argmax(ever, axis=1), counts.shape[1])
    last = counts.shape[1] - 1 - np.argmax(ever[:, ::-1], axis=1)
    alive: Bools = (periods >= first[:, None]) & (periods <= last[:, None] + 1)
    return alive & ~(reported > 0)


def tabulate_units(
    vintages: Vintages, counts: Floats, now: Standing, status: Texts, *, level: float
) -> Cells:
    """Tabulate every period of every unit, with those of which it has reported nothing.

    Parameters
    ----------
    vintages : Vintages
    counts : ndarray of float, shape (units, periods, vintages)
    now : Standing
    status : ndarray of object, shape (1 + units, periods)
    level : float

    Returns
    -------
    Cells
    """
    here = (now.last >= 0) & (np.isfinite(now.units.reported) | _absent(counts, now.units.reported))
    unit, period = np.nonzero(here)
    return _cells(
        vintages,
        now,
        now.units,
        (unit, period),
        period,
        level=level,
        unit=vintages.unit[unit],
        unit_name=vintages.unit_name[unit],
        reporting=(now.units.reported[unit, period] > 0).astype(np.int64),
        missing=(~(now.units.reported[unit, period] > 0)).astype(np.int64),
        status=status[1:][unit, period],
    )


def tabulate_national(
    vintages: Vintages, counts: Floats, now: Standing, status: Texts, *, level: float
) -> Cells:
    """Tabulate every period of all units together; the arguments are those of `tabulate_units`."""
    (period,) = np.nonzero(now.last >= 0)
    nobody = np.full(len(period), None, dtype=object)
    absent = _absent(counts, now.units.reported)
    return _cells(
        vintages,
        now,
        now.national,
        (period,),
        period,
        level=level,
        unit=nobody,
        unit_name=nobody.copy(),
        reporting=np.sum(now.units.reported > 0, axis=0)[period],
        missing=absent.sum(axis=0)[period],
        status=status[0, period],
    )


def _cells(
    vintages: Vintages,
    now: Standing,
    projection: Projection,
    at: tuple[Whole, ...],
    period: Whole,
    *,
    level: float,
    unit: Texts,
    unit_name: Texts,
    reporting: Whole,
    missing: Whole,
    status: Texts,
) -> Cells:
    """Tabulate some of a projection's cells."""
    low, high = (projection.quantile((1 + side * level) / 2)[at] for side in (-1, 1))
    reported = projection.reported[at]
    return Cells(
        unit=unit,
        unit_name=unit_name,
        period=np.array(vintages.period, dtype=object)[period],
        as_of=np.array(vintages.as_of, dtype=object)[now.last[period]],
        delay=now.delay[period],
        reporting=reporting,
        missing=missing,
        reported=reported,
        estimate=projection.estimate[at],
        lower=reported / high,
        upper=reported / low,
        nowcast=projection.nowcast[at],
        nowcast_lower=low,
        nowcast_upper=high,
        status=status,
    )
