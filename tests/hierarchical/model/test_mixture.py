"""Each form of effects that are a mixture has the moments and limits that are written."""

import numpy as np
import pytest
from scipy.stats import norm, t

from varstat.hierarchical.model.mixture import (
    HEAVY,
    MIXTURE_SHAPES,
    TAILED,
    draw_prior_mixture,
    log_prior_mixture,
    mirrored,
    mixture_masses,
)

# Logits that say two kinds, and heavy tails.
TWO = 0.3
BOTH = 0.5 * (HEAVY + TAILED)
X = np.linspace(-24.0, 24.0, 8001)


@pytest.mark.parametrize("form", [0.0, TWO, 2.0, -2.0])
def test_masses_have_the_mean_and_the_sd_that_are_stated(form):
    rng = np.random.default_rng(1)
    shape = np.column_stack(
        [rng.normal(size=20), 0.3 * rng.normal(size=20), 0.4 * draw_prior_mixture(rng, 20)]
    )
    shape[:, -1] = form
    g = mixture_masses(X, shape)
    mean = g @ X
    assert g.sum(axis=1) == pytest.approx(np.ones(20))
    assert mean == pytest.approx(shape[:, 0], abs=1e-3)
    assert np.sqrt(g @ X**2 - mean**2) == pytest.approx(np.exp(shape[:, 1]), rel=1e-3)


def test_alike_kinds_are_one_normal():
    g = mixture_masses(X, np.array([[0.5, np.log(1.3), 0.7, -60.0, 0.0, TWO]]))[0]
    expected = norm.pdf(X, 0.5, 1.3)
    assert g == pytest.approx(expected / expected.sum(), abs=1e-12)


def test_kinds_far_apart_have_the_shares_stated_and_the_lower_one_comes_first():
    # A tenth below, two hundredths of the variance within.
    shape = np.array([[0.0, 0.0, np.log(0.1 / 0.9), np.log(0.98 / 0.02), 0.0, TWO]])
    g = mixture_masses(X, shape)[0]
    assert g[X < -1.5].sum() == pytest.approx(0.1, abs=1e-3)


def test_nothing_is_narrower_than_the_grid_can_say():
    g = mixture_masses(
        X, np.array([[0.0, 0.0, 0.0, 80.0, 30.0, form] for form in (-9.0, 0.0, BOTH, 9.0)])
    )
    assert np.isfinite(g).all()
    assert g.sum(axis=1) == pytest.approx(np.ones(4))


def test_a_tail_with_all_of_the_variance_is_an_exponential_and_one_with_none_a_normal():
    all_of_it, none = np.array([[0.0, 0.0, 0.0, r, 0.0, 3.0] for r in (40.0, -40.0)])
    g = mixture_masses(X, np.array([all_of_it, none]))
    # As an exponential from one SD below the mean, and nothing below that.
    assert g[0][X < -1.05].sum() < 1e-6
    assert g[0][X > 1.0].sum() == pytest.approx(np.exp(-2.0), rel=0.01)
    expected = norm.pdf(X)
    assert g[1] == pytest.approx(expected / expected.sum(), abs=1e-5)


@pytest.mark.parametrize("freedom", [1.0, 2.0, 7.0])
def test_heavy_tails_are_a_student_t_whose_middle_is_as_wide_as_stated(freedom):
    r = min(np.log(1.0 / freedom / max(1.0 - 1.0 / freedom, 1e-15)), 40.0)
    g = mixture_masses(X, np.array([[0.3, np.log(0.8), 0.0, r, 0.0, BOTH]]))[0]
    scale = 0.8 / t.ppf(norm.cdf(1.0), freedom)
    expected = t.pdf(X, freedom, 0.3, scale)
    assert g == pytest.approx(expected / expected.sum(), rel=1e-6)
    inside = t.cdf(X[-1], freedom, 0.3, scale) - t.cdf(X[0], freedom, 0.3, scale)
    middle = g[np.abs(X - 0.3) < 0.8].sum()
    assert middle * inside == pytest.approx(0.6827, abs=5e-3)


def test_heavy_tails_of_many_degrees_of_freedom_are_a_normal():
    g = mixture_masses(X, np.array([[0.0, 0.0, 0.0, -60.0, 0.0, -BOTH]]))[0]
    expected = norm.pdf(X)
    assert g == pytest.approx(expected / expected.sum(), abs=1e-6)


def test_a_mirrored_tail_goes_to_the_other_side():
    shape = np.array([[0.0, 0.2, 0.4, 1.0, 0.3, 2.0]])
    one, other = mixture_masses(X, shape), mixture_masses(X, mirrored(shape))
    np.testing.assert_allclose(one, other[:, ::-1], atol=1e-12)
    np.testing.assert_array_equal(mirrored(mirrored(shape)), shape)
    assert log_prior_mixture(mirrored(shape)) == pytest.approx(log_prior_mixture(shape))


def test_the_prior_is_the_density_of_its_draws():
    rng = np.random.default_rng(2)
    z = draw_prior_mixture(rng, 40_000)
    shape = np.column_stack([np.zeros((len(z), 2)), z])
    assert shape.shape[1] == MIXTURE_SHAPES
    share = 1.0 / (1.0 + np.exp(-z[:, [0, 1, 3]]))
    assert share.mean(axis=0) == pytest.approx(np.full(3, 0.5), abs=0.01)
    assert share.var(axis=0) == pytest.approx(np.full(3, 1 / 12), abs=0.002)
    # A third each are of two kinds, with heavy tails and with a tail to either side.
    logit = np.abs(z[:, 3])
    assert np.mean(logit < HEAVY) == pytest.approx(1 / 3, abs=0.01)
    assert np.mean(logit > TAILED) == pytest.approx(1 / 3, abs=0.01)
    assert np.mean(z[:, 3] > TAILED) == pytest.approx(1 / 6, abs=0.01)
    # Against a normal of the same widths: the ratio of densities has mean one.
    ratio = norm.logpdf(z, 0.0, [1.2, 1.2, 1.0, 1.2]).sum(axis=1) - log_prior_mixture(shape)
    assert np.exp(ratio).mean() == pytest.approx(np.sqrt(1 / (2 * np.pi * 1.5**2)), rel=0.05)


def test_a_kind_without_a_share_is_no_division_by_zero():
    x = np.linspace(-3.0, 3.0, 121)
    shape = np.array([[0.0, -1.0, logit, 0.3, 0.1, TWO] for logit in (-800.0, 800.0, -41.0)])
    masses = mixture_masses(x, shape)
    np.testing.assert_allclose(masses.sum(axis=1), 1.0)
    # One kind is left: a normal about the mean.
    np.testing.assert_allclose(masses @ x, 0.0, atol=1e-6)
