"""A panel and a model as what the engine works on."""

from dataclasses import dataclass

import numpy as np

from varstat.hierarchical.series.chain import Chain, chain_at
from varstat.hierarchical.series.likelihood import Cells
from varstat.hierarchical.series.mode import Locations
from varstat.hierarchical.series.model import SeriesModel
from varstat.hierarchical.series.panel import Panel
from varstat.measure import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """Cells, what all units share, and how levels evolve.

    Attributes
    ----------
    model : SeriesModel
    cells : Cells
    locations : Locations
    at : ndarray of float, shape (periods,)
        When each period is, in periods.
    start : ndarray of float, shape (periods, 1, units)
        Each cell's own rate on the link scale, kept off its ends: where modes are looked for.
    """

    model: SeriesModel
    cells: Cells
    locations: Locations
    at: Floats
    start: Floats

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.cells.event.size

    def chain(self, h: Floats) -> Chain:
        """Give the chains at points of the hyper-parameters."""
        return chain_at(self.model, h, self.at)

    def part(self, units: slice) -> "Problem":
        """Keep some neighbouring units."""
        return Problem(
            model=self.model,
            cells=self.cells.part(units),
            locations=self.locations.part(units),
            at=self.at,
            start=self.start[..., units],
        )


def pose_problem(panel: Panel, model: SeriesModel) -> Problem:
    """Put a panel and a model into the engine's arrays.

    Parameters
    ----------
    panel : Panel
    model : SeriesModel

    Returns
    -------
    Problem
    """
    there = panel.observed
    event = np.where(there, panel.event, 0.0)
    if panel.measure.counts:
        size = np.where(there, panel.size, 0.0)
        rate, _ = panel.measure.smoothed(event, np.where(there, size, 1.0))
    else:
        event = np.where(there, (panel.measure.own_scale(event) - panel.centre) / panel.spread, 0.0)
        size = np.where(there, (np.where(there, panel.size, 1.0) / panel.spread) ** -2.0, 0.0)
        rate = event
    total = there.sum(axis=0)
    average = np.where(there, rate, 0.0).sum(axis=0) / np.maximum(total, 1)
    start = np.where(there, rate, average)
    number = panel.covariates.shape[2]
    return Problem(
        model=model,
        cells=Cells(
            measure=panel.measure,
            event=np.ascontiguousarray(event.T)[:, None],
            size=np.ascontiguousarray(size.T)[:, None],
        ),
        locations=Locations(
            covariates=np.ascontiguousarray(panel.covariates.transpose(2, 1, 0))[:, :, None],
            mean=np.concatenate([np.full(panel.length, model.intercept_mean), np.zeros(number)]),
            precision=_precision(model, panel.length, number),
        ),
        at=panel.at,
        start=np.ascontiguousarray(start.T)[:, None],
    )


def _precision(model: SeriesModel, length: int, covariates: int) -> Floats:
    """Inverse covariance of an intercept with a shift for each period, and of coefficients."""
    path = np.full((length, length), model.intercept_sd**2) + model.period_sd**2 * np.eye(length)
    whole = np.zeros((length + covariates, length + covariates))
    whole[:length, :length] = np.linalg.inv(path)
    whole[range(length, len(whole)), range(length, len(whole))] = model.coefficient_sd**-2.0
    return whole
