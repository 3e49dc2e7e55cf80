"""Draws of levels and of what passes against dense algebra, at one point."""

import numpy as np
import pytest

from varstat.hierarchical.series.draws import Source, draw_block
from varstat.hierarchical.series.hyper import Hyper
from varstat.hierarchical.series.model import SeriesModel
from varstat.hierarchical.series.panel import make_panel
from varstat.hierarchical.series.peak import find_peak
from varstat.hierarchical.series.problem import pose_problem
from varstat.measure import MEAN

DRAWS, UNITS, LENGTH = 4000, 3, 5
TAU, STEP, PASSING, PHI = 0.5, 0.2, 0.15, 0.7


def _source(model, h):
    """As many draws that share one point, with the locations at zero."""
    rng = np.random.default_rng(4)
    event = rng.normal(0.0, 0.6, (25, LENGTH))
    event[1, 2] = np.nan
    problem = pose_problem(make_panel(event, np.full(event.shape, 0.2), measure=MEAN), model)
    _, start, _ = find_peak(problem)
    hyper = Hyper(
        mode=h[0],
        h=h,
        location=np.zeros((1, LENGTH)),
        covariance=np.eye(LENGTH)[None],
        start=start,
        pareto_k=0.0,
        worth=1.0,
        surface_error=0.0,
        passes=0,
    )
    return Source(
        problem=problem, hyper=hyper, repeat=DRAWS, location=np.zeros((DRAWS, LENGTH)), seed=3
    )


def _level_covariance(kind):
    at = np.arange(float(LENGTH))
    if kind == "walk":
        return TAU**2 + STEP**2 * np.minimum.outer(at, at)
    return TAU**2 + STEP**2 / (1.0 - PHI**2) * PHI ** np.abs(at[:, None] - at)


@pytest.mark.parametrize("kind", ["walk", "mean-reverting"])
def test_draws_have_the_mean_and_covariance_of_dense_algebra(kind):
    model = SeriesModel(kind=kind, breaks=False)
    value = {
        "tau": np.log(TAU),
        "step": np.log(STEP),
        "passing": np.log(PASSING),
        "reversion": np.log(PHI / (1.0 - PHI)),
    }
    source = _source(model, np.array([[value[name] for name in model.names]]))
    drawn = draw_block(source, 0, range(LENGTH))
    cells = source.problem.cells
    for i in range(UNITS):
        # What lasts and what passes, stacked.
        prior = np.zeros((2 * LENGTH, 2 * LENGTH))
        prior[:LENGTH, :LENGTH] = _level_covariance(kind)
        prior[LENGTH:, LENGTH:] = PASSING**2 * np.eye(LENGTH)
        both = np.hstack([np.eye(LENGTH), np.eye(LENGTH)])
        weight = cells.size[:, 0, i]
        covariance = np.linalg.inv(np.linalg.inv(prior) + both.T * weight @ both)
        mean = covariance @ both.T @ (weight * cells.event[:, 0, i])
        found = np.concatenate([drawn.lasting[..., i], drawn.passing[..., i]])
        sd = np.sqrt(np.diag(covariance))
        assert np.max(np.abs(found.mean(axis=1) - mean) / sd) < 4.5 / np.sqrt(DRAWS)
        apart = (np.cov(found) - covariance) / np.outer(sd, sd)
        assert np.max(np.abs(apart)) < 6.0 / np.sqrt(DRAWS)
