"""A learnt density has a normal in it, and a grid that reaches as far as units do."""

import numpy as np
import pytest
from designs import make_design
from scipy.stats import norm

from varstat.errors import ModelError
from varstat.hierarchical.model.learnt import base_column, learnt_effects


def effects_of(value=None, variance=None):
    rng = np.random.default_rng(1)
    value = rng.normal(-2.0, 0.3, 80) if value is None else value
    variance = np.full(len(value), 0.01) if variance is None else variance
    return learnt_effects(value, variance, np.ones((len(value), 1)))


def test_without_splines_the_density_is_a_normal():
    effects = effects_of()
    mean, sd = 0.4, 1.2
    shape = np.zeros((1, effects.basis.shape[1]))
    shape[0, :2] = mean / sd**2, -0.5 / sd**2
    expected = norm.pdf(effects.grid, effects.centre + mean * effects.unit, sd * effects.unit)
    assert effects.masses(shape)[0] == pytest.approx(expected / expected.sum(), abs=1e-12)


def test_no_spline_is_a_quadratic_in_the_middle():
    effects = effects_of()
    x = (effects.grid - effects.centre) / effects.unit
    weight = np.exp(-0.5 * (x / 1.5) ** 2) + 1e-6
    plain = np.column_stack([np.ones_like(x), x, x**2]) * np.sqrt(weight)[:, None]
    for spline in effects.basis[:, 2:].T:
        part = np.linalg.lstsq(plain, spline * np.sqrt(weight), rcond=None)[0]
        assert np.std(spline) > 1e-6
        assert np.max(np.abs(part)) < 0.2 * np.max(np.abs(spline)) + 0.1


def test_the_grid_holds_units_that_are_surely_far_out():
    value = np.append(np.random.default_rng(1).normal(-2.0, 0.3, 80), [3.0, -9.0])
    grid = effects_of(value).grid
    assert grid[0] < -9.0
    assert grid[-1] > 3.0
    assert np.ptp(np.diff(grid)) < 1e-9


def test_the_base_is_the_intercept_or_the_largest_peer_group():
    assert base_column(np.array([[1.0, 0.3], [1.0, -0.3]])) == 0
    assert base_column(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])) == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            {"unit": ["a", "a", "b", "b"], "period": ["1", "2", "1", "2"]},
            "each unit has one row",
        ),
        ({"peer_group": ["a", "a", "b", "b"], "peer_tau": "own"}, "a tau of their own"),
    ],
)
def test_what_cannot_be_learnt_is_refused_with_a_way_out(said, words):
    with pytest.raises(ModelError, match=words) as caught:
        make_design([1, 2, 3, 4], [10, 20, 30, 40], effects="learnt", **said)
    assert "--effects normal" in str(caught.value)
