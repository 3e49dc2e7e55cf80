"""The nation in every period: its rate and its total, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from varstat.estimands.change.frames import Standard
from varstat.measure import Floats
from varstat.measure.lock import lock_arrays


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NationalSeries:
    """The nation in every period, one element each, in the order of time.

    Attributes
    ----------
    period : tuple of str
    units : ndarray of int, shape (periods,)
        With data then.
    rate, rate_lower, rate_upper : ndarray of float, shape (periods,)
        Of all units together, weighted by their volumes.
    opportunity, opportunity_lower, opportunity_upper : ndarray of float, shape (periods,)
        In events of that period, against a target found anew in each.
    """

    period: tuple[str, ...]
    units: NDArray[np.int64]
    rate: Floats
    rate_lower: Floats
    rate_upper: Floats
    opportunity: Floats
    opportunity_lower: Floats
    opportunity_upper: Floats

    def __post_init__(self) -> None:
        lock_arrays(self)

    def to_frame(self) -> pd.DataFrame:
        """Tabulate, one row a period, under these names."""
        return pd.DataFrame({column.name: getattr(self, column.name) for column in fields(self)})


def sum_periods(
    rate: NDArray[np.float32],
    size: Floats,
    group: NDArray[np.object_],
    periods: Sequence[str],
    standard: Standard,
    *,
    level: float,
) -> NationalSeries:
    """Sum up every period.

    Parameters
    ----------
    rate : ndarray of float32, shape (draws, units, periods)
        Underlying rates.
    size : ndarray of float, shape (units, periods)
        Volumes; 0 where nothing was reported, so that a unit doesn't take part.
    group : ndarray of object, shape (units,)
    periods : sequence of str
    standard : Standard
    level : float

    Returns
    -------
    NationalSeries
        NaN where nobody reported.
    """
    ends = [0.5 * (1.0 - level), 0.5 * (1.0 + level)]
    rows = np.full((6, len(periods)), np.nan)
    for t in range(len(periods)):
        there = size[:, t] > 0
        if not there.any():
            continue
        now, volume = rate[:, there, t].astype(float), size[there, t]
        pooled = now @ volume / volume.sum()
        total = standard.total(now, volume, group[there])
        rows[:, t] = [
            *(pooled.mean(), *np.quantile(pooled, ends)),
            *(total.mean(), *np.quantile(total, ends)),
        ]
    return NationalSeries(
        period=tuple(periods),
        units=np.sum(size > 0, axis=0).astype(np.int64),
        rate=rows[0],
        rate_lower=rows[1],
        rate_upper=rows[2],
        opportunity=rows[3],
        opportunity_lower=rows[4],
        opportunity_upper=rows[5],
    )
