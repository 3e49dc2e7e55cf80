"""The polynomial that stands for the log density of a large panel, against that density."""

import numpy as np
import pytest
from scipy.special import expit

from varstat.hierarchical.series.density import find_density
from varstat.hierarchical.series.model import SeriesModel
from varstat.hierarchical.series.panel import make_panel
from varstat.hierarchical.series.peak import find_peak
from varstat.hierarchical.series.problem import pose_problem
from varstat.hierarchical.series.surface import fit_surface


@pytest.fixture(scope="module")
def posed():
    rng = np.random.default_rng(6)
    steps = 0.1 * rng.standard_normal((700, 4))
    steps[:, 0] *= 5.0
    theta = np.cumsum(steps, axis=1) + 0.1 * rng.standard_normal((700, 4))
    event = rng.binomial(500, expit(theta - 1.0)).astype(float)
    panel = make_panel(event, np.full((700, 4), 500.0))
    problem = pose_problem(panel, SeriesModel(breaks=False))
    white, start, _ = find_peak(problem)
    return problem, white, start


def test_the_peak_of_a_large_panel_is_where_its_slopes_vanish(posed):
    problem, white, start = posed
    around = np.concatenate([white.mode + white.scale.T, white.mode - white.scale.T])
    up, down = find_density(problem, around, start).value.reshape(2, -1)
    # In SDs; curvature along each axis is one.
    assert np.linalg.norm(0.5 * (up - down)) < 0.5
    assert up + down - 2.0 * white.peak == pytest.approx(-np.ones(3), abs=0.4)


def test_a_surface_gives_the_density_and_the_locations_at_points_not_fitted(posed):
    problem, white, start = posed
    surface = fit_surface(problem, white, start, np.random.default_rng(1))
    z = np.random.default_rng(2).standard_normal((20, 3))
    exact = find_density(problem, white.place(z), start)
    location, covariance = surface.place(z)
    assert surface.error < 0.05
    assert np.std(surface.evaluate(z) - exact.value) < 0.05
    sd = np.sqrt(np.einsum("pii->pi", exact.covariance))
    assert np.max(np.abs(location - exact.location) / sd) < 0.01
    assert np.max(np.abs(covariance / exact.covariance - 1.0)) < 0.01
