"""A mixture of two normals has the moments and the limits that it is written with."""

import numpy as np
import pytest
from scipy.stats import norm

from varstat.hierarchical.model.mixture import (
    MIXTURE_SHAPES,
    draw_prior_mixture,
    log_prior_mixture,
    mixture_masses,
)

X = np.linspace(-12.0, 12.0, 4001)


def test_masses_have_the_mean_and_the_sd_that_are_stated():
    rng = np.random.default_rng(1)
    shape = np.column_stack(
        [rng.normal(size=20), 0.3 * rng.normal(size=20), 0.4 * draw_prior_mixture(rng, 20)]
    )
    g = mixture_masses(X, shape)
    mean = g @ X
    assert g.sum(axis=1) == pytest.approx(np.ones(20))
    assert mean == pytest.approx(shape[:, 0], abs=1e-3)
    assert np.sqrt(g @ X**2 - mean**2) == pytest.approx(np.exp(shape[:, 1]), rel=1e-3)


def test_alike_kinds_are_one_normal():
    g = mixture_masses(X, np.array([[0.5, np.log(1.3), 0.7, -60.0, 0.0]]))[0]
    expected = norm.pdf(X, 0.5, 1.3)
    assert g == pytest.approx(expected / expected.sum(), abs=1e-12)


def test_kinds_far_apart_have_the_shares_stated_and_the_lower_one_comes_first():
    # A tenth below, two hundredths of the variance within.
    g = mixture_masses(X, np.array([[0.0, 0.0, np.log(0.1 / 0.9), np.log(0.98 / 0.02), 0.0]]))[0]
    assert g[X < -1.5].sum() == pytest.approx(0.1, abs=1e-3)


def test_nothing_is_narrower_than_the_grid_can_say():
    g = mixture_masses(X, np.array([[0.0, 0.0, 0.0, 80.0, 30.0]]))
    assert np.isfinite(g).all()
    assert g.sum() == pytest.approx(1.0)


def test_the_prior_is_the_density_of_its_draws():
    rng = np.random.default_rng(2)
    z = draw_prior_mixture(rng, 40_000)
    shape = np.column_stack([np.zeros((len(z), 2)), z])
    assert shape.shape[1] == MIXTURE_SHAPES
    share = 1.0 / (1.0 + np.exp(-z[:, :2]))
    assert share.mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.01)
    assert share.var(axis=0) == pytest.approx([1 / 12, 1 / 12], abs=0.002)
    # Against a normal of the same widths: the ratio of densities has mean one.
    ratio = norm.logpdf(z, 0.0, [1.2, 1.2, 1.0]).sum(axis=1) - log_prior_mixture(shape)
    assert np.exp(ratio).mean() == pytest.approx(np.sqrt(1 / (2 * np.pi * 1.5**2)), rel=0.05)
